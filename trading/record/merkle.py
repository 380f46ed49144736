"""The Merkle tree: hashes, the compact range that grows it, proofs and their verification.

SHA-256 with a leading 0x00 for leaves and 0x01 for nodes; a tree of n > 1 leaves is split at the
largest power of two below n, so no node is ever paired with itself. A *subtree* here is complete:
``(level, index)`` covers the 2**level leaves from ``index << level``.
Source: RFC 6962, section 2.1; RFC 9162, section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from trading.base.errors import BadProof, IntegrityFault, InvalidInput

HASH_SIZE = 32
EMPTY_ROOT = sha256().digest()
_SIZE_BYTES = 8

ReadHash = Callable[[int, int], bytes]
"""Answers the hash of the complete subtree ``(level, index)``."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node above ``left`` and ``right``."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class CompactRange:
    """A tree of ``size`` leaves, known by its peaks: all that is needed to grow it and hash it.

    There is one peak for each bit that is set in ``size``, the largest first. A range is never
    changed, so any number of readers may keep one.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def extended(self, leaves: Sequence[bytes]) -> Self:
        """Return the range with the leaf hashes appended; ``IntegrityFault`` if one is no hash."""
        if not _are_hashes(leaves):
            raise IntegrityFault("a leaf hash is not 32 bytes long")
        peaks = list(self.peaks)
        size = self.size
        for leaf in leaves:
            right = leaf
            carry = size
            while carry & 1:
                right = sha256(b"\x01" + peaks.pop() + right).digest()
                carry >>= 1
            peaks.append(right)
            size += 1
        return type(self)(size, tuple(peaks))

    def root(self) -> bytes:
        """Return the root of the tree."""
        return _joined(self.peaks)

    def to_bytes(self) -> bytes:
        """Return the size, eight bytes with the highest first, and the peaks."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the range that ``to_bytes`` wrote; raise ``IntegrityFault`` for anything else."""
        size, peaks = int.from_bytes(data[:_SIZE_BYTES], "big"), data[_SIZE_BYTES:]
        if len(data) != _SIZE_BYTES + HASH_SIZE * size.bit_count():
            raise IntegrityFault("the compact range has the wrong length")
        return cls(size, tuple(hashes_in(peaks)))


def hashes_in(data: bytes) -> list[bytes]:
    """Cut ``data`` into hashes; its length is a multiple of 32."""
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over the leaf hashes."""
    return CompactRange().extended(leaves).root()


def compact_range(size: int, read: ReadHash) -> CompactRange:
    """Return the compact range of the first ``size`` leaves of a stored tree."""
    return CompactRange(size, tuple(read(*subtree) for subtree in _subtrees(0, size)))


def inclusion_proof(index: int, size: int, read: ReadHash) -> list[bytes]:
    """Return the path from leaf ``index`` to the root of the first ``size`` leaves.

    Raises ``InvalidInput`` when there is no such leaf. Source: RFC 6962, section 2.1.1.
    """
    if not 0 <= index < size:
        raise InvalidInput("no such leaf in a tree of this size", field="index", size=size)
    proof = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(_range_root(middle, end, read))
            end = middle
        else:
            proof.append(_range_root(begin, middle, read))
            begin = middle
    return proof[::-1]


def consistency_proof(old_size: int, new_size: int, read: ReadHash) -> list[bytes]:
    """Return the proof that the first ``old_size`` leaves begin the first ``new_size``.

    It is empty when either tree is empty or both are one. Raises ``InvalidInput`` when the old
    size is negative or beyond the new one. Source: RFC 6962, section 2.1.2.
    """
    if not 0 <= old_size <= new_size:
        raise InvalidInput("the old tree is not within the new one", field="old_size")
    if not old_size:
        return []
    proof = []
    begin, end = 0, new_size
    while end != old_size:
        middle = begin + _split(end - begin)
        if old_size <= middle:
            proof.append(_range_root(middle, end, read))
            end = middle
        else:
            proof.append(_range_root(begin, middle, read))
            begin = middle
    if begin:  # otherwise what is left is the whole old tree, whose root the verifier has
        proof.append(_range_root(begin, end, read))
    return proof[::-1]


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise ``BadProof`` unless ``leaf`` is leaf ``index`` of the tree ``(size, root)``.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise BadProof("the leaf is not within the tree")
    _require_hashes(leaf, root, *proof)
    found = leaf
    for sibling, is_left in _climb(index, size - 1, proof):
        found = node_hash(sibling, found) if is_left else node_hash(found, sibling)
    if found != root:
        raise BadProof("the inclusion proof leads to another root")


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise ``BadProof`` unless the tree ``(new_size, new_root)`` begins with the old tree.

    The empty tree begins every tree; its proof is empty and its root is ``EMPTY_ROOT``.
    Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 <= old_size <= new_size:
        raise BadProof("the old tree is larger than the new one")
    _require_hashes(old_root, new_root, *proof)
    if old_size in (0, new_size):
        if proof or old_root != (new_root if old_size else EMPTY_ROOT):
            raise BadProof("the old tree is not the one that it says it is")
        if not new_size and new_root != EMPTY_ROOT:
            raise BadProof("the root of an empty tree")
        return
    # Both ways start at the largest complete subtree that ends the old tree.
    level = (old_size & -old_size).bit_length() - 1
    steps = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not steps:
        raise BadProof("the consistency proof is empty")
    old_found = new_found = steps[0]
    for sibling, is_left in _climb((old_size - 1) >> level, (new_size - 1) >> level, steps[1:]):
        if is_left:
            old_found = node_hash(sibling, old_found)
            new_found = node_hash(sibling, new_found)
        else:
            new_found = node_hash(new_found, sibling)
    if old_found != old_root:
        raise BadProof("the consistency proof leads to another old root")
    if new_found != new_root:
        raise BadProof("the consistency proof leads to another new root")


def _climb(node: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each hash of a proof and whether it stands left, from ``node`` up to the root.

    ``last`` is the last node of the level. A node at the right edge without a sibling has no
    step at that level. Raises ``BadProof`` when the proof is longer or shorter than the way.
    """
    for sibling in proof:
        if not last:
            raise BadProof("the proof is too long")
        is_left = bool(node & 1) or node == last
        while is_left and node and not node & 1:
            node >>= 1
            last >>= 1
        yield sibling, is_left
        node >>= 1
        last >>= 1
    if last:
        raise BadProof("the proof is too short")


def _split(size: int) -> int:
    """Return the largest power of two below ``size``, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(begin: int, end: int, read: ReadHash) -> bytes:
    return _joined([read(*subtree) for subtree in _subtrees(begin, end)])


def _subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the complete subtrees that make up the leaves of a node, the largest first."""
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield level, begin >> level
        begin += 1 << level


def _joined(peaks: Sequence[bytes]) -> bytes:
    """Return the root over the peaks, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in peaks[-2::-1]:
        root = node_hash(peak, root)
    return root


def _are_hashes(values: Iterable[bytes]) -> bool:
    return {HASH_SIZE}.issuperset(map(len, values))


def _require_hashes(*values: bytes) -> None:
    if not _are_hashes(values):
        raise BadProof("a hash is not 32 bytes long")
