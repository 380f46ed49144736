"""trading notifications: the inbox, the confirmation, and the sheet of calls."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.conftest import command, told
from trading.calls import Call, as_csv, as_html
from trading.cli import main
from trading.cli.output import open_centre
from trading.notifications.commands import QueueNotification
from trading.notifications.rules import Recipient

PHONE = "13800138000"


@pytest.fixture
def queued(data: Path) -> Path:
    """Give a centre with a clerk, in which the officer has to be told of a contract."""
    for office in ("office-1", "office-2"):
        command("grant", "give", "--data", data, "--actor", office, "clerk", "centre_clerk",
                "district")  # fmt: skip
    words = ["user", "phone", "--data", str(data), "--actor", "office-1", "officer"]
    assert CliRunner().invoke(main, words, input=f"{PHONE}\n").exit_code == 0
    centre = open_centre(data, writing=True)
    telling = (Recipient("officer", "contract_expiring"),)
    centre.do("notification.queue/1",
              QueueNotification("3-1", "village", "contract/paper-1", 3, telling),
              "writer", "writer")  # fmt: skip
    centre.close()
    return data


def test_a_person_reads_and_confirms(queued: Path) -> None:
    inbox = ("notifications", "list", "--data", queued, "officer")
    (row,) = told(command(*inbox, "--json"))
    assert (row["about"], row["confirmed"]) == ("contract/paper-1", False)
    assert "paper-1" in row["text"]
    assert "unseen" in command(*inbox).stdout
    confirm = ("notifications", "confirm", "--data", queued, "3-1", "--actor", "officer")
    assert command(*confirm, "--role", "community_officer").exit_code == 0
    assert "\tseen" in command(*inbox).stdout
    assert "已确认" in command(*inbox, lang="zh").stdout


@pytest.mark.parametrize("suffix", [".html", ".csv"])
def test_the_sheet_of_calls_alone_holds_the_number(
    queued: Path, tmp_path: Path, suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    out = tmp_path / f"calls{suffix}"
    words = ("notifications", "call-sheet", "--data", queued, "--out", out)
    assert command(*words, "--actor", "office-1").exit_code == 1
    assert not out.exists()
    done = command(*words, "--actor", "clerk", "--json")
    assert told(done)["people"] == 1
    assert PHONE in out.read_text(encoding="utf-8-sig")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert PHONE not in done.output + caplog.text
    assert command(*words, "--actor", "clerk").exit_code == 2
    raw = (queued / "trading.sqlite3").read_bytes()
    assert PHONE.encode() not in raw


def test_another_kind_of_sheet_is_refused(queued: Path, tmp_path: Path) -> None:
    words = ("notifications", "call-sheet", "--data", queued, "--actor", "clerk")
    assert command(*words, "--out", tmp_path / "calls.pdf").exit_code == 2


def test_a_cell_is_neither_a_formula_nor_markup() -> None:
    call = Call("p-1", "=HYPERLINK(1)", "+86", "<b>", "x", "3-1")
    row = list(csv.reader(as_csv([call]).decode("utf-8-sig").splitlines()))[1]
    assert row[1:3] == ["'=HYPERLINK(1)", "'+86"]
    assert "<b>" not in as_html([call]).decode()


def test_a_run_queues_what_is_new(data: Path) -> None:
    run = ("notifications", "run", "--data", data)
    assert told(command(*run, "--json"))["queued"] == 0
    assert "0 notifications" in command(*run).stdout
