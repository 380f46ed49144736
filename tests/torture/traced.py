"""Proof that what is acknowledged is on the disk: every system call of a service, in order.

``kill -9`` cannot show a missing flush, because the page cache outlives the process. So a service
runs under ptrace, and at every acknowledgement there must be no write to the write-ahead log that
was not followed by a flush of it; when the log is begun again from its start, the database that
it was copied into must be flushed as well. ``python -m tests.torture.traced DIR [--bug NAME]``
prints ``acknowledged flushes findings`` and nothing else. Linux, 64 bits, x86 or ARM.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import platform
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.bugs import BUGS, plant

ANSWERS = 60
TRACEME, CONT_SYSCALL, SET_OPTIONS, SYSCALL_INFO = 0, 24, 0x4200, 0x420E
SYSGOOD, TRACECLONE, EXITKILL = 1, 8, 1 << 20
ENTRY, EXIT = 1, 2
WALL = 0x40000000
# write, pwrite64, fsync, fdatasync
CALLS = {"x86_64": (1, 18, 74, 75), "aarch64": (64, 68, 82, 83)}
WAL = ".sqlite3-wal"
MAIN = ".sqlite3"

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long


class Info(ctypes.Structure):
    """``struct ptrace_syscall_info`` as far as it is needed."""

    _fields_ = (
        ("op", ctypes.c_uint8), ("pad", ctypes.c_uint8 * 3), ("arch", ctypes.c_uint32),
        ("ip", ctypes.c_uint64), ("sp", ctypes.c_uint64), ("nr", ctypes.c_uint64),
        ("args", ctypes.c_uint64 * 6), ("rest", ctypes.c_uint64 * 4),
    )  # fmt: skip


@dataclass(slots=True)
class Disk:
    """Which files hold writes that no flush has followed."""

    unflushed: set[str] = field(default_factory=set)
    acknowledged: int = 0
    flushes: int = 0
    findings: int = 0

    def wrote(self, path: str, offset: int | None) -> None:
        """Note a write; the log that begins again needs the database on the disk."""
        if path.endswith(WAL) and offset == 0 and path.removesuffix("-wal") in self.unflushed:
            self.findings += 1
        if path.endswith((WAL, MAIN)):
            self.unflushed.add(path)

    def flushed(self, path: str) -> None:
        """Note a flush that has returned."""
        self.flushes += path.endswith(WAL)
        self.unflushed.discard(path)

    def answered(self) -> None:
        """Note an acknowledgement; a finding when the log is not on the disk."""
        self.acknowledged += 1
        self.findings += any(path.endswith(WAL) for path in self.unflushed)


class Tracer:
    """Follows every thread of the traced child ``pid`` from its first stop to its end."""

    def __init__(self, pid: int) -> None:
        self.disk = Disk()
        self._pid = pid
        self._write, self._pwrite, *self._flushes = CALLS[platform.machine()]
        self._pending: dict[int, str] = {}
        self._info = Info()

    def follow(self) -> Disk:
        """Let the child run to its end; return what it did to its disk."""
        os.waitpid(self._pid, 0)
        _ptrace(SET_OPTIONS, self._pid, SYSGOOD | TRACECLONE | EXITKILL)
        _ptrace(CONT_SYSCALL, self._pid, 0)
        with contextlib.suppress(ChildProcessError):  # no thread is left
            while True:
                thread, status = os.waitpid(-1, WALL)
                if os.WIFSTOPPED(status):
                    self._stopped(thread, os.WSTOPSIG(status))
        return self.disk

    def _stopped(self, thread: int, stop: int) -> None:
        pass_on = 0
        if stop == signal.SIGTRAP | 0x80:
            info = self._info
            _libc.ptrace(SYSCALL_INFO, thread, ctypes.sizeof(info), ctypes.addressof(info))
            if info.op == ENTRY:
                self._entered(thread, info)
            elif info.op == EXIT and thread in self._pending:
                self.disk.flushed(self._pending.pop(thread))
        elif stop not in {signal.SIGTRAP, signal.SIGSTOP}:
            pass_on = stop
        with contextlib.suppress(ProcessLookupError):
            _ptrace(CONT_SYSCALL, thread, pass_on)

    def _entered(self, thread: int, info: Info) -> None:
        """Note a write when it begins and a flush, by its end, when that comes."""
        if info.nr in self._flushes:
            self._pending[thread] = _path(self._pid, info.args[0])
        elif info.nr == self._write and info.args[0] == 1:
            if _begins_with_a(thread, info):
                self.disk.answered()
        elif info.nr in {self._write, self._pwrite}:
            offset = info.args[3] if info.nr == self._pwrite else None
            self.disk.wrote(_path(self._pid, info.args[0]), offset)


def _begins_with_a(thread: int, info: Info) -> bool:
    with Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:
        memory.seek(info.args[1])
        return memory.read(1) == b"A"


def _path(pid: int, descriptor: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/fd/{descriptor}").readlink())
    except OSError:
        return ""


def _ptrace(request: int, pid: int, data: int) -> None:
    if _libc.ptrace(request, pid, None, data) == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def main(arguments: list[str]) -> None:
    """Run one service under ptrace and print what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument("--bug", default="", choices=["", *BUGS])
    given = parser.parse_args(arguments)
    from tests.torture.victim import serve

    plant(given.bug)
    pid = os.fork()
    if not pid:
        # Its answers are seen as system calls; the report alone goes to our output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        _ptrace(TRACEME, 0, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        serve(given.directory, ANSWERS)
        os._exit(0)
    disk = Tracer(pid).follow()
    print(disk.acknowledged, disk.flushes, disk.findings)


if __name__ == "__main__":
    main(sys.argv[1:])
