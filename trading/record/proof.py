"""Proofs that leave the house: receipts, which anyone verifies offline with the log's key alone.

    c2sp.org/tlog-proof@v1
    extra <base64>                                  (optional; nothing vouches for it)
    index <number of the entry>
    <base64 hash>                                   (one line for each step, the leaf's side first)
                                                    (an empty line)
    <the checkpoint, with its signatures>

Source: c2sp.org/tlog-proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from trading.base.errors import BadProof
from trading.record import merkle
from trading.record.checkpoint import Checkpoint
from trading.record.note import Note, PublicKey, base64_bytes, base64_text
from trading.record.tiles import TileReader

FORMAT = "c2sp.org/tlog-proof@v1"
STEPS_MAX = 63
_HEAD = re.compile(
    rf"{re.escape(FORMAT)}\n(?:extra ([A-Za-z0-9+/=]*)\n)?index (0|[1-9][0-9]{{0,18}})\n"
    rf"((?:[A-Za-z0-9+/=]+\n){{0,{STEPS_MAX}}})"
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that an entry lies at ``index`` under a checkpoint, given here as its note.

    ``extra`` is whatever the sender added; it is not authenticated.
    """

    index: int
    proof: tuple[bytes, ...]
    note: bytes
    extra: bytes | None = None

    def to_bytes(self) -> bytes:
        """Return the receipt as it is handed out."""
        head = [FORMAT]
        if self.extra is not None:
            head.append(f"extra {base64_text(self.extra)}")
        head += [f"index {self.index}", *map(base64_text, self.proof), "", ""]
        return "\n".join(head).encode() + self.note

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the receipt, not verified yet; raise ``BadProof`` when it is malformed."""
        head, gap, note = data.partition(b"\n\n")
        try:
            match = _HEAD.fullmatch(head.decode() + "\n")
            if not match or not gap:
                raise BadProof("not a receipt")
            extra, index, lines = match.groups()
            return cls(
                int(index),
                tuple(map(base64_bytes, lines.split())),
                note,
                None if extra is None else base64_bytes(extra),
            )
        except ValueError as error:
            raise BadProof("a receipt with a malformed text") from error

    def verify(self, entry: bytes, keys: Iterable[PublicKey]) -> Checkpoint:
        """Return the checkpoint under which ``entry`` is proved to lie.

        Raises ``BadNote`` unless one of the ``keys`` has signed the checkpoint for its log, and
        ``BadProof`` unless the entry is at ``index`` of that tree.
        """
        checkpoint = Checkpoint.open(self.note, keys)
        merkle.verify_inclusion(
            self.index, checkpoint.size, merkle.leaf_hash(entry), self.proof, checkpoint.root
        )
        return checkpoint


def issue_receipt(reader: TileReader, index: int, note: bytes) -> Receipt:
    """Return the receipt of entry ``index`` under ``note``, a checkpoint of the reader's tree.

    Raises ``InvalidInput`` when there is no such entry, ``BadNote`` when the note is malformed and
    ``BadProof`` when the tiles do not lead to its root: a receipt that fails is never given out.
    """
    root = Checkpoint.parse(Note.parse(note).text).root
    proof = prove_inclusion(reader, index)
    merkle.verify_inclusion(index, reader.size, reader.hash(0, index), proof, root)
    return Receipt(index, tuple(proof), note)


def prove_inclusion(reader: TileReader, index: int) -> list[bytes]:
    """Return the inclusion proof of entry ``index`` in the tree of ``reader``."""
    return merkle.inclusion_proof(index, reader.size, reader.hash)


def prove_consistency(reader: TileReader, old_size: int) -> list[bytes]:
    """Return the proof that the tree of ``reader`` begins with its first ``old_size`` leaves."""
    return merkle.consistency_proof(old_size, reader.size, reader.hash)
