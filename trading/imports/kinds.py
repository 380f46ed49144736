"""What can be imported: for each kind of sheet its columns, and the commands of its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from trading.engine.stream import Command, Stream
from trading.imports.fields import Cells
from trading.imports.sheet import Row
from trading.record.entry import Document


class Setting(NamedTuple):
    """For whom a sheet is imported, under which pack, and where its papers lie."""

    org: str
    pack: str
    folder: Path


class Step(NamedTuple):
    """One command that brings ``stream`` into being; nothing is done where it is there.

    With ``same`` the stream may be there: nothing is done where that holds of its state.
    """

    stream: str
    kind: str
    data: Command
    docs: tuple[Document, ...] = ()
    files: tuple[tuple[bytes, str], ...] = ()
    same: Callable[[Stream], bool] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of sheet.

    ``columns`` gives each column its Chinese name. ``row`` returns the steps of one row and
    raises ``InvalidInput``; ``whole``, where rows belong together, what they do as a whole, and
    ``together`` by what they do: neighbours of the same key are one whole of at most
    ``whole_max``, "" stands alone. ``broken`` is why a good row of a whole comes back.
    """

    name: str
    columns: Mapping[str, str]
    key: str
    row: Callable[[Cells, Setting], tuple[Step, ...]]
    whole: Callable[[Sequence[Cells], Setting], tuple[Step, ...]] | None = None
    together: Callable[[Cells], str] = lambda _cells: ""
    whole_max: int = 1
    broken: str = ""
    role: str = "community_officer"

    def cells(self, row: Row) -> Cells:
        """Return ``row`` as its cells."""
        return Cells(row, self.columns)
