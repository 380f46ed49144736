"""A definition tried on past cases: the record stays as it is, only the question changes."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.support.trade import At, Trade
from trading.base import assets
from trading.engine.definitions import from_body
from trading.engine.policy import load_pack
from trading.record import trial as trials
from trading.record.trial import Trial, trial
from trading.store import log


def tried(trade: Trade, kind: str, body: dict[str, Any]) -> Trial:
    centre = trade.centre
    return trial(log.iterate(centre.reading), centre.kernel.registry, kind, body)


def pack_with(**values: object) -> dict[str, Any]:
    body = copy.deepcopy(load_pack(assets.read_text("policies/packs/cn-collective@1.toml")).body)
    body["id"] = "cn-collective@2"
    for key, value in values.items():
        body["values"][key]["value"] = value
    return body


def test_the_same_pack_changes_nothing(at: At) -> None:
    found = tried(at("certified"), "pack", pack_with())

    assert found.commands > 50
    assert (found.different, found.examples) == (0, ())


def test_a_longer_notice_would_have_been_refused(at: At) -> None:
    found = tried(at("certified"), "pack", pack_with(notice_small_days=60, notice_normal_days=60,
                                                     notice_large_days=60))  # fmt: skip

    assert found.different == 1
    (changed,) = found.examples
    assert changed.before == "done"
    assert changed.after == "refused (notice_long_enough_v1)"
    assert changed.stream.startswith("case/")


def test_a_pack_that_names_what_is_not_there_is_told_as_such(at: At) -> None:
    found = tried(at("decided"), "pack", pack_with(vote_table="cn-votes@9"))

    assert [changed.after for changed in found.examples] == ["unknown_name"] * 4


def test_a_workflow_that_asks_for_more_is_tried_as_well(at: At) -> None:
    trade = at("certified")
    trade.centre.refresh()
    body = copy.deepcopy(trade.centre.kernel.catalogue.workflow("lot_ascending@1").body)
    for edge in body["transitions"]:
        if edge["trigger"] == "confirm":
            edge["requires"] = ["O6", "O7", "O9"]

    found = tried(trade, "workflow", {**body, "version": 2})

    assert from_body(body).version == 1
    assert [changed.after for changed in found.examples] == ["refused (observed_o9_v1)"]


def test_only_the_first_differences_are_kept(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "EXAMPLES_MAX", 0)

    found = tried(at("decided"), "pack", pack_with(vote_table="cn-votes@9"))

    assert (found.different, found.examples) == (4, ())
