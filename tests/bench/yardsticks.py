"""What the same database, or the same core, does without us, in the same round."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pysqlite3

from tests.support.postgres import USER, PostgresServer

ROW_BYTES = 600
CLIENTS = 32


def pgbench_rows(
    postgres: PostgresServer, root: Path, seconds: float, clients: int = CLIENTS
) -> float:
    """Return durable single-row inserts per second of ``clients``: prepared, one commit each."""
    with postgres.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {setting}".encode()).fetchone() == ("on",)
        connection.execute(b"DROP TABLE IF EXISTS yardstick")
        connection.execute(b"CREATE TABLE yardstick (id bigserial PRIMARY KEY, body text NOT NULL)")
    script = root / "insert.sql"
    script.write_text(f"INSERT INTO yardstick (body) VALUES (repeat('x', {ROW_BYTES}));\n")
    host = postgres.url().rpartition("host=")[2]
    done = subprocess.run(
        [
            postgres._programs / "pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2",
            "-T", str(max(1, round(seconds))), "-f", script, "-h", host, "-U", USER, "postgres",
        ],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", done.stdout)
    assert found is not None
    return float(found[1])


def sqlite_rows(root: Path, seconds: float) -> float:
    """Return durable single-row transactions per second of one connection: WAL, FULL."""
    path = root / "yardstick.sqlite3"
    path.unlink(missing_ok=True)
    connection = pysqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        connection.execute("CREATE TABLE yardstick (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        body = "x" * ROW_BYTES
        rows = 0
        started = time.perf_counter()
        until = started + seconds
        while time.perf_counter() < until:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO yardstick (body) VALUES (?)", (body,))
            connection.execute("COMMIT")
            rows += 1
        return rows / (time.perf_counter() - started)
    finally:
        connection.close()


def openssl_hashes(entry_bytes: int, seconds: int) -> float:
    """Return SHA-256 digests of ``entry_bytes`` per second on one core, by ``openssl speed``."""
    done = subprocess.run(
        ["openssl", "speed", "-mr", "-seconds", str(seconds), "-bytes", str(entry_bytes),
         "-evp", "sha256"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    found = re.search(r"^\+F:\d+:\w[\w-]*:([0-9.]+)", done.stdout, re.MULTILINE | re.IGNORECASE)
    assert found is not None, done.stdout
    return float(found[1]) / entry_bytes
