"""A page of markup as a PDF: the same bytes each time, and nothing fetched from anywhere."""

from __future__ import annotations

from typing import Any

import weasyprint
from weasyprint.urls import URLFetcher

from trading.base.errors import InvalidInput
from trading.press.child import Parcel
from trading.press.limits import Limits


class _Nothing(URLFetcher):  # type: ignore[misc]  # the library ships no types
    """Fetches nothing: not from the net, not from this machine."""

    def fetch(self, _url: str, _headers: dict[str, str] | None = None) -> Any:
        """Refuse every address."""
        raise ValueError("a paper fetches nothing")


def pdf(markup: str, css: str, bytes_max: int) -> bytes:
    """Return ``markup``, a whole page, laid out by ``css`` as PDF; raise ``InvalidInput``."""
    fetcher = _Nothing()
    sheet = weasyprint.CSS(string=css, url_fetcher=fetcher)
    page = weasyprint.HTML(string=markup, url_fetcher=fetcher, media_type="print")
    made: bytes = page.write_pdf(stylesheets=[sheet])
    if len(made) > bytes_max:
        raise InvalidInput("the paper has too many pages", bytes_max=bytes_max)
    return made


def pdf_task(parcel: Parcel, limits: Limits) -> Parcel:
    """Make a PDF as a child does."""
    head = parcel.head
    return Parcel({}, (pdf(head["markup"], head["css"], limits.output_bytes),))
