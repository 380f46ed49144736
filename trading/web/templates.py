"""Templates of the pages: everything is escaped, nothing that is missing stays silent.

Source: decision 21; architecture brief, section 2.2.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import BaseLoader, Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from trading.base import assets
from trading.base.errors import SetupError
from trading.base.money import PriceUnit, format_yuan
from trading.web import i18n, static_files
from trading.web.viewer import Viewer
from trading.words.language import language, pick, word
from trading.words.sources import in_words

_CELL = re.compile(r"<(tr|td|th)\b([^>]*)>")
_NAVIGATION = {
    "staff": "staff/nav.html", "auditor": "auditor/nav.html", "bidder": "bidder/nav.html",
}  # fmt: skip
_OF_ROOMS = (
    "/staff", "/audit", "/bidder", "/signin/me", "/signin/people", "/signin/counter",
    "/signin/passkeys",
)  # fmt: skip
"""Pages that belong to whoever is signed in; all others look the same to everybody."""


def render(template: str, values: dict[str, Any]) -> str:
    """Return the text of ``template`` with ``values``, in the language being spoken."""
    return environment().get_template(template).render(values)


@functools.cache
def environment() -> Environment:
    """Return the one environment of all pages."""
    found = Environment(
        loader=_loader(), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, extensions=["jinja2.ext.do"], auto_reload=False,
    )  # fmt: skip
    found.globals |= {
        "_": i18n.gettext,
        "language": language,
        "pick": pick,
        "word": word,
        "static": static_files.url,
        "other_language": other_language,
        "with_query": with_query,
        "navigation": navigation,
        "aside": i18n.aside,
        "told_apart": i18n.told_apart,
    }
    found.filters |= {
        "moment": i18n.moment,
        "until": i18n.until,
        "day": i18n.day,
        "iso": i18n.iso,
        "span": i18n.span,
        "source": in_words,
        "labelled": labelled,
        "money": i18n.money,
        "quoted": i18n.quoted,
        "amount": format_yuan,
        "unit": lambda written: PriceUnit.parse(written).label(language()),
    }
    return found


def labelled(rows: str, heads: Sequence[str]) -> Markup:
    """Return ``rows`` of a table with the head of each cell on it, for screens without columns."""
    place = 0

    def with_head(found: re.Match[str]) -> str:
        nonlocal place
        tag, more = found[1], found[2]
        if tag == "tr":
            place = 0
            return found[0]
        place += 1
        if place > len(heads) or "colspan" in more:
            return found[0]
        return f'<{tag} data-head="{escape(heads[place - 1])}"{more}>'

    return Markup(_CELL.sub(with_head, rows))  # noqa: S704 - rows are markup already


def navigation(viewer: Viewer, path: str) -> str:
    """Return the template of the links of the room that ``viewer`` is in at ``path``."""
    own = _NAVIGATION.get(viewer.room, "")
    return own if own and path.startswith(_OF_ROOMS) else "parts/public_nav.html"


def other_language(here: str) -> str:
    """Return the address of the same page in the other language."""
    return with_query(here, lang=pick("en", "zh"))


def with_query(here: str, **changed: object) -> str:
    """Return the address ``here`` with parameters of its query changed, or taken out by None."""
    parts = urlsplit(here)
    query = dict(parse_qsl(parts.query)) | {k: str(v) for k, v in changed.items() if v is not None}
    for name, value in changed.items():
        if value is None:
            query.pop(name, None)
    return parts.path + (f"?{urlencode(query)}" if query else "")


def _loader() -> BaseLoader:
    def load(name: str) -> str | None:
        try:
            return assets.read_text(f"{i18n.PAGES}/{name}")
        except SetupError:
            return None

    return FunctionLoader(load)
