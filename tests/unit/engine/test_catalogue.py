"""The catalogue: an edition sees what was in the log when a case opened, for ever."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.support import toy
from tests.support.desk import Desk, founding, kernel
from trading.base.calendar import YearTable
from trading.base.errors import UnknownName
from trading.engine.catalogue import Catalogue, parsed
from trading.engine.machine import MachineStepper
from trading.engine.policy import Pack
from trading.engine.table import TableStepper
from trading.engine.votes import VoteTable

_VOTES = {"id": "toy-votes@1", "title_zh": "表决", "title_en": "Votes", "rules": []}


def test_each_kind_is_taken_in_and_found_again() -> None:
    catalogue = _filled()
    assert catalogue.edition == len(toy.DEFINITIONS)
    assert catalogue.workflow("toy@1") == toy.TOY_WORKFLOW
    assert catalogue.pack(toy.PACK.id).get("pending_hours").value == toy.PENDING_HOURS
    assert catalogue.knows("calendar", "cn-2026@1")
    assert not catalogue.knows("pack", "cn-2026@1")
    assert catalogue.add("votes", _VOTES) == "toy-votes@1"
    assert catalogue.votes("toy-votes@1") == VoteTable.from_body(_VOTES)


@pytest.mark.parametrize("name", ["workflow", "votes", "pack"])
def test_what_was_not_entered_is_unknown(name: str) -> None:
    with pytest.raises(UnknownName):
        getattr(_filled(), name)("other@1")


def test_an_edition_sees_what_came_before_it_and_nothing_later() -> None:
    catalogue = _filled()
    edition = catalogue.edition
    later = msgspec.structs.replace(toy.TOY_WORKFLOW, version=2)
    catalogue.add("workflow", later.body)
    assert catalogue.latest("workflow", "toy", edition) == "toy@1"
    assert catalogue.latest("workflow", "toy", edition + 1) == "toy@2"
    assert catalogue.latest("workflow", "toy@7", 0) == "toy@7"
    assert not catalogue.has("workflow", "toy", 0)
    assert catalogue.has("workflow", "toy", edition)
    with pytest.raises(UnknownName):
        catalogue.latest("workflow", "toy", 0)
    with pytest.raises(UnknownName):
        catalogue.latest("pack", "toy", edition)


def test_the_newest_of_each_kind() -> None:
    catalogue = _filled()
    later = msgspec.structs.replace(toy.TOY_WORKFLOW, version=2)
    catalogue.add("workflow", later.body)
    catalogue.add("votes", _VOTES)
    assert catalogue.newest("workflow", "toy") == later
    assert catalogue.newest("pack", "toy-pack") == toy.PACK
    assert catalogue.newest("calendar", "cn-2026") == toy.CALENDAR
    assert catalogue.newest("votes", "toy-votes") == VoteTable.from_body(_VOTES)
    assert catalogue.newest("votes", "others") is None


def test_the_calendar_of_an_edition_has_the_latest_table_of_each_year() -> None:
    catalogue = _filled()
    edition = catalogue.edition
    shift = {"id": "cn-2026@2", "makeup_work_days": ["2026-03-07"]}
    catalogue.add("calendar", {**toy.CALENDAR.body, **shift})
    saturday = parsed("calendar", {**toy.CALENDAR.body, **shift}).makeup_work_days[0]  # type: ignore[union-attr]
    assert not catalogue.calendar(edition).is_working_day(saturday)
    assert catalogue.calendar(edition + 1).is_working_day(saturday)
    assert catalogue.calendar(edition) is catalogue.calendar(edition)


def test_the_steppers_are_those_of_live_or_of_replay() -> None:
    live, replay = _filled(), _filled(live=False)
    assert isinstance(live.stepper("toy@1"), MachineStepper)
    assert isinstance(replay.stepper("toy@1"), TableStepper)


def test_what_a_failed_transaction_entered_is_forgotten() -> None:
    catalogue = _filled()
    edition, seq = catalogue.edition, catalogue.seq
    first = {**toy.PACK.body, "id": "toy-pack@2"}
    catalogue.add("pack", first, seq + 3)
    assert catalogue.pack("toy-pack@2").get("pending_hours").value == toy.PENDING_HOURS
    assert catalogue.seq == seq + 3
    catalogue.forget(edition)
    assert (catalogue.edition, catalogue.seq) == (edition, seq)
    assert not catalogue.knows("pack", "toy-pack@2")
    values = {"pending_hours": {"value": 1, "unit": "hour", "source": "test"}}
    catalogue.add("pack", {**first, "values": values})
    assert catalogue.pack("toy-pack@2").get("pending_hours").value == 1


def test_sequence_numbers_follow_the_log() -> None:
    catalogue = Catalogue(live=True)
    assert catalogue.seq == 0
    catalogue.add("pack", toy.PACK.body, 4)
    catalogue.add("calendar", toy.CALENDAR.body)
    assert catalogue.seq == 5


def test_a_definition_is_learnt_once_from_its_entry() -> None:
    desk = Desk(founded=False)
    other = kernel()
    for command in founding()[:2]:
        desk.do(command)
    desk.do(founding()[0])  # refused: known already
    for body in [*desk.bodies, *desk.bodies]:
        other.learn_entry(body)
    assert other.catalogue.edition == desk.kernel.catalogue.edition == 2


@pytest.mark.parametrize(
    ("kind", "definition"), [*toy.DEFINITIONS, ("votes", VoteTable.from_body(_VOTES))]
)
def test_a_body_gives_the_definition_with_the_same_digest(kind: str, definition: Any) -> None:
    found = parsed(kind, definition.body)
    assert (found.id, found.digest) == (definition.id, definition.digest)
    assert isinstance(found, type(definition))


def test_no_other_kind_can_be_entered() -> None:
    with pytest.raises(UnknownName):
        parsed("rumour", {})


def _filled(*, live: bool = True) -> Catalogue:
    catalogue = Catalogue(live=live)
    for kind, definition in toy.DEFINITIONS:
        assert isinstance(definition, Pack | YearTable | type(toy.TOY_WORKFLOW))
        catalogue.add(kind, definition.body)
    return catalogue
