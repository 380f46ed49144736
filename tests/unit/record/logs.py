"""Logs for the tests of verifying: the story of the stalls, closed leaves, and forged entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec

from tests.support import stall_log
from trading.record.canonical import encode
from trading.record.entry import Row, leaf_of
from trading.record.merkle import leaf_hash
from trading.record.verify import Report, verify

KEYS = [stall_log.KEY.public]
BID, BLIND, OUTAGE = 9, 12, 19
"""Where the story has the first bid, the first closed leaf, and a group of two."""


@cache
def story() -> tuple[Row, ...]:
    """Return the rows of the story."""
    return tuple(stall_log.story().rows)


def verified(files: dict[str, bytes], **more: Any) -> Report:
    """Verify files against the key that signed them."""
    return verify(stall_log.reader(files), KEYS, **more)


def found(report: Report) -> list[tuple[str, int]]:
    """Return code and index of every finding."""
    return [(finding.code, finding.index) for finding in report.findings]


def public_row(body: bytes, idx: int = 0) -> Row:
    """Return a row for any public body; its columns are not those of the body."""
    return Row(idx, "definitions", 1, "x/1", 1, "public", body, b"", leaf_hash(body))


def closed_rows(count: int) -> list[Row]:
    """Return rows whose leaves are closed; their bodies are no entries."""
    rows = []
    for idx in range(count):
        body, salt = b"%d" % idx, b"%032d" % idx
        hashed = leaf_hash(leaf_of(body, salt))
        rows.append(Row(idx, "veil/x", idx + 1, "x/1", 1, "restricted", body, salt, hashed))
    return rows


@cache
def _closed(count: int) -> dict[str, bytes]:
    return stall_log.publish(closed_rows(count))


def closed_log(count: int) -> dict[str, bytes]:
    """Return the files of a log of closed leaves."""
    return dict(_closed(count))


@dataclass
class Draft:
    """Entries before they are sealed: an insider who holds the key can publish any of them."""

    bodies: list[dict[str, Any]]
    salts: list[bytes]
    audiences: list[str]
    linked: bool = True
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def of_story(cls) -> Draft:
        return cls(
            [msgspec.json.decode(row.body) for row in story()],
            [row.salt for row in story()],
            [row.audience for row in story()],
        )

    def drop(self, index: int) -> None:
        for held in self._columns():
            del held[index]

    def swap(self, index: int) -> None:
        for held in self._columns():
            held[index : index + 2] = held[index : index + 2][::-1]

    def _columns(self) -> tuple[list[Any], ...]:
        return self.bodies, self.salts, self.audiences

    def rows(self) -> list[Row]:
        """Seal the entries, their chains made good unless ``linked`` is false."""
        sealed = []
        for idx, (body, salt) in enumerate(zip(self.bodies, self.salts, strict=True)):
            stream = body["stream"]
            seq, prev = self.heads.get(stream, (0, "0" * 64))
            if self.linked:
                body |= {"seq": seq + 1, "prev": prev}
            data = encode(body)
            hashed = leaf_hash(leaf_of(data, salt))
            self.heads[stream] = (seq + 1, hashed.hex())
            said = (stream, body["seq"], body["kind"], body["at_us"], self.audiences[idx])
            sealed.append(Row(idx, *said, data, salt, hashed))
        return sealed


def insider(change: Callable[[Draft], None], *, bodies: bool = True) -> Report:
    """Change the story with the key in hand, seal and publish it, and verify that."""
    draft = Draft.of_story()
    change(draft)
    rows = draft.rows()
    return verified(stall_log.publish(rows), rows=rows if bodies else None)
