"""The log over HTTP: the very files of the data directory, nothing computed.

Anyone may fetch and verify them, from any origin. A name is served only if it is spelled as the
publisher spells it, so no path leads elsewhere. Source: c2sp.org/tlog-tiles; audit log brief,
section 3.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler

from trading.base.errors import NotFound, StorageDown
from trading.record.tiles import WIDTH, Tile
from trading.store.signer import ARCHIVE, CHECKPOINT
from trading.web.access import EVERYBODY, opt

PREFIX = "/log/"
# The framework names the character set of a text.
TEXT, BYTES = "text/plain", "application/octet-stream"
NEVER = "no-store"
SHORT = "public, max-age=60"
FOR_EVER = "public, max-age=31536000, immutable"

_ARCHIVED = re.compile(rf"{ARCHIVE}/(?:0|[1-9][0-9]{{0,18}})", re.ASCII)
_BODY = re.compile(r"bodies(?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){1,8}", re.ASCII)


def log_files(log_dir: Path) -> HTTPRouteHandler:
    """Return the route that serves the files in ``log_dir``."""
    paths = [
        f"{PREFIX}{CHECKPOINT}",
        f"{PREFIX}{ARCHIVE}/{{size:str}}",
        f"{PREFIX}tile/{{path:path}}",
        f"{PREFIX}bodies/{{path:path}}",
    ]

    @route(paths, http_method=[HttpMethod.GET, HttpMethod.HEAD], opt=opt(EVERYBODY))
    async def serve_file(request: Request[Any, Any, Any]) -> Response[bytes]:
        name = request.scope["path"].removeprefix(PREFIX)
        media_type, cache = _manner(name)
        return Response(
            await sync_to_thread(_content, log_dir, name),
            media_type=media_type,
            headers={
                "Cache-Control": cache,
                "Access-Control-Allow-Origin": "*",
                "Cross-Origin-Resource-Policy": "cross-origin",
            },
        )

    return serve_file


def _manner(name: str) -> tuple[str, str]:
    """Return media type and cache rule of a file; raise ``NotFound`` unless it may be one."""
    if name == CHECKPOINT:
        return TEXT, NEVER
    if _ARCHIVED.fullmatch(name):
        return TEXT, FOR_EVER
    if _BODY.fullmatch(name):
        return BYTES, SHORT
    return BYTES, FOR_EVER if Tile.parse(name).width == WIDTH else SHORT


def _content(log_dir: Path, name: str) -> bytes:
    try:
        # A link that somebody put there must not lead out of the log.
        path = (log_dir / name).resolve(strict=True)
        found = path.read_bytes() if path.is_relative_to(log_dir.resolve()) else None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        found = None
    except OSError as error:
        raise StorageDown(f"the log cannot be read: {os.strerror(error.errno or 0)}") from error
    if found is None:
        raise NotFound("no such file in the log")
    return found
