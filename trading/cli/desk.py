"""``trading desk``: what waits for whom, and where a desk has been silent for too long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy import Table, select

from trading.base.deadline import local_text
from trading.base.errors import NotFound
from trading.centre import Centre
from trading.cli.output import data_option, emit, guarded, json_option, open_centre
from trading.disputes.tables import objection
from trading.engine.desks import Waiting, at_desk
from trading.listing.tables import case, lot
from trading.people.organisations import Orgs
from trading.people.rules import Person, holds
from trading.words.language import pick

TABLES: dict[str, Table] = {"case": case, "lot": lot, "objection": objection}


@click.group("desk")
def desk_command() -> None:
    """经办台 / Desks."""


@desk_command.command("list")
@data_option
@click.option("--actor", default="", help="只列此人能办的 / only what this person may do")
@click.option("--overdue", is_flag=True, help="只列逾期的 / only what is overdue")
@json_option
@guarded
def desk_list(data_dir: Path, actor: str, *, overdue: bool, as_json: bool) -> None:
    """列出待办，最急的在前 / List what waits, the most urgent first."""
    centre = open_centre(data_dir)
    try:
        centre.refresh()
        if actor and _person(centre, actor) is None:
            raise NotFound(f"no person {actor}", field="actor")
        now_us = centre.clock.now_us()
        found = sorted(
            (one for one in _waiting(centre) if not overdue or one.overdue(now_us)),
            key=lambda one: one.due_us,
        )
        if actor:
            found = [one for one in found if _may(centre, actor, one, now_us)]
        labels = {one.stream: _label(centre, one) for one in found}
    finally:
        centre.close()
    if as_json:
        emit(
            [
                {
                    "stream": one.stream, "org": one.org, "place": one.place, "role": one.role,
                    "since_us": one.since_us, "due_us": one.due_us, "rule": one.rule,
                    "overdue": one.overdue(now_us),
                }
                for one in found
            ]
        )  # fmt: skip
        return
    for one in found:
        late = pick("逾期", "overdue") if one.overdue(now_us) else pick("待办", "waiting")
        due = local_text(one.due_us, closing=True)
        click.echo(f"{late}\t{one.stream}\t{labels[one.stream]}\t{one.role}\t{due}")


def _waiting(centre: Centre) -> Iterator[Waiting]:
    desks = centre.kernel.registry.desks
    for kind, table in TABLES.items():
        places = [place for stream, place in desks if stream == kind]
        wanted = select(table.c[kind]).where(table.c.place.in_(places)).order_by(table.c[kind])
        with centre.reading.connect() as connection:
            names = [name for (name,) in connection.execute(wanted)]
        for name in names:
            state = centre.state(f"{kind}/{name}")
            assert state is not None
            found = at_desk(centre.kernel.registry, centre.kernel.catalogue, state)
            if found is not None:
                yield found


def _may(centre: Centre, actor: str, one: Waiting, now_us: int) -> bool:
    person, tree = _person(centre, actor), centre.state("orgs")
    if person is None or tree is None:
        return False
    orgs: Orgs = tree.facets["orgs"]
    return holds(person, orgs, one.role, one.org, now_us, lambda who: _person(centre, who))


def _person(centre: Centre, person: str) -> Person | None:
    state = centre.state(f"person/{person}")
    found: Person | None = state.facets.get("person") if state else None
    return found


def _label(centre: Centre, one: Waiting) -> str:
    state = centre.state(one.stream)
    assert state is not None
    place = centre.kernel.catalogue.workflow(state.workflow).states[one.place]
    return pick(place.label_zh, place.label_en)
