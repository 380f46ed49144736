"""Found a centre: enter the shipped definitions and the first grants, once (decision 16)."""

from __future__ import annotations

import tomllib
from typing import Any

import msgspec

from trading.base import assets
from trading.base.calendar import YearTable, load_table
from trading.base.errors import SetupError
from trading.centre import Centre, names
from trading.engine import lock
from trading.engine.builtin import CENTRE, EnterDefinition, Found, SimulateClock
from trading.engine.definitions import Workflow
from trading.engine.loader import load
from trading.engine.policy import Pack, load_pack
from trading.engine.registry import Registry
from trading.engine.votes import VoteTable, load_votes
from trading.people.commands import CreateOrg, GiveGrant

WRITER = "writer"
LOCK_PATH = "workflows/lock.toml"
FOR_EVER_US = 2**53 - 1

Definition = Workflow | Pack | YearTable | VoteTable


class FirstOrg(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation of the bootstrap entry."""

    org: str
    parent: str
    level: str
    name_zh: str


class FirstGrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A grant of the bootstrap entry, without end unless ``to_us`` says so."""

    person: str
    role: str
    org: str
    to_us: int = FOR_EVER_US


def shipped(registry: Registry) -> list[tuple[str, Definition]]:
    """Return (kind, definition) of everything shipped, in the order of entry.

    Raises ``DefinitionError`` when one does not hold its own rules, ``LockMismatch`` when a
    locked version changed.
    """
    known = names(registry)
    found: list[tuple[str, Definition]] = [
        ("calendar", load_table(assets.read_text(f"policies/calendars/{name}")))
        for name in assets.iter_dir("policies/calendars", ".toml")
    ]
    found += [
        ("votes", load_votes(assets.read_text(f"policies/votes/{name}")))
        for name in assets.iter_dir("policies/votes", ".toml")
    ]
    packs = [
        load_pack(assets.read_text(f"policies/packs/{name}"))
        for name in assets.iter_dir("policies/packs", ".toml")
    ]
    found += [("pack", pack) for pack in _parents_first(packs)]
    found += [
        ("workflow", load(assets.read_text(f"workflows/{name}"), known))
        for name in assets.iter_dir("workflows", ".toml")
        if name != "lock.toml"
    ]
    return found


def digests(definitions: list[tuple[str, Definition]]) -> dict[str, str]:
    """Return what a lock file says of ``definitions``: ``kind:name@version`` to digest."""
    return {f"{kind}:{definition.id}": definition.digest for kind, definition in definitions}


def check_lock(definitions: list[tuple[str, Definition]]) -> None:
    """Raise ``LockMismatch`` when a shipped definition is not the one that was locked."""
    lock.check(lock.parse(assets.read_text(LOCK_PATH)), digests(definitions))


def found(
    centre: Centre,
    orgs: tuple[FirstOrg, ...],
    grants: tuple[FirstGrant, ...],
    *,
    simulated: str = "",
) -> bool:
    """Enter definitions, organisations and grants; return False when it was done before.

    A founding that was interrupted goes on where it stopped. ``simulated`` says why the log runs
    on a simulated clock, and is then its first entry.
    """
    state = centre.state(CENTRE)
    if state is not None and state.place == "open":
        return False
    definitions = shipped(centre.kernel.registry)
    check_lock(definitions)
    if simulated and state is None:
        centre.do("clock.simulated/1", SimulateClock(simulated), WRITER, WRITER)
    entered = centre.kernel.catalogue
    for kind, definition in definitions:
        if not entered.knows(kind, definition.id):
            data = EnterDefinition(kind, definition.id, definition.digest, definition.body)  # type: ignore[arg-type]
            centre.do("definition.enter/1", data, WRITER, WRITER)
    for org in orgs:
        _once(centre, "org.create/1", CreateOrg(org.org, org.parent, org.level, org.name_zh))  # type: ignore[arg-type]
    for grant in grants:
        data_grant = GiveGrant(grant.person, grant.role, grant.org, 0, grant.to_us)
        _once(centre, "grant.give/1", data_grant)
    centre.do("centre.found/1", Found(centre.home.origin), WRITER, WRITER)
    return True


def first_people(text: str) -> tuple[tuple[FirstOrg, ...], tuple[FirstGrant, ...]]:
    """Read the bootstrap file: ``[[org]]`` and ``[[grant]]`` tables; raise ``SetupError``."""
    try:
        raw: dict[str, Any] = tomllib.loads(text)
        return (
            msgspec.convert(raw.get("org", []), tuple[FirstOrg, ...]),
            msgspec.convert(raw.get("grant", []), tuple[FirstGrant, ...]),
        )
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SetupError(f"bootstrap file: {error}", field="bootstrap") from error


def _once(centre: Centre, kind: str, data: Any) -> None:
    key = f"found:{kind}:{msgspec.json.encode(data, order='sorted').decode()}"
    centre.do(kind, data, WRITER, WRITER, key=key)


def _parents_first(packs: list[Pack]) -> list[Pack]:
    placed: list[Pack] = []
    waiting = list(packs)
    while waiting:
        ready = [p for p in waiting if not p.extends or any(q.id == p.extends for q in placed)]
        if not ready:
            raise SetupError("policy packs extend each other", field="extends")
        placed += ready
        waiting = [p for p in waiting if p not in ready]
    return placed
