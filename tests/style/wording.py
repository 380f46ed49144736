"""Every sentence that this program says of an error or a finding, as its source has it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import click

from trading.base import errors

FINDINGS = {"add": 2, "Finding": 2}
"""Who takes the sentence of a finding, and as which argument."""
_ERRORS = {
    name
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, errors.TradingError)
} | {click.BadParameter.__name__, click.UsageError.__name__}


def sentences(source: str, *, findings: bool = False) -> set[str]:
    """Return the sentences of the errors in ``source``, of findings as well where it makes any.

    ``{0}``, ``{1}`` stand where a value is filled in.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            place = _place(node, findings=findings)
            if place is not None and len(node.args) > place:
                found.update(filter(_says, _texts(node.args[place])))
        elif findings and isinstance(node, ast.Assign) and _names(node) == ["detail"]:
            found.update(filter(_says, _texts(node.value)))
    return found


def _says(sentence: str) -> bool:
    """Tell whether there are words besides the values."""
    return any(letter.isalpha() for letter in sentence)


def _names(node: ast.Assign) -> list[str]:
    return [getattr(target, "id", "") for target in node.targets]


def _place(call: ast.Call, *, findings: bool) -> int | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in _ERRORS:
        return 0
    return FINDINGS.get(name) if findings else None


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield _open(node)


def _open(node: ast.JoinedStr) -> str:
    said, number = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            said += str(part.value)
        else:
            said += f"{{{number}}}"
            number += 1
    return said
