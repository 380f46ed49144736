"""The tests cannot reach another machine, and can reach themselves."""

from __future__ import annotations

import socket

import pytest

ELSEWHERE = "192.0.2.1"  # RFC 5737: an address that belongs to nobody


def test_another_machine_is_refused() -> None:
    with socket.socket() as stream, pytest.raises(PermissionError, match=ELSEWHERE):
        stream.connect((ELSEWHERE, 80))
    with socket.socket() as stream, pytest.raises(PermissionError, match=r"example\.org"):
        stream.connect_ex(("example.org", 80))
    with (
        socket.socket(type=socket.SOCK_DGRAM) as datagram,
        pytest.raises(PermissionError, match=ELSEWHERE),
    ):
        datagram.sendto(b"x", (ELSEWHERE, 53))


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            with socket.socket() as stream:
                stream.connect((host, port))
    one, other = socket.socketpair()
    one.send(b"x")
    assert other.recv(1) == b"x"
    one.close()
    other.close()
