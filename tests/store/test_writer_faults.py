"""The writer when the storage fails: nothing false is told, nothing is kept, the next batch works.

Every fault is a real one: a killed server process, a line cut at COMMIT, a full disk, a lock that
somebody else holds, a second process on the same file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from tests.support.commit_cutter import CommitCutter
from tests.support.desk import bid, make, nudge, put_up
from tests.support.postgres import server
from tests.support.shop import Shop, wait_until
from trading.base.errors import StorageBusy, StorageDown
from trading.store import engine as engine_module
from trading.store import schema
from trading.store.batch import Receipt
from trading.store.migrations import migrate

OpenEngine = Callable[..., Engine]


def test_a_constraint_fails_the_one_command_that_breaks_it(engine: Engine) -> None:
    shop = Shop(engine)
    shop.all(make("a"), put_up("a"), make("b"))
    size = shop.size()
    answers = shop.batch(bid(5, key="k"), bid(555), nudge("b"))
    assert [type(answer) for answer in answers] == [Receipt, StorageDown, Receipt]
    assert (shop.size(), shop.toy().price_fen) == (size + 2, 5)
    assert shop.do(bid(5, key="k")) == answers[0]
    assert isinstance(shop.batch(bid(555))[0], StorageDown)
    shop.inspect()


def test_the_words_of_the_driver_stay_inside(engine: Engine) -> None:
    shop = Shop(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE projection_toy"))
    (answer,) = shop.batch(make())
    assert isinstance(answer, StorageDown)
    assert "projection_toy" not in f"{answer} {answer.params}"


def test_a_head_that_another_holds_for_too_long(
    database: str, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BUSY_MS", 100)
    monkeypatch.setattr(engine_module, "LOCK_TIMEOUT_MS", 100)
    shop = Shop(open_engine(database))
    other = open_engine(database).connect()
    with other.begin():
        other.execute(schema.head.update().values(at_us=schema.head.c.at_us))
        (answer,) = shop.batch(make())
        with pytest.raises(StorageBusy):
            shop.writer.tick()
    other.close()
    assert isinstance(answer, StorageBusy)
    assert answer.params == {"retry_after_seconds": 1}
    shop.do(make())
    shop.inspect()


@pytest.mark.postgres
def test_a_killed_backend_costs_one_batch(postgres_store: str, open_engine: OpenEngine) -> None:
    shop = Shop(open_engine(postgres_store))
    admin = open_engine(postgres_store)
    shop.all(make(), put_up())
    size = shop.size()
    _kill_writers(admin)
    answers = shop.batch(bid(5), bid(6))
    assert [type(answer) for answer in answers] == [StorageDown] * 2
    assert shop.size() == size
    assert shop.do(bid(5)).index == size
    shop.inspect()


@pytest.mark.postgres
def test_a_backend_killed_while_it_waits_for_the_head(
    postgres_store: str, open_engine: OpenEngine
) -> None:
    shop = Shop(open_engine(postgres_store))
    admin = open_engine(postgres_store)
    shop.do(make())
    shop.writer.start()
    holder = open_engine(postgres_store).connect()
    with holder.begin():
        holder.execute(text("SELECT 1 FROM projection_head FOR UPDATE"))
        waiting = [shop.writer.submit(nudge()) for _ in range(5)]
        wait_until(lambda: _kill_writers(admin, "wait_event_type = 'Lock'"))
        found = [type(future.exception(20)) for future in waiting]
    holder.close()
    assert set(found) == {StorageDown} or StorageDown in found
    assert shop.do(nudge()).outcome == "done"
    shop.close()
    shop.inspect()


@pytest.fixture
def cutter(postgres_store: str) -> Iterator[CommitCutter]:
    """Give a proxy before the test's database."""
    with CommitCutter(str(make_url(postgres_store).query["host"])) as running:
        yield running


@pytest.mark.postgres
@pytest.mark.parametrize("with_keys", [False, True])
def test_a_line_lost_after_commit_was_heard_is_answered_as_done(
    postgres_store: str, open_engine: OpenEngine, cutter: CommitCutter, *, with_keys: bool
) -> None:
    """Somebody else may even have written since: the leaf at our own index tells."""
    shop = _through(cutter, postgres_store, open_engine)
    shop.all(make(), put_up())
    size = shop.size()
    cutter.cut = "after"
    answers = shop.batch(*(bid(price, key=str(price) * with_keys) for price in (5, 6)))
    assert cutter.cuts == 1
    assert [type(answer) for answer in answers] == [Receipt] * 2
    assert [answer.index for answer in answers] == [size, size + 1]
    assert shop.do(bid(7)).index == size + 2
    shop.inspect()


