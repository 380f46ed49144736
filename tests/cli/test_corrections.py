"""trading correct: a keyed fact is put right by two people at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import command, told
from trading.cli.output import open_centre
from trading.register.commands import RegisterAsset


def test_an_area_is_put_right(data: Path) -> None:
    centre = open_centre(data, writing=True)
    keyed = RegisterAsset("pond", "village", "pond", "鱼塘", "村东", 1000, "mu")
    centre.do("asset.register/1", keyed, "officer", "community_officer")
    centre.close()
    words = ("correct", "--data", data, "--entry", 1, "--reason", "抄错", "asset/pond")
    area = (*words, "quantity_thousandths", "--old", 1000, "--new", 1200)
    name = (*words, "name_zh", "--old", "鱼塘", "--new", "1200")

    for asked in (area, name):
        done = command(*asked, "--actor", "officer", "--role", "community_officer", "--json")
        assert told(done)["receipt"]["outcome"] == "proposed"
    again = command(*name, "--actor", "officer", "--role", "community_officer")
    assert (again.exit_code, "second_person_v1" in again.stderr) == (1, True)


def test_what_cannot_be_corrected_is_refused_and_not_guessed_at(data: Path) -> None:
    words = (
        "correct",
        "--data",
        data,
        "--entry",
        1,
        "--reason",
        "抄错",
        "--old",
        "x",
        "--new",
        "y",
    )
    who = ("--actor", "officer", "--role", "community_officer")
    assert command(*words, *who, "person/officer", "grants").exit_code == 1
    assert command(*words, *who, "asset/pond", "quantity_thousandths").exit_code == 1
