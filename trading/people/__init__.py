"""People: organisations, grants, and the permission that every other subject relies on."""

from __future__ import annotations

from trading.engine.context import Envelope
from trading.engine.registry import GRANTED, RESTRICTED, StreamSpec, Subject
from trading.people.commands import COMMANDS
from trading.people.guards import GUARDS, granted
from trading.people.rules import (
    GrantEnded,
    GrantGiven,
    OrgAdded,
    Orgs,
    Person,
    PersonEnrolled,
    grant_ended,
    grant_given,
    org_added,
    person_enrolled,
)

ROLES = (
    "office",
    "committee",
    "centre_clerk",
    "centre_reviewer",
    "centre_operator",
    "centre_cashier",
    "centre_certifier",
    "asset3_reviewer",
    "street_reviewer",
    "community_officer",
    "supervision_member",
    "auditor",
)


def _permit_reads(env: Envelope) -> tuple[str, ...]:
    return (f"person/{env.actor}", "orgs")


SUBJECT = Subject(
    name="people",
    streams=(
        StreamSpec("orgs", "orgs"),
        StreamSpec("person", "person", audience=RESTRICTED),
    ),
    commands=COMMANDS,
    facets={"orgs": Orgs, "person": Person},
    evolves={
        OrgAdded: ("orgs", org_added),
        GrantGiven: ("person", grant_given),
        GrantEnded: ("person", grant_ended),
        PersonEnrolled: ("person", person_enrolled),
    },
    guards=GUARDS,
    facts={"granted": granted},
    roles=dict.fromkeys(ROLES, GRANTED),
    permit_reads=_permit_reads,
)
