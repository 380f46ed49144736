"""Runs a walk-through: every request that it shows is sent, every answer that it shows compared.

A request and the answer to it stand in two ``http`` blocks of the document, one after the other.
What differs from run to run stands as ``…`` in an answer: as a value it is any value, at the end
of a text any rest, as the last element of a list or as ``"…": "…"`` in an object whatever else is
there. ``{name}`` in an
answer is remembered as what came, and put into later requests; a name that is known must come
again. Everything else must be there to the letter. What begins with a brace is JSON, both ways,
unless a header says otherwise. ``python -m tests.web.api.walking`` writes the
answers anew: what two runs do not have in common becomes ``…``.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support.rooms import serving_rooms
from trading.demo.sandbox import make

ANY = "…"
JSON = "application/json"
WIDTH = 96
DOCUMENTS = (Path(__file__).parents[3] / "docs" / "api" / "walk-through.md",)
_BLOCK = re.compile(r"^```http\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_REQUEST = re.compile(r"(GET|PUT|POST|DELETE) (\S+)")
_ANSWER = re.compile(r"HTTP/1\.1 (\d{3}) .+")
_NAME = re.compile(r"\{([a-z][a-z_0-9]*)\}")


@dataclass(frozen=True)
class Said:
    """One block: its first line taken apart, its headers and its body; and where it stands."""

    first: tuple[str, ...]
    headers: dict[str, str]
    body: str
    span: tuple[int, int]


@dataclass(frozen=True)
class Step:
    """One request with its answer, and the line of the document that it stands in."""

    line: int
    request: Said
    answer: Said

    def __str__(self) -> str:
        return f"line {self.line}: {' '.join(self.request.first)}"


def steps(text: str) -> list[Step]:
    """Return the steps of a document; raise ``ValueError`` where a request has no answer."""
    found: list[Step] = []
    asked: Said | None = None
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        first = block[1].partition("\n")[0]
        is_request = _REQUEST.fullmatch(first) is not None
        if is_request != (asked is None):
            message = f"line {line}: request and answer take turns"
            raise ValueError(message)
        said = _said(block[1], block.span(1), _REQUEST if is_request else _ANSWER, line)
        if asked is not None:
            found.append(Step(line, asked, said))
        asked = said if is_request else None
    if asked is not None:
        message = f"{' '.join(asked.first)} has no answer"
        raise ValueError(message)
    return found


def _said(block: str, span: tuple[int, int], form: re.Pattern[str], line: int) -> Said:
    head, _empty, body = block.partition("\n\n")
    first, *lines = head.splitlines()
    parts = form.fullmatch(first)
    if parts is None:
        message = f"line {line}: neither a request nor an answer: {first}"
        raise ValueError(message)
    headers = dict(line.split(": ", 1) for line in lines)
    return Said(parts.groups(), headers, body.strip(), span)


@dataclass
class Walk:
    """One way through a document; ``known`` are the names that answers gave."""

    client: httpx.Client
    known: dict[str, Any] = field(default_factory=dict)

    def ask(self, step: Step) -> httpx.Response:
        """Send the request of ``step``."""
        method, path = step.request.first
        headers = {name: self._filled(value) for name, value in step.request.headers.items()}
        body = self._filled(step.request.body)
        if body.startswith("{"):
            headers.setdefault("Content-Type", JSON)
        return self.client.request(
            method, self._filled(path), headers=headers, content=body.encode()
        )

    def differs(self, step: Step, got: httpx.Response) -> Iterator[str]:
        """Yield where ``got`` is not what ``step`` shows; remember what it names."""
        shown = step.answer
        if str(got.status_code) != shown.first[0]:
            yield f"{got.status_code} {got.text[:600]}, not {shown.first[0]}"
        expected = {"Content-Type": JSON} if shown.body.startswith(("{", "[")) else {}
        for name, value in {**expected, **shown.headers}.items():
            yield from self._compared(value, got.headers.get(name), name)
        if shown.body.startswith(("{", "[")):
            try:
                yield from self._compared(json.loads(shown.body), got.json(), "")
            except ValueError as error:
                yield f"no JSON: {error}"
        elif shown.body != ANY:
            lines = shown.body.splitlines()
            yield from self._compared(lines, got.text.strip().splitlines(), "")

    def _filled(self, text: str) -> str:
        return _NAME.sub(lambda found: str(self.known.get(found[1], found[0])), text)

    def _compared(self, shown: Any, got: Any, where: str) -> Iterator[str]:
        if isinstance(shown, str) and isinstance(got, str) and shown.endswith(ANY):
            if not got.startswith(shown.removesuffix(ANY)):
                yield f"{where}: {got!r}, not {shown!r}"
            return
        if shown == ANY:
            return
        named = _NAME.fullmatch(shown) if isinstance(shown, str) else None
        if named is not None:
            if self.known.setdefault(named[1], got) != got:
                yield f"{where}: {got!r}, not {self.known[named[1]]!r}"
        elif isinstance(shown, dict) and isinstance(got, dict):
            yield from self._fields(shown, got, where)
        elif isinstance(shown, list) and isinstance(got, list):
            yield from self._elements(shown, got, where)
        elif shown != got or type(shown) is not type(got):
            yield f"{where}: {got!r}, not {shown!r}"

    def _fields(self, shown: dict[str, Any], got: dict[str, Any], where: str) -> Iterator[str]:
        wanted = {name: value for name, value in shown.items() if name != ANY}
        if ANY not in shown:
            yield from (f"{where}.{name} is not shown" for name in got if name not in wanted)
        for name, value in wanted.items():
            if name not in got:
                yield f"{where}.{name} is missing"
            else:
                yield from self._compared(value, got[name], f"{where}.{name}")

    def _elements(self, shown: list[Any], got: list[Any], where: str) -> Iterator[str]:
        wanted = shown[:-1] if shown[-1:] == [ANY] else shown
        if len(got) < len(wanted) or (wanted is shown and len(got) != len(wanted)):
            yield f"{where} has {len(got)} elements: {got!r:.600}"
        for place, (one, other) in enumerate(zip(wanted, got, strict=False)):
            yield from self._compared(one, other, f"{where}[{place}]")


def recorded(text: str) -> str:
    """Return the document with the answers that two sandboxes have in common."""
    told: list[list[httpx.Response]] = []
    wrong: list[bool] = []
    for _turn in range(2):
        with tempfile.TemporaryDirectory() as folder:
            home = make(Path(folder) / "sandbox")
            with (
                serving_rooms(home) as served,
                httpx.Client(base_url=served.url, timeout=60) as client,
            ):
                walk, answers, wrong = Walk(client), [], []
                for step in steps(text):
                    answers.append(walk.ask(step))
                    wrong.append(any(list(walk.differs(step, answers[-1]))))
                told.append(answers)
    for step, first, second, differs in reversed(list(zip(steps(text), *told, wrong, strict=True))):
        if differs:
            print(step, first.status_code)
            begin, end = step.answer.span
            text = text[:begin] + _written(step.answer, first, second) + text[end:]
    return text


def _written(shown: Said, first: httpx.Response, second: httpx.Response) -> str:
    kind = first.headers.get("Content-Type", "")
    if "json" in kind:
        old = json.loads(shown.body) if shown.body.startswith(("{", "[")) else None
        common = _common(old, first.json(), second.json())
        body = _folded(common)
    else:
        body = shown.body if shown.body == ANY else first.text.strip()
    said = f"HTTP/1.1 {first.status_code} {first.reason_phrase}\n"
    said += f"Content-Type: {kind}\n" if kind != JSON else ""
    return f"{said}\n{body}\n" if body else said


def _folded(value: Any, indent: int = 0) -> str:
    """Return ``value`` as JSON that breaks its lines only where it must."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent <= WIDTH or not isinstance(value, dict | list) or not value:
        return line
    pad, marks = " " * (indent + 2), "{}" if isinstance(value, dict) else "[]"
    parts = (
        [
            f"{json.dumps(name, ensure_ascii=False)}: {_folded(one, indent + 2)}"
            for name, one in value.items()
        ]
        if isinstance(value, dict)
        else [_folded(one, indent + 2) for one in value]
    )
    inner = ",\n".join(pad + part for part in parts)
    return f"{marks[0]}\n{inner}\n{' ' * indent}{marks[1]}"


def _common(old: Any, one: Any, other: Any) -> Any:
    """Return what two runs have in common, shown as far as ``old`` shows it."""
    if isinstance(old, str) and (old.endswith(ANY) or _NAME.fullmatch(old)):
        return old
    if isinstance(one, dict) and isinstance(other, dict):
        before = old if isinstance(old, dict) else {}
        names = [name for name in one if ANY not in before or name in before]
        told = {name: _common(before.get(name), one[name], other.get(name)) for name in names}
        return {**told, ANY: ANY} if ANY in before else told
    if isinstance(one, list) and isinstance(other, list):
        olds = old if isinstance(old, list) else []
        if olds[-1:] == [ANY]:
            return [*map(_common, olds[:-1], one, other), ANY]
        if len(one) == len(other):
            return [*map(_common, [*olds, *[None] * len(one)], one, other)]
    return one if one == other else ANY


if __name__ == "__main__":
    for document in map(Path, sys.argv[1:] or DOCUMENTS):
        document.write_text(recorded(document.read_text(encoding="utf-8")), encoding="utf-8")