@pytest.mark.postgres
def test_a_line_lost_before_commit_was_heard_is_answered_503(
    postgres_store: str, open_engine: OpenEngine, cutter: CommitCutter
) -> None:
    shop = _through(cutter, postgres_store, open_engine)
    shop.all(make(), put_up())
    size = shop.size()
    cutter.cut = "before"
    answers = shop.batch(bid(5, key="k"), bid(6))
    assert cutter.cuts == 1
    assert [type(answer) for answer in answers] == [StorageDown] * 2
    assert shop.size() == size
    assert shop.do(bid(5, key="k")).index == size
    shop.inspect()


@pytest.mark.postgres
def test_a_tick_whose_commit_was_lost_without_entries(
    postgres_store: str, open_engine: OpenEngine, cutter: CommitCutter
) -> None:
    """There is no leaf to compare, and nothing that anybody waits for."""
    shop = _through(cutter, postgres_store, open_engine)
    size = shop.size()
    cutter.cut = "after"
    with pytest.raises(StorageDown):
        shop.writer.tick()
    assert shop.writer.tick() == 0
    assert shop.size() == size


@pytest.mark.postgres
@pytest.mark.slow
def test_a_server_killed_and_started_again(open_engine: OpenEngine) -> None:
    with server() as running:
        url = running.url(running.create_database())
        engine = open_engine(url)
        migrate(engine)
        shop = Shop(engine)
        receipts = shop.all(make(), put_up(key="k"))
        running.kill9()
        assert [type(answer) for answer in shop.batch(bid(5), bid(6))] == [StorageDown] * 2
        with pytest.raises(StorageDown):
            shop.writer.tick()
        running.start()
        assert shop.do(put_up(key="k")) == receipts[1]
        shop.do(bid(5))
        shop.inspect()
        shop.close()
        engine.dispose()


_SECOND = """
import sys
from tests.support.desk import nudge, make
from tests.support.shop import Shop
from trading.store.engine import writing_engine
shop = Shop(writing_engine(sys.argv[1]))
for number in range(40):
    shop.do(make(f"{sys.argv[2]}-{number}"))
shop.close()
"""


def test_other_processes_write_beside_it(database: str, open_engine: OpenEngine) -> None:
    shop = Shop(open_engine(database))
    size = shop.size()
    others = [_run(_SECOND, database, str(number)) for number in range(2)]
    for number in range(40):
        shop.do(make(f"mine-{number}"))
    for other in others:
        other.communicate(timeout=60)
        assert other.returncode == 0
    assert shop.size() == size + 120
    shop.do(nudge("1-39"))
    shop.inspect()


_FULL = """
import json, os, resource, sys
from pathlib import Path
from tests.support.desk import make, put
from tests.support.shop import Shop
from trading.base.errors import StorageDown
from trading.store.engine import sqlite_url, writing_engine
folder, how = Path(sys.argv[1]), sys.argv[2]
engine = writing_engine(sqlite_url(folder / "store.sqlite3"))
shop = Shop(engine)
ballast = folder / "ballast"
if how == "tmpfs":
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    ballast.write_bytes(b"x" * (free - 200_000))
else:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    wal = (folder / "store.sqlite3-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal + 200_000, hard))
told, failed = [], 0
while failed < 3:
    answers = shop.batch(*(put("x" * 1000) for _ in range(20)))
    good = [answer.index for answer in answers if not isinstance(answer, StorageDown)]
    failed += not good
    told += good
held = shop.size()
if how == "tmpfs":
    ballast.unlink()
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
told.append(shop.do(make()).index)
shop.inspect()
print(json.dumps({"held": held, "told": told}))
"""


def test_a_full_disk_refuses_and_recovers_when_space_returns(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """On a small file system of our own where we may mount one, else under a limit of file size."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = _mount(small)
    try:
        (small / "store.sqlite3").write_bytes(sqlite_template.read_bytes())
        child = _run(_FULL, str(small), "tmpfs" if mounted else "limit")
        out, _ = child.communicate(timeout=60)
    finally:
        if mounted:
            subprocess.run(["umount", small], check=True)
    assert child.returncode == 0
    found = json.loads(out)
    told = found["told"]
    assert len(told) > 20
    assert told == list(range(told[0], told[0] + len(told))), "a hole: something false was told"
    assert found["held"] == told[-1]


def _mount(folder: Path) -> bool:
    if os.geteuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True
    )


def _through(cutter: CommitCutter, url: str, open_engine: OpenEngine) -> Shop:
    """Return a shop whose writer goes through the proxy and whose inspector does not."""
    shop = Shop(open_engine(url))
    proxied = make_url(url).update_query_dict({"host": cutter.host})
    shop.close()
    shop.writer._engine = open_engine(proxied.render_as_string(hide_password=False))
    return shop


def _kill_writers(admin: Engine, where: str = "true") -> int:
    """End every other connection to this database; return how many there were."""
    wanted = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        f"WHERE datname = current_database() AND pid <> pg_backend_pid() AND {where}"
    )
    with admin.begin() as connection:
        return int(connection.execute(text(wanted)).scalar_one())
