"""Commands of people: add an organisation, give a grant, end a grant."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from trading.base.text import Id, ShortText
from trading.engine.builtin import DEFINITIONS
from trading.engine.context import Context
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command
from trading.people.rules import GrantEnded, GrantGiven, OrgAdded, PersonEnrolled

Instant = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class CreateOrg(Command, frozen=True):
    """Add an organisation below ``parent``; only the district has none."""

    org: Id
    parent: str
    level: Literal["district", "street", "community", "group"]
    name_zh: ShortText


class GiveGrant(Command, frozen=True):
    """Give ``person`` a role on ``org`` from ``from_us`` until before ``to_us``."""

    person: Id
    role: Id
    org: Id
    from_us: Instant
    to_us: Instant


class EnrolPerson(Command, frozen=True):
    """Make a person known; the name comes as a disclosure and never stands in the entry."""

    person: Id


class EndGrant(Command, frozen=True):
    """End a role now; one person may, because it is the safe direction."""

    person: Id
    role: Id
    org: Id


def _create(context: Context) -> Effect:
    data: CreateOrg = context.data
    return Effect((OrgAdded(data.org, data.parent, data.level, data.name_zh),))


def _give(context: Context) -> Effect:
    data: GiveGrant = context.data
    return Effect((GrantGiven(data.role, data.org, data.from_us, data.to_us),))


def _enrol(context: Context) -> Effect:
    return Effect((PersonEnrolled(context.env.sd[0]),))


def _end(context: Context) -> Effect:
    data: EndGrant = context.data
    return Effect((GrantEnded(data.role, data.org, context.at_us),))


COMMANDS = (
    CommandSpec(
        "org.create/1", CreateOrg, lambda _data: "orgs", "add", _create, owner=lambda _data: "",
        reads=lambda _env, _states: (DEFINITIONS,),
    ),
    CommandSpec(
        "grant.give/1", GiveGrant, lambda data: f"person/{data.person}", "give", _give,
        owner=lambda _data: "", reads=lambda _env, _states: (DEFINITIONS, "orgs"),
    ),
    CommandSpec(
        "person.enrol/1", EnrolPerson, lambda data: f"person/{data.person}", "enrol", _enrol,
        owner=lambda _data: "", reads=lambda _env, _states: (DEFINITIONS,),
    ),
    CommandSpec(
        "grant.end/1", EndGrant, lambda data: f"person/{data.person}", "end", _end,
        reads=lambda _env, _states: ("orgs",),
    ),
)  # fmt: skip
