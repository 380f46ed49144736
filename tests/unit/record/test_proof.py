"""Receipts and proofs from tiles: whoever holds the log's key checks them offline."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.unit.record.test_note import ALICE, BOB
from tests.unit.record.test_tiles import Files, numbered
from trading.base.errors import BadNote, BadProof, InvalidInput
from trading.record.checkpoint import Checkpoint
from trading.record.merkle import verify_consistency
from trading.record.proof import Receipt, issue_receipt, prove_consistency, prove_inclusion
from trading.record.tiles import TileReader

SIZE = 700
PUBLISHED = [0, 1, 2, 255, 256, 257, 512, 699, SIZE]
FILES = Files()
for begin, end in pairwise(PUBLISHED):
    FILES.append(begin, numbered(end)[begin:])
READER = TileReader(FILES.read, SIZE)
NOTE = Checkpoint(ALICE.name, SIZE, READER.compact_range().root()).sign([ALICE])
KEYS = [BOB.public, ALICE.public]


def test_every_entry_has_a_receipt() -> None:
    for index in range(SIZE):
        receipt = Receipt.parse(issue_receipt(READER, index, NOTE).to_bytes())
        assert receipt.verify(b"%d" % index, KEYS).size == SIZE
        with pytest.raises(BadProof):
            receipt.verify(b"%d" % (index + 1), KEYS)


def test_the_text_is_the_one_of_the_specification() -> None:
    reader = TileReader(FILES.read, 2)
    note = Checkpoint(ALICE.name, 2, reader.compact_range().root()).sign([ALICE])
    assert issue_receipt(reader, 1, note).to_bytes().split(b"\n") == [
        b"c2sp.org/tlog-proof@v1",
        b"index 1",
        b"2zQm6HgGjSjSabbIcXIyLOU3K2V1bQeJAB00g19gHAM=",
        b"",
        *note.split(b"\n"),
    ]
    reader = TileReader(FILES.read, 1)
    note = Checkpoint(ALICE.name, 1, reader.compact_range().root()).sign([ALICE])
    alone = issue_receipt(reader, 0, note)
    assert alone.to_bytes() == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + note
    assert Receipt.parse(alone.to_bytes()).verify(b"0", KEYS).size == 1


@pytest.mark.parametrize("extra", [b"", b"context", bytes(range(256))])
def test_extra_data_travels_with_a_receipt(extra: bytes) -> None:
    issued = issue_receipt(READER, 7, NOTE)
    receipt = Receipt(issued.index, issued.proof, issued.note, extra)
    assert receipt.to_bytes().split(b"\n")[1].startswith(b"extra ")
    assert Receipt.parse(receipt.to_bytes()) == receipt
    receipt.verify(b"7", KEYS)


def test_a_receipt_for_no_entry_or_another_tree_is_not_issued() -> None:
    for index in (-1, SIZE):
        with pytest.raises(InvalidInput):
            issue_receipt(READER, index, NOTE)
    with pytest.raises(BadProof):
        issue_receipt(TileReader(FILES.read, SIZE - 1), 7, NOTE)
    with pytest.raises(BadNote):
        issue_receipt(READER, 7, NOTE[:-1])


def test_every_changed_bit_of_a_receipt_is_refused() -> None:
    data = issue_receipt(READER, 7, NOTE).to_bytes()
    for at in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[at] ^= 1 << bit
            with pytest.raises((BadProof, BadNote)):
                Receipt.parse(bytes(changed)).verify(b"7", KEYS)


def test_a_receipt_of_an_unknown_log_is_refused() -> None:
    with pytest.raises(BadNote):
        issue_receipt(READER, 7, NOTE).verify(b"7", [BOB.public])


HEAD = "c2sp.org/tlog-proof@v1\n"
STEP = "A" * 43 + "=\n"
MALFORMED = {
    "nothing": "",
    "another version": "c2sp.org/tlog-proof@v2\nindex 7\n\n",
    "no index": HEAD + STEP + "\n",
    "a leading zero": HEAD + "index 07\n\n",
    "a negative index": HEAD + "index -7\n\n",
    "an index of 20 digits": HEAD + "index " + "1" * 20 + "\n\n",
    "digits of another script": HEAD + "index ٧\n\n",
    "extra after the index": HEAD + "index 7\nextra AAAA\n\n",
    "extra twice": HEAD + "extra AAAA\nextra AAAA\nindex 7\n\n",
    "extra without base64": HEAD + "extra !\nindex 7\n\n",
    "extra with stray bits": HEAD + "extra AB==\nindex 7\n\n",
    "a step without base64": HEAD + "index 7\n!\n\n",
    "a step with stray bits": HEAD + "index 7\n" + STEP.replace("A=", "B=") + "\n",
    "a step with bad padding": HEAD + "index 7\nAAA\n\n",
    "too many steps": HEAD + "index 7\n" + STEP * 64 + "\n",
    "no empty line": HEAD + "index 7\n" + STEP,
    "carriage returns": HEAD.replace("\n", "\r\n") + "index 7\r\n\n",
}


@pytest.mark.parametrize("head", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_receipt_is_refused(head: str) -> None:
    with pytest.raises(BadProof):
        Receipt.parse(head.encode() + NOTE)


def test_a_receipt_without_its_note_is_refused() -> None:
    for data in (HEAD.encode() + b"index 7\n", HEAD.encode() + b"index 7", b"\xff\n\n" + NOTE):
        with pytest.raises(BadProof):
            Receipt.parse(data)
    with pytest.raises(BadNote):
        Receipt.parse(HEAD.encode() + b"index 7\n\n").verify(b"7", KEYS)


def test_a_step_that_is_no_hash_is_refused() -> None:
    receipt = Receipt.parse((HEAD + "index 7\nAAAA\n\n").encode() + NOTE)
    with pytest.raises(BadProof):
        receipt.verify(b"7", KEYS)


def test_the_log_only_grew() -> None:
    new_root = READER.compact_range().root()
    for old_size in PUBLISHED:
        proof = prove_consistency(READER, old_size)
        old_root = TileReader(FILES.read, old_size).compact_range().root()
        verify_consistency(old_size, SIZE, old_root, new_root, proof)
    assert len(prove_inclusion(READER, 0)) == 10
    with pytest.raises(InvalidInput):
        prove_consistency(READER, SIZE + 1)
