"""Checkpoints: the size and the root of the tree, in a note that the log has signed.

    origin: the name of the log, which is also the name of its key
    size, decimal
    root, base64

Lines after these three are refused, though the format allows them: nobody can audit what they
say. Source: c2sp.org/tlog-checkpoint; audit log brief, section 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from trading.base.errors import BadNote
from trading.record.merkle import EMPTY_ROOT, HASH_SIZE
from trading.record.note import Note, PublicKey, SigningKey, base64_bytes, base64_text

SIZE_MAX = 2**63 - 1
_TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]+)\n")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: ``size`` leaves have the root ``root``.

    Raises ``BadNote`` when it cannot be: no size, no hash, or an empty tree with another root.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.size <= SIZE_MAX or len(self.root) != HASH_SIZE:
            raise BadNote("not the size and the root of a tree")
        if not self.size and self.root != EMPTY_ROOT:
            raise BadNote("the root of an empty tree is another one")

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64_text(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the checkpoint that ``text`` spells; raise ``BadNote`` for anything else."""
        match = _TEXT.fullmatch(text)
        if not match:
            raise BadNote("not a checkpoint of three lines")
        origin, size, root = match.groups()
        try:
            return cls(origin, int(size), base64_bytes(root))
        except ValueError as error:
            raise BadNote("the root is not in base64") from error

    def sign(self, keys: Iterable[SigningKey]) -> bytes:
        """Return the signed note; each of the ``keys`` must bear the name of the log.

        Raises ``BadNote`` for another name: nobody could open such a note.
        """
        text = self.text()
        signatures = tuple(key.sign(text) for key in keys)
        if {one.name for one in signatures} != {self.origin}:
            raise BadNote("a checkpoint is signed by the keys of its log")
        return Note(text, signatures).to_bytes()

    @classmethod
    def open(cls, data: bytes, keys: Iterable[PublicKey]) -> Self:
        """Return the checkpoint in a note that a key of the log has signed.

        Raises ``BadNote`` when the note or its text is malformed, when none of the trusted
        ``keys`` has signed it, or when those that have are named otherwise than the origin.
        """
        note = Note.parse(data)
        signers = note.signers(keys)
        checkpoint = cls.parse(note.text)
        if checkpoint.origin not in {key.name for key in signers}:
            raise BadNote("the checkpoint of another log", origin=checkpoint.origin)
        return checkpoint
