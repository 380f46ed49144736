"""``trading replay``: decide the record again."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import click

from trading.base.errors import NotFound
from trading.cli.checking import replay_centre
from trading.cli.output import FINDING, data_option, emit, guarded, json_option, open_centre
from trading.store.log import head

BEIJING = timezone(timedelta(hours=8))
UNTIL = "--until"
SECOND_US = 1_000_000


@click.command("replay")
@data_option
@click.option("--lot", default="", help="只报告此标的 / report this lot only")
@click.option(UNTIL, "until", default="", help="到此序号或时间为止 / up to an index or a time")
@json_option
@guarded
def replay_command(data_dir: Path, lot: str, until: str, *, as_json: bool) -> None:
    """按记录逐条重判，并与状态和数据比对 / Decide every entry again and compare."""
    until_index, until_us = _until(until)
    centre = open_centre(data_dir)
    try:
        if lot and centre.state(f"lot/{lot}") is None:
            raise NotFound(f"no lot {lot}", field="lot")
        if until_index is not None and until_index >= head(centre.reading).size:
            raise click.BadParameter("the record does not reach that far", param_hint=UNTIL)
        ok = replay_centre(
            centre, quiet=as_json, lot=lot, until_index=until_index, until_us=until_us
        )
    finally:
        centre.close()
    if as_json:
        emit({"ok": ok})
    if not ok:
        raise SystemExit(FINDING)


def _until(text: str) -> tuple[int | None, int | None]:
    """Return an index, or an instant in microseconds; a time without offset is Beijing time."""
    if not text:
        return None, None
    if text.isascii() and text.isdigit():
        return int(text), None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter("neither an index nor a time", param_hint=UNTIL) from error
    at = found if found.tzinfo else found.replace(tzinfo=BEIJING)
    return None, int(at.timestamp()) * SECOND_US + at.microsecond
