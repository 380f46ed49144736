"""Files handed over in one: a ZIP with the digest of every file, the same bytes each time."""

from __future__ import annotations

import csv
import io
import zipfile
from hashlib import sha256
from typing import IO, NamedTuple

from cryptography.hazmat.primitives import hashes

from trading.base.errors import InvalidInput

DIGESTS = "digests.csv"
BUNDLE_BYTES_MAX = 512 * 1024 * 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_STORED = (".pdf", ".jpg", ".png", ".zip")
ENDINGS = {
    "application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png",
    "application/json": ".json", "text/plain": ".txt", "text/csv": ".csv",
}  # fmt: skip


class Digested(NamedTuple):
    """A file of a bundle: where it lies, how large it is, and its digests in hex."""

    path: str
    size: int
    sha256: str
    sm3: str


def digested(path: str, content: bytes) -> Digested:
    """Return the digests of a file."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(content)
    return Digested(path, len(content), sha256(content).hexdigest(), sm3.finalize().hex())


def ending(media_type: str) -> str:
    """Return what a file of ``media_type`` is called behind the dot; ``.bin`` for the unknown."""
    return ENDINGS.get(media_type.partition(";")[0], ".bin")


class Bundle:
    """Writes a ZIP, one file after the other, into ``target``; bounded in size."""

    def __init__(self, target: IO[bytes], bytes_max: int = BUNDLE_BYTES_MAX) -> None:
        """Begin the ZIP."""
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self._left = bytes_max
        self.files: dict[str, Digested] = {}

    def add(self, path: str, content: bytes, *, listed: bool = True) -> Digested:
        """Add a file once; raise ``InvalidInput`` when the whole becomes too large."""
        if path in self.files:
            return self.files[path]
        self._left -= len(content)
        if self._left < 0:
            raise InvalidInput("the bundle is too large to be handed over", field="bundle")
        info = zipfile.ZipInfo(path, _EPOCH)
        info.external_attr = _READABLE
        info.compress_type = zipfile.ZIP_STORED if path.endswith(_STORED) else zipfile.ZIP_DEFLATED
        self._zip.writestr(info, content)
        found = digested(path, content)
        if listed:
            self.files[path] = found
        return found

    def close(self) -> None:
        """Write the index of digests, and end the ZIP."""
        self.add(DIGESTS, self.digests(), listed=False)
        self._zip.close()

    def digests(self) -> bytes:
        """Return the index of digests so far as CSV, which spreadsheets read as UTF-8."""
        rows = [list(found) for _path, found in sorted(self.files.items())]
        return table(["path", "size", "sha256", "sm3"], rows)


def table(heads: list[str], rows: list[list[object]]) -> bytes:
    """Return rows as CSV with a mark of UTF-8; no cell begins a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_inert(str(cell)) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
