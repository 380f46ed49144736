"""What this project asks of its own source beyond what the linters know.

A check takes the text of one file and returns what it found, as ``line: sentence``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

Check = Callable[[str], list[str]]

_CLOCK_CALLS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}
_DATABASE_CLOCK = re.compile(r"\bnow\(\)|current_timestamp|clock_timestamp", re.IGNORECASE)
# A class of one letter stands in each word, so that this file does not find itself.
_OPEN_ENDS = re.compile(
    r"\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b|NotImplemente[d]Error|pragma: n[o] cover"
    r"|mark\.ski[p]|pytest\.ski[p]|\bxfai[l]\b"
)
_PLACES = re.compile(r"/(?:wor[k]|roo[t]|hom[e]|User[s])/\w|file[:]///|pythonhosted\.[o]rg")
_VAGUE = re.compile(r"Manager|Helper|Utils?(?![a-z])")


def long_file(source: str) -> list[str]:
    """Find a file of more than 400 lines: it holds two subjects."""
    lines = len(source.splitlines())
    return [f"{lines}: the file has {lines} lines"] if lines > FILE_LINES_MAX else []


def long_functions(source: str) -> list[str]:
    """Find functions of more than 60 lines, their docstring included."""
    return [
        f"{node.lineno}: {node.name} has {_lines(node)} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _lines(node) > FUNCTION_LINES_MAX
    ]


def own_clocks(source: str) -> list[str]:
    """Find readings of the clock that a simulated clock could not replace."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in _CLOCK_CALLS:
            found.append(f"{node.lineno}: reads the clock by {node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            names = {alias.name for alias in node.names} & {"time", "time_ns"}
            found += [f"{node.lineno}: imports time.{name}" for name in sorted(names)]
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _DATABASE_CLOCK.search(node.value)
        ):
            found.append(f"{node.lineno}: asks the database for the time")
    return found


def floats(source: str) -> list[str]:
    """Find floating-point numbers: money is whole fen, time whole microseconds.

    To refuse a float one must name it, so ``isinstance(value, float)`` is no breach.
    """
    found = []
    tree = ast.parse(source)
    refusals = {
        id(name)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _last_name(call.func) == "isinstance"
        for name in ast.walk(call)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(f"{node.lineno}: the float {node.value}")
        elif isinstance(node, ast.Name) and node.id == "float" and id(node) not in refusals:
            found.append(f"{node.lineno}: the type float")
    return found


def divisions(source: str) -> list[str]:
    """Find true divisions, which give floats; ``//``, ``divmod`` and ``Fraction(a, b)`` do not."""
    return [
        f"{node.lineno}: a true division"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
    ]


def vague_names(source: str) -> list[str]:
    """Find classes and functions named after nothing in particular."""
    return [
        f"{node.lineno}: the name {node.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and _VAGUE.search(node.name)
    ]


def missing_docstrings(source: str) -> list[str]:
    """Find public modules, classes and functions that do not say what they are for."""
    tree = ast.parse(source)
    found = [] if ast.get_docstring(tree) or not tree.body else ["1: the module has no docstring"]
    return found + [
        f"{node.lineno}: {node.name} has no docstring"
        for node in _public(tree)
        if not ast.get_docstring(node)
    ]


def open_ends(source: str) -> list[str]:
    """Find work that was left for later, and tests that are switched off."""
    return _matches(_OPEN_ENDS, source)


def machine_places(source: str) -> list[str]:
    """Find places that exist on one machine only."""
    return _matches(_PLACES, source)


def _matches(pattern: re.Pattern[str], source: str) -> list[str]:
    return [
        f"{number}: {match.group()}"
        for number, line in enumerate(source.splitlines(), start=1)
        for match in pattern.finditer(line)
    ]


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _last_name(node: ast.expr) -> str:
    """Return ``datetime`` for both ``datetime`` and ``datetime.datetime``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _public(
    parent: ast.Module | ast.ClassDef,
) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in parent.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.startswith("_"):
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)
