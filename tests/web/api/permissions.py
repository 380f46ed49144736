"""Write docs/api/permissions.md anew from what is served: `python -m tests.web.api.permissions`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.web.conftest import make_centre
from trading.centre import Centre
from trading.web.api.permissions import page
from trading.web.app import create_app

PAGE = Path(__file__).parents[3] / "docs/api/permissions.md"


def made() -> str:
    """Return the page as the tree at hand serves it."""
    with tempfile.TemporaryDirectory() as folder:
        home = make_centre(Path(folder) / "centre")
        centre = Centre(home)
        try:
            centre.refresh()
            return page(centre, create_app(centre, home))
        finally:
            centre.close()


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
    print(PAGE)
