"""The history of one lot from the leaves of a log alone: who decided what, by which rules.

No database is needed and nothing is believed that is not in a leaf: a body that was revealed is
taken only when it opens its blind. Whoever reads a history verifies the log first.
Source: decisions 2, 4 and 7; domain brief, section 19.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from trading.record.audit import Reveal
from trading.record.entry import DONE, RawBody, leaf_of, read

LOT, CASE, PANEL = "lot/", "case/", "panel/"
DEFINITION = "definition.enter/1"


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry as a reader needs it; ``actor``, ``role`` and ``docs`` are those of its command.

    ``rules`` holds every guard that was evaluated and its result, ``failed`` those that stood in
    the way; ``events`` are as recorded, each with its tag under ``event``.
    """

    index: int
    stream: str
    at_us: int
    kind: str
    actor: str
    role: str
    outcome: str
    source: str
    dest: str
    code: str = ""
    region: str = "place"
    rules: dict[str, bool] = {}
    failed: tuple[str, ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    docs: tuple[dict[str, str], ...] = ()


class Bound(msgspec.Struct, frozen=True):
    """A definition that the lot is bound to: its id and the digest under which it was entered."""

    kind: str
    name: str
    digest: str


class History(msgspec.Struct, frozen=True):
    """What a log tells of one lot; ``closed`` counts the leaves that stayed shut on the way."""

    acts: tuple[Act, ...]
    bound: tuple[Bound, ...]
    closed: int


class _Said(msgspec.Struct):
    """What is common to all parts of a command."""

    actor: str
    role: str
    docs: tuple[dict[str, str], ...] = ()


class _Out(msgspec.Struct, rename={"source": "from", "dest": "to"}):
    outcome: str
    source: str
    dest: str
    code: str = ""
    region: str = "place"
    guards: dict[str, bool] = {}
    failed: tuple[str, ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    bind: dict[str, Any] = {}


class _Entered(msgspec.Struct):
    """The ``in`` of a definition, without its body."""

    class Data(msgspec.Struct):
        kind: str
        name: str
        digest: str

    data: Data


# Of a command whose first part stays closed nobody is told.
_UNTOLD = b'{"actor":"","role":""}'
_said, _out = msgspec.json.Decoder(_Said), msgspec.json.Decoder(_Out)
_entered = msgspec.json.Decoder(_Entered)


def streams_of_lot(lot: str) -> Callable[[str], bool]:
    """Return what tells whether a stream is about ``lot``: itself, its case, panel and bidders."""
    case = lot.rpartition("-")[0]
    exact = {f"{LOT}{lot}", f"{CASE}{case}", f"{PANEL}{case}", f"roll/{lot}"}
    begins = tuple(f"{kind}/{lot}-" for kind in ("registration", "deposit", "objection"))
    return lambda stream: stream in exact or stream.startswith(begins)


def history(leaves: Iterable[bytes], lot: str, reveal: Reveal) -> History:
    """Return everything that the ``leaves`` of a log, from the first, tell of ``lot``.

    A command is told whole: all its parts, when one of them is about the lot. Raises
    ``IntegrityFault`` on a leaf that is no entry.
    """
    concerns = streams_of_lot(lot)
    acts: list[Act] = []
    entered: dict[tuple[str, str], Bound] = {}
    wanted: set[tuple[str, str]] = set()
    bodies = _Bodies(leaves, reveal)
    for group in _groups(bodies):
        if not any(concerns(raw.stream) for _index, raw in group):
            _learn(group, entered)
            continue
        said = _said.decode(bytes(group[0][1].given) or _UNTOLD)
        for index, raw in group:
            out = _out.decode(raw.out)
            acts.append(_act(index, raw, out, said))
            if raw.stream == f"{LOT}{lot}":
                wanted |= {(kind, out.bind[kind]) for kind in ("workflow", "pack") if out.bind}
    found = sorted(wanted & entered.keys())
    return History(tuple(acts), tuple(entered[key] for key in found), bodies.closed)


class _Bodies:
    """The bodies behind leaves, with their index; counts those that stay closed."""

    def __init__(self, leaves: Iterable[bytes], reveal: Reveal) -> None:
        self.closed = 0
        self._leaves = leaves
        self._reveal = reveal

    def __iter__(self) -> Iterator[tuple[int, RawBody]]:
        for index, leaf in enumerate(self._leaves):
            body = leaf
            if leaf.startswith(b'{"blind":'):
                opened = self._reveal(index)
                if opened is None or leaf_of(opened.body, opened.salt) != leaf:
                    self.closed += 1
                    continue
                body = opened.body
            yield index, read(body)


def _groups(bodies: Iterable[tuple[int, RawBody]]) -> Iterator[list[tuple[int, RawBody]]]:
    """Yield the open parts of each command together."""
    group: list[tuple[int, RawBody]] = []
    for index, raw in bodies:
        if group and raw.cmd != group[0][1].cmd:
            yield group
            group = []
        group.append((index, raw))
    if group:
        yield group


def _learn(group: list[tuple[int, RawBody]], entered: dict[tuple[str, str], Bound]) -> None:
    raw = group[0][1]
    if raw.kind == DEFINITION and _out.decode(raw.out).outcome == DONE:
        data = _entered.decode(raw.given).data
        entered[data.kind, data.name] = Bound(data.kind, data.name, data.digest)


def _act(index: int, raw: RawBody, out: _Out, said: _Said) -> Act:
    return Act(
        index=index, stream=raw.stream, at_us=raw.at_us, kind=raw.kind, actor=said.actor,
        role=said.role, outcome=out.outcome, source=out.source, dest=out.dest, code=out.code,
        region=out.region, rules=out.guards, failed=out.failed, events=out.events, docs=said.docs,
    )  # fmt: skip
