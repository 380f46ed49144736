"""The child: holds itself to its limits, does one task, and ends.

It is started by ``trading.press.child`` alone; nothing but the answer goes to its output.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import msgspec

from trading.base.errors import InvalidInput
from trading.press.child import Parcel
from trading.press.limits import Limits, hold_to

Task = Callable[[Parcel, Limits], Parcel]


def main() -> None:
    """Do the task that stands on the input and write the answer."""
    parcel = Parcel.unpack(sys.stdin.buffer.read())
    limits = msgspec.convert(parcel.head["limits"], Limits)
    task = task_named(str(parcel.head["task"]))
    hold_to(limits)
    sys.stdout.buffer.write(answered(task, parcel, limits).pack())


def answered(task: Task, parcel: Parcel, limits: Limits) -> Parcel:
    """Return what ``task`` makes of ``parcel``, or why it refuses it."""
    try:
        return task(parcel, limits)
    except InvalidInput as error:
        return Parcel({"refused": error.detail, "params": error.params})


def task_named(name: str) -> Task:
    """Return the task of this name; what it needs is imported before any limit counts."""
    if name == "template":
        from trading.press.sandbox import template_task

        return template_task
    if name == "pdf":
        from trading.press.sheets import pdf_task

        return pdf_task
    from trading.press.pictures import TASKS

    return TASKS[name]
