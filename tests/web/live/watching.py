"""A browser that watches: it reads a stream, and may be cut off and go on."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from trading.web.door import form_token


class Seen(dict[str, Any]):
    """One event: its name, its id and what it says."""


class Watching:
    """An open stream of ``port``; events are read one by one."""

    def __init__(self, port: int, path: str, last: int = -1, cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"Accept": "text/event-stream"}
        headers |= {"Last-Event-ID": str(last)} if last >= 0 else {}
        headers |= {"Cookie": f"session={cookie}"} if cookie else {}
        self._connection.request("GET", path, headers=headers)
        self.answer = self._connection.getresponse()

    def event(self) -> Seen | None:
        """Return the next event that has an id, None at the end of the stream."""
        seen = Seen()
        while line := self.answer.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if line == b"\n" and "id" in seen:
                return seen
            if line == b"\n":
                seen = Seen()
            elif name in {"id", "event", "data"}:
                seen[name] = json.loads(value) if name != "event" else value
        return None

    def close(self) -> None:
        """Cut the connection."""
        if self._connection.sock is not None:
            self._connection.sock.close()
        self.answer.close()
        self._connection.close()


class Watcher(threading.Thread):
    """Watches ``path`` on the ports in turn, cut off after every few events, until ``enough``."""

    def __init__(
        self, ports: list[int], path: str, enough: Callable[[Seen], bool], cut_after: int
    ) -> None:
        super().__init__(daemon=True)
        self.seen: list[Seen] = []
        self.connections = 0
        self._ports, self._path = ports, path
        self._enough, self._cut_after = enough, cut_after

    def run(self) -> None:
        """Watch."""
        while True:
            last = self.seen[-1]["id"] if self.seen else -1
            port = self._ports[self.connections % len(self._ports)]
            watching = Watching(port, self._path, last)
            self.connections += 1
            for _ in range(self._cut_after):
                found = watching.event()
                if found is None:
                    break
                self.seen.append(found)
                if self._enough(found):
                    watching.close()
                    return
            watching.close()


def bid(port: int, lot: str, token: str, price_fen: int, key: str) -> int:
    """Bid as a page does; return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {
        "Cookie": f"session={token}", "X-CSRF-Token": form_token(token), "Idempotency-Key": key,
    }  # fmt: skip
    body = json.dumps({"lot": lot, "price_fen": price_fen})
    connection.request("POST", f"/api/v1/lots/{lot}/bids", body, headers)
    answer = connection.getresponse()
    status = answer.status
    if status != 201:
        print(answer.read().decode())
    connection.close()
    return status


def eof_within(watching: Watching, seconds: float) -> bool:
    """Tell whether the stream ends within ``seconds``."""
    started = time.monotonic()
    try:
        while watching.event() is not None:
            pass
    except TimeoutError:
        return False
    finally:
        watching.close()
    return time.monotonic() - started <= seconds


def answered(port: int, path: str, cookie: str = "") -> tuple[int, str]:
    """Return the status with which a stream begins, and when to try again."""
    watching = Watching(port, path, cookie=cookie)
    watching.close()
    return watching.answer.status, watching.answer.getheader("Retry-After") or ""
