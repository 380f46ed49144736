"""definitions: rules that people bring as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import command, told
from trading.base import assets


def test_the_shipped_definitions_hold() -> None:
    assert told(command("definitions", "check", "--json"))["ok"]
    assert "hold" in command("definitions", "check").stdout


@pytest.mark.parametrize("name", ["lot_ascending", "cn-collective@1", "cn-2025", "cn-votes"])
def test_every_kind_of_definition_is_shown(name: str) -> None:
    assert command("definitions", "show", name).exit_code == 0
    assert len(told(command("definitions", "show", name, "--json"))["digest"]) == 64


def test_a_diagram_has_ascii_ids_and_chinese_labels() -> None:
    text = command("definitions", "diagram", "lot_ascending", lang="zh").stdout

    assert 'state "正在竞价" as bidding' in text
    assert command("definitions", "diagram", "cn-collective").exit_code == 1 + 1


def test_an_unknown_definition_is_refused() -> None:
    assert command("definitions", "show", "nothing").exit_code == 2


@pytest.fixture
def longer(tmp_path: Path) -> Path:
    """Return a next version of the collective pack with a longer publicity."""
    text = assets.read_text("policies/packs/cn-collective@1.toml")
    head, _mark, tail = text.partition("[values.result_publicity_days]")
    text = head.replace('id = "cn-collective@1"', 'id = "cn-collective@2"')
    text += "[values.result_publicity_days]" + tail.replace("value = 3", "value = 5", 1)
    path = tmp_path / "pack.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_differences_are_told_in_plain_words(longer: Path) -> None:
    assert command("definitions", "diff", longer, lang="zh").stdout == "结果公示期：3 天 -> 5 天\n"


def test_two_people_install_a_pack(data: Path, longer: Path) -> None:
    install = ("definitions", "install", longer, "--data", data)

    first = command(*install, "--actor", "office-1")
    again = command(*install, "--actor", "office-1")
    second = told(command(*install, "--actor", "office-2", "--json"))
    third = command(*install, "--actor", "office-2")

    assert "Proposed" in first.stdout
    assert again.exit_code == 1
    assert second["outcome"] == "done"
    assert second["trial"]["commands"] > 20
    assert third.exit_code == 1
    assert command("replay", "--data", data).exit_code == 0


def test_a_pack_with_a_float_is_refused(data: Path, longer: Path) -> None:
    longer.write_text(longer.read_text().replace("value = 5", "value = 5.5", 1))

    done = command("definitions", "install", longer, "--data", data, "--actor", "office-1")

    assert done.exit_code == 2


def test_a_workflow_with_an_avoidable_step_is_refused_with_its_path(tmp_path: Path) -> None:
    text = assets.read_text("workflows/lot_ascending@1.toml")
    path = tmp_path / "lot.toml"
    path.write_text(text.replace('requires = ["O9"]', "requires = []"), encoding="utf-8")

    done = command("definitions", "diff", path)

    assert done.exit_code == 2
    assert "avoids O9" in done.stderr
