"""Files that somebody uploads: told by decoding them, shown as pictures of ours alone (INV-33)."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from hashlib import sha256

import pypdf
import pytest
from PIL import Image
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from trading.base.errors import InvalidInput
from trading.papers import images
from trading.press import pictures
from trading.press.child import Parcel
from trading.press.limits import MEBIBYTE, PICTURES
from trading.press.worker import answered, task_named
from trading.store.documents import DOCUMENT_BYTES_MAX

JPEG_MAGIC = b"\xff\xd8\xff"


def picture(form: str = "JPEG", size: tuple[int, int] = (1600, 1200), mode: str = "RGB") -> bytes:
    """Return an encoded picture."""
    kept = io.BytesIO()
    Image.new(mode, size, 128 if mode in {"L", "P"} else None).save(kept, form)
    return kept.getvalue()


def scan(count: int = 2, size: tuple[int, int] = (595, 842)) -> bytes:
    """Return a PDF of blank pages."""
    return _written(_pages(count, size))


def _pages(count: int = 1, size: tuple[int, int] = (595, 842)) -> pypdf.PdfWriter:
    writer = pypdf.PdfWriter()
    for _page in range(count):
        writer.add_blank_page(*size)
    return writer


def _written(writer: pypdf.PdfWriter) -> bytes:
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def _opening(kind: str, key: str) -> bytes:
    """Return a PDF that does something when it is opened."""
    writer = _pages()
    action = {NameObject("/S"): NameObject(kind), NameObject(key): TextStringObject("x()")}
    writer._root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    return _written(writer)


def _attachment() -> bytes:
    writer = _pages()
    writer.add_attachment("x.exe", b"MZ")
    return _written(writer)


def _locked() -> bytes:
    writer = _pages()
    writer.encrypt("secret")
    return _written(writer)


def _bomb_png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    squeezed = zlib.compressobj(9)
    row = b"\0" * (width // 8 + 1)
    data = b"".join(squeezed.compress(row) for _row in range(min(height, 4000))) + squeezed.flush()
    parts = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
        for name, part in parts
    )


def _zip(name: str, content: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return kept.getvalue()


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
NOISE = b"".join(sha256(bytes([n])).digest() for n in range(99))
REFUSED: dict[str, Callable[[], bytes]] = {
    "eicar": lambda: EICAR,
    "nothing": lambda: b"",
    "svg with a script": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "html": lambda: b"<!doctype html><script>alert(1)</script>",
    "docm": lambda: _zip("word/vbaProject.bin", b"x"),
    "zip bomb": lambda: _zip("x", b"\0" * 20 * MEBIBYTE),
    "zip slip": lambda: _zip("../../etc/x", b"x"),
    "gif": lambda: picture("GIF", mode="P"),
    "tiff": lambda: picture("TIFF"),
    "webp": lambda: picture("WEBP"),
    "executable": lambda: b"MZ" + b"\0" * 100,
    "cut jpeg": lambda: picture()[:2000],
    "cut png": lambda: picture("PNG")[:200],
    "jpeg by its magic alone": lambda: JPEG_MAGIC + b"\0" * 1000,
    "png that is a jpeg": lambda: b"\x89PNG\r\n\x1a\n" + picture(),
    "pdf by its magic alone": lambda: b"%PDF-1.7\n%%EOF",
    "pdf behind html": lambda: b"<script>alert(1)</script>" + scan(),
    "pdf before a zip": lambda: scan() + _zip("x", NOISE),
    "pdf with a script": lambda: _opening("/JavaScript", "/JS"),
    "pdf that launches": lambda: _opening("/Launch", "/F"),
    "pdf with an attachment": _attachment,
    "locked pdf": _locked,
    "pdf with too many pages": lambda: scan(pictures.PAGES_MAX + 1),
    "pdf without a page": lambda: scan(0),
    "picture of 40,000 pixels": lambda: _bomb_png(40_000, 40_000),
    "too large": lambda: picture() + b"\0" * DOCUMENT_BYTES_MAX,
}


# A process of its own: what this one has grown to counts as what its children took.
TOLD = """
import json, pathlib, resource, sys
from trading.base.errors import TradingError
from trading.papers import images

def status(work, *given):
    try:
        work(*given)
    except TradingError as error:
        return error.status
    return 200

