"""The data directory: made once, closed to others, served by one."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from trading.base.errors import SetupError
from trading.store.home import Home

ORIGIN = "audit.example/log"
SECRET = "postgresql://clerk:hunter2@db.example/centre"


def _snapshot(path: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        str(found.relative_to(path)): (
            found.read_bytes() if found.is_file() else b"",
            found.stat().st_mode,
            found.stat().st_mtime_ns,
        )
        for found in path.rglob("*")
    }


def test_everything_has_its_place_and_its_rights(home: Home) -> None:
    assert home.embedded
    assert home.database_url == f"sqlite:///{home.path}/trading.sqlite3"
    assert len(home.mac_key) == 32
    assert {found.name for found in home.path.iterdir()} == {
        "centre.toml", "keys", "log", "policies", "templates", "trading.sqlite3"
    }  # fmt: skip
    assert home.vkey_path.parent == home.key_path.parent == home.keys_dir
    assert home.signed_path.parent == home.subjects_path.parent == home.keys_dir
    assert home.policies_dir.is_dir()
    assert home.templates_dir.is_dir()
    private = [home.path / "centre.toml", home.database_path, home.keys_dir / "mac.key"]
    assert {stat.S_IMODE(found.stat().st_mode) for found in private} == {0o600}
    assert stat.S_IMODE(home.keys_dir.stat().st_mode) == 0o700
    assert home.created_us > 0
    assert home.read_only_reason() == ""


def test_a_loose_umask_opens_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = Home.create(tmp_path / "centre", ORIGIN)
    finally:
        os.umask(before)
    assert Home.open(home.path) == home


def test_a_second_run_changes_nothing(home: Home) -> None:
    before = _snapshot(home.path)
    assert Home.create(home.path, ORIGIN) == home
    assert Home.open(home.path) == home
    assert _snapshot(home.path) == before


def test_a_run_that_was_cut_off_is_completed(home: Home) -> None:
    key = home.mac_key
    (home.path / "centre.toml").unlink()
    assert Home.create(home.path, ORIGIN).mac_key == key


def test_another_origin_or_database_is_refused(home: Home) -> None:
    with pytest.raises(SetupError, match="another origin"):
        Home.create(home.path, "other.example/log")
    with pytest.raises(SetupError, match="another database") as caught:
        Home.create(home.path, ORIGIN, SECRET)
    assert "hunter2" not in repr(caught.value) + str(caught.value.params)


def test_the_password_is_kept_and_not_shown(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "centre", ORIGIN, SECRET)
    assert Home.open(home.path).database_url == SECRET
    assert not home.embedded
    assert "hunter2" not in repr(home)
    assert not home.database_path.exists()


@pytest.mark.parametrize(
    "url", ["mysql://a:hunter2@b/c", "sqlite:///x", "hunter2", "postgresql://a:hunter2@b:port/c"]
)
def test_another_kind_of_database_is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(SetupError, match="postgresql://") as caught:
        Home.create(tmp_path / "centre", ORIGIN, url)
    assert "hunter2" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert not (tmp_path / "centre").exists()


@pytest.mark.parametrize(
    "origin", ["", "https://a.example", "a b", "a.example/x+y", "-a", "A.example", "a/\n", "a//b"]
)
def test_a_malformed_origin_is_refused(tmp_path: Path, origin: str) -> None:
    with pytest.raises(SetupError, match="no origin"):
        Home.create(tmp_path / "centre", origin)
    assert not (tmp_path / "centre").exists()


@pytest.mark.parametrize(
    ("name", "mode", "wanted"),
    [
        ("keys", 0o710, "0700"),
        ("keys/mac.key", 0o640, "0600"),
        ("keys/mac.key", 0o604, "0600"),
        ("centre.toml", 0o644, "0600"),
        ("trading.sqlite3", 0o660, "0600"),
    ],
)
def test_loose_rights_are_refused_with_the_cure(
    home: Home, name: str, mode: int, wanted: str
) -> None:
    (home.path / name).chmod(mode)
    with pytest.raises(SetupError) as caught:
        Home.open(home.path)
    words = str(caught.value)
    assert f"mode {mode:04o}" in words
    command = words.partition("`chmod ")[2].rstrip("`").split()
    assert command == [wanted, str(home.path / name)]
    Path(command[1]).chmod(int(command[0], 8))
    assert Home.open(home.path) == home


@pytest.mark.parametrize(
    "text",
    [
        "format = 2\norigin = 'a'\ncreated_us = 1\n",
        "origin = 'a'\ncreated_us = 1\n",
        "format = 1\norigin = 5\ncreated_us = 1\n",
        "format = 1\ncreated_us = 1\n",
        "format = 1\norigin = 'a'\ncreated_us = 1\nother = 1\n",
        "format = 1\norigin = 'a b'\ncreated_us = 1\n",
        "format = 1\norigin = 'a'\ncreated_us = 1\ndatabase = 'mysql://x'\n",
        "format",
        "\udcff",
    ],
)
def test_a_damaged_centre_file_is_refused(home: Home, text: str) -> None:
    (home.path / "centre.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SetupError):
        Home.open(home.path)


def test_what_is_no_data_directory_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="trading init"):
        Home.open(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="Not a directory"):
        Home.create(tmp_path / "file/centre", ORIGIN)


def test_a_damaged_or_missing_key_is_told(home: Home) -> None:
    (home.keys_dir / "mac.key").write_bytes(b"short")
    with pytest.raises(SetupError, match="damaged"):
        _ = home.mac_key
    (home.keys_dir / "mac.key").unlink()
    with pytest.raises(SetupError, match=r"mac\.key.*No such file"):
        _ = home.mac_key


def test_a_second_server_is_refused_and_named(home: Home) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom trading.store.home import Home\n"
        "with Home.open(Path(sys.argv[1])).serving():\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", script, home.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert first.stdout is not None
    assert first.stdin is not None
    assert first.stdout.readline() == b"held\n"
    with pytest.raises(SetupError, match=f"already served by pid {first.pid}"), home.serving():
        pass
    (home.path / "serve.lock").unlink()
    with pytest.raises(SetupError, match="already served by pid unknown"), home.serving():
        pass
    first.kill()
    first.wait()
    first.stdin.close()
    first.stdout.close()
    with home.serving():
        assert (home.path / "serve.lock").read_text() == f"{os.getpid()}\n"
    with home.serving():
        pass


def test_postgresql_has_as_many_workers_as_it_likes(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "centre", ORIGIN, SECRET)
    with home.serving(), home.serving():
        assert not (home.path / "serve.lock").exists()


def test_a_marked_copy_says_why_it_is_read_only(home: Home) -> None:
    (home.path / "UNVERIFIED").write_text("restored from x\n")
    assert home.read_only_reason() == "restored from x"


def test_a_directory_without_its_database_is_refused(home: Home) -> None:
    home.database_path.unlink()
    with pytest.raises(SetupError, match="missing: put it back"):
        Home.open(home.path)
    with pytest.raises(SetupError, match="missing: put it back"):
        Home.create(home.path, ORIGIN)
    assert not home.database_path.exists()


def test_an_empty_database_is_one_only_before_the_first_checkpoint(home: Home) -> None:
    assert home.database_path.stat().st_size == 0
    assert Home.open(home.path) == home
    (home.keys_dir / "signed.note").touch(mode=0o600)
    with pytest.raises(SetupError, match="empty and the log is not"):
        Home.open(home.path)
