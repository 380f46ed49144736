"""What turns one guard of the built-in workflow alone."""

from __future__ import annotations

from tests.trade.vectors.build import Breaks, Vector, data
from trading.base.calendar import YearTable
from trading.engine.stream import Stream


def _shipped_calendar(v: Vector) -> Vector:
    """Enter a version that is in the log already, whole and with its right digest."""
    table = YearTable.from_body({**v.env.data.body, "id": "cn-2026@1"})
    return data(name=table.id, body=table.body, digest=table.digest)(v)


BREAKS: Breaks = {
    ("builtin", "enter", "writer"): {
        "new_version_v1": _shipped_calendar,
        "sound_v1": data(digest="0" * 64),
    },
    ("builtin", "enter", "office"): {
        "new_version_v1": _shipped_calendar,
        "sound_v1": data(digest="0" * 64),
    },
    ("builtin", "simulate", "writer"): {
        "first_entry_v1": lambda v: Vector(
            v.env, {"centre": Stream("centre", 1, workflow="builtin@1", place="founding")}, v.at_us
        ),
    },
}
