"""Each room has its own links; what everybody may look at has the links of everybody."""

from __future__ import annotations

import pytest

from trading.web.templates import navigation
from trading.web.viewer import PUBLIC, Viewer


@pytest.mark.parametrize(
    ("room", "path", "template"),
    [
        ("staff", "/staff/scans", "staff/nav.html"),
        ("staff", "/signin/people", "staff/nav.html"),
        ("staff", "/signin/second", "parts/public_nav.html"),
        ("staff", "/lots/lot-1", "parts/public_nav.html"),
        ("auditor", "/audit", "auditor/nav.html"),
        ("bidder", "/signin/me", "bidder/nav.html"),
        ("representative", "/signin/me", "parts/public_nav.html"),
    ],
)
def test_a_page_has_the_links_of_its_room(room: str, path: str, template: str) -> None:
    assert navigation(Viewer("somebody", room), path) == template
    assert navigation(PUBLIC, path) == "parts/public_nav.html"
