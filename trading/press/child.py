"""Gives work to a child process, at most two at once, and takes what comes back.

A child that is ended by its limits, or lasts too long, is ``Unavailable``: what it was given may be
given again later. What it refuses is ``InvalidInput``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from trading.base.errors import InvalidInput, Unavailable
from trading.press.limits import Limits

AT_ONCE = 2
WAITING_MAX = 8
LENGTH_BYTES = 8
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from trading.press.worker import main; main()"
)
_KEPT = ("PATH", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "COVERAGE_PROCESS_CONFIG")


class Gate:
    """Lets ``at_once`` through, lets ``waiting_max`` more wait, and turns everybody else away."""

    def __init__(self, at_once: int = AT_ONCE, waiting_max: int = WAITING_MAX) -> None:
        """Open the gate."""
        self._free = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._inside = 0
        self._most = at_once + waiting_max

    @contextmanager
    def passing(self, wait_seconds: int) -> Iterator[None]:
        """Pass the gate; raise ``Unavailable`` when too many wait, or for too long."""
        with self._lock:
            if self._inside >= self._most:
                raise Unavailable("too many papers are being made")
            self._inside += 1
        try:
            if not self._free.acquire(timeout=wait_seconds):
                raise Unavailable("too many papers are being made")
            try:
                yield
            finally:
                self._free.release()
        finally:
            with self._lock:
                self._inside -= 1


GATE = Gate()


class Parcel(msgspec.Struct, frozen=True):
    """What goes to a child or comes back: a header of plain values, and blobs of bytes."""

    head: dict[str, Any]
    blobs: tuple[bytes, ...] = ()

    def pack(self) -> bytes:
        """Return the parcel as one string of bytes."""
        parts = (msgspec.json.encode(self.head), *self.blobs)
        return b"".join(len(part).to_bytes(LENGTH_BYTES) + part for part in parts)

    @classmethod
    def unpack(cls, data: bytes) -> Parcel:
        """Return the parcel; raise ``ValueError`` when it is cut."""
        parts: list[bytes] = []
        at = 0
        while at < len(data):
            size = int.from_bytes(data[at : at + LENGTH_BYTES])
            at += LENGTH_BYTES
            if at + size > len(data):
                raise ValueError("a parcel that was cut")
            parts.append(data[at : at + size])
            at += size
        return cls(msgspec.json.decode(parts[0]), tuple(parts[1:]))


def run(task: str, parcel: Parcel, limits: Limits, gate: Gate = GATE) -> Parcel:
    """Let a child do ``task`` (``template``, ``pdf``, ``inspect``, ``pages``) within ``limits``.

    Raises ``InvalidInput`` with the sentence of the child that refused, ``Unavailable`` when it was
    ended by its limits or there are too many.
    """
    head = {**parcel.head, "task": task, "limits": msgspec.to_builtins(limits)}
    given = Parcel(head, parcel.blobs).pack()
    with gate.passing(limits.wall_seconds):
        code, said = _ran(given, limits.wall_seconds)
    try:
        answer = Parcel.unpack(said) if code == 0 else None
    except (ValueError, IndexError):
        answer = None
    if answer is None or len(said) > limits.output_bytes + LENGTH_BYTES * 64:
        raise Unavailable("the paper could not be made within its limits", task=task, status=code)
    if "refused" in answer.head:
        raise InvalidInput(answer.head["refused"], **answer.head.get("params", {}))
    return answer


def _ran(given: bytes, wall_seconds: int) -> tuple[int, bytes]:
    env = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # The time stamped into a PDF, and into every other file: never that of a clock.
    env |= {"SOURCE_DATE_EPOCH": "0", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-I", "-c", _START, str(Path(__file__).parents[2])]
    with subprocess.Popen(  # noqa: S603 - this interpreter, and a text of our own
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env,
        cwd="/", start_new_session=True,
    ) as process:  # fmt: skip
        try:
            said, _none = process.communicate(given, timeout=wall_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return -1, b""
        return process.returncode, said
