"""Commands of people: organisations, grants, and what is known of an account."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from trading.base.text import Id, IdOrNone, ShortText
from trading.base.units import FOR_EVER_US
from trading.engine.builtin import DEFINITIONS
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect, Then
from trading.engine.stream import Command, States
from trading.people.guards import accounts_of, joined
from trading.people.organisations import OrgAdded, OrgClosed, OrgMerged, OrgRenamed
from trading.people.rules import (
    AccountsLinked,
    GrantEnded,
    GrantGiven,
    Person,
    PersonEnrolled,
    PhoneSet,
)

Instant = Annotated[int, Meta(ge=0, le=FOR_EVER_US)]


class CreateOrg(Command, frozen=True):
    """Add an organisation below ``parent``; only the district has none."""

    org: Id
    parent: IdOrNone
    level: Literal["district", "street", "village", "community", "group"]
    name_zh: ShortText


class RenameOrg(Command, frozen=True):
    """Give an organisation another name from now on."""

    org: Id
    name_zh: ShortText


class MergeOrg(Command, frozen=True):
    """End ``org`` in favour of ``into``, which takes over all it owns (村改社区)."""

    org: Id
    into: Id


class CloseOrg(Command, frozen=True):
    """End an organisation without a successor; what it owned stays below its parent."""

    org: Id


class GiveGrant(Command, frozen=True):
    """Give ``person`` a role on ``org`` from ``from_us`` until before ``to_us``.

    A deputy of ``deputy_of`` holds it only as long as that person does.
    """

    person: Id
    role: Id
    org: Id
    from_us: Instant
    to_us: Instant
    deputy_of: IdOrNone = ""


class EndGrant(Command, frozen=True):
    """End a role now; one person may, because it is the safe direction."""

    person: Id
    role: Id
    org: Id


class EnrolPerson(Command, frozen=True):
    """Make a person known; the name comes as a disclosure and never stands in the entry."""

    person: Id


class SetPhone(Command, frozen=True):
    """Make known where a person is called; the number comes as a disclosure."""

    person: Id


class LinkAccounts(Command, frozen=True):
    """Record that two accounts are one human; one person may: it only takes away."""

    person: Id
    same_as: Id


class UnlinkAccount(Command, frozen=True):
    """Record that an account was wrongly held for one with others."""

    person: Id
    reason_zh: ShortText


def _create(context: Context) -> Effect:
    data: CreateOrg = context.data
    return Effect((OrgAdded(data.org, data.parent, data.level, data.name_zh, context.at_us),))


def _rename(context: Context) -> Effect:
    data: RenameOrg = context.data
    return Effect((OrgRenamed(data.org, data.name_zh, context.at_us),))


def _merge(context: Context) -> Effect:
    data: MergeOrg = context.data
    return Effect((OrgMerged(data.org, data.into, context.at_us),))


def _close(context: Context) -> Effect:
    return Effect((OrgClosed(context.data.org, context.at_us),))


def _give(context: Context) -> Effect:
    data: GiveGrant = context.data
    given = GrantGiven(data.role, data.org, data.from_us, data.to_us, data.deputy_of)
    return Effect((given,))


def _end(context: Context) -> Effect:
    data: EndGrant = context.data
    return Effect((GrantEnded(data.role, data.org, context.at_us),))


def _enrol(context: Context) -> Effect:
    return Effect((PersonEnrolled(context.env.sd[0]),))


def _set_phone(context: Context) -> Effect:
    return Effect((PhoneSet(context.env.sd[0]),))


def _link(context: Context) -> Effect:
    return _linked_as(context.data.person, joined(context))


def _unlink(context: Context) -> Effect:
    person = context.data.person
    others = tuple(a for a in accounts_of(context, person) if a != person)
    rest = others if len(others) > 1 else ()
    parts = tuple(_part(other, rest) for other in others)
    return Effect((AccountsLinked(()),), parts)


def _linked_as(person: str, accounts: tuple[str, ...]) -> Effect:
    parts = tuple(_part(other, accounts) for other in accounts if other != person)
    return Effect((AccountsLinked(accounts),), parts)


def _part(person: str, accounts: tuple[str, ...]) -> Then:
    return Then(f"person/{person}", "join", (AccountsLinked(accounts),))


def _stream(data: object) -> str:
    return f"person/{data.person}"  # type: ignore[attr-defined]


def _accounts(env: Envelope, states: States) -> tuple[str, ...]:
    asked = (env.data.person, getattr(env.data, "same_as", ""))
    found = {f"person/{person}" for person in asked if person}
    for name in tuple(found):
        state = states.get(name)
        person: Person | None = state.facets.get("person") if state else None
        found |= {f"person/{other}" for other in (person.accounts if person else ())}
    return tuple(sorted(found))


def _give_reads(env: Envelope, _states: States) -> tuple[str, ...]:
    deputy_of = (f"person/{env.data.deputy_of}",) if env.data.deputy_of else ()
    return (DEFINITIONS, "orgs", *deputy_of)


def _orgs(_data: object) -> str:
    return "orgs"


def _nobody(_data: object) -> str:
    return ""


def _founding(_env: Envelope, _states: States) -> tuple[str, ...]:
    return (DEFINITIONS,)


def _tree(_env: Envelope, _states: States) -> tuple[str, ...]:
    return ("orgs",)


COMMANDS = (
    CommandSpec("org.create/1", CreateOrg, _orgs, "add", _create, _founding, owner=_nobody),
    CommandSpec("org.rename/1", RenameOrg, _orgs, "rename", _rename),
    CommandSpec("org.merge/1", MergeOrg, _orgs, "merge", _merge),
    CommandSpec("org.close/1", CloseOrg, _orgs, "close", _close),
    CommandSpec("grant.give/1", GiveGrant, _stream, "give", _give, _give_reads, owner=_nobody),
    CommandSpec("grant.end/1", EndGrant, _stream, "end", _end, _tree),
    CommandSpec("person.enrol/1", EnrolPerson, _stream, "enrol", _enrol, _founding, owner=_nobody),
    CommandSpec("person.set_phone/1", SetPhone, _stream, "set_phone", _set_phone, owner=_nobody),
    CommandSpec("person.link/1", LinkAccounts, _stream, "link", _link, _accounts),
    CommandSpec("person.unlink/1", UnlinkAccount, _stream, "unlink", _unlink, _accounts),
)
