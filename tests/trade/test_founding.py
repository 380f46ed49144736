"""Founding: everything shipped is entered once, and no grant is given without two persons after."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.support.acts import LOCALITIES
from tests.support.trade import At, found_trade, open_empty
from trading.base import assets
from trading.base.errors import DefinitionError, LockMismatch, SetupError
from trading.base.units import FOR_EVER_US
from trading.demo import cast
from trading.engine.builtin import WRITER, EnterDefinition
from trading.founding import (
    LOCK_PATH,
    FirstGrant,
    FirstOrg,
    check_lock,
    digests,
    first_people,
    found,
    read_definition,
    shipped,
)

ORGS, GRANTS = cast.orgs(LOCALITIES), cast.grants(LOCALITIES)


def test_a_founded_log_begins_by_saying_that_its_clock_is_simulated(at: At) -> None:
    trade = at("founded")
    first, *others = trade.entries()
    assert (first.kind, trade.centre.simulated) == ("clock.simulated/1", True)
    assert others[-1].kind == "definitions" or trade.place("definitions") == "open"
    assert trade.place("centre") == "open"


def test_everything_shipped_is_in_the_log_with_its_body(at: At) -> None:
    trade = at("founded")
    entered = {
        data["kind"] + ":" + data["name"]: data["digest"]
        for entry in trade.entries()
        if entry.kind == "definition.enter/1"
        for data in [msgspec.json.decode(entry.given)["data"]]
    }
    assert entered == digests(shipped(trade.centre.kernel.registry))


def test_founding_twice_changes_nothing(at: At) -> None:
    trade = at("founded")
    size = trade.size
    assert found(trade.centre, ORGS, GRANTS) is False
    assert trade.size == size


def test_a_real_log_does_not_say_that_it_is_simulated(tmp_path: Path) -> None:
    trade = open_empty(tmp_path / "real")
    assert trade.centre.simulated is False
    assert found(trade.centre, ORGS, GRANTS) is True
    assert trade.centre.simulated is False
    trade.close()


def test_an_interrupted_founding_goes_on_where_it_stopped(tmp_path: Path, at: At) -> None:
    whole = at("founded")
    trade = open_empty(tmp_path / "half")
    bad = (*GRANTS[:2], FirstGrant("somebody", "no-such-role", cast.DISTRICT))
    with pytest.raises(Exception, match="role_known_v1"):
        found(trade.centre, ORGS, bad, simulated="tests")
    refused = 1
    assert found(trade.centre, ORGS, GRANTS, simulated="tests") is True
    more = len([n for n in whole.states() if n == "person/all-rounder"])
    roles = len(whole.state("person/all-rounder").facets["person"].grants) * more
    assert trade.size == whole.size - roles + refused
    trade.close()


def test_what_was_locked_is_what_is_shipped(at: At) -> None:
    definitions = shipped(at("founded").centre.kernel.registry)
    check_lock(definitions)
    with pytest.raises(LockMismatch) as caught:
        check_lock(definitions[1:])
    kind, definition = definitions[0]
    assert caught.value.params["missing"] == (f"{kind}:{definition.id}",)


def test_each_kind_of_definition_is_read_from_its_own_text(at: At) -> None:
    registry = at("founded").centre.kernel.registry
    for kind, path in (
        ("workflow", "workflows/roll@1.toml"),
        ("pack", "policies/packs/cn-collective@1.toml"),
        ("votes", "policies/votes/cn-votes@1.toml"),
        ("calendar", "policies/calendars/cn-2026.toml"),
    ):
        text = assets.read_text(path)
        assert read_definition(kind, text, registry).id
        with pytest.raises(DefinitionError):
            read_definition(kind, "nonsense = true", registry)
    assert LOCK_PATH.startswith("workflows/")


def test_packs_that_extend_each_other_are_refused(at: At) -> None:
    from trading.founding import _parents_first

    registry = at("founded").centre.kernel.registry
    packs = {d.id: d for kind, d in shipped(registry) if kind == "pack"}
    one = packs["cn-collective@1"]
    circle = [
        msgspec.structs.replace(one, id="a@1", extends="b@1"),
        msgspec.structs.replace(one, id="b@1", extends="a@1"),
    ]
    with pytest.raises(SetupError, match="extend each other"):
        _parents_first(circle)


def test_the_bootstrap_file_names_organisations_and_grants() -> None:
    text = """
    [[org]]
    org = "d"
    parent = ""
    level = "district"
    name_zh = "区"
    [[grant]]
    person = "chen"
    role = "office"
    org = "d"
    """
    orgs, grants = first_people(text)
    assert orgs == (FirstOrg("d", "", "district", "区"),)
    assert grants == (FirstGrant("chen", "office", "d", FOR_EVER_US),)
    assert first_people("") == ((), ())


@pytest.mark.parametrize("text", ["[[org", "[[org]]\norg = 5\n", "[[grant]]\nking = 'me'\n"])
def test_a_bootstrap_file_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(SetupError, match="bootstrap file"):
        first_people(text)


def test_a_definition_after_the_founding_needs_two_persons(at: At) -> None:
    trade = at("founded")
    body = dict(read_definition(
        "calendar", assets.read_text("policies/calendars/cn-2026.toml"),
        trade.centre.kernel.registry,
    ).body)  # fmt: skip
    body["id"] = "cn-2026@2"
    from trading.base.calendar import YearTable

    table = YearTable.from_body(body)
    data = EnterDefinition("calendar", table.id, table.digest, table.body)
    with pytest.raises(Exception, match="not_permitted"):
        trade.centre.do("definition.enter/1", data, WRITER, WRITER)
    first = trade.centre.do("definition.enter/1", data, "office-chen", "office")
    assert first.outcome == "proposed"
    edition = trade.centre.kernel.catalogue.edition
    trade.centre.do("definition.enter/1", data, "office-peng", "office")
    assert trade.centre.kernel.catalogue.edition == edition + 1
    trade.centre.refresh()
    assert trade.centre.kernel.catalogue.edition == edition + 1


def test_a_centre_that_was_opened_again_learns_its_definitions_on_refresh(at: At) -> None:
    trade = at("listed")
    assert trade.centre.kernel.catalogue.edition == 0
    trade.centre.refresh()
    assert trade.centre.kernel.catalogue.knows("workflow", "lot_ascending@1")


@pytest.mark.postgres
def test_a_centre_is_founded_on_postgresql_alike(tmp_path: Path, durable_url: str, at: At) -> None:
    trade = found_trade(tmp_path / "centre", durable_url)
    kinds = [entry.kind for entry in trade.entries()]
    assert kinds == [entry.kind for entry in at("founded").entries()]
    trade.close()
