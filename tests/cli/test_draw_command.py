"""draw check and draw sample: a draw from a centre, from a file, and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import command, told
from tests.support.acts import LOT, ORG, Act
from tests.support.trade import Places, places
from trading.centre import Centre
from trading.observing.waivers import WaiveStep
from trading.store.home import Home
from trading.store.log import iterate

CASE = "case-r033"
__all__ = ["places"]


@pytest.fixture
def entries(played: Path, tmp_path: Path) -> Path:
    """Return a file with all entries of the demonstration."""
    centre = Centre(Home.open(played))
    found = tmp_path / "entries.jsonl"
    try:
        found.write_bytes(b"".join(row.body + b"\n" for row in iterate(centre.reading)))
    finally:
        centre.close()
    return found


def test_a_draw_comes_out_the_same_from_centre_and_file(played: Path, entries: Path) -> None:
    stored = command("draw", "check", CASE, "--data", played)
    assert stored.exit_code == 0
    assert "N=23 n=5" in stored.stdout
    assert "OK" in stored.stdout
    filed = command("draw", "check", CASE, "--entries", entries, lang="zh")
    assert (filed.exit_code, "核对一致" in filed.stdout) == (0, True)
    assert told(command("draw", "check", CASE, "--data", played, "--json"))["findings"] == []


def test_a_list_tampered_by_one_row_is_found(entries: Path) -> None:
    entries.write_bytes(entries.read_bytes().replace(b'"rep-r033-09"', b'"rep-r033-99"'))
    found = command("draw", "check", CASE, "--entries", entries)
    assert found.exit_code == 1
    assert "the roster is not the one committed to" in found.stderr


def test_either_a_centre_or_a_file_is_checked(played: Path, entries: Path) -> None:
    assert command("draw", "check", CASE).exit_code == 2
    both = command("draw", "check", CASE, "--data", played, "--entries", entries)
    assert both.exit_code == 2
    assert command("draw", "check", "no-such-case", "--data", played).exit_code == 1


def test_a_sample_by_hand() -> None:
    assert command("draw", "sample", 23, 5).stdout == "3 7 12 17 21\n"
    assert told(command("draw", "sample", 23, 5, "--json")) == [3, 7, 12, 17, 21]
    assert command("draw", "sample", 23, 5, "--legacy").stdout == "2 6 10 14 18\n"
    assert command("draw", "sample", 5, 23).exit_code == 1


def test_waived_steps_are_counted_for_each_organisation(places: Places, tmp_path: Path) -> None:
    trade = places.open("cleared", tmp_path / "centre")
    for who in ("office-chen", "office-peng"):
        waive = WaiveStep(LOT, "O9", "technical_failure", "会场停电")
        trade.do(Act("lot.waive/1", waive, who, "office"))
    trade.close()
    assert told(command("draw", "waivers", "--data", tmp_path / "centre", "--json")) == [
        {"org": ORG, "lots": 1, "waived": 1}
    ]
    assert "1 lots, 1 steps" in command("draw", "waivers", "--data", tmp_path / "centre").stdout


def test_a_lot_is_checked_by_the_panel_of_its_case(played: Path) -> None:
    by_lot = told(command("draw", "check", "case-r076-2", "--data", played, "--json"))
    assert by_lot == told(command("draw", "check", "case-r076", "--data", played, "--json"))
    nothing = command("draw", "check", "case-r999-1", "--data", played)
    assert (nothing.exit_code, "no draw of case-r999-1" in nothing.stderr) == (1, True)
