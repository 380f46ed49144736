"""Checkpoints: three lines and nothing else, signed by a key that bears the name of the log."""

from __future__ import annotations

from hashlib import sha256

import pytest

from tests.unit.record.test_note import ALICE, ALICE_NEXT, BOB, signature_line
from trading.base.errors import BadNote
from trading.record.checkpoint import SIZE_MAX, Checkpoint
from trading.record.merkle import EMPTY_ROOT
from trading.record.note import Note, SigningKey

ROOT = sha256(b"root").digest()
CHECKPOINT = Checkpoint(ALICE.name, 12, ROOT)
LINES = CHECKPOINT.text().splitlines()


def signed(text: str, *keys: SigningKey) -> bytes:
    return Note(text, tuple(key.sign(text) for key in keys)).to_bytes()


def test_a_checkpoint_is_three_lines() -> None:
    assert CHECKPOINT.text() == (
        "centre.example/log\n12\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
    )
    for size in (1, 12, SIZE_MAX):
        checkpoint = Checkpoint(ALICE.name, size, ROOT)
        assert Checkpoint.parse(checkpoint.text()) == checkpoint


def test_a_signed_checkpoint_opens() -> None:
    assert Checkpoint.open(CHECKPOINT.sign([ALICE]), [ALICE.public]) == CHECKPOINT


def test_either_key_opens_while_one_follows_the_other() -> None:
    data = CHECKPOINT.sign([ALICE, ALICE_NEXT])
    for keys in ([ALICE.public], [ALICE_NEXT.public], [ALICE.public, ALICE_NEXT.public]):
        assert Checkpoint.open(data, keys) == CHECKPOINT


def test_the_line_of_the_log_may_stand_anywhere() -> None:
    head, _, line = CHECKPOINT.sign([ALICE]).rpartition(b"\n\n")
    data = head + b"\n\n" + signature_line() + BOB.sign(CHECKPOINT.text()).line().encode() + line
    assert Checkpoint.open(data, [ALICE.public]) == CHECKPOINT
    assert Checkpoint.open(data, [BOB.public, ALICE.public]) == CHECKPOINT


def test_a_witness_does_not_speak_for_the_log() -> None:
    data = signed(CHECKPOINT.text(), BOB)
    with pytest.raises(BadNote, match="another log"):
        Checkpoint.open(data, [BOB.public, ALICE.public])


def test_the_log_does_not_speak_for_another() -> None:
    other = Checkpoint("other.example", 12, ROOT)
    with pytest.raises(BadNote, match="another log"):
        Checkpoint.open(signed(other.text(), ALICE), [ALICE.public])
    with pytest.raises(BadNote, match="keys of its log"):
        other.sign([ALICE])
    with pytest.raises(BadNote, match="keys of its log"):
        CHECKPOINT.sign([ALICE, BOB])
    with pytest.raises(BadNote, match="keys of its log"):
        CHECKPOINT.sign([])


def test_an_unsigned_or_forged_checkpoint_does_not_open() -> None:
    with pytest.raises(BadNote):
        Checkpoint.open(CHECKPOINT.text().encode(), [ALICE.public])
    forged = CHECKPOINT.sign([ALICE]).replace(b"\n12\n", b"\n13\n")
    with pytest.raises(BadNote, match="does not verify"):
        Checkpoint.open(forged, [ALICE.public])
    with pytest.raises(BadNote, match="no trusted key"):
        Checkpoint.open(CHECKPOINT.sign([ALICE]), [ALICE_NEXT.public])


ORIGIN, SIZE, HASH = LINES
WRONG = {
    "nothing": [],
    "one line": [ORIGIN],
    "two lines": [ORIGIN, SIZE],
    "an extension": [*LINES, "extension"],
    "an empty line at the end": [*LINES, ""],
    "no origin": ["", SIZE, HASH],
    "no size": [ORIGIN, "", HASH],
    "no root": [ORIGIN, SIZE, ""],
    "a leading zero": [ORIGIN, "012", HASH],
    "two zeros": [ORIGIN, "00", HASH],
    "a sign": [ORIGIN, "+12", HASH],
    "a negative size": [ORIGIN, "-12", HASH],
    "a space": [ORIGIN, " 12", HASH],
    "digits of another script": [ORIGIN, "١٢", HASH],
    "hexadecimal": [ORIGIN, "0xc", HASH],
    "a size beyond 63 bits": [ORIGIN, str(SIZE_MAX + 1), HASH],
    "a size of 20 digits": [ORIGIN, "1" * 20, HASH],
    "a root in hexadecimal": [ORIGIN, SIZE, ROOT.hex()],
    "a root that is cut off": [ORIGIN, SIZE, HASH[:-4]],
    "a root that is too long": [ORIGIN, SIZE, "AAAA" + HASH],
    "a root without padding": [ORIGIN, SIZE, HASH[:-1]],
    "a root with stray bits": [ORIGIN, SIZE, HASH[:-2] + "B="],
    "a root with a space": [ORIGIN, SIZE, HASH + " "],
    "an empty tree with a root": [ORIGIN, "0", HASH],
}


@pytest.mark.parametrize("lines", WRONG.values(), ids=WRONG.keys())
def test_any_other_text_is_refused_even_when_it_is_signed(lines: list[str]) -> None:
    text = "\n".join([*lines, ""]) or "\n"
    with pytest.raises(BadNote):
        Checkpoint.parse(text)
    with pytest.raises(BadNote):
        Checkpoint.open(signed(text, ALICE), [ALICE.public])


def test_a_text_without_its_last_newline_is_refused() -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(CHECKPOINT.text()[:-1])


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    empty = Checkpoint(ALICE.name, 0, EMPTY_ROOT)
    assert Checkpoint.open(empty.sign([ALICE]), [ALICE.public]) == empty
    for size, root in ((0, ROOT), (-1, ROOT), (SIZE_MAX + 1, ROOT), (1, b""), (1, ROOT[:-1])):
        with pytest.raises(BadNote):
            Checkpoint(ALICE.name, size, root)
