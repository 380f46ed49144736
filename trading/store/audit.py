"""Verifying a long log on several cores: each process audits a stretch at a time.

Every process opens the files and the database for itself; what a stretch has shown comes back as
a ``Span`` and is joined with the others here. A log in which anything is found is verified again
in one, by code that knows nothing of processes: what is told never depends on how many looked.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Engine

from trading.base.errors import BadNote, NotFound, TradingError
from trading.record.audit import Reveal, Span, audit_span
from trading.record.checkpoint import Checkpoint
from trading.record.forms import Forms
from trading.record.note import PublicKey
from trading.record.tiles import WIDTH
from trading.record.verify import Progress, Report, verify, verify_spans
from trading.store import log
from trading.store.engine import reading_engine
from trading.store.signer import log_reader

SPAN_ENTRIES = 32 * WIDTH
ALONE_ENTRIES = 20_000


def verify_log(
    log_dir: Path,
    vkeys: Iterable[PublicKey],
    *,
    engine: Engine | None = None,
    saved: bytes = b"",
    reveal: Reveal = lambda _index: None,
    progress: Progress = lambda _done, _size: None,
    workers: int = 0,
) -> Report:
    """Verify the log below ``log_dir``, and the database behind ``engine`` against it.

    ``saved`` and ``reveal`` are as for ``trading.record.verify.verify``, which this equals in all
    but time. ``workers`` processes share a log, or as many as pay where it is 0.
    """
    keys = tuple(vkeys)
    read = log_reader(log_dir)
    count = usable_workers(_size(log_dir, keys), workers)
    if engine is None:
        url, tree, rows = "", None, None
    else:
        url, head = engine.url.render_as_string(hide_password=False), log.head(engine)
        tree, rows = head.tree, functools.partial(log.iterate, engine, end=head.size)
        engine.dispose()  # no process may hold a connection that another one has opened
    if count > 1:
        with _pool(count, log_dir, url, reveal) as pool:
            report = verify_spans(
                read, keys, functools.partial(_spans, pool), saved=saved, rows=rows, head=tree,
                progress=progress,
            )  # fmt: skip
        if report is not None:
            return report
    return verify(
        read, keys, saved=saved, rows=rows(0) if rows else None, head=tree, reveal=reveal,
        progress=progress,
    )  # fmt: skip


def usable_workers(size: int, wanted: int = 0) -> int:
    """Return how many processes share a log of ``size``: ``wanted``, or what pays where it is 0.

    Where it is 0 and threads are running, only one: a process that is divided while one of them
    holds a lock would hold it for ever.
    """
    alone = size <= ALONE_ENTRIES or threading.active_count() > 1
    worthwhile = 1 if alone else os.cpu_count() or 1
    return min(wanted or worthwhile, max(-(-size // SPAN_ENTRIES), 1))


class _Auditor:
    """What each process has for itself: its connection, and the forms that it has met."""

    here: ClassVar[_Auditor]

    def __init__(self, log_dir: Path, url: str, reveal: Reveal) -> None:
        self._read = log_reader(log_dir)
        self._engine = reading_engine(url) if url else None
        self._reveal = reveal
        self._forms = Forms()

    def span(self, size: int, first: int, kept: int) -> Span | None:
        """Audit the stretch from ``first``; None where it has to be looked at in one."""
        end = min(first + SPAN_ENTRIES, size)
        rows = None if self._engine is None else log.iterate(self._engine, first, end)
        try:
            return audit_span(
                self._read, size, range(first, end), kept=kept, rows=rows, reveal=self._reveal,
                forms=self._forms,
            )  # fmt: skip
        except TradingError:
            return None


def _pool(count: int, log_dir: Path, url: str, reveal: Reveal) -> ProcessPoolExecutor:
    """Return processes that begin with what this one has loaded: to load it again takes longer."""
    context = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(count, context, _begin, (log_dir, url, reveal))


def _begin(log_dir: Path, url: str, reveal: Reveal) -> None:
    _Auditor.here = _Auditor(log_dir, url, reveal)


def _span(first: int, size: int, kept: int) -> Span | None:
    return _Auditor.here.span(size, first, kept)


def _spans(pool: ProcessPoolExecutor, size: int, kept: int) -> Iterator[Span | None]:
    """Yield the spans of the log in their order; None where a process has ended early."""
    task = functools.partial(_span, size=size, kept=kept)
    try:
        yield from pool.map(task, range(0, size, SPAN_ENTRIES))
    except BrokenProcessPool:
        yield None
    finally:
        pool.shutdown(cancel_futures=True)


def _size(log_dir: Path, vkeys: tuple[PublicKey, ...]) -> int:
    """Return how many entries were signed, 0 where that cannot be said."""
    try:
        return Checkpoint.open(log_reader(log_dir)("checkpoint"), vkeys).size
    except (NotFound, BadNote):
        return 0
