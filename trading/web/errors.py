"""Errors as pages: what happened, by which rule, and what to do now.

Source: decisions brief, section 8; ecosystem brief, section 11.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from trading.base.errors import BadNote, BadProof, IntegrityFault, Refused, TradingError
from trading.web.i18n import gettext as _
from trading.web.shell import Page, Shell, chosen_language
from trading.words.language import messages, speaking

_FOR_PROGRAMS = ("/api/", "/log/", "/live/", "/static/", "/metrics", "/healthz", "/readyz")
_UNKNOWN, _GONE, _OURS = 401, 404, 500


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Tell whether ``request`` came from a person's browser and not from a program."""
    path = request.scope["path"]
    return not path.startswith(_FOR_PROGRAMS) and "text/html" in request.headers.get("Accept", "")


def error_page(
    shell: Shell, request: Request[Any, Any, Any], error: Exception, found: Response[bytes]
) -> Page:
    """Return the page of ``error``, with the status and the headers of its problem ``found``."""
    status = found.status_code or _OURS
    told = shell.explain(request, error) if isinstance(error, TradingError) else {}
    with speaking(chosen_language(request)):
        title = told.get("message") or messages(chosen_language(request)).get(_code(status), "")
        title = _("没有登录成功") if status == _UNKNOWN else title
        values = {
            "title": title,
            "detail": told.get("detail", "") if isinstance(error, Refused) else "",
            "rules": told.get("rules", ()),
            "advice": _advice(status, error),
        }
    page = shell.page(request, "shared/error.html", status=status, **values)
    page.headers.update({k: v for k, v in found.headers.items() if k in {"Allow", "Retry-After"}})
    return page


def _code(status: int) -> str:
    known = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 429: "rate_limited"}
    return known.get(status, "invalid_input" if status < _OURS else "error")


def _advice(status: int, error: Exception) -> str:
    if isinstance(error, (IntegrityFault, BadNote, BadProof)):
        return _("存证的文件前后对不上。这不该发生：请记下时间，打监督电话告诉我们。")
    if status == _GONE:
        return _("请核对网址，或从首页找起。")
    if status == _UNKNOWN:
        return _("请向社区或交易中心要一条新链接，或者重新登录。")
    if status >= _OURS:
        return _("请稍候一两分钟再试。您已收到回执的事不受影响。")
    if status in {400, 413, 422}:
        return _("请改正后再试；您填写的内容没有提交。")
    return _("没有办成，也没有留下任何改动。请返回重新打开页面再试。")
