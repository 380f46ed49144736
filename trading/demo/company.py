"""Everybody who acts at one centre: stories that run side by side on one simulated clock.

A story is a generator that acts and then yields the instant at which it wants to go on. Between
two acts everything that falls due is decided in its own instant, as the ticks of a service would.
"""

from __future__ import annotations

import heapq
import json
import zlib
from collections.abc import Callable, Generator, Iterable, Sequence
from hashlib import sha256
from typing import TypeVar

import msgspec

from trading.base.clock import SimulatedClock
from trading.base.errors import IntegrityFault, Refused
from trading.base.signature import fingerprint
from trading.base.units import SECOND_US
from trading.centre import Centre, Personal
from trading.demo import cast
from trading.demo.devices import public_key, signed
from trading.engine.stream import Command, Facet, Stream
from trading.observing import evidence
from trading.observing.rules import Panel, Step
from trading.observing.watching import OpenStep, StateStep
from trading.people.device_commands import AddDevice, ConfirmDevice
from trading.record.entry import Document
from trading.store.batch import Receipt
from trading.store.filed import documents_of

Story = Generator[int, None, None]
F = TypeVar("F", bound=Facet)

JSON, PNG = "application/json", "image/png"
ACT_US = 40 * SECOND_US
"""How long an act takes a clerk."""
SCAN_WIDTH, SCAN_HEIGHT = 210, 297
TAP_US = SECOND_US
"""How long a bid takes."""


class Paper(msgspec.Struct, frozen=True):
    """A document of the case file: what it is in the trade, and its bytes."""

    name: str
    content: bytes
    media_type: str = JSON

    @property
    def document(self) -> Document:
        """Return what an entry says of it."""
        return Document(self.name, sha256(self.content).hexdigest())


def paper(name: str, text: str) -> Paper:
    """Return a paper with ``text``."""
    content = json.dumps({"name": name, "text": text}, ensure_ascii=False).encode()
    return Paper(name, content)


def scan(text: str) -> Paper:
    """Return the scan of a sealed paper: a grey picture with ``text`` as its description."""
    rows = b"".join(b"\0" + b"\xd8" * SCAN_WIDTH for _row in range(SCAN_HEIGHT))
    header = SCAN_WIDTH.to_bytes(4) + SCAN_HEIGHT.to_bytes(4) + b"\x08\0\0\0\0"
    chunks = (
        (b"IHDR", header), (b"tEXt", b"Description\0" + text.encode("ascii")),
        (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""),
    )  # fmt: skip
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
        for name, data in chunks
    )
    return Paper("scan", content, PNG)


class Company:
    """Lets people act at ``centre`` and stories run beside each other."""

    def __init__(self, centre: Centre, clock: SimulatedClock) -> None:
        """Act at ``centre``, whose clock is ``clock``."""
        self.centre = centre
        self.clock = clock

    def do(
        self,
        kind: str,
        data: Command,
        actor: str,
        role: str,
        *papers: Paper,
        facts: dict[str, bool] | None = None,
        personal: tuple[Personal, ...] = (),
    ) -> Receipt:
        """Let ``actor`` act; it takes a moment. Raises what it was refused with."""
        takes_us = TAP_US if kind == "bid.place/1" else ACT_US
        self.clock.advance_to(self.clock.now_us() + takes_us)
        return self.centre.do(
            kind, data, actor, role, docs=tuple(one.document for one in papers),
            files=tuple((one.content, one.media_type) for one in papers), facts=facts,
            personal=personal,
        )  # fmt: skip

    def staff(self, kind: str, data: Command, role: str, *papers: Paper, **more: object) -> Receipt:
        """Let the one person of the staff act who holds ``role``."""
        return self.do(kind, data, cast.holder(role), role, *papers, **more)  # type: ignore[arg-type]

    def both(self, kind: str, data: Command, *papers: Paper) -> Receipt:
        """Let the two people of the office ask for the same."""
        first, second = cast.OFFICE
        self.do(kind, data, first, "office", *papers)
        return self.do(kind, data, second, "office", *papers)

    def refused(self, kind: str, data: Command, actor: str, role: str, *papers: Paper) -> None:
        """Ask for what the rules forbid: the refusal is an entry, and nothing else changes."""
        try:
            self.do(kind, data, actor, role, *papers)
        except Refused:
            return
        raise IntegrityFault(f"{kind} by {actor} ought to have been refused")

    def state(self, stream: str) -> Stream:
        """Return the state of ``stream``; raise ``IntegrityFault`` where it does not exist."""
        found = self.centre.state(stream)
        if found is None:
            raise IntegrityFault(f"no {stream}")
        return found

    def shown(self, case: str, step: str, lots: tuple[str, ...]) -> Paper:
        """Return what ``step`` shows the panel of ``lots``, with every paper filed so far."""
        papers = documents_of(self.centre.reading, evidence.about(case, lots))
        shown = evidence.gather(case, step, lots, self.centre.state, papers)
        return Paper(evidence.NAME, shown)

    def observe(self, case: str, step: Step, lots: tuple[str, ...]) -> str:
        """Show ``step`` to the panel and let a quorum state it, each with the own phone.

        Returns the digest of what was shown.
        """
        panel: Panel = self.state(f"panel/{case}").facets["panel"]
        shown = self.shown(case, step, lots)
        opened = OpenStep(case, step, shown.document.sha256, lots)
        self.staff("panel.open_step/1", opened, "centre_operator", shown)
        for member in panel.members[: panel.quorum]:
            said = StateStep(case, step, opened.shown, "seen", "session_code")
            self.do("panel.state/1", signed(said, member), member, "resident_rep")
        return opened.shown

    def know_phones(self, org: str, members: Sequence[str], others: Sequence[str]) -> None:
        """Let two of ``others`` of the roster of ``org`` confirm the phone of each new member."""
        for member in members:
            known = self.centre.state(f"person/{member}")
            if known is not None and "devices" in known.facets:
                continue
            key = public_key(member)
            self.do(
                "person.add_device/1", AddDevice(member, "ed25519", key), member, "resident_rep"
            )
            confirm = ConfirmDevice(member, org, fingerprint(key))
            for other in [one for one in others if one != member][:2]:
                self.do("person.confirm_device/1", confirm, other, "resident_rep")

    def wait(self, until_us: int) -> None:
        """Let time pass; everything that falls due on the way is decided in its instant."""
        until_us = max(until_us, self.clock.now_us())
        while 0 < (due_us := self.centre.next_due_us()) <= until_us:
            if due_us > self.clock.now_us():
                self.clock.advance_to(due_us)
            if not self.centre.writer.tick():
                break
        if until_us > self.clock.now_us():
            self.clock.advance_to(until_us)
            self.centre.writer.tick()

    def run(
        self,
        stories: Iterable[tuple[int, Story]],
        until_us: int,
        told: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> None:
        """Run (begin, story) pairs side by side until each has ended or ``until_us`` is reached.

        ``told`` is given how many have ended, and of how many.
        """
        waiting = [(begin_us, n, story) for n, (begin_us, story) in enumerate(stories)]
        heapq.heapify(waiting)
        total = len(waiting)
        while waiting and waiting[0][0] <= until_us:
            at_us, n, story = waiting[0]
            self.wait(at_us)
            try:
                heapq.heapreplace(waiting, (next(story), n, story))
            except StopIteration:
                heapq.heappop(waiting)
                told(total - len(waiting), total)
        for _at_us, _n, story in waiting:
            story.close()
        self.wait(max(until_us, self.clock.now_us()))
