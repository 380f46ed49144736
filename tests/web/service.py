"""The real program in a process of its own, and the plain questions that tests ask of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from trading.base.errors import NotFound
from trading.record.checkpoint import Checkpoint
from trading.record.note import PublicKey
from trading.record.tiles import TileReader

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-c", "from trading.cli import main; main()", "--lang", "en")
START_SECONDS_MAX = 60.0


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one command of the program to its end."""
    return subprocess.run(
        [*PROGRAM, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def until(holds: Callable[[], bool], seconds: float) -> float:
    """Wait until ``holds`` and return how long that took; fail after ``seconds``."""
    begin = time.monotonic()
    while not holds():
        if time.monotonic() - begin > seconds:
            message = f"not within {seconds} s"
            raise AssertionError(message)
        time.sleep(0.02)
    return time.monotonic() - begin


class Service:
    """A running `trading serve`."""

    def __init__(self, process: subprocess.Popen[str], url: str, log: Path) -> None:
        self.process = process
        self.url = url
        self.log = log
        trust = ssl.create_default_context()
        trust.check_hostname = False
        trust.verify_mode = ssl.CERT_NONE
        self.client = httpx.Client(base_url=url, verify=trust, timeout=10)

    def get(self, path: str) -> httpx.Response:
        """Ask for a path."""
        return self.client.get(path)

    def is_ready(self) -> bool:
        """Tell whether the service says that it is ready."""
        try:
            return self.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def read(self, path: str) -> bytes:
        """Answer a file of the log, as the verifying functions ask for it."""
        answer = self.get(f"/log/{path}")
        if answer.status_code == 404:
            raise NotFound(path)
        assert answer.status_code == 200, answer.text
        return answer.content

    def entries(self, vkey: Path) -> list[bytes]:
        """Return every leaf, verified up to the signature of the checkpoint."""
        key = PublicKey.parse(vkey.read_text().strip())
        shown = Checkpoint.open(self.read("checkpoint"), [key])
        reader = TileReader(self.read, shown.size)
        assert reader.compact_range().root() == shown.root
        return list(reader.entries())

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Ask the service to stop; return its exit status and the seconds that it took."""
        begin = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(30)
        return code, time.monotonic() - begin


@contextlib.contextmanager
def serving(data_dir: Path, *arguments: str | Path) -> Iterator[Service]:
    """Serve ``data_dir`` on a free port of this machine until the block ends."""
    log = data_dir.parent / f"{data_dir.name}.err"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--data", data_dir, "--port", "0", "--json", *arguments],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
    assert process.stdout is not None
    service: Service | None = None
    try:
        told = process.stdout.readline()
        assert told, log.read_text()
        service = Service(process, json.loads(told)["url"], log)
        until(service.is_ready, START_SECONDS_MAX)
        yield service
    finally:
        if service is not None:
            service.client.close()
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()
