"""What somebody uploaded: told by its first bytes and by decoding it, and shown as page images.

An image is decoded and encoded again, a page of a PDF is drawn: what is shown is never what was
sent. Scripts, attachments and forms in a PDF have no place in a scan. Source: security brief,
INV-33.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from fractions import Fraction
from itertools import islice

import pypdfium2
from PIL import Image, ImageFile, ImageOps
from pypdfium2 import raw as pdfium

from trading.base.errors import InvalidInput
from trading.press.child import Parcel
from trading.press.limits import Limits

WIDTH_MAX, HEIGHT_MAX = 1080, 4320
PAGES_MAX, SHOWN_MAX = 300, 40
JPEG_PIXELS_MAX, PNG_PIXELS_MAX = 120_000_000, 24_000_000
QUALITY = 72
TAIL_BYTES_MAX = 1024
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
_MAGIC = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
warnings.simplefilter("error", Image.DecompressionBombWarning)


def kind_of(content: bytes) -> str:
    """Return the media type that the first bytes tell; raise ``InvalidInput`` for any other."""
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    raise InvalidInput("only PDF, JPEG and PNG are taken", field="file")


def inspect(content: bytes) -> tuple[str, int]:
    """Return media type and number of pages of a file that could be decoded.

    Raises ``InvalidInput`` for what is something else, broken, too large or carries more than
    pages.
    """
    media_type = kind_of(content)
    if media_type != PDF:
        _picture(content, media_type)
        return media_type, 1
    document = _opened(content)
    document[0].get_size()
    return media_type, len(document)


def pages(content: bytes, room_bytes: int) -> list[bytes]:
    """Return the pages as JPEG images of at most 1080 pixels in width, as many as have room."""
    media_type = kind_of(content)
    if media_type != PDF:
        return [_encoded(_picture(content, media_type))]
    document = _opened(content)
    found: list[bytes] = []
    for page in islice(document, SHOWN_MAX):
        width, height = (max(1, int(size)) for size in page.get_size())
        # A scale is a ratio of whole pixels to points; the library takes it as such.
        drawn = page.render(scale=_scale(width, height), may_draw_forms=False).to_pil()
        found.append(_encoded(drawn))
        page.close()
        if sum(map(len, found)) > room_bytes:
            return found[:-1]
    return found


def _scale(width: int, height: int) -> Fraction:
    return min(Fraction(WIDTH_MAX, width), Fraction(HEIGHT_MAX, height))


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    if _ACTIVE.search(content):
        raise InvalidInput("a PDF with scripts or attachments is not taken", field="file")
    end = content.rfind(b"%%EOF")
    if end < 0 or len(content) - end > TAIL_BYTES_MAX:
        raise InvalidInput("the file cannot be read", field="file")
    try:
        document = pypdfium2.PdfDocument(content)
        count = len(document)
    except pypdfium2.PdfiumError:
        raise InvalidInput("the file cannot be read", field="file") from None
    if pdfium.FPDFDoc_GetJavaScriptActionCount(document) > 0 or (
        pdfium.FPDFDoc_GetAttachmentCount(document) > 0
    ):
        raise InvalidInput("a PDF with scripts or attachments is not taken", field="file")
    if not 0 < count <= PAGES_MAX:
        raise InvalidInput("the file has too many pages", field="file", pages_max=PAGES_MAX)
    return document


def _picture(content: bytes, media_type: str) -> Image.Image:
    """Return the decoded picture, upright and no larger than is shown."""
    form = "JPEG" if media_type == JPEG else "PNG"
    most = JPEG_PIXELS_MAX if media_type == JPEG else PNG_PIXELS_MAX
    # Of the process, and the library that makes papers sets the second otherwise.
    Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = JPEG_PIXELS_MAX, False
    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=(form,))
        if picture.width * picture.height > most:
            raise InvalidInput("the picture is too large", field="file", pixels_max=most)
        # A large photo is decoded at a fraction of its size: memory never grows with it.
        picture.draft("RGB", (WIDTH_MAX, WIDTH_MAX))
        picture.load()
        picture.thumbnail((HEIGHT_MAX, HEIGHT_MAX))
        picture = ImageOps.exif_transpose(picture)
        picture.thumbnail((WIDTH_MAX, HEIGHT_MAX))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError,
            Image.DecompressionBombWarning, MemoryError):  # fmt: skip
        raise InvalidInput("the file cannot be read", field="file") from None
    return picture


def _encoded(picture: Image.Image) -> bytes:
    flat = picture
    if picture.mode not in {"RGB", "L"}:
        flat = Image.new("RGB", picture.size, "white")
        over = picture.convert("RGBA")
        flat.paste(over, mask=over.getchannel("A"))
    if flat.width > WIDTH_MAX:
        flat.thumbnail((WIDTH_MAX, HEIGHT_MAX))
    kept = io.BytesIO()
    flat.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()


def inspect_task(parcel: Parcel, _limits: Limits) -> Parcel:
    """Look at an uploaded file as a child does."""
    media_type, count = inspect(parcel.blobs[0])
    return Parcel({"media_type": media_type, "pages": count})


def pages_task(parcel: Parcel, limits: Limits) -> Parcel:
    """Draw the pages of a file as a child does."""
    return Parcel({}, tuple(pages(parcel.blobs[0], limits.output_bytes)))


TASKS: dict[str, Callable[[Parcel, Limits], Parcel]] = {
    "inspect": inspect_task, "pages": pages_task,
}  # fmt: skip
