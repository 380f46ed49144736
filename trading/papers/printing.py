"""Papers as PDF and as markup: values from the record, a template, a limited child process.

A template that a centre has put in ``DIR/templates/papers`` stands in for the shipped one of the
same name. It is filled by a child; where that fails the last version that worked serves, and where
there is none, the shipped one. Source: decision 7; security brief, INV-32.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import segno

from trading.base import assets
from trading.base.errors import InvalidInput, TradingError
from trading.centre import Centre
from trading.papers.kinds import PaperKind, kind_of
from trading.papers.reading import centre_name
from trading.press import child
from trading.press.child import Parcel
from trading.press.limits import PDF, TEMPLATE
from trading.store import files

FOLDER = "templates/papers"
OWN = "papers"
LAST_GOOD = ".last-good"
CSS = "paper.css"
KEPT_MAX = 64
SOURCE_BYTES_MAX = 64 * 1024
_GROUP = 4
_SHOWN = 16
_PAGE = (
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body>{body}</body></html>"
)
_log = logging.getLogger(__name__)
_kept: OrderedDict[bytes, bytes] = OrderedDict()
_lock = threading.Lock()


def render(centre: Centre, kind: str, stream: str, base_url: str, *, names: bool = False) -> bytes:
    """Return the paper ``kind`` of ``stream`` as PDF; the same record gives the same bytes.

    ``base_url`` is where this centre is found, for the code on the paper. ``names`` lets personal
    names in. Raises ``NotFound`` where there is no such paper (yet), ``Unavailable`` when it could
    not be made within its limits.
    """
    found = kind_of(kind)
    body = html(centre, kind, stream, base_url, names=names)
    return _once("pdf", {"markup": page(found.title_zh, body), "css": css()})


def page(title: str, body: str) -> str:
    """Return ``body``, which is markup, as a whole page."""
    return _PAGE.format(title=title, body=body)


def html(centre: Centre, kind: str, stream: str, base_url: str, *, names: bool = False) -> str:
    """Return the paper as markup for the body of a page that loads ``css()``; raises as above."""
    found = kind_of(kind)
    values, act = found.values(centre, stream, names=names)
    values["paper"] = paper_values(centre, found, values, stream, act.code, base_url)
    values["paper"] |= {"day": act.day, "issuer": centre_name(centre, act.at_us)}
    return _filled(centre, f"{kind}.html", values)


def css() -> str:
    """Return the style of papers, for print and for screens."""
    return assets.read_text(f"{FOLDER}/{CSS}")


def paper_values(
    centre: Centre, kind: PaperKind, values: dict[str, Any], stream: str, code: str, base_url: str
) -> dict[str, Any]:
    """Return what stands on every paper: title, number, and the code by which it is checked."""
    del centre
    url = f"{base_url.rstrip('/')}/check/{code}"
    return {
        "kind": kind.name,
        "title": kind.title_zh,
        "number": kind.number(values, stream.partition("/")[2]),
        "code": short_code(code),
        "url": url,
        "qr": qr(url),
        "form": kind.form,
    }


def short_code(code: str) -> str:
    """Return the beginning of a receipt in groups, as it stands on paper: 存证编号."""
    shown = code[:_SHOWN]
    return " ".join(shown[at : at + _GROUP] for at in range(0, len(shown), _GROUP))


def qr(text: str) -> str:
    """Return ``text`` as a code to scan, in SVG."""
    return str(segno.make(text, error="m", micro=False).svg_inline(scale=2, border=2))


def _filled(centre: Centre, name: str, values: dict[str, Any]) -> str:
    shipped = _shipped()
    own = own_templates(centre.home.templates_dir / OWN)
    if not own:
        return _fill(shipped, name, values)
    kept = centre.home.templates_dir / OWN / LAST_GOOD / name.removesuffix(".html")
    good = own_templates(kept)
    for sources in (own, good):
        try:
            text = _fill({**shipped, **sources}, name, values)
        except TradingError as error:
            _log.warning("a template of this centre failed: %s %s", name, error.detail)
            continue
        if sources is own and own != good and not centre.home.read_only_reason():
            _keep(kept, own)
        return text
    return _fill(shipped, name, values)


def _fill(sources: dict[str, str], name: str, values: dict[str, Any]) -> str:
    return _once("template", {"sources": sources, "name": name, "values": values}).decode()


def own_templates(folder: Path) -> dict[str, str]:
    """Return the templates in ``folder`` by name; what is too large or not text is left out."""
    found = {}
    for path in sorted(folder.glob("*.html")) if folder.is_dir() else ():
        try:
            content = path.read_bytes()
            if len(content) <= SOURCE_BYTES_MAX:
                found[path.name] = content.decode()
        except (OSError, UnicodeDecodeError):
            _log.warning("a template of this centre cannot be read: %s", path.name)
    return found


def _shipped() -> dict[str, str]:
    return {name: assets.read_text(f"{FOLDER}/{name}") for name in assets.iter_dir(FOLDER, ".html")}


def _keep(folder: Path, sources: dict[str, str]) -> None:
    try:
        files.make_dir(folder, files.PRIVATE_DIR)
        for path in folder.glob("*.html"):
            if path.name not in sources:
                path.unlink()
        for name, text in sources.items():
            files.replace(folder / name, text.encode())
    except OSError:
        _log.warning("the templates that work cannot be kept in %s", folder.name)


def _once(task: str, head: dict[str, Any]) -> bytes:
    """Return what ``task`` makes of ``head``; the same is not made twice in a row."""
    key = sha256(task.encode() + msgspec.json.encode(head, order="sorted")).digest()
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    limits = TEMPLATE if task == "template" else PDF
    blobs = child.run(task, Parcel(head), limits).blobs
    if not blobs:
        raise InvalidInput("the paper is empty")
    with _lock:
        _kept[key] = blobs[0]
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    return blobs[0]
