"""What a guard may look at, and what it is told when it asks for something else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import toy
from tests.support.desk import Desk, bid, env, make, nudge, put, put_up, run
from trading.base.errors import UnknownName
from trading.engine.builtin import Outage
from trading.engine.context import Context
from trading.engine.stream import Stream


def test_the_command_and_its_stream() -> None:
    context = _context(run(make(), put_up()))
    assert context.data == toy.Bid("a", 5)
    assert (context.stream, context.primary, context.taken) == (context.stream,) * 2 + ("",)


def test_a_facet_of_this_stream_or_of_another() -> None:
    context = _context(run(make(), put_up(), put("gold")))
    assert context.of(toy.Toy).ends_us == toy.START_US + toy.SALE_US
    assert context.of(toy.Vault, "vault/v") == toy.Vault(("gold",))
    assert context.find(toy.Vault) is None
    assert context.find(toy.Toy, "toy/nowhere") is None


def test_a_facet_that_must_be_there_and_is_not() -> None:
    context = _context(run(make()))
    with pytest.raises(UnknownName, match="toy/a has no Vault"):
        context.of(toy.Vault)
    with pytest.raises(UnknownName, match="toy/nowhere has no Toy"):
        context.of(toy.Toy, "toy/nowhere")


def test_the_place_of_another_stream() -> None:
    context = _context(run(make(), put_up()))
    assert (context.place("toy/a"), context.place("toy/nowhere")) == ("up", "")


def test_facts_by_name() -> None:
    context = _context(run(make()))
    assert context.fact("granted") is False
    with pytest.raises(UnknownName, match="no fact rain"):
        context.fact("rain")


def test_values_units_and_calendar_are_those_that_bind_the_stream() -> None:
    context = _context(run(make()))
    assert context.policy("pending_hours") == toy.PENDING_HOURS
    assert context.unit("pending_hours") == "hour"
    assert context.calendar.is_working_day(toy.CALENDAR.notices[0].date.replace(2026, 3, 2))
    with pytest.raises(UnknownName, match="sets no 'bid_step'"):
        context.policy("bid_step")


def test_a_context_has_nothing_else() -> None:
    """No clock, no database: an attribute cannot even be added."""
    context: Any = _context(run(make()))
    with pytest.raises(AttributeError):
        context.database = "sqlite"


def test_what_a_stream_says_of_itself() -> None:
    stream = Stream("toy/a/b")
    assert (stream.kind, stream.held) == ("toy", False)
    assert Stream("centre").kind == "centre"
    assert Stream("toy/a", hold="held").held


def test_the_streams_that_a_command_declares() -> None:
    """Its own, that of refusals, what it reads, what binds it, and where a grant is looked up."""
    kernel = Desk().kernel
    kernel.registry.permit_reads = lambda env, _states: (f"person/{env.actor}",)
    part = env("part.make/1", toy.MakePart("a", "p"), "maker-1", "maker")
    assert kernel.streams_of(part, {}) == ("part/p", "security", "toy/a")
    assert kernel.streams_of(nudge("a", "b"), {}) == ("toy/a", "security", "toy/b")
    assert kernel.streams_of(put_up(), {}) == ("toy/a", "security", "person/clerk-1")
    held = env("centre.outage/1", Outage(0, 1, ("toy/a",)), "writer", "writer")
    assert kernel.streams_of(held, {}) == ("centre", "security", "toy/a")


def _context(desk: Desk) -> Context:
    kernel = desk.kernel
    command = bid(5)
    return Context(
        kernel.registry, kernel.catalogue, command, desk.states, desk.stream(), desk.now_us
    )
