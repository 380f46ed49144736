"""People and grants: who may act for whom, and from when to when.

A grant is person x role x organisation x from-to; permission reaches down the subtree. A deputy
holds a role for somebody, and only while that person holds it. Two accounts of one human are one
person wherever two are needed. Source: decisions 16 and 17.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from trading.engine.stream import Event, Facet
from trading.people.organisations import Orgs, covers, exists

ACCOUNTS_MAX = 8

replace = msgspec.structs.replace


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One role held on one organisation from ``from_us`` until before ``to_us``.

    ``deputy_of`` is the person it is held for, empty when it is held in one's own right.
    """

    role: str
    org: str
    from_us: int
    to_us: int
    deputy_of: str = ""


class Person(Facet, frozen=True):
    """What one account may do; name and telephone lie in the openings behind their digests.

    ``accounts`` are all accounts of the same human, this one included, sorted; empty when it is
    the only one known.
    """

    grants: tuple[Grant, ...] = ()
    name_digest: str = ""
    phone_digest: str = ""
    accounts: tuple[str, ...] = ()


class PersonEnrolled(Event, frozen=True, tag="person_enrolled/1"):
    """A person is known by name; ``name_digest`` is an RFC 9901 digest."""

    name_digest: str


class PhoneSet(Event, frozen=True, tag="phone_set/1"):
    """A person can be called; ``phone_digest`` is an RFC 9901 digest."""

    phone_digest: str


class GrantGiven(Event, frozen=True, tag="grant_given/1"):
    """A person holds a role."""

    role: str
    org: str
    from_us: int
    to_us: int
    deputy_of: str


class GrantEnded(Event, frozen=True, tag="grant_ended/1"):
    """A person holds a role no longer."""

    role: str
    org: str
    at_us: int


class AccountsLinked(Event, frozen=True, tag="accounts_linked/1"):
    """Who is one human from now on; empty when this account stands alone again."""

    accounts: tuple[str, ...]


def grant_given(person: Person | None, event: GrantGiven) -> Person:
    """Fold a given grant."""
    found = person or Person()
    grant = Grant(event.role, event.org, event.from_us, event.to_us, event.deputy_of)
    return replace(found, grants=(*found.grants, grant))


def grant_ended(person: Person, event: GrantEnded) -> Person:
    """Fold an ended grant: what was held in the past stays readable."""
    grants = tuple(
        replace(grant, to_us=min(grant.to_us, event.at_us))
        if (grant.role, grant.org) == (event.role, event.org)
        else grant
        for grant in person.grants
    )
    return replace(person, grants=grants)


def person_enrolled(person: Person | None, event: PersonEnrolled) -> Person:
    """Fold the enrolment."""
    return replace(person or Person(), name_digest=event.name_digest)


def phone_set(person: Person | None, event: PhoneSet) -> Person:
    """Fold the telephone."""
    return replace(person or Person(), phone_digest=event.phone_digest)


def accounts_linked(person: Person | None, event: AccountsLinked) -> Person:
    """Fold what is known of the human behind the account."""
    return replace(person or Person(), accounts=event.accounts)


def held_at(person: Person, at_us: int) -> tuple[Grant, ...]:
    """Return the grants that ``person`` holds at ``at_us``."""
    return tuple(grant for grant in person.grants if grant.from_us <= at_us < grant.to_us)


def holds(
    person: Person,
    orgs: Orgs,
    role: str,
    target: str,
    at_us: int,
    known: Callable[[str], Person | None] = lambda _person: None,
) -> bool:
    """Tell whether ``person`` holds ``role`` for ``target`` at ``at_us``.

    ``known`` finds the person that a deputy stands in for; a deputy has no deputy. A grant on an
    organisation that is no more gives nothing.
    """
    for grant in held_at(person, at_us):
        if grant.role != role or not covers(orgs, grant.org, target):
            continue
        if not exists(orgs, grant.org, at_us):
            continue
        if not grant.deputy_of:
            return True
        principal = known(grant.deputy_of)
        if principal is not None and holds(principal, orgs, role, target, at_us):
            return True
    return False


def grants_on(person: Person, orgs: Orgs, org: str, at_us: int) -> tuple[Grant, ...]:
    """Return the grants of ``person`` that reach ``org`` at ``at_us``, deputies' included."""
    return tuple(
        grant
        for grant in held_at(person, at_us)
        if covers(orgs, grant.org, org) and exists(orgs, grant.org, at_us)
    )


def principals(person: Person, role: str) -> tuple[str, ...]:
    """Return the persons for whom ``person`` holds or held ``role`` as a deputy, sorted."""
    return tuple(sorted({g.deputy_of for g in person.grants if g.role == role and g.deputy_of}))


def same_human(person: Person | None, account: str, other: str) -> bool:
    """Tell whether ``other`` belongs to the human of ``account``, whose state is ``person``."""
    return other == account or (person is not None and other in person.accounts)
