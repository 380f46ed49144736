"""Fetch the scripts and styles of others, by name and hash, into ``trading/web/static/vendor``.

Usage: ``python requirements/vendor.py``; needs ``npm``. What comes is checked against
``vendor.toml``; fonts, crown and logo of GOV.UK are left out, which its licence asks of others.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "trading" / "web" / "static" / "vendor"
_FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
_FONT = re.compile(r'"?GDS Transport"?,arial,sans-serif', re.IGNORECASE)
_CREST = re.compile(r"url\(/assets/images/govuk-crest\.svg\)")
_SOURCE_MAP = re.compile(r"\n?(/\*#|//#) sourceMappingURL=.*", re.DOTALL)


def main() -> None:
    """Fetch everything that ``vendor.toml`` names; stop at the first hash that differs."""
    wanted = tomllib.loads((HERE / "vendor.toml").read_text())
    for name, package in wanted.items():
        with tempfile.TemporaryDirectory() as folder:
            asked = f"{name}@{package['version']}"
            said = subprocess.run(
                ["npm", "pack", "--silent", asked], cwd=folder, check=True, capture_output=True
            )
            packed = Path(folder) / said.stdout.decode().split()[-1]
            _check(packed.read_bytes(), package["sha256"], asked)
            with tarfile.open(packed) as archive:
                for inside, target in package["files"].items():
                    found = archive.extractfile(f"package/{inside}")
                    if found is None:
                        raise SystemExit(f"{asked} has no {inside}")
                    (TARGET / target).write_bytes(_own(found.read(), target))


def _check(content: bytes, expected: str, name: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise SystemExit(f"{name}: SHA-256 is {found}, vendor.toml says {expected}")


def _own(content: bytes, target: str) -> bytes:
    text = _SOURCE_MAP.sub("\n", content.decode())
    if target.endswith(".css"):
        text = _CREST.sub("none", _FONT.sub("var(--type)", _FONT_FACE.sub("", text)))
    return text.encode()


if __name__ == "__main__":
    main()
