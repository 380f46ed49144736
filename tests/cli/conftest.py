"""A founded centre, and the demonstration, each made once and copied for a test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from trading.cli import main

Run = Callable[..., Result]

PEOPLE = """
[[org]]
org = "district"
parent = ""
level = "district"
name_zh = "示范区"
[[org]]
org = "street"
parent = "district"
level = "street"
name_zh = "示范街道"
[[org]]
org = "village"
parent = "street"
level = "community"
name_zh = "示范社区"
[[grant]]
person = "office-1"
role = "office"
org = "district"
[[grant]]
person = "office-2"
role = "office"
org = "district"
[[grant]]
person = "officer"
role = "community_officer"
org = "village"
"""


def command(*words: object, lang: str = "en") -> Result:
    """Run ``trading`` with ``words`` in this process."""
    return CliRunner().invoke(main, ["--lang", lang, *map(str, words)])


def told(result: Result) -> Any:
    """Return what a command printed with ``--json``."""
    return msgspec.json.decode(result.stdout)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a founded centre; copy before changing it."""
    folder = tmp_path_factory.mktemp("founded")
    people = folder / "people.toml"
    people.write_text(PEOPLE, encoding="utf-8")
    assert command("init", "--data", folder / "data", "--people", people).exit_code == 0
    return folder / "data"


@pytest.fixture
def data(founded: Path, tmp_path: Path) -> Path:
    """Return a founded centre of this test's own."""
    return Path(shutil.copytree(founded, tmp_path / "data"))


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a played demonstration; copy before changing it."""
    folder = tmp_path_factory.mktemp("played") / "data"
    assert command("demo", "--data", folder, "--json").exit_code == 0
    return folder
