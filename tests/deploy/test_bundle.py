"""The bundle is whole or refused, and installs without a network; the image names what it needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

from tests.style.layout import ROOT

DEPLOY = ROOT / "deploy"
DEBIAN = ("libpango-1.0-0", "libpangoft2-1.0-0", "fonts-noto-cjk")


def _run(command: list[object], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHON": sys.executable, **environment},
    )  # fmt: skip


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pack a bundle of the program alone, without a network, and unpack it."""
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "none.txt").write_text("")
    (folder / "font.ttc").write_bytes(b"a font")
    made = _run(
        [DEPLOY / "bundle", folder / "out.tar.gz", "--lock", folder / "none.txt",
         "--font", folder / "font.ttc"],
        BUNDLE_PIP=f"{sys.executable} -m pip",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    with tarfile.open(folder / "out.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "trading-bundle"


@pytest.mark.package
def test_the_bundle_installs_into_a_fresh_environment_without_a_network(
    bundle: Path, tmp_path: Path
) -> None:
    done = _run([bundle / "install", tmp_path / "opt"], FONTS=str(tmp_path / "fonts"))
    # The program was installed; only what its lock would have brought is not there to run it.
    assert (tmp_path / "opt/bin/trading").exists(), done.stderr
    listed = _run([tmp_path / "opt/bin/pip", "list", "--format", "freeze"]).stdout
    assert "trading==" in listed
    assert (tmp_path / "fonts/font.ttc").read_bytes() == b"a font"


@pytest.mark.package
def test_a_bundle_that_was_changed_is_refused(bundle: Path, tmp_path: Path) -> None:
    (bundle / "LICENSE").write_text("something else")
    done = _run([bundle / "install", tmp_path / "opt"])
    assert (done.returncode, (tmp_path / "opt").exists()) == (2, False)
    assert "the bundle was changed" in done.stderr


def test_the_extra_is_locked_with_its_hashes() -> None:
    told = _run([sys.executable, DEPLOY / "extra", "postgres"]).stdout
    assert re.findall(r"^[a-z-]+(?===)", told, re.MULTILINE) == ["psycopg", "psycopg-binary"]
    assert told.count("--hash=sha256:") > 10


def test_the_image_has_what_papers_need_and_runs_as_nobody_else() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    last = text[text.rindex("\nFROM ") :]
    assert all(package in last for package in DEBIAN)
    assert re.search(r"^USER trading$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    copied = {word.strip("./") for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE)
              for word in line.split()}  # fmt: skip
    folders = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert set(folders["targets"]["wheel"]["force-include"]) <= copied


def test_the_readme_names_every_file() -> None:
    told = (DEPLOY / "README.md").read_text()
    files = {path.name for path in DEPLOY.rglob("*") if path.is_file()} - {"README.md", "extra"}
    assert {name for name in files if name not in told} - {"trading-backup.service"} == set()
