"""Organisations and grants: who may act for whom, and from when to when.

district > street > community > residents' group. A grant is person x role x organisation x
from-to; permission reaches down the subtree (decision 16).
"""

from __future__ import annotations

import msgspec

from trading.engine.stream import Event, Facet

LEVELS = ("district", "street", "community", "group")


class Org(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One organisation; ``parent`` is empty for the district at the root."""

    parent: str
    level: str
    name_zh: str


class Orgs(Facet, frozen=True):
    """The tree of organisations of one centre."""

    nodes: dict[str, Org] = {}  # noqa: RUF012 - copied by msgspec


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One role held on one organisation from ``from_us`` until before ``to_us``."""

    role: str
    org: str
    from_us: int
    to_us: int


class Person(Facet, frozen=True):
    """What one person may do; the name lies in the opening behind ``name_digest``."""

    grants: tuple[Grant, ...] = ()
    name_digest: str = ""


class OrgAdded(Event, frozen=True, tag="org_added/1"):
    """An organisation was added below its parent."""

    org: str
    parent: str
    level: str
    name_zh: str


class PersonEnrolled(Event, frozen=True, tag="person_enrolled/1"):
    """A person is known by name; ``name_digest`` is an RFC 9901 digest."""

    name_digest: str


class GrantGiven(Event, frozen=True, tag="grant_given/1"):
    """A person holds a role."""

    role: str
    org: str
    from_us: int
    to_us: int


class GrantEnded(Event, frozen=True, tag="grant_ended/1"):
    """A person holds a role no longer."""

    role: str
    org: str
    at_us: int


def org_added(orgs: Orgs | None, event: OrgAdded) -> Orgs:
    """Fold an added organisation."""
    nodes = orgs.nodes if orgs else {}
    return Orgs({**nodes, event.org: Org(event.parent, event.level, event.name_zh)})


def grant_given(person: Person | None, event: GrantGiven) -> Person:
    """Fold a given grant."""
    found = person or Person()
    grant = Grant(event.role, event.org, event.from_us, event.to_us)
    return msgspec.structs.replace(found, grants=(*found.grants, grant))


def grant_ended(person: Person, event: GrantEnded) -> Person:
    """Fold an ended grant: what was held in the past stays readable."""
    grants = tuple(
        msgspec.structs.replace(grant, to_us=min(grant.to_us, event.at_us))
        if (grant.role, grant.org) == (event.role, event.org)
        else grant
        for grant in person.grants
    )
    return msgspec.structs.replace(person, grants=grants)


def person_enrolled(person: Person | None, event: PersonEnrolled) -> Person:
    """Fold the enrolment."""
    return msgspec.structs.replace(person or Person(), name_digest=event.name_digest)


def covers(orgs: Orgs, holder: str, target: str) -> bool:
    """Tell whether ``target`` is ``holder`` or lies below it in the tree."""
    for _level in range(len(LEVELS)):
        if target == holder:
            return True
        node = orgs.nodes.get(target)
        if node is None or not node.parent:
            return False
        target = node.parent
    return False


def root(orgs: Orgs) -> str:
    """Return the organisation without a parent, empty in an empty tree."""
    return next((name for name, node in orgs.nodes.items() if not node.parent), "")


def holds(person: Person, orgs: Orgs, role: str, target: str, at_us: int) -> bool:
    """Tell whether ``person`` holds ``role`` for ``target`` at ``at_us``."""
    return any(
        grant.role == role
        and grant.from_us <= at_us < grant.to_us
        and covers(orgs, grant.org, target)
        for grant in person.grants
    )