for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    content = path.read_bytes()
    told = status(images.check, content), status(images.pages, content, "application/pdf")
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps([path.name, *told, kilobytes * 1024]), flush=True)
"""


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int, int]]:
    """Give for each file how it was refused twice, and the memory that was taken until then."""
    folder = tmp_path_factory.mktemp("refused")
    for name, make in REFUSED.items():
        (folder / name).write_bytes(make())
    command = [sys.executable, "-c", TOLD, str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told = map(json.loads, said.splitlines())
    return {name: (checked, shown, most_bytes) for name, checked, shown, most_bytes in told}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_scan_is_refused_in_bounded_memory(
    refused: dict[str, tuple[int, int, int]], name: str
) -> None:
    checked, shown, most_bytes = refused[name]
    assert checked in {400, 503}
    assert shown in {400, 503}
    assert most_bytes < 300 * MEBIBYTE
    content = REFUSED[name]()
    if content and len(content) < DOCUMENT_BYTES_MAX:
        with pytest.raises(InvalidInput):
            pictures.inspect(content)


@pytest.mark.parametrize(
    ("content", "media_type", "count"),
    [
        (picture(), "image/jpeg", 1),
        (picture("PNG"), "image/png", 1),
        (picture("PNG", mode="RGBA"), "image/png", 1),
        (picture("PNG", mode="P"), "image/png", 1),
        (picture(size=(9000, 7000)), "image/jpeg", 1),
        (scan(), "application/pdf", 2),
        (scan(1, (14_400, 200)), "application/pdf", 1),
        (scan(1, (200, 14_400)), "application/pdf", 1),
    ],
)
def test_scans_are_shown_as_pictures_of_ours(content: bytes, media_type: str, count: int) -> None:
    assert images.check(content) == media_type
    assert pictures.inspect(content) == (media_type, count)
    found = images.pages(content, media_type)
    assert found == pictures.pages(content, PICTURES.output_bytes)
    assert len(found) == count
    for page in found:
        drawn = Image.open(io.BytesIO(page))
        assert drawn.format == "JPEG"
        assert drawn.width <= pictures.WIDTH_MAX
        assert drawn.height <= pictures.HEIGHT_MAX
        assert page not in content


def test_what_rides_on_a_picture_is_not_shown() -> None:
    kept = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "<script>4711</script>"
    exif[0x0112] = 6
    Image.new("RGB", (400, 200)).save(kept, "JPEG", exif=exif)
    content = kept.getvalue() + EICAR + _zip("x", b"y")
    (page,) = images.pages(content, "image/jpeg")
    assert b"4711" not in page
    assert b"EICAR" not in page
    assert b"PK\x03\x04" not in page
    assert Image.open(io.BytesIO(page)).size == (200, 400)


def test_at_most_forty_pages_are_drawn() -> None:
    assert len(images.pages(scan(60), "application/pdf")) == pictures.SHOWN_MAX


def test_pages_beyond_the_room_are_left_out() -> None:
    assert len(pictures.pages(scan(3), 1)) == 0


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ('{"name":"minutes","text":"会议记录<script>","n":[1]}'.encode(), "application/json"),
        (b"plain text", "text/plain; charset=utf-8"),
        (b"[1,2]", "application/json"),
        (b"\xff\xfe", "text/plain"),
    ],
)
def test_text_is_laid_out_first(content: bytes, media_type: str) -> None:
    (page,) = images.pages(content, media_type)
    assert page.startswith(JPEG_MAGIC)


def test_a_child_does_the_same_as_its_tasks_do_here() -> None:
    told = answered(task_named("inspect"), Parcel({}, (scan(),)), PICTURES)
    assert told.head == {"media_type": "application/pdf", "pages": 2}
    drawn = answered(task_named("pages"), Parcel({}, (picture(),)), PICTURES)
    assert drawn.blobs == tuple(images.pages(picture(), "image/jpeg"))
    refused = answered(task_named("inspect"), Parcel({}, (EICAR,)), PICTURES)
    assert refused.head["refused"] == "only PDF, JPEG and PNG are taken"
    head = {"sources": {"x": "<p>{{ a }}</p>"}, "name": "x", "values": {"a": "<"}}
    assert answered(task_named("template"), Parcel(head), PICTURES).blobs == (b"<p>&lt;</p>",)
    page = {"markup": "<p>x</p>", "css": ""}
    assert answered(task_named("pdf"), Parcel(page), PICTURES).blobs[0][:5] == b"%PDF-"


def test_a_pdf_larger_than_its_room_is_refused() -> None:
    from trading.press.sheets import pdf

    with pytest.raises(InvalidInput):
        pdf("<p>x</p>", "", 10)
