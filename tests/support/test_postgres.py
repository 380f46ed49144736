"""The throw-away server does what torture runs rely on."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.support import postgres
from tests.support.postgres import PostgresMissingError, PostgresServer, server

pytestmark = pytest.mark.postgres


def test_every_test_gets_an_empty_database_of_its_own(postgres_server: PostgresServer) -> None:
    first, second = postgres_server.create_database(), postgres_server.create_database()
    with postgres_server.connect(first) as connection:
        connection.execute("CREATE TABLE lot (id int)")
    with postgres_server.connect(second) as connection:
        rows = connection.execute("SELECT 1 FROM pg_tables WHERE tablename = 'lot'").fetchall()
    postgres_server.drop_database(first)
    postgres_server.drop_database(second)
    assert rows == []


def test_the_address_is_one_that_sqlalchemy_opens(postgres_url: str) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_what_was_committed_survives_a_kill_and_no_process_does() -> None:
    with server(fsync=True) as running:
        database = running.create_database()
        connection = running.connect(database)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        connection.execute("CREATE TABLE entry (position int)")
        connection.execute("INSERT INTO entry VALUES (7)")
        backend, postmaster = connection.info.backend_pid, running.pid
        running.kill9()
        assert not Path(f"/proc/{postmaster}").exists()
        assert not postgres._is_alive(backend)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        connection.close()
        running.restart()
        with running.connect(database) as again:
            assert again.execute("SELECT position FROM entry").fetchall() == [(7,)]


def test_a_server_whose_owner_is_killed_goes_away(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from tests.support.postgres import server\n"
        "with server(fsync=False) as running:\n"
        "    print(running.pid, running.url(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    root = Path(__file__).parents[2]
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=root)
    assert owner.stdout is not None
    pid, url = owner.stdout.readline().decode().split()
    owner.kill()
    owner.wait()
    owner.stdout.close()
    directory = Path(url.partition("host=")[2])
    deadline = time.monotonic() + 15
    while postgres._is_alive(int(pid)) or directory.exists():
        assert time.monotonic() < deadline, "the server outlived its owner"
        time.sleep(0.05)


def test_the_bundled_server_serves_where_the_machine_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres, "DEBIAN_SERVERS", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with server(fsync=False) as running, running.connect() as connection:
        row = connection.execute("SHOW server_version_num").fetchone()
    assert row is not None
    assert int(str(row[0])) >= 160000


def test_without_any_server_the_words_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres, "DEBIAN_SERVERS", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(postgres, "find_spec", lambda _name: None)
    with pytest.raises(PostgresMissingError, match="apt-get install postgresql"), server():
        pass
