"""Moving through a long form: which of its pages comes next, and what that page shows."""

from __future__ import annotations

from typing import Any

from trading.web.staff.forms import steps, words
from trading.web.staff.forms.filled import AT, SEEN, WHOLE, Filled
from trading.web.staff.forms.page import Asking

MOVES = frozenset({"go", "next", "list", "whole"})
"""Buttons of the pages of a form in steps, and of the one page that asks everything."""


def moved(filled: Filled, wanted: str, code: str) -> bool:
    """Move ``filled`` on; return whether the last step is done and the answers can be checked.

    Whoever goes on has answered the step ``code``: only its errors stop them there.
    """
    if wanted == "whole":
        _put(filled, WHOLE, ["1"])
        return False
    _put(filled, WHOLE, [])
    found = steps.steps(filled)
    if wanted != "next":
        _put(filled, AT, [code] if wanted == "go" else [])
        return False
    step = next((one for one in found if one.code == code), None)
    if step is None:
        return False
    _put(filled, SEEN, list(dict.fromkeys((*filled.given.many(SEEN), code))))
    filled.read()
    wrong = {name: text for name, text in filled.errors.items() if step.asks(name)}
    filled.given.errors = wrong
    if wrong:
        _put(filled, AT, [code])
        return False
    _put(filled, AT, [then] if (then := steps.after(found, code)) else [])
    return not then


def asked(filled: Filled, asking: Asking) -> dict[str, Any]:
    """Return the template of the page that comes now, its questions and what is wrong there."""
    found = steps.steps(filled)
    if not found:
        return {
            "template": "staff/form.html", "questions": asking.questions(),
            "labels": asking.labels(filled.fields), "errors": filled.errors,
            "whole": bool(filled.given.one(WHOLE)),
        }  # fmt: skip
    at = steps.first_wrong(found, filled.errors) or filled.given.one(AT)
    step = next((one for one in found if one.code == at), None)
    errors = {n: text for n, text in filled.errors.items() if step and step.asks(n)}
    return {
        "template": "staff/step.html" if step else "staff/steps.html", "step": step,
        "steps": found, "states": steps.states(filled, found), "errors": errors,
        "hidden_now": steps.hidden(filled, step),
        "labels": asking.labels(step.fields, step.prefix) if step else {},
        "questions": asking.of(step.fields, step.prefix) if step else [],
        "lists": _lists(filled),
    }  # fmt: skip


def _lists(filled: Filled) -> list[tuple[str, str, list[str]]]:
    """Return name, what one row is called, and the rows, of every list that has steps."""
    return [
        (field.name, words.said("parts", field.fields[0].owner, field.name),
         [f"{field.name}.{row}" for row in filled.given.rows(field.name)])
        for field in filled.fields
        if field.widget == "rows" and field.fields[0].owner in steps.PARTS
    ]  # fmt: skip


def sections(filled: Filled) -> list[tuple[steps.Step, list[tuple[str, str]]]]:
    """Return the answers by step, for a page on which they are checked; none of a short form."""
    return [(step, steps.answers(filled, step)) for step in steps.steps(filled)]


def _put(filled: Filled, name: str, values: list[str]) -> None:
    kept = {key: value for key, value in filled.given.values.items() if key != name}
    filled.given.values = {**kept, name: values} if values else kept
