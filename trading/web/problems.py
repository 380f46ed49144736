"""Errors as problems (RFC 9457): a stable type, a title in the caller's language, no driver text.

``type`` is ``urn:trading:error:<code>``; a code is that of the error taxonomy. Source:
architecture brief, sections 2.2 and 5. Whoever asked for a page gets a page that says what to do.
"""

from __future__ import annotations

import functools
import logging
import tomllib
from collections import Counter
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from trading.base import assets
from trading.base.errors import Refused, SignInFirst, TradingError, Unavailable
from trading.jobs import describe
from trading.web.errors import error_page, wants_page
from trading.web.shell import Shell, see_other

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
SERVER_ERROR = 500
# Codes of what the framework refuses before a command is there.
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 429: "rate_limited"}
# What a problem may tell of an error's params, if it is of these plain types.
_TOLD = ("field", "rule", "kind", "guards", "place")

_log = logging.getLogger(__name__)


class Problems:
    """Answers errors for one application; ``refusals`` counts what was refused, by code."""

    def __init__(self, shell: Shell | None = None) -> None:
        """Start with nothing counted; with a ``shell`` people are answered with pages."""
        self.refusals: Counter[str] = Counter()
        self._shell = shell

    def answer(self, request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        """Return the problem that ``error`` is to a caller; what is our fault is logged."""
        found = self._problem(request, error)
        if self._shell is None or not wants_page(request):
            return found
        if isinstance(error, SignInFirst) and request.method in {"GET", "HEAD"}:
            return see_other(f"/signin?next={quote(_here(request))}")
        return error_page(self._shell, request, error, found)

    def _problem(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        if isinstance(error, TradingError):
            return self._answer_ours(request, error)
        if isinstance(error, HTTPException) and error.status_code < SERVER_ERROR:
            code = _CODES.get(error.status_code, "invalid_input")
            self.refusals[code] += 1
            found = problem(request, error.status_code, code)
            found.headers.update({"Allow": allow} if (allow := _allowed(error)) else {})
            return found
        _log.error("%s %s: %s", request.method, request.scope["path"], describe(error))
        return problem(request, SERVER_ERROR, "error")

    def _answer_ours(self, request: Request[Any, Any, Any], error: TradingError) -> Response[bytes]:
        if isinstance(error, Refused):
            self.refusals[error.code] += 1
            told = {key: error.params[key] for key in _TOLD if key in error.params}
            found = problem(request, error.status, error.code, detail=error.detail, **told)
            if "retry_after_seconds" in error.params:
                found.headers["Retry-After"] = str(error.params["retry_after_seconds"])
            return found
        _log.error("%s %s: %s", request.method, request.scope["path"], describe(error))
        found = problem(request, error.status, error.code)
        if isinstance(error, Unavailable):
            wait = error.params.get("retry_after_seconds", RETRY_SECONDS)
            found.headers["Retry-After"] = str(wait)
        return found


def problem(
    request: Request[Any, Any, Any], status: int, code: str, **more: object
) -> Response[bytes]:
    """Return a problem response; ``more`` are its extension members."""
    language = "en" if request.headers.get("Accept-Language", "").startswith("en") else "zh"
    title = _titles(language).get(code, HTTPStatus(status).phrase)
    told = {"type": f"urn:trading:error:{code}", "title": title, "status": int(status), **more}
    return Response(
        msgspec.json.encode(told),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", "Content-Language": language},
    )


@functools.cache
def _titles(language: str) -> dict[str, str]:
    found: dict[str, str] = tomllib.loads(assets.read_text(f"templates/messages/{language}.toml"))
    return found


def _here(request: Request[Any, Any, Any]) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def _allowed(error: HTTPException) -> str:
    headers = error.headers or {}
    return str(headers.get("Allow", headers.get("allow", "")))
