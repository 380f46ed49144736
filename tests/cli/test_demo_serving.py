"""demo --serve: the year is played up to now, then time is real and the bidding goes on."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import command, told
from tests.web.service import PROGRAM, ROOT, until
from trading.cli.demo_serving import free_port
from trading.demo import stage

LOT = f"case-{stage.LIVE[0]}-1"

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def served(data: Path) -> Iterator[dict[str, Any]]:
    """Run the demonstration until it serves; stop it as an operator does, and see it end well."""
    with subprocess.Popen(
        [*PROGRAM, "demo", "--data", data, "--serve", "--port", "0", "--json"], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            while line and "url" not in json.loads(line):
                line = process.stdout.readline()
            assert line, process.communicate()[1]
            yield json.loads(line)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            process.kill()


@pytest.mark.long
def test_bidding_goes_on_by_itself_and_again_after_a_stop(tmp_path: Path) -> None:
    data = tmp_path / "demo"

    def lead() -> Any:
        rows = told(command("lot", "list", "--data", data, "--place", "bidding", "--json"))
        (bids,) = [row["bids"] for row in rows if row["lot"] == LOT]
        return bids

    with served(data) as said:
        assert httpx.get(f"{said['url']}/readyz").status_code == 200
        assert {player["room"] for player in said["cast"]} == {
            "staff", "bidder", "representative", "auditor",
        }  # fmt: skip
        first = lead()
        until(lambda: lead() > first + 1, 60)
    refused = command("serve", "--data", data, "--port", "0")
    assert (refused.exit_code, "simulated clock" in refused.stderr) == (2, True)
    with served(data):
        second = lead()
        until(lambda: lead() > second, 60)
    verified = told(command("log", "verify", "--data", data, "--json"))
    assert verified["ok"]
    assert command("replay", "--data", data).exit_code == 0


def test_a_port_that_is_taken_is_said_and_the_next_one_is_used(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with free_port(port) as (listener, options):
            found = listener.getsockname()[1]
            assert port < found == options.port
    assert str(found) in capsys.readouterr().err


def test_only_a_demonstration_is_served_as_one(data: Path) -> None:
    done = command("demo", "--data", data, "--serve", "--port", "0")
    assert (done.exit_code, "is no demonstration" in done.stderr) == (2, True)
