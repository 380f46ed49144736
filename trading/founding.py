"""Found a centre: enter the shipped definitions and the first grants, once (decision 16)."""

from __future__ import annotations

import tomllib
from typing import Any

import msgspec

from trading.base import assets
from trading.base.calendar import load_table
from trading.base.errors import DefinitionError, InvalidInput, SetupError
from trading.base.units import FOR_EVER_US
from trading.centre import Centre, names
from trading.engine import lock
from trading.engine.builtin import CENTRE, EnterDefinition, Found, SimulateClock
from trading.engine.catalogue import Definition
from trading.engine.loader import load
from trading.engine.policy import load_pack
from trading.engine.registry import GRANTED, Registry
from trading.engine.stream import Command
from trading.engine.texts import check_texts
from trading.engine.votes import load_votes
from trading.people.commands import CreateOrg, GiveGrant
from trading.people.organisations import RANKS

WRITER = "writer"
OFFICE_MIN = 2
LOCK_PATH = "workflows/lock.toml"
FOLDERS = {
    "calendar": "policies/calendars",
    "votes": "policies/votes",
    "pack": "policies/packs",
    "workflow": "workflows",
}


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
    found: list[tuple[str, Definition]] = []
    for kind, folder in FOLDERS.items():
        texts = [
            assets.read_text(f"{folder}/{name}")
            for name in assets.iter_dir(folder, ".toml")
            if f"{folder}/{name}" != LOCK_PATH
        ]
        read = [read_definition(kind, text, registry) for text in texts]
        found += [(kind, definition) for definition in _parents_first(read)]
    return found


def read_definition(kind: str, text: str, registry: Registry) -> Definition:
    """Read a definition of ``kind`` from TOML text; raise ``DefinitionError``."""
    if kind == "workflow":
        return load(text, names(registry))
    if kind == "pack":
        return load_pack(text)
    return load_votes(text) if kind == "votes" else load_table(text)


def read_any(text: str, registry: Registry) -> tuple[str, Definition]:
    """Read a definition from TOML text and return its kind with it.

    Raises ``DefinitionError`` for text that is no definition.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError("not TOML", field="file") from error
    for kind, table in (("workflow", "workflow"), ("pack", "pack"), ("votes", "rules")):
        if table in raw:
            return kind, read_definition(kind, text, registry)
    return "calendar", read_definition("calendar", text, registry)


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
    centre.refresh()
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


def check_people(
    orgs: tuple[FirstOrg, ...], grants: tuple[FirstGrant, ...], known: Registry
) -> None:
    """Raise ``SetupError`` naming the first row that could not be entered, before any is.

    Whoever stands alone in the office could never let anybody else in: two people give a grant.
    """
    placed: dict[str, str] = {}
    for number, org in enumerate(orgs, start=1):
        why = _bounds(CreateOrg(org.org, org.parent, org.level, org.name_zh))  # type: ignore[arg-type]
        _refuse("org", number, org.org, why or _misplaced(org, placed))
        placed[org.org] = org.level
    for number, grant in enumerate(grants, start=1):
        why = _bounds(GiveGrant(grant.person, grant.role, grant.org, 0, grant.to_us))
        if grant.org not in placed:
            why = why or "no organisation above has this id"
        if known.roles.get(grant.role) != GRANTED:
            why = why or "there is no such role"
        if any(_same(grant, other) for other in grants[: number - 1]):
            why = why or "this grant stands twice"
        _refuse("grant", number, grant.person, why)
    root = orgs[0].org if orgs else ""
    office = {grant.person for grant in grants if (grant.role, grant.org) == ("office", root)}
    if len(office) < OFFICE_MIN:
        raise SetupError("the bootstrap file must name two people of the office of the district")


def _same(grant: FirstGrant, other: FirstGrant) -> bool:
    return (grant.person, grant.role, grant.org) == (other.person, other.role, other.org)


def _bounds(data: Command) -> str:
    """Return why the record could not hold ``data``, empty where it can."""
    try:
        msgspec.convert(msgspec.to_builtins(data), type(data))
        check_texts(data)
    except (msgspec.ValidationError, InvalidInput) as error:
        return str(error)
    return ""


def _misplaced(org: FirstOrg, placed: dict[str, str]) -> str:
    if org.org in placed:
        return "this id stands twice"
    if not org.parent:
        return (
            "only the first is without a parent, and it is the district"
            if (placed or RANKS[org.level])
            else ""
        )
    if org.parent not in placed:
        return "its parent does not stand above it"
    below = RANKS[org.level] == RANKS[placed[org.parent]] + 1
    return "" if below else "its parent is not of the next level"


def _refuse(table: str, number: int, name: str, why: str) -> None:
    if why:
        raise SetupError(f"bootstrap file: [[{table}]] {number} ({name}): {why}", field="bootstrap")


def _once(centre: Centre, kind: str, data: Any) -> None:
    key = f"found:{kind}:{msgspec.json.encode(data, order='sorted').decode()}"
    centre.do(kind, data, WRITER, WRITER, key=key)


def _parents_first(definitions: list[Definition]) -> list[Definition]:
    """Return packs after those that they extend; everything else in the order given."""
    placed: list[Definition] = []
    waiting = list(definitions)
    while waiting:
        known = {definition.id for definition in placed}
        ready = [d for d in waiting if getattr(d, "extends", None) in {None, "", *known}]
        if not ready:
            raise SetupError("policy packs extend each other", field="extends")
        placed += ready
        waiting = [d for d in waiting if d not in ready]
    return placed
