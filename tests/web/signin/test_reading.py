"""What auditors read is written down, and the centre cannot read it."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, select, update

from tests.support.rooms import Rooms
from tests.web.service import run
from trading.base.errors import SetupError
from trading.people.passkey_tables import access_read
from trading.people.reading import Read, Reads, make_key, read_key
from trading.web.shell import Shell

HTML = {"Accept": "text/html"}
PERSON = "auditor-of-the-county"


@pytest.fixture
def reads(rooms: Rooms) -> Reads:
    return Reads(rooms.centre.engine, rooms.clock, rooms.home.keys_dir)


@pytest.fixture
def private(rooms: Rooms, tmp_path: Path) -> X25519PrivateKey:
    make_key(rooms.home.keys_dir, tmp_path / "supervision.key")
    return read_key(tmp_path / "supervision.key")


def test_what_an_auditor_asks_is_sealed_before_it_is_answered(
    rooms: Rooms, reads: Reads, private: X25519PrivateKey
) -> None:
    token = Shell(rooms.centre, rooms.home).sessions.begin(PERSON, "auditor", "two")
    staff = Shell(rooms.centre, rooms.home).sessions.begin("office-1", "staff", "two")
    for session, path in ((token, "/signin/me?x=1"), (staff, "/signin/me"), (token, "/signin")):
        httpx.get(rooms.url + path, headers=HTML, cookies={"session": session})
    found = [(one.person, one.what) for one in reads.reveal(private) if isinstance(one, Read)]
    assert found == [(PERSON, "GET /signin/me?x=1")]
    with rooms.centre.engine.connect() as connection:
        rows = [bytes(row.sealed) for row in connection.execute(select(access_read))]
    assert not any(PERSON.encode() in row or b"signin" in row for row in rows)


def test_nobody_else_opens_it(reads: Reads, private: X25519PrivateKey) -> None:
    reads.record_read(PERSON, "/audit")
    assert list(reads.reveal(X25519PrivateKey.generate())) == [1]
    assert [type(one) for one in reads.reveal(private)] == [Read]


def test_a_row_that_was_taken_out_exchanged_or_altered_is_seen(
    rooms: Rooms, reads: Reads, private: X25519PrivateKey
) -> None:
    for n in range(5):
        reads.record_read(PERSON, f"/audit/{n}")
    with rooms.centre.engine.begin() as connection:
        sealed = [bytes(row.sealed) for row in connection.execute(select(access_read))]
        rows = access_read.c.number
        connection.execute(delete(access_read).where(rows == 2))
        connection.execute(update(access_read).where(rows == 3).values(sealed=sealed[0]))
        broken = sealed[3][:-1] + bytes([sealed[3][-1] ^ 1])
        connection.execute(update(access_read).where(rows == 4).values(sealed=broken))
    told = [one.what if isinstance(one, Read) else one for one in reads.reveal(private)]
    assert told == ["/audit/0", 2, 3, 4, "/audit/4"]


def test_reads_of_the_same_length_class_look_alike(rooms: Rooms, reads: Reads) -> None:
    make_key(rooms.home.keys_dir, rooms.home.path.parent / "other.key")
    for what in ("/audit", "/audit/lots/case-r033-1?until=77"):
        reads.record_read(PERSON, what)
    with rooms.centre.engine.connect() as connection:
        assert len({len(row.sealed) for row in connection.execute(select(access_read))}) == 1


def test_two_at_once_take_two_numbers(reads: Reads, private: X25519PrivateKey) -> None:
    asked = [
        threading.Thread(target=reads.record_read, args=(PERSON, f"/audit/{n}")) for n in range(4)
    ]
    for one in asked:
        one.start()
    for one in asked:
        one.join()
    assert len([one for one in reads.reveal(private) if isinstance(one, Read)]) == 4


def test_the_private_key_stays_outside(rooms: Rooms, reads: Reads, tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        make_key(rooms.home.keys_dir, rooms.home.keys_dir / "supervision.key")
    assert not reads.kept
    path = tmp_path / "out.key"
    make_key(rooms.home.keys_dir, path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SetupError):
        make_key(rooms.home.keys_dir, path)


def test_the_supervising_body_reveals_by_one_command(rooms: Rooms, tmp_path: Path) -> None:
    key = tmp_path / "supervision.key"
    assert run("access", "key", "--data", rooms.home.path, "--out", key).returncode == 0
    Reads(rooms.centre.engine, rooms.clock, rooms.home.keys_dir).record_read(PERSON, "/audit")
    told = run("access", "reveal", "--data", rooms.home.path, "--key", key)
    assert told.returncode == 0, told.stderr
    assert f"{PERSON}\t/audit" in told.stdout
