"""The line that tests cut: what goes through, what a cut breaks, and that it is mended."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.support.line import Line, line_to


@pytest.fixture
def line() -> Iterator[Line]:
    """Give a line to a server that says everything back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def echo(end: socket.socket) -> None:
        with end:
            while data := end.recv(100):
                end.sendall(data)

    def serve() -> None:
        while True:
            try:
                end, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=echo, args=(end,), daemon=True).start()

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    with line_to(listener.getsockname()[1]) as found:
        yield found
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    server.join()


def _said(line: Line) -> socket.socket:
    end = socket.create_connection(("127.0.0.1", line.port), timeout=10)
    end.sendall(b"hello")
    return end


def test_a_line_carries_until_it_is_cut_and_again_when_it_is_mended(line: Line) -> None:
    with _said(line) as first:
        assert first.recv(100) == b"hello"
        line.cut()
        assert first.recv(100) == b""
    with socket.create_connection(("127.0.0.1", line.port), timeout=10) as second:
        assert second.recv(100) == b""
    line.mend()
    with _said(line) as third:
        assert third.recv(100) == b"hello"
