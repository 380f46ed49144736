"""Documents as page images, and whether an uploaded file is one: always in the limited child."""

from __future__ import annotations

import html
import json

from trading.base.errors import InvalidInput
from trading.papers.printing import css, page
from trading.press import child
from trading.press.child import Parcel
from trading.press.limits import PDF, PICTURES
from trading.store.documents import DOCUMENT_BYTES_MAX

TEXT_MAX = 40_000
TEXTS = frozenset({"text/plain", "application/json"})


def check(content: bytes) -> str:
    """Return the media type of an uploaded file that was decoded: PDF, JPEG or PNG.

    Raises ``InvalidInput`` for anything else, for what is broken or too large, and for a PDF with
    scripts or attachments; ``Unavailable`` for what goes beyond the limits of the child.
    """
    _check_size(content)
    found = child.run("inspect", Parcel({}, (content,)), PICTURES)
    return str(found.head["media_type"])


def pages(content: bytes, media_type: str) -> list[bytes]:
    """Return the pages of a document as JPEG images at most 1080 pixels wide.

    Text and JSON are laid out first. Raises as ``check``; at most 40 pages are drawn.
    """
    _check_size(content)
    if media_type.partition(";")[0] in TEXTS:
        content = _laid_out(content)
    return list(child.run("pages", Parcel({}, (content,)), PICTURES).blobs)


def _check_size(content: bytes) -> None:
    if not content or len(content) > DOCUMENT_BYTES_MAX:
        raise InvalidInput(
            "the document is empty or too large", field="file", bytes_max=DOCUMENT_BYTES_MAX
        )


def _laid_out(content: bytes) -> bytes:
    text = content.decode(errors="replace")[:TEXT_MAX]
    try:
        found = json.loads(text)
    except ValueError:
        found = text
    lines = found.items() if isinstance(found, dict) else [("", found)]
    body = "".join(
        f"<p>{html.escape(str(name))}{'：' if name else ''}{html.escape(_plain(value))}</p>"
        for name, value in lines
    )
    head = {"markup": page("", f'<article class="paper">{body}</article>'), "css": css()}
    return child.run("pdf", Parcel(head), PDF).blobs[0]


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
