"""People: organisations, grants, and the permission that every other subject relies on."""

from __future__ import annotations

from trading.engine.context import Envelope
from trading.engine.registry import GRANTED, RESTRICTED, StreamSpec, Subject
from trading.engine.stream import States
from trading.people import device_commands, devices, organisations, rules
from trading.people.commands import COMMANDS
from trading.people.guards import GUARDS, another_person, granted

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


def _permit_reads(env: Envelope, states: States) -> tuple[str, ...]:
    own = f"person/{env.actor}"
    state = states.get(own)
    person: rules.Person | None = state.facets.get("person") if state else None
    principals = rules.principals(person, env.role) if person else ()
    return (own, "orgs", *(f"person/{principal}" for principal in principals))


SUBJECT = Subject(
    name="people",
    streams=(
        StreamSpec("orgs", "orgs"),
        StreamSpec("person", "person", audience=RESTRICTED),
    ),
    commands=(*COMMANDS, *device_commands.COMMANDS),
    facets={"orgs": organisations.Orgs, "person": rules.Person, "devices": devices.Devices},
    evolves={
        organisations.OrgAdded: ("orgs", organisations.org_added),
        organisations.OrgRenamed: ("orgs", organisations.org_renamed),
        organisations.OrgMerged: ("orgs", organisations.org_merged),
        organisations.OrgClosed: ("orgs", organisations.org_closed),
        rules.GrantGiven: ("person", rules.grant_given),
        rules.GrantEnded: ("person", rules.grant_ended),
        rules.PersonEnrolled: ("person", rules.person_enrolled),
        rules.PhoneSet: ("person", rules.phone_set),
        rules.AccountsLinked: ("person", rules.accounts_linked),
        devices.DeviceAdded: ("devices", devices.device_added),
        devices.DeviceConfirmed: ("devices", devices.device_confirmed),
        devices.DeviceRevoked: ("devices", devices.device_revoked),
    },
    guards=(*GUARDS, *devices.GUARDS),
    facts={"granted": granted},
    roles=dict.fromkeys(ROLES, GRANTED),
    permit_reads=_permit_reads,
    another_person=another_person,
)
