"""Long forms in steps: a list of them, some questions on a page, answers checked at the end.

What was typed goes from page to page in the forms themselves, so that it works without scripts and
in two tabs, and nothing half-done is kept here. Source: issue brief of the rooms, part 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from trading.web.staff.forms import typed, words
from trading.web.staff.forms.filled import AT, FACT, OWN, ROLE, SEEN, WHOLE, Filled
from trading.web.staff.forms.given import Given
from trading.web.staff.forms.shape import Field

LONG = 15
"""A form of so many questions is asked in steps."""
CLOSE = "close"
"""The step of papers, facts and the role."""
PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "LotPlan": {
        "what": ("number", "asset", "title_zh", "use_zh", "tenure"),
        "price": (
            "price_unit", "start_price_fen", "bid_step_fen", "raise_max_fen", "ceiling_fen",
            "deposit_fen", "appraisal_fen", "appraisal_day", "cut_ratio_max",
        ),
        "term": ("term_months", "escalator", "payment_months", "bond_fen", "buy_back"),
        "who": ("eligibility_zh", "village_only", "eligibility_ground_zh", "priority_zh"),
        "state": (
            "condition_zh", "defects_zh", "improvements_zh", "handover_days", "viewing_zh",
        ),
    },
}  # fmt: skip
"""The steps of one row, by what the row is, with the questions of each."""
_OF_CLOSE = (f"{FACT}", f"{OWN}", "_doc.", ROLE)


class Step(msgspec.Struct, frozen=True):
    """Some questions that are asked on one page; ``row`` is the row of a list that they are of."""

    code: str
    title: str
    prefix: str = ""
    fields: tuple[Field, ...] = ()
    row: str = ""

    def asks(self, name: str) -> bool:
        """Tell whether the question ``name``, or one that it is part of, is asked here."""
        if self.code == CLOSE:
            return name.startswith(("_file.", *_OF_CLOSE))
        own = (f"{self.prefix}{field.name}" for field in self.fields)
        return any(name == one or name.startswith(f"{one}.") for one in own)


def steps(filled: Filled) -> list[Step]:
    """Return the steps of a long form, none for a short one or where it is asked as a whole."""
    if filled.given.one(WHOLE) or sum(_count(field) for field in filled.fields) < LONG:
        return []
    kind, title = filled.spec.kind, words.said("parts", "basics")
    found = list(_split(kind, filled.fields, filled.given, "", title))
    if filled.papers or filled.facts or filled.personal or len(filled.roles) > 1:
        found.append(Step(CLOSE, words.said("parts", CLOSE)))
    return found


def states(filled: Filled, found: list[Step]) -> dict[str, str]:
    """Return how far each step is by its code: ``new``, ``done`` or ``wrong``."""
    probe = Given(filled.given.values)
    probe.read(filled.fields)
    seen = filled.given.many(SEEN)
    told = {}
    for step in found:
        wrong = any(step.asks(name) for name in probe.errors)
        told[step.code] = ("wrong" if wrong else "done") if step.code in seen else "new"
    return told


def after(found: list[Step], code: str) -> str:
    """Return the code of the step that follows ``code``, empty behind the last."""
    codes = [step.code for step in found]
    place = codes.index(code) + 1 if code in codes else len(codes)
    return codes[place] if place < len(codes) else ""


def first_wrong(found: list[Step], errors: dict[str, str]) -> str:
    """Return the code of the first step with an error, empty where no step has one."""
    wrong = (step.code for step in found if any(step.asks(name) for name in errors))
    return next(wrong, "")


def answers(filled: Filled, step: Step) -> list[tuple[str, str]]:
    """Return questions and answers of ``step``, once everything was read."""
    if step.code == CLOSE:
        return []
    return list(typed.answers(filled.spec.kind, step.fields, _data(filled, step.prefix)))


def hidden(filled: Filled, step: Step | None) -> list[tuple[str, str]]:
    """Return every name and value that the page of ``step`` has to bring back unasked."""
    return [
        (name, value) for name, value in filled.hidden()
        if name != AT and not (step and step.asks(name))
    ]  # fmt: skip


def _split(
    kind: str, fields: tuple[Field, ...], given: Given, prefix: str, title: str
) -> Iterator[Step]:
    plain = tuple(field for field in fields if not _is_own(field))
    if plain:
        yield Step(prefix.rstrip(".") or "basics", title, prefix, plain)
    for field in fields:
        if not _is_own(field):
            continue
        name, label = f"{prefix}{field.name}", words.label(kind, field.owner, field.name)
        if field.widget == "group":
            yield from _split(kind, field.fields, given, f"{name}.", label)
        else:
            yield from _rows(field, given, name, label)


def _rows(field: Field, given: Given, name: str, label: str) -> Iterator[Step]:
    owner = field.fields[0].owner
    for number, row in enumerate(given.rows(name), 1):
        for part, names in PARTS[owner].items():
            row_title = f"{words.said('parts', owner, label)} {number}"
            title = f"{row_title} · {words.said('parts', f'{owner}.{part}')}"
            asked = tuple(one for one in field.fields if one.name in names)
            yield Step(f"{name}.{row}.{part}", title, f"{name}.{row}.", asked, f"{name}.{row}")


def _is_own(field: Field) -> bool:
    """Tell whether ``field`` is asked in steps of its own."""
    return field.widget == "group" or (field.widget == "rows" and field.fields[0].owner in PARTS)


def _count(field: Field) -> int:
    return sum(_count(one) for one in field.fields) if field.fields else 1


def _data(filled: Filled, prefix: str) -> Any:
    value: Any = filled.data
    walked = ""
    for part in prefix.split(".")[:-1]:
        if isinstance(value, list):
            value = value[filled.given.rows(walked).index(int(part))]
        else:
            value = value.get(part, {})
        walked = f"{walked}.{part}".strip(".")
    return value
