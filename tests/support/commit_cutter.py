"""A proxy before PostgreSQL that cuts the line at COMMIT: before it is told, or before the answer.

The client cannot tell the two apart, which is what makes a connection lost at COMMIT hard.
"""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from pathlib import Path
from typing import Self

_NAME = ".s.PGSQL.5432"
_COMMIT = b"COMMIT\x00"  # and not the one in READ COMMITTED
_CHUNK = 65_536


class CommitCutter:
    """Listen in a directory of our own and pass everything on to the server in ``target``.

    ``cut`` is set to ``before`` or ``after`` for one cut and is empty again when it is done.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._directory = tempfile.TemporaryDirectory(prefix="cut-", dir="/tmp")
        self._listener = socket.socket(socket.AF_UNIX)
        self._lines: list[socket.socket] = []
        self.cut = ""
        self.cuts = 0

    @property
    def host(self) -> str:
        """The directory to be named as host."""
        return self._directory.name

    def __enter__(self) -> Self:
        self._listener.bind(str(Path(self.host) / _NAME))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for line in self._lines:
            _hang_up(line)
        self._directory.cleanup()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(f"{self._target}/{_NAME}")
                self._lines += [client, server]
                for ends in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, asking: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                if asking and self.cut and _COMMIT in data:
                    cut, self.cut, self.cuts = self.cut, "", self.cuts + 1
                    if cut == "after":
                        # Nobody hears the answer, but the server was told and decides.
                        self._silence(source)
                        target.sendall(data)
                        target.shutdown(socket.SHUT_WR)
                    else:
                        _hang_up(target)
                    _hang_up(source)
                    break
                target.sendall(data)
        _hang_up(source)
        if not asking:
            _hang_up(target)

    @staticmethod
    def _silence(client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
