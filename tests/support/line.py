"""A line between a browser and a server that a test can cut, open streams and all, and mend."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

CHUNK_BYTES = 65_536


class Line:
    """Carries bytes from a port of its own to ``port`` of this machine."""

    def __init__(self, port: int) -> None:
        """Listen at once; nothing is carried before ``serving`` runs it."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._to = port
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._whole = True

    @property
    def port(self) -> int:
        """Return where a browser comes in."""
        found: int = self._listener.getsockname()[1]
        return found

    def cut(self) -> None:
        """Break every open connection, and each new one at once, until ``mend``."""
        with self._guard:
            self._whole = False
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Carry new connections again."""
        with self._guard:
            self._whole = True

    def close(self) -> None:
        """Cut the line for good."""
        self.cut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def run(self) -> None:
        """Take connections until the line is closed."""
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self._to)) as far:
            with self._guard:
                if not self._whole:
                    return
                self._open |= {near, far}
            back = threading.Thread(target=_carry, args=(far, near), daemon=True)
            back.start()
            _carry(near, far)
            back.join()
            with self._guard:
                self._open -= {near, far}


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK_BYTES):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def line_to(port: int) -> Iterator[Line]:
    """Give a line to ``port`` that carries until the block ends."""
    line = Line(port)
    carrier = threading.Thread(target=line.run, daemon=True)
    carrier.start()
    try:
        yield line
    finally:
        line.close()
        carrier.join()
