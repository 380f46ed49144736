"""Scripts, styles and pictures: shipped, named by their content, kept by browsers for a year.

Nothing comes from another origin. Source: decision 21; ecosystem brief, section 4.3.
"""

from __future__ import annotations

import functools
import gzip
import mimetypes
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import NotFound
from trading.web.access import EVERYBODY, opt

READ = ("GET", "HEAD")
FOREVER = "public, max-age=31536000, immutable"
_PACKED = {".css", ".js", ".svg", ".webmanifest"}
_DIGITS = 12


class Static(msgspec.Struct, frozen=True):
    """One file as it is answered."""

    content: bytes
    packed: bytes
    media_type: str
    digest: str


@functools.cache
def shipped() -> dict[str, Static]:
    """Return every static file by its name below ``static/``."""
    found: dict[str, Static] = {}
    waiting = [("", files("trading.web").joinpath("static"))]
    while waiting:
        prefix, folder = waiting.pop()
        for entry in folder.iterdir():
            name = f"{prefix}{entry.name}"
            if entry.is_dir():
                waiting.append((f"{name}/", entry))
            else:
                found[name] = _read(name, entry.read_bytes())
    return found


def _read(name: str, content: bytes) -> Static:
    suffix = f".{name.rpartition('.')[2]}"
    packed = gzip.compress(content, 9, mtime=0) if suffix in _PACKED else b""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    return Static(content, packed, kind, sha256(content).hexdigest()[:_DIGITS])


def url(name: str) -> str:
    """Return the address of a static file; it changes when the content does."""
    return f"/static/{shipped()[name].digest}/{name}"


def static_files() -> HTTPRouteHandler:
    """Return the handler of everything below ``/static``."""

    @route(
        "/static/{digest:str}/{name:path}",
        http_method=READ,  # type: ignore[arg-type] # names of methods are methods
        sync_to_thread=False,
        opt=opt(EVERYBODY),
        include_in_schema=False,
    )
    def static(
        request: Request[Any, Any, Any], digest: FromPath[str], name: FromPath[Path]
    ) -> Response[bytes]:
        found = shipped().get(str(name).lstrip("/"))
        if found is None or found.digest != digest:
            raise NotFound("no such file")
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if found.packed and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(found.packed, media_type=found.media_type, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)

    return static
