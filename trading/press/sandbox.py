"""Templates that somebody else wrote: they see plain values, and make plain markup of them.

The environment is Jinja's own sandbox; memory, time and size are limited by the process, since the
sandbox limits none. What comes out is checked once more: only markup of papers, nothing that runs,
loads or posts. Source: security brief, INV-32.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from trading.base.errors import InvalidInput
from trading.press.child import Parcel
from trading.press.limits import Limits

TAGS = frozenset({
    "a", "article", "b", "br", "caption", "col", "colgroup", "dd", "desc", "div", "dl", "dt", "em",
    "footer", "h1", "h2", "h3", "h4", "header", "hr", "i", "li", "ol", "p", "path", "section",
    "small", "span", "strong", "sub", "sup", "svg", "table", "tbody", "td", "tfoot", "th", "thead",
    "title", "tr", "u", "ul",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "class", "colspan", "rowspan", "scope", "lang", "span", "role", "aria-label", "start", "width",
    "height", "viewbox", "d", "transform", "fill", "stroke", "stroke-width", "xmlns", "href",
})  # fmt: skip
_TAKEN_AWAY = ("lipsum", "cycler", "joiner")


class _Markup(HTMLParser):
    """Finds what does not belong on a paper."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag and its attributes."""
        if tag not in TAGS:
            self.wrong = self.wrong or f"<{tag}>"
        for name, value in attrs:
            if name not in ATTRIBUTES or (name == "href" and not _local(value or "")):
                self.wrong = self.wrong or name

    def handle_decl(self, decl: str) -> None:
        """Refuse a declaration: the frame of a page is not for a template to make."""
        self.wrong = self.wrong or decl[:20]

    def handle_pi(self, data: str) -> None:
        """Refuse a processing instruction."""
        self.wrong = self.wrong or data[:20]

    def unknown_decl(self, data: str) -> None:
        """Refuse what no parser agrees on."""
        self.wrong = self.wrong or data[:20]


def _local(href: str) -> bool:
    return href.startswith(("/", "./", "#", "http://", "https://")) and not href.startswith("//")


def check_markup(text: str) -> None:
    """Raise ``InvalidInput`` naming the first tag or attribute that does not belong on a paper."""
    found = _Markup()
    found.feed(text)
    found.close()
    if found.wrong:
        raise InvalidInput("the template makes markup that a paper may not hold", found=found.wrong)


def fill(sources: dict[str, str], name: str, values: dict[str, Any], bytes_max: int) -> str:
    """Return template ``name`` of ``sources`` filled with ``values``.

    Raises ``InvalidInput`` when it breaks its rules or asks for what is not there. The caller has
    limited time and memory.
    """
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    for taken in _TAKEN_AWAY:
        environment.globals.pop(taken, None)
    parts: list[str] = []
    size = 0
    try:
        for part in environment.get_template(name).generate(**_marked(values)):
            size += len(part.encode())
            if size > bytes_max:
                raise InvalidInput("the template makes too much of it", bytes_max=bytes_max)
            parts.append(part)
    except (
        TemplateError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        AttributeError,
        RecursionError,
        MemoryError,
    ) as error:
        raise InvalidInput("the template cannot be filled", reason=type(error).__name__) from None
    text = "".join(parts)
    check_markup(text)
    return text


def _marked(values: dict[str, Any]) -> dict[str, Any]:
    """Return ``values`` with the one piece of markup that is ours: the code to scan."""
    paper = values.get("paper")
    if not isinstance(paper, dict) or "qr" not in paper:
        return values
    return {**values, "paper": {**paper, "qr": Markup(paper["qr"])}}  # noqa: S704 - drawn by us


def template_task(parcel: Parcel, limits: Limits) -> Parcel:
    """Fill a template as a child does."""
    head = parcel.head
    room = limits.output_bytes
    return Parcel({}, (fill(head["sources"], head["name"], head["values"], room).encode(),))
