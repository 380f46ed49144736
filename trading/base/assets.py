"""Where the data folders lie: workflows, policies and templates.

In the source tree they stand at the top, where people edit them; in an installed package they are
the folder ``_assets``, which may be inside a zip file. Everything that ships with the program is
read through here, so that both are the same to every caller. Local packs and templates of a centre
lie in its own data directory and are not the concern of this module.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from trading.base.errors import SetupError

FOLDERS = ("workflows", "policies", "templates")


def asset_root() -> Traversable:
    """Return the folder that holds the data folders."""
    return _root(files("trading"), Path(__file__).parents[2])


def read_text(path: str) -> str:
    """Return the UTF-8 text of one shipped file, named with slashes: ``workflows/lot.toml``.

    Raises:
        SetupError: the name is not one of a shipped file; the installation is incomplete.
    """
    return read_bytes(path).decode("utf-8")


def read_bytes(path: str) -> bytes:
    """Return the bytes of one shipped file.

    Raises:
        SetupError: the name is not one of a shipped file; the installation is incomplete.
    """
    found = _find(path)
    if not found.is_file():
        raise SetupError("no such file is shipped", path=path)
    return found.read_bytes()


def iter_dir(path: str, suffix: str = "") -> tuple[str, ...]:
    """Return the names in one shipped folder that end in ``suffix``, sorted.

    Raises:
        SetupError: the name is not one of a shipped folder; the installation is incomplete.
    """
    found = _find(path)
    if not found.is_dir():
        raise SetupError("no such folder is shipped", path=path)
    return tuple(sorted(entry.name for entry in found.iterdir() if entry.name.endswith(suffix)))


def _root(package: Traversable, tree: Path) -> Traversable:
    """Return the folder of an installed ``package`` if it has one, else the source ``tree``."""
    shipped = package / "_assets"
    return shipped if shipped.is_dir() else tree


def _find(path: str) -> Traversable:
    """Return the place that ``path`` names; names that lead out of the data folders are refused."""
    parts = path.split("/")
    if parts[0] not in FOLDERS or any(part in {"", ".", ".."} or "\\" in part for part in parts):
        raise SetupError("not a name below the data folders", path=path)
    return asset_root().joinpath(*parts)
