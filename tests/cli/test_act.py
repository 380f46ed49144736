"""act: whatever anybody may do, from a file, by the same rules as everybody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import command, told

ASSET = {
    "asset": "pond-1", "org": "village", "category": "fish_pond", "name_zh": "村东鱼塘",
    "place_zh": "村东", "quantity_thousandths": 12_000, "quantity_unit": "mu",
}  # fmt: skip


def act(data: Path, tmp_path: Path, kind: str, said: Any, *more: object, actor: str = "officer",
        role: str = "community_officer") -> Any:  # fmt: skip
    file = tmp_path / "act.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    return command("act", "do", kind, file, "--data", data, "--actor", actor, "--role", role, *more)


def test_an_asset_is_registered_from_a_file(data: Path, tmp_path: Path) -> None:
    done = act(data, tmp_path, "asset.register/1", ASSET, "--json")
    assert done.exit_code == 0, done.output
    assert told(done)["receipt"]["stream"] == "asset/pond-1"
    again = act(data, tmp_path, "asset.register/1", ASSET)
    assert again.exit_code == 1


def test_the_same_key_gets_the_same_receipt(data: Path, tmp_path: Path) -> None:
    first = told(act(data, tmp_path, "asset.register/1", ASSET, "--key", "k1", "--json"))
    assert told(act(data, tmp_path, "asset.register/1", ASSET, "--key", "k1", "--json")) == first


def test_two_people_act_one_after_the_other(data: Path, tmp_path: Path) -> None:
    said = {"person": "clerk", "role": "centre_clerk", "org": "district", "from_us": 0,
            "to_us": 9_000_000_000_000_000}  # fmt: skip
    outcomes = [
        told(act(data, tmp_path, "grant.give/1", said, "--json", actor=who, role="office"))
        for who in ("office-1", "office-2")
    ]
    assert [one["receipt"]["outcome"] for one in outcomes] == ["proposed", "done"]


def test_papers_go_in_with_the_act(data: Path, tmp_path: Path) -> None:
    paper = tmp_path / "order.pdf"
    paper.write_bytes(b"%PDF-1.7 order")
    act(data, tmp_path, "asset.register/1", ASSET)
    frozen = {"asset": "pond-1", "reason_zh": "法院查封"}
    bare = act(data, tmp_path, "asset.freeze/1", frozen, actor="office-1", role="office")
    filed = act(
        data, tmp_path, "asset.freeze/1", frozen, "--paper", f"order={paper}", actor="office-1",
        role="office",
    )  # fmt: skip
    assert (bare.exit_code, filed.exit_code) == (1, 0)


@pytest.mark.parametrize(
    ("kind", "said", "more", "code"),
    [
        ("no.such/1", ASSET, (), 1),
        ("asset.register/1", "not json", (), 1),
        ("asset.register/1", {**ASSET, "king": True}, (), 1),
        ("asset.register/1", {**ASSET, "quantity_thousandths": "12"}, (), 1),
        ("asset.register/1", ASSET, ("--paper", "order"), 2),
        ("asset.register/1", ASSET, ("--fact", "eligible=perhaps"), 2),
    ],
)
def test_what_cannot_be_read_is_told_and_changes_nothing(
    data: Path, tmp_path: Path, kind: str, said: Any, more: tuple[str, ...], code: int
) -> None:
    done = act(data, tmp_path, kind, said, *more)
    assert done.exit_code == code
    assert "Traceback" not in done.output
    assert act(data, tmp_path, "asset.register/1", ASSET).exit_code == 0


def test_nobody_acts_as_the_engine(data: Path, tmp_path: Path) -> None:
    assert act(data, tmp_path, "asset.register/1", ASSET, role="writer").exit_code == 1


def test_the_kinds_and_their_fields_are_listed() -> None:
    assert "bid.place/1" in told(command("act", "kinds", "--json"))
    assert "lot.end/1" not in told(command("act", "kinds", "--json"))
    shown = command("act", "kinds", "registration.submit/1").stdout
    assert "acknowledged_version: int\n" in shown
    assert "(optional)" in shown
    assert told(command("act", "kinds", "bid.place/1", "--json"))[0]["name"] == "lot"
    assert command("act", "kinds", "no.such/1").exit_code == 1


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("act", "kinds", "bid.place"), "did you mean bid.place/1"),
        (("act", "kinds", "lot.certifi/1"), "did you mean lot.certify/1"),
        (("act", "kinds", "moonlanding"), "no act moonlanding\n"),
    ],
)
def test_who_names_an_act_nearly_right_is_told_which_was_meant(
    words: tuple[str, ...], meant: str
) -> None:
    done = command(*words)
    assert done.exit_code == 1
    assert meant in done.stderr
