"""Publish the bodies that an event has opened: one file per lot, beside the tiles.

The leaf of a veiled entry is only its blind. Once its lot is awarded, its body and salt are a line
of ``bodies/<lot>.jsonl``, so that anyone can check them against the leaf and replay them.
Source: decision 4.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Engine, text

from trading.base.errors import IntegrityFault
from trading.record.chains import Finding
from trading.record.verify import Opened
from trading.store import files, log
from trading.store.home import Home

BODIES = "bodies"
REVEALED = "size"
_TOUCHED = text(
    "SELECT DISTINCT stream FROM record_entry WHERE idx >= :first AND idx < :end "
    "AND (audience = 'until:awarded' OR kind = 'lot.award/1')"
)
_CLOSED = text("SELECT body, salt FROM record_entry WHERE idx = :idx")
_AWARDED = text("SELECT awarded FROM projection_lot WHERE lot = :lot")
_VEILED = text(
    "SELECT idx, salt, body FROM record_entry WHERE audience = 'until:awarded' "
    "AND (stream = :roll OR (stream >= :registration AND stream < :registration_end) "
    "OR (stream >= :deposit AND stream < :deposit_end)) ORDER BY idx"
)


def publish_bodies(engine: Engine, home: Home, size: int) -> int:
    """Write the bodies opened by the first ``size`` entries; return how many lots were written.

    Raises ``StorageDown`` when the disk does not take them; the next call starts where this did.
    """
    folder = home.log_dir / BODIES
    marker = folder / REVEALED
    with files.storing("the revealed bodies"):
        files.make_dir(folder, files.PUBLIC_DIR)
        first = int(marker.read_text()) if marker.exists() else 0
        if first >= size:
            return 0
        lots = _awarded_lots(engine, first, size)
        for lot in lots:
            files.replace(folder / f"{lot}.jsonl", _lines(engine, lot, size), files.PUBLIC_FILE)
        files.replace(marker, f"{size}\n".encode(), files.PUBLIC_FILE)
    return len(lots)


def reveal_from(log_dir: Path) -> Callable[[int], Opened | None]:
    """Return what answers body and salt of a revealed index, from the files of a log."""
    opened: dict[int, Opened] = {}
    for path in _files(log_dir):
        opened.update(_read(path))
    return opened.get


def compare_bodies(engine: Engine, log_dir: Path) -> Iterator[Finding]:
    """Yield a finding for every file of bodies that does not open what the record holds."""
    for path in _files(log_dir):
        try:
            opened = _read(path)
        except IntegrityFault as fault:
            yield Finding("revealed", -1, fault.detail)
            continue
        with log.reading(engine) as connection:
            for index, given in opened.items():
                row = connection.execute(_CLOSED, {"idx": index}).one_or_none()
                if row is None or given != Opened(log.blob(row.body), log.blob(row.salt)):
                    yield Finding("revealed", index, f"{path.name} opens another entry")


def _files(log_dir: Path) -> list[Path]:
    return sorted((log_dir / BODIES).glob("*.jsonl"))


def _read(path: Path) -> dict[int, Opened]:
    """Return what a file opens; raise ``IntegrityFault`` naming the file."""
    try:
        return read_bodies(path.read_bytes())
    except (IntegrityFault, OSError):
        raise IntegrityFault(f"{path.name} is no file of revealed bodies", file=path.name) from None


def read_bodies(data: bytes) -> dict[int, Opened]:
    """Return what was opened, by index; raise ``IntegrityFault`` when it is no file of bodies."""
    try:
        lines = [json.loads(line) for line in data.splitlines()]
        return {
            line["index"]: Opened(line["body"].encode(), bytes.fromhex(line["salt"]))
            for line in lines
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityFault("not a file of revealed bodies") from error


def _awarded_lots(engine: Engine, first: int, end: int) -> list[str]:
    with engine.connect() as connection:
        streams = connection.execute(_TOUCHED, {"first": first, "end": end}).scalars().all()
        lots = sorted({_lot_of(stream) for stream in streams})
        return [lot for lot in lots if connection.execute(_AWARDED, {"lot": lot}).scalar() == 1]


def _lot_of(stream: str) -> str:
    kind, _slash, name = stream.partition("/")
    return name.rpartition("-")[0] if kind in {"registration", "deposit"} else name


def _lines(engine: Engine, lot: str, size: int) -> bytes:
    # "." is the character after "-": the range holds exactly the numbers of this lot.
    given = {
        "roll": f"roll/{lot}",
        "registration": f"registration/{lot}-",
        "registration_end": f"registration/{lot}.",
        "deposit": f"deposit/{lot}-",
        "deposit_end": f"deposit/{lot}.",
    }
    with engine.connect() as connection:
        rows = connection.execute(_VEILED, given).all()
    return b"".join(
        json.dumps(
            {"body": bytes(row.body).decode(), "index": row.idx, "salt": bytes(row.salt).hex()},
            ensure_ascii=False, sort_keys=True,
        ).encode() + b"\n"
        for row in rows
        if row.idx < size
    )  # fmt: skip
