"""Templates of the pages: everything is escaped, nothing that is missing stays silent.

Source: decision 21; architecture brief, section 2.2.
"""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import BaseLoader, Environment, FunctionLoader, StrictUndefined

from trading.base import assets
from trading.base.errors import SetupError
from trading.base.money import PriceUnit, format_yuan
from trading.web import i18n, static_files
from trading.words.language import language, pick, word
from trading.words.sources import in_words


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
    }
    found.filters |= {
        "moment": i18n.moment,
        "until": i18n.until,
        "day": i18n.day,
        "iso": i18n.iso,
        "span": i18n.span,
        "source": in_words,
        "money": i18n.money,
        "amount": format_yuan,
        "unit": lambda written: PriceUnit.parse(written).label(language()),
    }
    return found


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
