"""The roster of representatives from a sheet: it is frozen whole, or comes back whole.

A roster without one refused row would change who can be drawn, so nothing of it goes in then.
Names stay where they are: a roster names people by their ids.
"""

from __future__ import annotations

from collections.abc import Sequence

from trading.imports.fields import Cells, bounded, fault
from trading.imports.kinds import Kind, Setting, Step
from trading.observing.commands import ROWS_MAX, FreezeRoster
from trading.observing.rules import Listed

COLUMNS = {"member": "代表编号", "group": "小组", "number": "序号"}


def _row(cells: Cells, _setting: Setting) -> tuple[Step, ...]:
    cells.name("member")
    _listed(cells)
    return ()


def _whole(rows: Sequence[Cells], setting: Setting) -> tuple[Step, ...]:
    listed = sorted(map(_listed, rows), key=lambda row: (row.group, row.number))
    places = {(row.group, row.number) for row in listed}
    if len(places) < len(listed):
        raise fault("number", "row_twice", "a number stands twice in its group")
    data = bounded(FreezeRoster(setting.org, tuple(listed)), COLUMNS)
    step = Step(
        f"roster/{setting.org}", "roster.freeze/1", data,
        same=lambda state: bool(state.facets["roster"].rows == data.rows),
    )  # fmt: skip
    return (step,)


def _listed(cells: Cells) -> Listed:
    number = cells.count("number")
    if not number:
        raise fault("number", "row_number", "numbers count from 1")
    return bounded(Listed(cells.name("group"), number, cells.name("member")), COLUMNS)


ROSTER = Kind(
    "roster", COLUMNS, "member", _row, _whole, lambda _cells: "roster", ROWS_MAX, "row_roster",
    role="office",
)  # fmt: skip
