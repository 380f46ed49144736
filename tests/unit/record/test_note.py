"""Signed notes: those of others open, ours are equal to theirs, and nothing else passes."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.record.vectors import document, text
from trading.base.errors import BadNote, InvalidInput
from trading.record.note import (
    NOTE_BYTES_MAX,
    SIGNATURES_MAX,
    Note,
    PublicKey,
    Signature,
    SigningKey,
)

ALICE = SigningKey("centre.example/log", sha256(b"alice").digest())
ALICE_NEXT = SigningKey("centre.example/log", sha256(b"alice next").digest())
BOB = SigningKey("bureau.example/witness", sha256(b"bob").digest())
TEXT = "第一行\n\nlast line\n"
GO = document("go/note_example.json")


def signed(*keys: SigningKey) -> bytes:
    return Note(TEXT, tuple(key.sign(TEXT) for key in keys)).to_bytes()


def signature_line(name: str = "other.example", data: bytes = b"\x00" * 68) -> bytes:
    return f"— {name} {b64encode(data).decode()}\n".encode()


def test_the_example_of_the_specification_opens() -> None:
    key = PublicKey.parse(text("c2sp/signed_note_example.vkey").strip())
    data = text("c2sp/signed_note_example.txt").encode()
    note = Note.parse(data)
    assert note.text == "This is an example message.\n"
    assert note.signers([key]) == (key,)
    assert note.to_bytes() == data


def test_the_note_of_another_signer_is_made_again_byte_for_byte() -> None:
    signer = SigningKey.parse(GO["skey"])
    assert signer.secret_text() == GO["skey"]
    assert str(signer.public) == GO["vkey"]
    note = Note.parse(GO["note"].encode())
    assert note.signers([PublicKey.parse(GO["vkey"])]) == (signer.public,)
    assert Note(note.text, (signer.sign(note.text),)).to_bytes() == GO["note"].encode()


def test_lines_of_unknown_keys_are_ignored_wherever_they_stand() -> None:
    unknown = signature_line()
    for lines in (unknown + unknown, b""), (b"", unknown), (unknown, unknown):
        head, _, tail = signed(ALICE).rpartition(b"\n\n")
        note = Note.parse(head + b"\n\n" + lines[0] + tail + lines[1])
        assert note.signers([BOB.public, ALICE.public]) == (ALICE.public,)


def test_a_known_name_or_a_known_id_alone_is_an_unknown_key() -> None:
    one = ALICE.sign(TEXT)
    for other in (
        Signature(one.name, b"\x00" * 4, one.signature),
        Signature("other.example", one.key_id, one.signature),
    ):
        assert Note(TEXT, (other, one)).signers([ALICE.public]) == (ALICE.public,)
        with pytest.raises(BadNote, match="no trusted key"):
            Note(TEXT, (other,)).signers([ALICE.public])


def test_several_trusted_keys_are_named_once_each() -> None:
    keys = [ALICE.public, ALICE_NEXT.public, BOB.public]
    note = Note.parse(signed(BOB, ALICE_NEXT, BOB))
    assert note.signers([*keys, BOB.public]) == (ALICE_NEXT.public, BOB.public)
    with pytest.raises(BadNote, match="no trusted key"):
        note.signers([ALICE.public])
    with pytest.raises(BadNote, match="no trusted key"):
        note.signers([])


def test_one_bad_line_of_a_trusted_key_spoils_the_note() -> None:
    good, bad = ALICE.sign(TEXT), BOB.sign("another text\n")
    note = Note(TEXT, (good, bad))
    assert note.signers([ALICE.public]) == (ALICE.public,)
    with pytest.raises(BadNote, match="does not verify"):
        note.signers([ALICE.public, BOB.public])


def test_every_changed_bit_of_a_note_is_refused() -> None:
    data = signed(ALICE)
    for at in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[at] ^= 1 << bit
            with pytest.raises(BadNote):
                Note.parse(bytes(changed)).signers([ALICE.public])


def test_every_shortened_note_is_refused() -> None:
    data = signed(ALICE)
    for length in range(len(data)):
        with pytest.raises(BadNote):
            Note.parse(data[:length]).signers([ALICE.public])


GOOD = signature_line()
MALFORMED = {
    "nothing": b"",
    "no signature": b"text\n\n",
    "no empty line": b"text\n" + GOOD,
    "no text at all": GOOD,
    "an empty line below": b"text\n\n" + GOOD + b"\n",
    "text below": b"text\n\n" + GOOD + b"text\n",
    "no last newline": b"text\n\n" + GOOD[:-1],
    "a second line that is cut off": b"text\n\n" + GOOD + GOOD[:-1],
    "a hyphen for the dash": b"text\n\n" + GOOD.replace("—".encode(), b"-"),
    "no space after the dash": b"text\n\n" + GOOD.replace(b" other", b"other"),
    "no name": b"text\n\n" + signature_line(""),
    "a plus in the name": b"text\n\n" + signature_line("a+b"),
    "a wide space in the name": b"text\n\n" + signature_line("a\u3000b"),
    "a space at the end": b"text\n\n" + GOOD[:-1] + b" \n",
    "two spaces": b"text\n\n" + GOOD.replace(b" AAAA", b"  AAAA"),
    "no base64": b"text\n\n" + "— a !!!!\n".encode(),
    "base64 that is not ASCII": b"text\n\n" + "— a ÄÄÄÄ\n".encode(),
    "no padding": b"text\n\n" + "— a AAAAAAAA\n".encode().replace(b"AAAAAAAA", b"AAAAAAA"),
    "stray bits": b"text\n\n" + "— a AAAAAAB=\n".encode(),
    "a key id without a signature": b"text\n\n" + signature_line(data=b"\x00" * 4),
    "a tab in the text": b"a\tb\n\n" + GOOD,
    "a null in the text": b"a\x00b\n\n" + GOOD,
    "carriage returns": b"text\r\n\n" + GOOD,
    "an escape in a name": b"text\n\n" + signature_line("a\x1bb"),
    "not UTF-8": b"a\xffb\n\n" + GOOD,
    "a surrogate": b"a\xed\xa0\x80b\n\n" + GOOD,
    "too many signatures": b"text\n\n" + GOOD * (SIGNATURES_MAX + 1),
    "too large": b"t" * NOTE_BYTES_MAX + b"\n\n" + GOOD,
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_note_is_refused(data: bytes) -> None:
    with pytest.raises(BadNote):
        Note.parse(data)


def test_the_bounds_themselves_are_within() -> None:
    assert len(Note.parse(b"text\n\n" + GOOD * SIGNATURES_MAX).signatures) == SIGNATURES_MAX
    tail = b"\n\n" + GOOD
    largest = b"t" * (NOTE_BYTES_MAX - len(tail)) + tail
    assert Note.parse(largest).to_bytes() == largest
    with pytest.raises(BadNote, match="too large"):
        Note.parse(b"t" + largest)
    assert Note.parse(b"\n\n" + GOOD).text == "\n"


def test_no_control_character_stands_in_a_note() -> None:
    for control in set(map(chr, range(32))) - {"\n"}:
        with pytest.raises(BadNote):
            Note.parse(f"a{control}b\n\n".encode() + GOOD)
    assert Note.parse(b"a\x7fb\n\n" + GOOD).text == "a\x7fb\n"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_note_that_is_written_back_or_refused(data: bytes) -> None:
    for candidate in (data, data + b"\n\n" + GOOD):
        try:
            note = Note.parse(candidate)
        except BadNote:
            continue
        assert note.to_bytes() == candidate


def test_a_key_is_written_and_read_back() -> None:
    for signer in (ALICE, BOB):
        assert PublicKey.parse(str(signer.public)) == signer.public
        assert SigningKey.parse(signer.secret_text()) == signer


def test_a_secret_is_not_shown() -> None:
    secret = ALICE.secret_text()
    assert ALICE.seed.hex() not in repr(ALICE)
    assert repr(ALICE.seed) not in repr(ALICE)
    for changed in (
        secret[:-2],
        secret + "A",
        secret.replace("KEY", "KEYS"),
        secret[:-8] + "!" * 8,
    ):
        with pytest.raises(InvalidInput) as refusal:
            SigningKey.parse(changed)
        assert secret[-20:-10] not in f"{refusal.value!r} {refusal.value.params}"
        assert refusal.value.__cause__ is None


VKEY = GO["vkey"]
NO_VKEYS = {
    "nothing": "",
    "a name alone": "PeterNeumann",
    "another name": VKEY.replace("Peter", "Paul"),
    "another id": VKEY.replace("c74f20a3", "c74f20a4"),
    "an id in capitals": VKEY.replace("c74f20a3", "C74F20A3"),
    "no id": VKEY.replace("+c74f20a3", ""),
    "no name": VKEY.removeprefix("PeterNeumann"),
    "a space in the name": VKEY.replace("PeterNeumann", "Peter Neumann"),
    "a newline at the end": VKEY + "\n",
    "no base64": VKEY[:-4] + "!!!!",
    "too short a key": VKEY[:-4],
    "too long a key": VKEY + "AAAA",
    "another type": VKEY.replace("+ARpc", "+BBpc"),
    "no key": "PeterNeumann+c74f20a3+",
    "a secret key": GO["skey"],
    "a surrogate": VKEY.replace("Peter", "\ud800"),
}


@pytest.mark.parametrize("line", NO_VKEYS.values(), ids=NO_VKEYS.keys())
def test_a_malformed_key_is_refused(line: str) -> None:
    with pytest.raises(InvalidInput):
        PublicKey.parse(line)
    with pytest.raises(InvalidInput):
        SigningKey.parse("PRIVATE+KEY+" + line)


@pytest.mark.parametrize("line", ["", GO["vkey"], GO["skey"].removeprefix("PRIVATE+KEY+")])
def test_a_public_key_does_not_sign(line: str) -> None:
    with pytest.raises(InvalidInput):
        SigningKey.parse(line)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\x00b", "a\u2003b", "\ud800"])
def test_a_name_without_a_line_of_its_own_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        SigningKey(name, bytes(32))
    with pytest.raises(InvalidInput):
        PublicKey(name, bytes(32))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    with pytest.raises(InvalidInput):
        SigningKey("a", bytes(size))
    with pytest.raises(InvalidInput):
        PublicKey("a", bytes(size))


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "\ud800\n"])
def test_what_is_no_text_of_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(InvalidInput):
        ALICE.sign(text)
