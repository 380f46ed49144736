"""The registry: one meaning for each name, whoever registers it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support import toy
from trading.base.errors import DefinitionError, UnknownName
from trading.engine import builtin
from trading.engine.context import Envelope
from trading.engine.registry import Registry, StreamSpec, Subject


def test_all_subjects_are_merged() -> None:
    registry = Registry((builtin.SUBJECT, toy.TOY))
    assert registry.command("toy.bid/1").trigger == "bid"
    assert registry.command("centre.found/1").struct is builtin.Found
    assert registry.facet_names[toy.Toy] == "toy"
    assert registry.streams["security"].audience == "restricted"
    assert registry.roles["clock"] == "engine"


def test_a_timer_finds_its_command_by_the_kind_of_stream_and_the_trigger() -> None:
    registry = Registry((toy.TOY,))
    assert registry.clocked[("toy", "end")].kind == "toy.end/1"
    assert ("toy", "bid") not in registry.clocked


def test_an_unknown_kind_of_command_is_refused() -> None:
    with pytest.raises(UnknownName) as caught:
        Registry(()).command("toy.fly/1")
    assert caught.value.params == {"name": "toy.fly/1"}


_BY_NAME = {
    "streams": (StreamSpec("toy", "toy"),),
    "commands": toy.TOY.commands[:1],
    "facets": {"toy": toy.Toy},
    "evolves": {toy.Made: toy.TOY.evolves[toy.Made]},
    "guards": toy.TOY.guards[:1],
    "facts": toy.TOY.facts,
    "instants": toy.TOY.instants,
    "roles": {"maker": "open"},
}


@pytest.mark.parametrize("field", _BY_NAME)
def test_no_name_is_registered_twice(field: str) -> None:
    other = replace(Subject("other"), **{field: _BY_NAME[field]})  # type: ignore[arg-type]
    with pytest.raises(DefinitionError):
        Registry((toy.TOY, other))


def test_only_a_command_with_an_owner_or_a_parent_creates() -> None:
    registry = Registry((toy.TOY,))
    found = {kind for kind, spec in registry.commands.items() if spec.creates}
    assert found == {"toy.make/1", "part.make/1", "vault.put/1"}


def test_the_streams_that_tell_of_grants_are_named_by_one_subject() -> None:
    people = Subject("people", permit_reads=lambda env, _states: (f"person/{env.actor}",))
    told = Registry((toy.TOY, people))
    assert told.permit_reads(_somebody(), {}) == ("person/x",)
    assert Registry((toy.TOY,)).permit_reads(_somebody(), {}) == ()


def _somebody() -> Envelope:
    return Envelope("toy.bid/1", toy.Bid("a", 1), "x", "clerk", 0, "cmd")
