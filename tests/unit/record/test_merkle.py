"""The Merkle tree against the vectors of others and against the definition in RFC 6962."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.record.vectors import document, lines
from trading.base.errors import BadProof, IntegrityFault, InvalidInput
from trading.record import merkle
from trading.record.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [sha256(b"\x00" + b"entry %d" % n).digest() for n in range(256)]
TREE = document("merkle/rfc6962_reference_tree.json")
NOT_A_HASH = "sizes are equal (one) and proof is empty"


# The definitions of RFC 6962, section 2.1, written down once more over ranges of LEAVES.


def _k(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


@cache
def mth(begin: int, end: int) -> bytes:
    if end - begin == 0:
        return sha256(b"").digest()
    if end - begin == 1:
        return LEAVES[begin]
    middle = begin + _k(end - begin)
    return sha256(b"\x01" + mth(begin, middle) + mth(middle, end)).digest()


@cache
def path(m: int, begin: int, end: int) -> tuple[bytes, ...]:
    n = end - begin
    if n == 1:
        return ()
    k = _k(n)
    if m < k:
        return (*path(m, begin, begin + k), mth(begin + k, end))
    return (*path(m - k, begin + k, end), mth(begin, begin + k))


@cache
def subproof(m: int, begin: int, end: int, complete: bool) -> tuple[bytes, ...]:
    n = end - begin
    if m == n:
        return () if complete else (mth(begin, end),)
    k = _k(n)
    if m <= k:
        return (*subproof(m, begin, begin + k, complete), mth(begin + k, end))
    return (*subproof(m - k, begin + k, end, False), mth(begin, begin + k))


def stored(level: int, index: int) -> bytes:
    return mth(index << level, (index + 1) << level)


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


def proved(vector: dict[str, object], *names: str) -> list[bytes]:
    return [b64decode(str(vector[name] or "")) for name in names]


def steps(vector: dict[str, object]) -> list[bytes]:
    proof = vector["proof"] or []
    assert isinstance(proof, list)
    return [b64decode(step) for step in proof]


@pytest.mark.parametrize("vector", lines("merkle/inclusion.jsonl"), ids=lambda v: v["file"])
def test_inclusion_vector(vector: dict[str, object]) -> None:
    leaf, root = proved(vector, "leafHash", "root")
    index, size = int(str(vector["leafIdx"])), int(str(vector["treeSize"]))
    if vector["wantErr"]:
        with pytest.raises(BadProof):
            verify_inclusion(index, size, leaf, steps(vector), root)
    else:
        verify_inclusion(index, size, leaf, steps(vector), root)


@pytest.mark.parametrize("vector", lines("merkle/consistency.jsonl"), ids=lambda v: v["file"])
def test_consistency_vector(vector: dict[str, object]) -> None:
    old_root, new_root = proved(vector, "root1", "root2")
    old_size, new_size = int(str(vector["size1"])), int(str(vector["size2"]))
    if vector["wantErr"]:
        with pytest.raises(BadProof):
            verify_consistency(old_size, new_size, old_root, new_root, steps(vector))
    elif vector["desc"] == NOT_A_HASH:
        with pytest.raises(BadProof, match="not 32 bytes"):
            verify_consistency(old_size, new_size, old_root, new_root, steps(vector))
    else:
        verify_consistency(old_size, new_size, old_root, new_root, steps(vector))


def test_there_are_as_many_vectors_as_were_published() -> None:
    assert len(lines("merkle/inclusion.jsonl")) == len(lines("merkle/consistency.jsonl")) == 98
    assert sum(v["desc"] == NOT_A_HASH for v in lines("merkle/consistency.jsonl")) == 1


def test_the_classic_tree_of_eight_leaves() -> None:
    levels = [[bytes.fromhex(h) for h in row] for row in TREE["node_hashes_hex_by_level"]]
    assert [leaf_hash(bytes.fromhex(entry)) for entry in TREE["leaf_inputs_hex"]] == levels[0]
    for below, above in pairwise(levels):
        assert [node_hash(*below[at : at + 2]) for at in range(0, len(below), 2)] == above
    roots = [bytes.fromhex(h) for h in TREE["root_hashes_hex_by_tree_size_0_to_8"]]
    assert [root_of(levels[0][:size]) for size in range(9)] == roots
    assert roots[0] == EMPTY_ROOT


def test_the_root_of_every_size() -> None:
    grown = CompactRange()
    for size in range(257):
        assert grown.root() == root_of(LEAVES[:size]) == mth(0, size)
        assert merkle.compact_range(size, stored) == grown
        grown = grown.extended(LEAVES[size : size + 1])


@given(st.lists(st.integers(0, 256), max_size=6).map(sorted))
def test_a_range_grows_by_batches_of_any_size(cuts: list[int]) -> None:
    grown = CompactRange()
    for begin, end in zip([0, *cuts], [*cuts, 256], strict=True):
        before = grown.to_bytes()
        longer = grown.extended(LEAVES[begin:end])
        assert grown.to_bytes() == before
        grown = CompactRange.from_bytes(longer.to_bytes())
        assert grown == longer
    assert (grown.size, grown.root()) == (256, mth(0, 256))


@pytest.mark.parametrize("leaf", [b"", LEAVES[0][:-1], LEAVES[0] + b"\x00"])
def test_a_range_takes_hashes_only(leaf: bytes) -> None:
    with pytest.raises(IntegrityFault):
        CompactRange().extended([LEAVES[0], leaf])


def test_a_packed_range_of_another_length_is_refused() -> None:
    packed = CompactRange().extended(LEAVES[:7]).to_bytes()
    assert len(packed) == 8 + 3 * 32
    for data in (b"", packed[:7], packed[:-1], packed + b"\x00", packed[:-32], packed + bytes(32)):
        with pytest.raises(IntegrityFault):
            CompactRange.from_bytes(data)


def prove_all(sizes: Sequence[int]) -> None:
    """Compare every proof for these sizes with the definition, and verify it."""
    for size in sizes:
        root = mth(0, size)
        for m in range(size):
            proof = inclusion_proof(m, size, stored)
            assert tuple(proof) == path(m, 0, size)
            verify_inclusion(m, size, LEAVES[m], proof, root)
            proof = consistency_proof(m + 1, size, stored)
            assert tuple(proof) == subproof(m + 1, 0, size, True)
            verify_consistency(m + 1, size, mth(0, m + 1), root, proof)


def test_every_proof_for_small_trees() -> None:
    prove_all(range(1, 41))


@pytest.mark.slow
def test_every_proof_for_trees_of_up_to_256_leaves() -> None:
    prove_all(range(41, 257))


def test_the_empty_tree_begins_every_tree() -> None:
    for size in range(5):
        assert consistency_proof(0, size, stored) == []
        verify_consistency(0, size, EMPTY_ROOT, mth(0, size), [])
    for old_root, new_root, proof in (
        (LEAVES[0], LEAVES[0], []),
        (EMPTY_ROOT, LEAVES[0], [LEAVES[1]]),
    ):
        with pytest.raises(BadProof):
            verify_consistency(0, 1, old_root, new_root, proof)
    with pytest.raises(BadProof):
        verify_consistency(0, 0, EMPTY_ROOT, LEAVES[0], [])


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (6, 5), (0, 0)])
def test_there_is_no_proof_for_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(InvalidInput):
        inclusion_proof(index, size, stored)
    with pytest.raises(BadProof):
        verify_inclusion(index, size, LEAVES[0], [], LEAVES[0])


@pytest.mark.parametrize(("old_size", "new_size"), [(-1, 5), (6, 5)])
def test_there_is_no_proof_between_trees_in_the_wrong_order(old_size: int, new_size: int) -> None:
    with pytest.raises(InvalidInput):
        consistency_proof(old_size, new_size, stored)
    with pytest.raises(BadProof):
        verify_consistency(old_size, new_size, LEAVES[0], LEAVES[0], [])


def refused(size: int, m: int, bits: Sequence[int]) -> None:
    """Change each hash at each of ``bits``, and the number of steps: all must be refused."""
    root, old_root = mth(0, size), mth(0, m + 1)
    including, growing = path(m, 0, size), subproof(m + 1, 0, size, True)
    wrong_inclusions = [
        (changed[0], changed[1:-1], changed[-1])
        for changed in mutations([LEAVES[m], *including, root], bits)
    ]
    wrong_inclusions += [(LEAVES[m], proof, root) for proof in resized(including)]
    for leaf, proof, top in wrong_inclusions:
        with pytest.raises(BadProof):
            verify_inclusion(m, size, leaf, proof, top)
    wrong_growths = [
        (changed[0], changed[1:-1], changed[-1])
        for changed in mutations([old_root, *growing, root], bits)
    ]
    wrong_growths += [(old_root, proof, root) for proof in resized(growing)]
    for before, proof, after in wrong_growths:
        with pytest.raises(BadProof):
            verify_consistency(m + 1, size, before, after, proof)


def mutations(hashes: list[bytes], bits: Sequence[int]) -> list[list[bytes]]:
    return [
        [*hashes[:at], flipped(one, bit), *hashes[at + 1 :]]
        for at, one in enumerate(hashes)
        for bit in bits
    ]


def resized(proof: Sequence[bytes]) -> list[list[bytes]]:
    """Return the proof cut at every length, with a step left out, and with one too many."""
    whole = list(proof)
    return [
        *[whole[:length] for length in range(len(whole))],
        *[whole[:at] + whole[at + 1 :] for at in range(len(whole))],
        *[
            [*whole[:at], step, *whole[at:]]
            for at in (0, len(whole))
            for step in (LEAVES[0], EMPTY_ROOT)
        ],
        *[[*whole[:at], whole[at][:-1], *whole[at + 1 :]] for at in range(len(whole))],
        *[[*whole[:at], whole[at] + b"\x00", *whole[at + 1 :]] for at in range(len(whole))],
    ]


def test_every_changed_bit_is_refused_in_trees_of_up_to_5_leaves() -> None:
    for size in range(1, 6):
        for m in range(size):
            refused(size, m, range(256))


@pytest.mark.slow
@pytest.mark.parametrize("size", range(6, 17))
def test_every_changed_bit_is_refused_in_trees_of_up_to_16_leaves(size: int) -> None:
    for m in range(size):
        refused(size, m, range(256))


@pytest.mark.parametrize("size", [17, 31, 32, 33, 63, 100, 127, 128, 129, 200, 255, 256])
def test_a_changed_bit_in_each_hash_is_refused_in_larger_trees(size: int) -> None:
    chance = Random(size)
    for m in {0, 1, size // 2, size - 2, size - 1, *chance.sample(range(size), 8)}:
        refused(size, m, [chance.randrange(256)])


def test_a_proof_holds_for_its_own_leaf_only() -> None:
    for size in range(2, 17):
        for m in range(size):
            for other in set(range(size)) - {m}:
                with pytest.raises(BadProof):
                    verify_inclusion(other, size, LEAVES[m], path(m, 0, size), mth(0, size))
                with pytest.raises(BadProof):
                    verify_inclusion(m, size, LEAVES[other], path(m, 0, size), mth(0, size))


def test_a_proof_does_not_climb_above_the_root() -> None:
    """Whoever may lie about the size of a tree must not gain a step by it."""
    with pytest.raises(BadProof, match="too long"):
        verify_inclusion(0, 1, LEAVES[1], [LEAVES[0]], mth(0, 2))
    with pytest.raises(BadProof, match="not within"):
        verify_inclusion(-1, 4, LEAVES[3], path(3, 0, 4), mth(0, 4))


def test_the_odd_last_node_is_not_doubled() -> None:
    assert root_of(LEAVES[:3]) != root_of([*LEAVES[:3], LEAVES[2]])
