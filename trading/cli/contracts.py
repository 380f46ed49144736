"""``trading contract``: what is in force, what ends soon, what is owed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec

from trading.base.deadline import local_date, local_text
from trading.base.errors import NotFound
from trading.base.money import PriceUnit, format_yuan
from trading.centre import Centre
from trading.cli.output import data_option, emit, guarded, json_option, open_centre
from trading.engine.stream import Stream
from trading.register import queries
from trading.register.contracts import ContractTerms, Performance, arrears_on, unpaid
from trading.register.rent import add_months
from trading.words.language import language, pick

PAGE_MAX = 500


@click.group("contract")
def contract_command() -> None:
    """合同 / Contracts in force."""


@contract_command.command("list")
@data_option
@click.option(
    "--expiring", "months", type=click.IntRange(0, 36), help="几个月内到期 / ending within"
)
@click.option("--arrears", is_flag=True, help="有欠款 / with money owed")
@click.option("--held-over", is_flag=True, help="到期未交还 / over and not given back")
@click.option("--after", default="", help="从此合同之后翻页 / page after this contract")
@click.option("--limit", default=50, type=click.IntRange(1, PAGE_MAX), show_default=True)
@json_option
@guarded
def contract_list(
    data_dir: Path, months: int | None, after: str, limit: int, *, arrears: bool, held_over: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """列出未结合同 / List contracts that are not over, a page at a time."""
    centre = open_centre(data_dir)
    try:
        today = local_date(centre.clock.now_us())
        with centre.reading.connect() as connection:
            if arrears:
                rows = queries.in_arrears(connection, str(today), after, limit)
            elif held_over:
                rows = queries.held_over(connection, str(today), after, limit)
            elif months is not None:
                until = str(add_months(today, months))
                rows = queries.expiring(connection, until, after, limit)
            else:
                rows = queries.contracts(connection, after, limit)
        found = [_with_state(centre, row, today) for row in rows]
    finally:
        centre.close()
    if as_json:
        emit(found)
        return
    for row in found:
        owed = f"{pick('欠', 'owes')} {row['owed']}" if row["owed_fen"] else ""
        click.echo(f"{row['contract']}  {row['label']}  {row['ends_day'] or '-'}  {owed}".rstrip())


@contract_command.command("show")
@click.argument("contract")
@data_option
@json_option
@guarded
def contract_show(contract: str, data_dir: Path, *, as_json: bool) -> None:
    """显示一份合同 / Show one contract: its terms, what is paid, owed and due next."""
    centre = open_centre(data_dir)
    try:
        state = centre.state(f"contract/{contract}")
        if state is None:
            raise NotFound(contract, contract=contract)
        today = local_date(centre.clock.now_us())
        told = _told(state, today, _label(centre, state))
    finally:
        centre.close()
    if as_json:
        emit(told)
        return
    names = {
        "number": ("文号", "number"), "label": ("状态", "state"), "source": ("来源", "source"),
        "asset": ("资产", "asset"), "price": ("价格", "price"), "starts_day": ("起始", "starts"),
        "ends_day": ("到期", "ends"), "next": ("下次应付", "next due"), "owed": ("欠款", "owed"),
        "next_rung": ("下一档提醒", "next rung"),
    }  # fmt: skip
    for name, words in names.items():
        if told[name]:
            click.echo(f"{pick(*words)}: {told[name]}")


def _told(state: Stream, today: date, label: str) -> dict[str, Any]:
    terms: ContractTerms = state.facets["contract"]
    done: Performance | None = state.facets.get("performance")
    agreed = terms.agreement
    unit = PriceUnit.parse(agreed.price_unit)
    upcoming = next(iter(unpaid(terms, done)), None)
    owed = arrears_on(terms, done, today)
    sources = {"paper": pick("纸质合同接管", "paper"), "lot": terms.lot}
    return {
        "contract": state.name.partition("/")[2], "place": state.place, "label": label,
        "number": agreed.number, "source": sources[terms.source], "asset": terms.asset,
        "price": f"{format_yuan(agreed.price_fen)} {unit.label(language())}",
        "starts_day": agreed.starts_day, "ends_day": agreed.ends_day,
        "next": f"{upcoming.day} {format_yuan(upcoming.amount_fen)}" if upcoming else "",
        "owed_fen": owed.fen, "owed_days": owed.days,
        "owed": format_yuan(owed.fen) if owed.fen else "",
        "next_rung": local_text(state.due_us) if state.due_us else "",
        "performance": msgspec.to_builtins(done) if done else {},
    }  # fmt: skip


def _with_state(centre: Centre, row: dict[str, Any], today: date) -> dict[str, Any]:
    state = centre.state(f"contract/{row['contract']}")
    assert state is not None
    told = _told(state, today, _label(centre, state))
    return {**row, **{name: told[name] for name in ("label", "owed_fen", "owed_days", "owed")}}


def _label(centre: Centre, state: Stream) -> str:
    centre.refresh()
    place = centre.kernel.catalogue.workflow(state.workflow).states[state.place]
    return pick(place.label_zh, place.label_en)
