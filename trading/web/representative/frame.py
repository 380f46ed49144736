"""What all pages of this room are given: the size of the type, and the QR code of a receipt."""

from __future__ import annotations

from typing import Any

import segno
from litestar.datastructures import Cookie

from trading.web.shell import Asked, Page, Shell

SIZE_COOKIE = "size"
SIZES = ("l", "xl")
SIZE_SECONDS = 365 * 86_400


def page(shell: Shell, request: Asked, template: str, *, status: int = 200, **values: Any) -> Page:
    """Return a page of this room in the chosen size of type."""
    asked = request.query_params.get(SIZE_COOKIE)
    size = next((s for s in (asked, request.cookies.get(SIZE_COOKIE)) if s in SIZES), SIZES[0])
    answer = shell.page(request, f"representative/{template}", status=status, size=size, **values)
    if asked in SIZES:
        answer.cookies.append(
            Cookie(
                SIZE_COOKIE, value=size, path="/watch", max_age=SIZE_SECONDS, samesite="lax",
                secure=request.scope["scheme"] == "https", httponly=True,
            )
        )  # fmt: skip
    return answer


def qr(request: Asked, receipt: str) -> str:
    """Return the picture of the code by which anybody can check ``receipt``, as a data address."""
    address = f"{str(request.base_url).rstrip('/')}/check?code={receipt}"
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#0b0c0c")
