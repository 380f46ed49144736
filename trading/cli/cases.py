"""``trading case``: cases from their draft on, before there is a lot to look at."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import select

from trading.base.errors import NotFound
from trading.cli.output import data_option, emit, guarded, json_option, open_centre
from trading.listing.tables import case as cases
from trading.words.language import pick
from trading.words.telling import lines, place_label, tell

PAGE_MAX = 500


@click.group("case")
def case_command() -> None:
    """交易项目：从起草到公告，一宗或多宗标的 / Cases: what is to be let, from its draft on."""


@case_command.command("list")
@data_option
@click.option("--place", default="", help="只列此状态 / only this state")
@click.option("--org", default="", help="只列此单位的 / only of this organisation")
@click.option("--after", default="", help="从此项目之后翻页 / page after this case")
@click.option("--limit", default=50, type=click.IntRange(1, PAGE_MAX), show_default=True)
@json_option
@guarded
def case_list(
    data_dir: Path, place: str, org: str, after: str, limit: int, *, as_json: bool
) -> None:
    """列出交易项目，刚导入或起草的也在内 / List cases, those just imported or drafted too."""
    centre = open_centre(data_dir)
    query = select(cases).where(cases.c.case > after).order_by(cases.c.case).limit(limit)
    if place:
        query = query.where(cases.c.place == place)
    if org:
        query = query.where(cases.c.org == org)
    try:
        centre.refresh()
        known = centre.kernel.catalogue.workflows_of("case")
        if place and not any(place in workflow.states for workflow in known):
            raise click.BadParameter("no case can be in this state", param_hint="--place")
        tree = centre.state("orgs")
        if org and (tree is None or org not in tree.facets["orgs"].nodes):
            raise NotFound(f"no organisation {org}", field="org")
        with centre.reading.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        labels = {row["place"]: place_label(centre, "case", row["place"]) for row in rows}
    finally:
        centre.close()
    if as_json:
        emit(rows)
        return
    for row in rows:
        flags = (
            pick(f"（{row['flags']} 项提示）", f" ({row['flags']} flags)") if row["flags"] else ""
        )
        click.echo(f"{row['case']}  {labels[row['place']]}{flags}  {row['title_zh']}")


@case_command.command("show")
@data_option
@click.argument("case")
@json_option
@guarded
def case_show(data_dir: Path, case: str, *, as_json: bool) -> None:
    """一个交易项目的标的、现状和下一步 / One case: its lots, where it stands, what comes next."""
    centre = open_centre(data_dir)
    try:
        centre.refresh()
        state = centre.state(f"case/{case}")
        if state is None:
            raise NotFound(f"no case {case}", field="case")
        told = tell(centre, state)
    finally:
        centre.close()
    if as_json:
        emit(told)
        return
    for line in lines(told):
        click.echo(line)
