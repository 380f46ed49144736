"""init, org, grant, user, backup, restore: what a person at the centre types."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.conftest import command, told
from trading.cli import main


def test_a_second_init_changes_nothing(data: Path) -> None:
    before = (data / "trading.sqlite3").read_bytes()

    again = told(command("init", "--data", data, "--json"))

    assert again["created"] is False
    assert (data / "trading.sqlite3").read_bytes() == before


def test_init_leaves_a_log_that_verifies_and_replays(data: Path) -> None:
    assert command("log", "verify", "--data", data).exit_code == 0
    assert command("replay", "--data", data).exit_code == 0


def test_a_bootstrap_file_that_is_none_is_refused(tmp_path: Path) -> None:
    people = tmp_path / "people.toml"
    people.write_text("[[grant]]\nperson = 3\n", encoding="utf-8")

    done = command("init", "--data", tmp_path / "data", "--people", people)

    assert done.exit_code == 2
    assert "bootstrap" in done.stderr


def test_a_grant_needs_two_people(data: Path) -> None:
    give = ("grant", "give", "--data", data, "person-li", "centre_clerk", "street", "--json")

    first = told(command(*give, "--actor", "office-1"))
    same = command(*give, "--actor", "office-1")
    second = told(command(*give, "--actor", "office-2"))
    held = told(command("grant", "list", "--data", data, "person-li", "--json"))

    assert first["receipt"]["outcome"] == "proposed"
    assert same.exit_code == 1
    assert told(same)["rules"][0]["rule"] == "second_person_v1"
    assert second["receipt"]["outcome"] == "done"
    assert [(grant["role"], grant["org"]) for grant in held] == [("centre_clerk", "street")]


def test_one_person_may_end_a_grant(data: Path) -> None:
    end = ("grant", "end", "--data", data, "officer", "community_officer", "village")

    assert command(*end, "--actor", "office-1").exit_code == 0
    held = told(command("grant", "list", "--data", data, "officer", "--json"))

    assert held[0]["to_us"] < 2**53 - 1


def test_nobody_acts_without_a_grant(data: Path) -> None:
    done = command("org", "add", "--data", data, "--actor", "mallory", "s2", "district", "street",
                   "二街", "--json")  # fmt: skip

    assert done.exit_code == 1
    assert told(done)["rules"][0]["rule"] == "granted_v1"


def test_an_organisation_stands_below_the_next_level(data: Path) -> None:
    add = ("org", "add", "--data", data, "--actor", "office-1")

    wrong = command(*add, "g1", "district", "group", "一组")
    right = command(*add, "s2", "district", "street", "二街")
    listed = told(command("org", "list", "--data", data, "--json"))

    assert wrong.exit_code == 1
    assert right.exit_code == 0
    assert listed["s2"]["parent"] == "district"
    assert "s2\tstreet" in command("org", "list", "--data", data).stdout


def test_a_name_is_kept_outside_the_record(data: Path) -> None:
    added = told(command("user", "add", "--data", data, "--actor", "office-1", "--name", "王小明",
                         "--json"))  # fmt: skip
    shown = told(command("user", "show", "--data", data, added["person"], "--json"))

    assert shown["name"] == "王小明"
    assert "王小明" in command("user", "show", "--data", data, added["person"]).stdout
    kept = (data / "trading.sqlite3", data / "trading.sqlite3-wal")
    assert not any("王小明".encode() in path.read_bytes() for path in kept if path.exists())


def test_a_stranger_is_not_found(data: Path) -> None:
    assert command("user", "show", "--data", data, "p-nobody").exit_code == 1


def test_personal_numbers_in_typed_text_are_refused(data: Path) -> None:
    done = command("org", "add", "--data", data, "--actor", "office-1", "s2", "district", "street",
                   "电话13800138000", "--json")  # fmt: skip

    assert done.exit_code == 1
    assert told(done)["field"] == "name_zh"


def test_a_restored_copy_is_read_only_until_it_is_verified(data: Path, tmp_path: Path) -> None:
    copy, restored = tmp_path / "copy", tmp_path / "restored"
    add = (
        "org",
        "add",
        "--data",
        restored,
        "--actor",
        "office-1",
        "s2",
        "district",
        "street",
        "二街",
    )

    assert command("backup", copy, "--data", data, "--include-keys").exit_code == 0
    assert told(command("restore", copy, "--data", restored, "--json"))["read_only"]
    assert command(*add).exit_code == 2
    assert command("log", "verify", "--data", restored).exit_code == 0
    assert command(*add).exit_code == 0


def test_a_backup_tells_that_the_keys_are_not_in_it(data: Path, tmp_path: Path) -> None:
    done = command("backup", tmp_path / "copy", "--data", data)

    for name in ("log.key", "mac.key", "subjects.sqlite3"):
        assert f"keys/{name}" in done.stdout
        assert not (tmp_path / "copy" / "keys" / name).exists()
    assert "read-only" in command("restore", tmp_path / "copy", "--data", tmp_path / "r").stdout


def test_a_key_with_loose_rights_is_refused(data: Path) -> None:
    key = data / "keys" / "log.key"
    key.chmod(stat.S_IRUSR | stat.S_IRGRP)

    done = command("org", "list", "--data", data)

    assert done.exit_code == 2
    assert "log.key" in done.stderr


def test_a_directory_that_is_no_centre_is_refused(tmp_path: Path) -> None:
    done = command("lot", "list", "--data", tmp_path, "--json")

    assert done.exit_code == 2
    assert told(done)["ok"] is False


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_has_help(lang: str) -> None:
    top = command("--help", lang=lang)

    assert top.exit_code == 0
    for name in ("init", "demo", "serve", "import", "lot", "log", "replay", "definitions",
                 "backup", "restore", "user", "grant", "org", "doctor"):  # fmt: skip
        assert command(name, "--help", lang=lang).exit_code == 0


def test_an_organisation_is_renamed_merged_and_remembered(data: Path) -> None:
    def twice(word: str, *more: str) -> None:
        for office in ("office-1", "office-2"):
            assert command("org", word, "--data", data, "--actor", office, *more).exit_code == 0

    add = ("org", "add", "--data", data, "--actor", "office-1")
    assert command(*add, "hamlet", "street", "village", "下村").exit_code == 0
    rename = ("org", "rename", "--data", data, "--actor", "office-1", "village", "新社区")
    assert command(*rename).exit_code == 0
    twice("merge", "hamlet", "village")
    now = command("org", "list", "--data", data).stdout
    assert "hamlet\tvillage\tstreet\t下村\tuntil" in now
    assert "-> village" in now
    assert told(command("org", "list", "--data", data, "--at", "2001-01-01", "--json")) == {}
    add_group = (*add, "g1", "village", "group", "一组")
    assert command(*add_group).exit_code == 0
    twice("close", "g1")
    assert command("org", "list", "--data", data, "--at", "noon").exit_code == 2


def test_who_may_act_for_an_organisation_at_an_instant(data: Path) -> None:
    give = ("grant", "give", "--data", data, "person-li", "community_officer", "village",
            "--to", "2100-01-01 12:00", "--deputy-of", "officer")  # fmt: skip
    for office in ("office-1", "office-2"):
        assert command(*give, "--actor", office).exit_code == 0

    on = ("grant", "list", "--data", data, "--org", "village")
    now = told(command(*on, "--json"))
    later = told(command(*on, "--at", "2100-01-01 12:00", "--json"))

    assert {grant["person"] for grant in now} == {"office-1", "office-2", "officer", "person-li"}
    assert {grant["person"] for grant in later} == {"office-1", "office-2", "officer"}
    assert "2100-01-01 12:00:00\tfor officer" in command(*on).stdout
    assert command("grant", "list", "--data", data).exit_code == 2


def test_two_accounts_are_linked_and_unlinked(data: Path) -> None:
    link = ("user", "link", "--data", data, "--actor", "office-1", "office-2", "officer")
    unlink = ("user", "unlink", "--data", data, "officer", "同名不同人")
    show = ("user", "show", "--data", data, "officer", "--json")

    assert command(*link).exit_code == 0
    assert told(command(*show))["accounts"] == ["office-2", "officer"]
    for office in ("office-1", "office-2"):
        assert command(*unlink, "--actor", office).exit_code == 0
    assert told(command(*show))["accounts"] == []


def test_a_telephone_is_typed_unseen_and_never_printed(data: Path) -> None:
    done = CliRunner().invoke(
        main, ["user", "phone", "--data", str(data), "--actor", "office-1", "officer"],
        input="13800138000\n",
    )  # fmt: skip
    assert done.exit_code == 0
    assert "13800138000" not in done.output
