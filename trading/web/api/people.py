"""Who the caller is, organisations, people as far as they are seen, and what waits at desks.

A name is sealed and never told here. Source: decisions 6, 16 and 17.
"""

from __future__ import annotations

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import select

from trading import desks
from trading.base.errors import NotFound
from trading.engine.desks import Waiting
from trading.people.organisations import Org, name_at
from trading.people.rules import Grant, Person
from trading.store.schema import stream_state
from trading.web.access import OFFICE, STAFF, Access
from trading.web.api.answering import (
    LIMIT,
    OPEN,
    Key,
    Limit,
    Page,
    Reading,
    answer,
    listed,
    tagged,
)
from trading.web.shell import Asked, viewer_of

MEMBERS = Access(rooms=("staff", "bidder", "representative", "auditor"), objects="seen")
_BEGIN = "person/"


class Me(msgspec.Struct, frozen=True):
    """Who the caller is: room, roles that are held now, and the grants that give them."""

    person: str
    room: str
    level: str
    program: bool
    roles: list[str]
    grants: tuple[Grant, ...]


class OrgRow(msgspec.Struct, frozen=True):
    """An organisation; ``successor`` took over what it owned, ``to_us`` is when it ended."""

    org: str
    parent: str
    level: str
    name_zh: str
    from_us: int
    to_us: int
    successor: str


class PersonRow(msgspec.Struct, frozen=True):
    """A person by id: grants past and present; whether a name and a telephone are sealed."""

    person: str
    named: bool
    phone: bool
    accounts: tuple[str, ...]
    grants: tuple[Grant, ...]


class TaskRow(msgspec.Struct, frozen=True):
    """An object that waits at a desk; ``mine`` tells that the caller may act there.

    ``rule`` names the policy value that gives the deadline.
    """

    stream: str
    org: str
    place: str
    role: str
    since_us: int
    due_us: int
    overdue: bool
    rule: str
    mine: bool


def routes(reading: Reading) -> list[HTTPRouteHandler]:
    """Return the routes of people, organisations and tasks."""
    return [*_of_people(reading), *_of_orgs(reading), _tasks(reading)]


def _of_people(reading: Reading) -> list[HTTPRouteHandler]:
    @reading.route("/api/v1/me", MEMBERS, "Who the caller is.", Me, says={})
    def read_me(request: Asked) -> Response[bytes]:
        one = viewer_of(request)
        return answer(
            Me(one.person, one.room, str(one.level), one.api, sorted(one.roles), one.grants)
        )

    @reading.route("/api/v1/people", OFFICE, "People, in the order of their ids.",
                   Page[PersonRow])  # fmt: skip
    def list_people(request: Asked, after: Key = "", limit: Limit = LIMIT) -> Response[bytes]:
        reading.sight(request)
        name = stream_state.c.stream
        query = select(name).where(name.startswith(_BEGIN), name > f"{_BEGIN}{after}")
        with reading.shell.reading() as connection:
            names = list(connection.execute(query.order_by(name).limit(limit + 1)).scalars())
        states = reading.centre.states(names)
        rows = [_person(one, states[one].facets.get("person") or Person()) for one in names]
        return listed(rows, limit, lambda row: str(row.person))

    @reading.route("/api/v1/people/{person:str}", MEMBERS, "Oneself, or one whom the office sees.",
                   PersonRow, tagged=True, says={"person": "The id of a person."})  # fmt: skip
    def read_person(request: Asked, person: FromPath[str]) -> Response[bytes]:
        state = reading.seen(request, f"{_BEGIN}{person}")
        return tagged(request, _person(state.name, state.facets.get("person") or Person()))

    return [read_me, list_people, read_person]


def _of_orgs(reading: Reading) -> list[HTTPRouteHandler]:
    @reading.route("/api/v1/orgs", OPEN, "Organisations, in the order of their ids.",
                   Page[OrgRow])  # fmt: skip
    def list_orgs(request: Asked, after: Key = "", limit: Limit = LIMIT) -> Response[bytes]:
        reading.sight(request)
        nodes = reading.shell.orgs().nodes
        names = sorted(name for name in nodes if name > after)[: limit + 1]
        rows = [_org(reading, name, nodes[name]) for name in names]
        return listed(rows, limit, lambda row: str(row.org))

    @reading.route("/api/v1/orgs/{org:str}", OPEN, "One organisation.", OrgRow, tagged=True,
                   says={"org": "The id of an organisation."})  # fmt: skip
    def read_org(request: Asked, org: FromPath[str]) -> Response[bytes]:
        reading.sight(request)
        node = reading.shell.orgs().nodes.get(org)
        if node is None:
            raise NotFound("no such page")
        return tagged(request, _org(reading, org, node))

    return [list_orgs, read_org]


def _tasks(reading: Reading) -> HTTPRouteHandler:
    @reading.route("/api/v1/tasks", STAFF, "What waits at desks within reach, by deadline.",
                   Page[TaskRow])  # fmt: skip
    def list_tasks(request: Asked, after: Key = "", limit: Limit = LIMIT) -> Response[bytes]:
        sight, viewer = reading.sight(request), viewer_of(request)
        now_us = reading.centre.clock.now_us()
        rows = [
            _task(reading, one, viewer.person, now_us)
            for one in desks.waiting(reading.centre) if sight.at_desk(one)
        ]  # fmt: skip
        keyed = sorted((_task_key(row), row) for row in rows)
        found = [row for key, row in keyed if key > after]
        return listed(found[: limit + 1], limit, _task_key)

    return list_tasks


def _task(reading: Reading, one: Waiting, person: str, now_us: int) -> TaskRow:
    mine = desks.may(reading.centre, person, one, now_us)
    return TaskRow(
        one.stream, one.org, one.place, one.role, one.since_us, one.due_us, one.overdue(now_us),
        one.rule, mine,
    )  # fmt: skip


def _task_key(row: TaskRow) -> str:
    """Return a key that sorts by deadline, then by object."""
    return f"{row.due_us:020d}~{row.stream}"


def _org(reading: Reading, name: str, node: Org) -> OrgRow:
    now_us = reading.centre.clock.now_us()
    return OrgRow(
        name, node.parent, node.level, name_at(node, now_us), node.from_us, node.to_us,
        node.successor,
    )  # fmt: skip


def _person(stream: str, found: Person) -> PersonRow:
    return PersonRow(
        stream.removeprefix(_BEGIN), bool(found.name_digest), bool(found.phone_digest),
        found.accounts, found.grants,
    )  # fmt: skip
