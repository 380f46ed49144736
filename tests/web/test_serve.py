"""The real service on a real port: what it serves, what it refuses, how it ends."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.support.postgres import PostgresServer
from tests.web.certificate import make_certificate
from tests.web.conftest import GRANTS, ORGS, ORIGIN
from tests.web.service import run, serving, until
from trading.base.clock import SimulatedClock
from trading.base.errors import SetupError
from trading.centre import Centre
from trading.cli import main
from trading.cli.serve import check_centre
from trading.founding import found
from trading.record.entry import leaf_of
from trading.store.engine import reading_engine
from trading.store.home import Home
from trading.store.migrations import migrate_url
from trading.store.signer import create_keys

NAMES = ("checkpoint", "tile/0/000.p/{}", "tile/entries/000.p/{}", "checkpoints/{}")
ESCAPES = (
    "/log/../keys/log.key",
    "/log/tile/../../keys/log.key",
    "/log/tile/%2e%2e/%2e%2e/keys/log.key",
    "/log/tile/..%2f..%2fkeys%2flog.key",
    "/log/tile//etc/passwd",
    "/log/tile/%2fetc%2fpasswd",
    "/log/bodies/../../keys/log.key",
    "/log/bodies/%2e%2e%2f%2e%2e%2fkeys/log.key",
    "/log/checkpoints/..%2f..%2fkeys%2flog.key",
    "/log/tile/0/000%00",
    "/keys/log.key",
)

pytestmark = pytest.mark.slow


def _rows(home: Home) -> list[tuple[str, str, bytes]]:
    engine = reading_engine(home.database_url)
    query = text("SELECT kind, stream, body, salt FROM record_entry ORDER BY idx")
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    engine.dispose()
    return [(row[0], row[1], leaf_of(bytes(row[2]), bytes(row[3]))) for row in rows]


def _add_org(home: Home, name: str, *, alone: bool = True) -> int:
    """Add an organisation by the command line, beside the service; return the exit status."""
    given = ["org", "add", "--data", str(home.path), "--actor", "office-1"]
    given += [name, "district", "street", name]
    # In this process, which is not the service's, unless two are to run side by side.
    return CliRunner().invoke(main, given).exit_code if alone else run(*given).returncode


def _raw_status(url: str, target: str) -> int:
    """Ask for ``target`` exactly as it is spelled."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.putrequest("GET", target, skip_host=False)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


def test_what_is_served_are_the_files_and_they_verify(home: Home) -> None:
    with serving(home.path) as service:
        rows = _rows(home)
        until(lambda: service.entries(home.vkey_path) == [leaf for _, _, leaf in rows], 5)
        size = len(rows)
        for name in NAMES:
            path = name.format(size)
            assert service.read(path) == (home.log_dir / path).read_bytes()
        for target in ESCAPES:
            assert _raw_status(service.url, target) == 404, target
        assert service.client.head("/log/checkpoint").status_code == 200
        # Another process commits beside the service, which publishes it within a second.
        assert _add_org(home, "street-1") == 0
        took = until(lambda: len(service.entries(home.vkey_path)) > size, 5)
        assert took < 1.5
        assert "ERROR" not in service.log.read_text()


def test_a_second_service_of_one_directory_is_refused(home: Home) -> None:
    with serving(home.path) as service:
        second = run("serve", "--data", home.path, "--port", "0")
        assert second.returncode == 2
        assert f"already served by pid {service.process.pid}" in second.stderr
        assert service.is_ready()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(home: Home, number: signal.Signals) -> None:
    with serving(home.path) as service:
        address = service.url.removeprefix("http://").split(":")
        idle = socket.create_connection((address[0], int(address[1])))
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: half-a-request\r\n")
        assert _add_org(home, "street-1") == 0
        code, seconds = service.stop(number)
        idle.close()
        assert code == 0, service.log.read_text()
        assert seconds < 5
    shown = (home.log_dir / "checkpoint").read_text().splitlines()[1]
    assert int(shown) == len(_rows(home))


def test_a_log_on_a_simulated_clock_is_refused(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "demo", ORIGIN)
    create_keys(home)
    migrate_url(home.database_url)
    centre = Centre(home, SimulatedClock(1_772_413_200_000_000))
    found(centre, ORGS, GRANTS, simulated="a test")
    centre.close()
    done = run("serve", "--data", home.path, "--port", "0")
    assert done.returncode == 2
    assert "simulated clock" in done.stderr


