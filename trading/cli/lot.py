"""``trading lot``: what happened, what comes next, how long, and why each date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec
from sqlalchemy import select

from trading.base.deadline import local_text
from trading.base.errors import NotFound
from trading.base.money import PriceUnit, format_yuan
from trading.centre import Centre
from trading.cli.output import data_option, emit, guarded, json_option, open_centre
from trading.listing.tables import lot as lots
from trading.record.entry import DONE, read
from trading.store.log import stream_entries
from trading.words.language import language, pick, word
from trading.words.telling import ended, label, lines, tell

PAGE_MAX = 500


@click.group("lot")
def lot_command() -> None:
    """标的 / Lots."""


@lot_command.command("list")
@data_option
@click.option("--place", default="", help="只列此状态 / only this state")
@click.option("--after", default="", help="从此标的之后翻页 / page after this lot")
@click.option("--limit", default=50, type=click.IntRange(1, PAGE_MAX), show_default=True)
@json_option
@guarded
def lot_list(data_dir: Path, place: str, after: str, limit: int, *, as_json: bool) -> None:
    """列出标的 / List lots, a page at a time."""
    centre = open_centre(data_dir)
    query = select(lots).where(lots.c.lot > after).order_by(lots.c.lot).limit(limit)
    if place:
        query = query.where(lots.c.place == place)
    try:
        centre.refresh()
        if place and not any(
            place in w.states for w in centre.kernel.catalogue.workflows_of("lot")
        ):
            raise click.BadParameter("no lot can be in this state", param_hint="--place")
        with centre.reading.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        labels = {row["lot"]: _label(centre, f"lot/{row['lot']}") for row in rows}
        still = {row["lot"] for row in rows if row["hold"] != "clear" and not _over(centre, row)}
    finally:
        centre.close()
    if as_json:
        emit(rows)
        return
    for row in rows:
        price_fen = row["lead_fen"] or row["start_price_fen"]
        unit = PriceUnit.parse(row["price_unit"]).label(language())
        held = pick("（已中止）", " (held)") if row["lot"] in still else ""
        click.echo(
            f"{row['lot']}  {labels[row['lot']]}{held}  {format_yuan(price_fen)} {unit}  "
            f"{row['title_zh']}"
        )


@lot_command.command("show")
@data_option
@click.argument("lot")
@json_option
@guarded
def lot_show(data_dir: Path, lot: str, *, as_json: bool) -> None:
    """一个标的的现状、下一步和期限 / One lot: now, next, how long, and why."""
    centre = open_centre(data_dir)
    try:
        centre.refresh()
        state = centre.state(f"lot/{lot}")
        if state is None:
            raise NotFound(f"no lot {lot}", field="lot")
        told = tell(centre, state)
    finally:
        centre.close()
    if as_json:
        emit(told)
        return
    for line in lines(told):
        click.echo(line)


@lot_command.command("timeline")
@data_option
@click.argument("lot")
@click.option("--after", default=0, type=int, help="从此序号之后 / after this sequence number")
@click.option("--limit", default=200, type=click.IntRange(1, PAGE_MAX), show_default=True)
@json_option
@guarded
def lot_timeline(data_dir: Path, lot: str, after: int, limit: int, *, as_json: bool) -> None:
    """标的的全部经过 / Everything that happened to a lot."""
    centre = open_centre(data_dir)
    try:
        rows = stream_entries(centre.reading, f"lot/{lot}", after, limit)
    finally:
        centre.close()
    if not rows:
        raise NotFound(f"no lot {lot}", field="lot")
    for row in rows:
        raw = read(row.body)
        line = _line(row.idx, raw.at_us, raw.kind, bytes(raw.out))
        if as_json:
            emit(line)
        else:
            move = line["from"] if line["from"] == line["to"] else f"{line['from']} -> {line['to']}"
            told = ": ".join(filter(None, (line["code"], ", ".join(line["failed"]))))
            mark = f" [{told or line['outcome']}]" if line["outcome"] != DONE else ""
            said = word("triggers", line["trigger"])
            click.echo(f"{line['index']:>7}  {line['at']}  {line['kind']:<24} {move}{mark}  {said}")


def _over(centre: Centre, row: dict[str, Any]) -> bool:
    """Tell whether the lot has ended; a hold that lay on it then holds nothing any more."""
    state = centre.state(f"lot/{row['lot']}")
    return state is not None and ended(centre, state)


def _label(centre: Centre, stream: str) -> str:
    state = centre.state(stream)
    return label(centre, state) if state else ""


def _line(index: int, at_us: int, kind: str, out: bytes) -> dict[str, Any]:
    told = msgspec.json.decode(out)
    guards = told.get("guards", {})
    failed = [g for g, holds in guards.items() if not holds] if told["outcome"] == "refused" else []
    return {
        "index": index,
        "at": local_text(at_us),
        "at_us": at_us,
        "kind": kind,
        "trigger": told["trigger"],
        "outcome": told["outcome"],
        "from": told["from"],
        "to": told["to"],
        "code": told.get("code", ""),
        "failed": failed,
        "events": told.get("events", []),
    }
