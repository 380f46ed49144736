"""What a representative has to do with: the panels, their open steps, and what was stated.

Source: domain brief, section 8; ADR 0009.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast

import msgspec
from sqlalchemy import Select, select

from trading.base.errors import InvalidInput, NotFound
from trading.base.units import HOUR_US
from trading.engine.stream import Stream
from trading.listing.cases import Case
from trading.listing.tables import case as cases
from trading.observing import evidence
from trading.observing.rules import Opening, Panel, Roster, Statement, Step
from trading.observing.tables import listed, seat
from trading.observing.talk import Talk
from trading.outbox import name_of
from trading.store import documents
from trading.web.i18n import gettext as _
from trading.web.shell import Shell
from trading.web.visibility import sits
from trading.words.telling import ended

CODE_CHARS = 12
"""How much of the digest of what is shown names an opening in an address."""


class Task(msgspec.Struct, frozen=True):
    """One opening of a step of a panel that ``member`` sits on, or has stated something in."""

    case: str
    title_zh: str
    step: Step
    opening: Opening
    panel: Panel
    stream: Stream
    member: str
    due_us: int
    running: bool

    @property
    def code(self) -> str:
        """Return what names the opening in an address."""
        return self.opening.shown[:CODE_CHARS]

    @property
    def path(self) -> str:
        """Return the address of its page."""
        return f"/watch/look/{self.case}/{self.step}/{self.code}"

    @property
    def own(self) -> tuple[Statement, ...]:
        """Return what the member has stated of it."""
        return tuple(one for one in self.opening.statements if one.member == self.member)

    @property
    def left(self) -> tuple[str, ...]:
        """Return the lots that the member has not stated it for."""
        said = self.own
        return tuple(lot for lot in self.opening.lots if not any(one.covers(lot) for one in said))

    @property
    def waits(self) -> bool:
        """Tell whether the member still has to look."""
        return self.running and self.member in self.panel.members and bool(self.left)

    @property
    def talk(self) -> Talk:
        """Return what the panel has said beside its statements."""
        found: Talk = self.stream.facets.get("talk") or Talk()
        return found

    @property
    def present(self) -> bool:
        """Tell whether the member has said to be there."""
        return self.member in self.talk.present.get(self.step, ())


def tasks(shell: Shell, person: str) -> list[Task]:
    """Return every opening that concerns ``person``: what waits first, by its deadline."""
    found = [task for stream in panels(shell, person) for task in of_panel(shell, stream, person)]
    return sorted(found, key=lambda one: (not one.waits, one.due_us if one.waits else -one.due_us))


def panels(shell: Shell, person: str) -> list[Stream]:
    """Return the panels that ``person`` sits on or did, by their index."""
    found = _own(shell, select(seat.c.panel).where(seat.c.member == person))
    return [stream for stream in found if sits(stream, person)]


def rosters(shell: Shell, person: str) -> list[Stream]:
    """Return the rosters that ``person`` stands on, by their index."""
    return _own(shell, select(listed.c.roster).where(listed.c.member == person))


def panels_drawn(shell: Shell, orgs: Collection[str]) -> list[Stream]:
    """Return the panels that were drawn from the rosters of ``orgs``, by the index of cases."""
    names = select("panel/" + cases.c.case).where(cases.c.org.in_(sorted(orgs)))
    return [stream for stream in _own(shell, names) if stream.facets["panel"].seats]


def _own(shell: Shell, names: Select[Any]) -> list[Stream]:
    shell.centre.refresh()
    with shell.reading() as connection:
        wanted = connection.execute(names).scalars().all()
    found = shell.centre.states(wanted)
    return [found[name] for name in sorted(found)]


def name_known(shell: Shell, person: str, known: Collection[Stream]) -> str:
    """Return how others on a roster are told of ``person``: by name, and by place in the roster.

    ``known`` are the rosters of who asks: who stands on one roster may know each other by name.
    Somebody on none of them stays an id.
    """
    for stream in known:
        roster: Roster = stream.facets["roster"]
        row = next((row for row in roster.rows if row.member == person), None)
        if row is not None:
            group = row.group.rpartition("-")[2].lstrip("0") or row.group
            place = _("第 %(group)s 组 %(n)s 号代表", group=group, n=row.number)
            return " ".join(filter(None, (name_of(shell.centre, person), place)))
    return person


def task_of(shell: Shell, person: str, case: str, step: str, code: str) -> Task:
    """Return one opening; raise ``NotFound`` for what ``person`` has no business with."""
    stream = shell.state(f"panel/{case}")
    if sits(stream, person):
        for task in of_panel(shell, stream, person):
            if (task.step, task.code) == (step, code):
                return task
    raise NotFound("no such page")


def of_panel(shell: Shell, stream: Stream, person: str) -> Iterator[Task]:
    """Yield every opening of a panel as ``person`` meets it."""
    panel: Panel = stream.facets["panel"]
    case = stream.name.partition("/")[2]
    state = shell.centre.state(f"case/{case}")
    found: Case | None = state.facets["case"] if state else None
    pack = shell.centre.kernel.catalogue.pack(stream.pack)
    wait_us = pack.count("observers_retry_hours") * HOUR_US
    for step, openings in panel.steps.items():
        for opening in openings:
            running = any(_running(shell, lot) for lot in opening.lots)
            yield Task(
                case, found.title_zh if found else case, cast("Step", step), opening, panel,
                stream, person, opening.opened_us + wait_us, running,
            )  # fmt: skip


def _running(shell: Shell, lot: str) -> bool:
    state = shell.centre.state(f"lot/{lot}")
    return state is not None and not ended(shell.centre, state)


def shown_of(shell: Shell, task: Task) -> evidence.Shown | None:
    """Return what the step shows, None where the centre has filed only its digest."""
    with shell.reading() as connection:
        try:
            content, _media_type = documents.get(connection, task.opening.shown)
            return evidence.read(content)
        except (NotFound, InvalidInput):
            return None