def test_a_database_whose_triggers_were_dropped_is_refused(home: Home) -> None:
    centre = Centre(home)
    check_centre(centre)
    with centre.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER record_entry_delete"))
    with pytest.raises(SetupError, match="record_entry_delete"):
        check_centre(centre)
    centre.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--workers", "2"], "PostgreSQL"),
        (["--host", "0.0.0.0"], "plain HTTP"),
        (["--host", "::"], "plain HTTP"),
        (["--host", "example.invalid"], "plain HTTP"),
        (["--tls-cert", "x.pem"], "go together"),
        (["--tls-cert", "x.pem", "--tls-key", "y.pem"], "cannot be read"),
        (["--proxy", "nowhere"], "no address"),
        (["--port", "{taken}"], "cannot listen"),
        (["--port", "65536"], "65535"),
    ],
)
def test_what_would_not_be_safe_does_not_start(home: Home, arguments: list[str], said: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        given = [argument.replace("{taken}", port) for argument in arguments]
        done = CliRunner().invoke(main, ["--lang", "en", "serve", "--data", str(home.path), *given])
    assert done.exit_code == 2
    assert said in done.output


def test_it_speaks_tls(home: Home, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    with serving(home.path, "--tls-cert", certificate, "--tls-key", key) as service:
        assert service.url.startswith("https://")
        assert "Strict-Transport-Security" in service.get("/healthz").headers
        with pytest.raises(httpx.TransportError):
            httpx.get(service.url.replace("https", "http") + "/healthz")


@pytest.mark.postgres
def test_readiness_follows_the_database(
    postgres_home: Home, durable_server: PostgresServer
) -> None:
    with serving(postgres_home.path) as service:
        durable_server.stop()
        try:
            until(lambda: not service.is_ready(), 10)
            answer = service.get("/readyz")
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert [reason["code"] for reason in answer.json()["reasons"]] == ["storage_down"]
            assert "psycopg" not in answer.text
            assert service.get("/healthz").status_code == 200
            assert service.get("/log/checkpoint").status_code == 200
            assert "trading_database_up 0.0" in service.get("/metrics").text
        finally:
            durable_server.start()
        until(service.is_ready, 20)
        size = len(service.entries(postgres_home.vkey_path))
        assert _add_org(postgres_home, "street-1") == 0
        until(lambda: len(service.entries(postgres_home.vkey_path)) > size, 10)
        assert service.stop()[0] == 0


@pytest.mark.postgres
def test_two_workers_write_nothing_twice(left_home: Home) -> None:
    with serving(left_home.path, "--workers", "2") as service:
        names = [f"street-{n}" for n in range(2)]
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda name: _add_org(left_home, name, alone=False), names))
        assert done == [0, 0]
        # One worker is killed: the other goes on, and a new one takes its place.
        before = _workers(service.process.pid)
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        assert _add_org(left_home, "street-2") == 0
        until(lambda: len(set(_workers(service.process.pid)) - {before[0]}) == 2, 20)
        until(lambda: len(service.entries(left_home.vkey_path)) == len(_rows(left_home)), 20)
        leaves = service.entries(left_home.vkey_path)
        children = _workers(service.process.pid)
        code, seconds = service.stop()
        assert (code, seconds < 5) == (0, True), (seconds, service.log.read_text())
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    rows = _rows(left_home)
    assert leaves == [leaf for _, _, leaf in rows][: len(leaves)]
    kinds = [kind for kind, _, _ in rows]
    # The founding made one; each command line one; the absence was found by one worker alone.
    assert kinds.count("org.create/1") == 1 + 3
    assert kinds.count("centre.outage/1") == 1


@pytest.mark.postgres
def test_workers_end_when_their_parent_is_killed(postgres_home: Home) -> None:
    with serving(postgres_home.path, "--workers", "2") as service:
        children = _workers(service.process.pid)
        service.process.kill()
        service.process.wait()
        until(lambda: not [pid for pid in children if _is_running(pid)], 10)


def _workers(parent: int) -> list[int]:
    """Return the processes that ``parent`` started to serve."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in listed if b"spawn_main" in _command(int(pid))]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _is_running(pid: int) -> bool:
    time.sleep(0.01)
    return bool(_command(pid))
