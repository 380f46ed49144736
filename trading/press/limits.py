"""What each kind of work may use, and how a child holds itself to it before it begins."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import msgspec

MEBIBYTE = 1024 * 1024
CPU_GRACE_SECONDS = 1
FILES_MAX = 64


class Limits(msgspec.Struct, frozen=True):
    """``cpu_seconds`` of processor, ``memory_bytes`` beyond the interpreter, ``wall_seconds``.

    ``output_bytes`` is the most that comes back.
    """

    cpu_seconds: int
    memory_bytes: int
    wall_seconds: int
    output_bytes: int


TEMPLATE = Limits(1, 128 * MEBIBYTE, 10, 256 * 1024)
PDF = Limits(8, 640 * MEBIBYTE, 30, 8 * MEBIBYTE)
PICTURES = Limits(8, 160 * MEBIBYTE, 30, 16 * MEBIBYTE)


def hold_to(limits: Limits) -> None:
    """Hold this process to ``limits`` from now on: who goes beyond them is ended by the system.

    Processor time counts from here, memory beyond what is mapped already.
    """
    memory = _mapped_bytes() + limits.memory_bytes
    seconds = limits.cpu_seconds + CPU_GRACE_SECONDS + _spent_seconds()
    for which, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, FILES_MAX),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
    ):
        resource.setrlimit(which, (most, most))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)


def _spent_seconds() -> int:
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_utime) + 1


def _mapped_bytes() -> int:
    """Return how much address space this process has; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return 0
    return pages * resource.getpagesize()
