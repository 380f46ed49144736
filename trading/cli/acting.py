"""One act of a person at the command line, and the instants that such a person types."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import click

from trading.base.errors import TradingError
from trading.base.units import SECOND_US
from trading.centre import Centre, Personal
from trading.cli.output import emit, fail, open_centre, say
from trading.engine.stream import Command
from trading.store.batch import Receipt

SHANGHAI = timezone(timedelta(hours=8))
"""Beijing time, which has never shifted since 1991."""
NAME_MAX = 120
_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")


class Instant(click.ParamType[int]):
    """An instant as people write it in Beijing, ``2026-03-02 09:00``; microseconds inside."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the microseconds since 1970 UTC; fail with what was expected."""
        if isinstance(value, int):
            return value
        for written in _FORMATS:
            with suppress(ValueError):
                at = datetime.strptime(value, written).replace(tzinfo=SHANGHAI)
                return int(at.timestamp()) * SECOND_US
        raise click.BadParameter(f"{value!r}: YYYY-MM-DD [HH:MM[:SS]]", ctx, param)


class PersonName(click.ParamType[str]):
    """The name of a person: one line of letters, as it stands in an identity card."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name without the blanks around it; fail without repeating it."""
        found = str(value).strip()
        if not found or len(found) > NAME_MAX or not found.isprintable():
            raise click.BadParameter("a name is one line of 1 to 120 characters", ctx, param)
        return found


def act(
    data_dir: Path,
    kind: str,
    data: Command,
    actor: str,
    role: str = "office",
    *,
    as_json: bool,
    personal: tuple[Personal, ...] = (),
) -> None:
    """Let ``actor`` do ``data`` in the centre of ``data_dir`` and tell the outcome."""
    centre = open_centre(data_dir, writing=True)
    try:
        receipt = _decided(centre, kind, data, actor, role, as_json=as_json, personal=personal)
    finally:
        centre.close()
    tell(receipt, as_json=as_json)


def tell(receipt: Receipt, *, as_json: bool) -> None:
    """Print what became of an act."""
    if as_json:
        emit({"ok": True, "receipt": receipt})
    elif receipt.outcome == "proposed":
        say("已提议，等待另一人确认", "Proposed; another person must ask for the same")
    else:
        say(f"已办理，存证编号 {receipt.hash[:16]}", f"Done, receipt {receipt.hash[:16]}")


def _decided(
    centre: Centre,
    kind: str,
    data: Command,
    actor: str,
    role: str,
    *,
    as_json: bool,
    personal: tuple[Personal, ...],
) -> Receipt:
    try:
        return centre.do(kind, data, actor, role, personal=personal)
    except TradingError as error:
        fail(error, as_json=as_json, centre=centre)
        raise
