"""An import: rows in, a few hundred at a time, each decided as if somebody had entered it.

What is there already is passed over, so importing again adds only what is not. A refused row
costs no other row anything, but where rows are one notice it comes back with its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import NamedTuple, Protocol

from sqlalchemy import select

from trading.base.errors import InvalidInput, Refused, TradingError
from trading.centre import Centre
from trading.imports.fields import Cells, fault
from trading.imports.kinds import Kind, Setting, Step
from trading.imports.sheet import Refusals, Row, Sheet
from trading.imports.trying import Trying
from trading.store import log
from trading.store.schema import stream_state

BATCH_ROWS = 256
TOLD_MAX = 1000

Tell = Callable[[TradingError], tuple[str, str]]


class Told(NamedTuple):
    """A refused row as it is told: its line in the sheet, its key, the field and the reason."""

    line: int
    id: str
    field: str
    reason: str


@dataclass(slots=True)
class Report:
    """What became of the rows; ``told`` holds the first thousand that were refused."""

    added: int = 0
    present: int = 0
    refused: int = 0
    told: list[Told] = field(default_factory=list)


class Doing(Protocol):
    """How steps are decided: for good, or only tried."""

    def do(self, steps: list[Step]) -> list[TradingError | None]:
        """Decide ``steps`` and return what each was refused with."""

    def clear(self) -> None:
        """Forget what was tried."""


@dataclass(slots=True)
class _Line:
    number: int
    row: Row
    cells: Cells
    steps: tuple[Step, ...] = ()
    error: TradingError | None = None
    fresh: bool = False


@dataclass(slots=True)
class _Group:
    """Rows that go in or come back as one; a single row where nothing binds them."""

    lines: list[_Line]
    whole: tuple[Step, ...] = ()


class Import:
    """One sheet on its way into a centre."""

    def __init__(
        self,
        centre: Centre,
        kind: Kind,
        setting: Setting,
        actor: str,
        *,
        dry_run: bool = False,
        served: bool = False,
    ) -> None:
        """Bring rows of ``kind`` into ``centre`` as ``actor``, or only try them.

        The writer of a centre that is ``served`` runs already, and goes on.
        """
        self._served = served
        self._centre = centre
        self._kind = kind
        self._setting = setting
        self._live = not dry_run
        self._doing: Doing = (Trying if dry_run else Writing)(centre, actor, kind.role)
        self._seen: set[str] = set()

    def run(self, sheet: Sheet, tell: Tell, progress: Callable[[int, int], None]) -> Report:
        """Bring every row of ``sheet`` in; refused ones are told and, unless tried, returned."""
        self._centre.refresh()
        report, done = Report(), 0
        if self._live and not self._served:
            self._centre.writer.start()
        try:
            with Refusals(sheet, wanted=self._live) as refusals:
                for batch in _batches(self._groups(sheet)):
                    self._batch(batch)
                    for line in (line for group in batch for line in group.lines):
                        self._count(line, report, refusals, tell)
                        done += 1
                    progress(done, sheet.count)
        finally:
            if self._live and not self._served:
                self._centre.writer.stop()
        return report

    def _groups(self, sheet: Sheet) -> Iterator[_Group]:
        """Yield the rows of ``sheet``, those of one notice together, at most so many."""
        cells = ((n, row, self._kind.cells(row)) for n, row in enumerate(sheet.rows(), 2))
        lines = (_Line(n, row, found) for n, row, found in cells)
        for key, found in groupby(lines, lambda line: self._kind.together(line.cells)):
            size = self._kind.whole_max if key else 1
            while part := list(islice(found, size)):
                yield self._parsed(_Group(part))

    def _parsed(self, group: _Group) -> _Group:
        for line in group.lines:
            try:
                line.steps = self._kind.row(line.cells, self._setting)
                key = line.cells.wanted(self._kind.key)
                if key in self._seen:
                    raise fault(self._kind.key, "row_twice", "this row stands there twice")
                self._seen.add(key)
            except InvalidInput as error:
                line.error = error
        if self._kind.whole is not None and not any(line.error for line in group.lines):
            try:
                group.whole = self._kind.whole([line.cells for line in group.lines], self._setting)
            except InvalidInput as error:
                _refuse(group, error)
        return group

    def _batch(self, batch: list[_Group]) -> None:
        """Decide the rows of a batch, then what they are as a whole."""
        self._doing.clear()
        for group in batch:
            _hold_together(group, self._kind)
        present = _present(self._centre, (step for group in batch for step in _steps(group)))
        lines = [line for group in batch for line in group.lines if line.error is None]
        self._rows(lines, present)
        for group in batch:
            _hold_together(group, self._kind)
        self._wholes([group for group in batch if group.whole], present)

    def _rows(self, lines: list[_Line], present: set[str]) -> None:
        wanted = [(line, s) for line in lines for s in line.steps if s.stream not in present]
        for (line, _step), error in zip(
            wanted, self._doing.do([step for _line, step in wanted]), strict=True
        ):
            line.error, line.fresh = line.error or error, True

    def _wholes(self, groups: list[_Group], present: set[str]) -> None:
        wanted = [
            (group, step)
            for group in groups
            for step in group.whole
            if step.stream not in present and not any(line.error for line in group.lines)
        ]
        for (group, _step), error in zip(
            wanted, self._doing.do([step for _group, step in wanted]), strict=True
        ):
            if error is not None:
                _refuse(group, error)
            for line in group.lines:
                line.fresh = True

    def _count(self, line: _Line, report: Report, refusals: Refusals, tell: Tell) -> None:
        if line.error is None:
            report.added += line.fresh
            report.present += not line.fresh
            return
        name, reason = tell(line.error)
        report.refused += 1
        if len(report.told) < TOLD_MAX:
            key = line.cells.text(self._kind.key)
            report.told.append(Told(line.number, key, name, reason))
        refusals.add(line.row, name, reason)


class Writing:
    """Steps decided for good, many in one transaction."""

    def __init__(self, centre: Centre, actor: str, role: str) -> None:
        """Write to ``centre`` as ``actor`` in ``role``; its writer runs."""
        self._centre = centre
        self._actor = actor
        self._role = role

    def do(self, steps: list[Step]) -> list[TradingError | None]:
        """Decide ``steps`` and return what each was refused with."""
        return [answer() for answer in [self._submit(step) for step in steps]]

    def clear(self) -> None:
        """Forget nothing: what was decided is in the log."""

    def _submit(self, step: Step) -> Callable[[], TradingError | None]:
        try:
            env = self._centre.envelope(
                step.kind, step.data, self._actor, self._role, docs=step.docs, files=step.files
            )
        except InvalidInput as error:
            refused: TradingError = error
            return lambda: refused
        waiting = self._centre.writer.submit(env)

        def answer() -> TradingError | None:
            error = waiting.exception()
            if error is None or isinstance(error, Refused):
                return error
            raise error

        return answer


def _hold_together(group: _Group, kind: Kind) -> None:
    """Let the good rows of a notice come back with the refused ones."""
    if kind.whole is None or not any(line.error for line in group.lines):
        return
    _refuse(group, fault("", kind.broken, "another row of this whole was refused"))


def _refuse(group: _Group, error: TradingError) -> None:
    for line in group.lines:
        line.error = line.error or error


def _steps(group: _Group) -> Iterator[Step]:
    for line in group.lines:
        yield from line.steps
    yield from group.whole


def _batches(groups: Iterable[_Group]) -> Iterator[list[_Group]]:
    batch: list[_Group] = []
    for group in groups:
        batch.append(group)
        if sum(len(one.lines) for one in batch) >= BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _present(centre: Centre, steps: Iterable[Step]) -> set[str]:
    """Return the streams of ``steps`` for which nothing is left to do."""
    wanted = {step.stream: step for step in steps}
    query = select(stream_state.c.stream).where(stream_state.c.stream.in_(wanted))
    with log.reading(centre.reading) as connection:
        found = set(connection.execute(query).scalars())
    return {name for name in found if _same(centre, wanted[name])}


def _same(centre: Centre, step: Step) -> bool:
    if step.same is None:
        return True
    state = centre.state(step.stream)
    return state is not None and step.same(state)
