"""``trading desk``: what waits for whom, and where a desk has been silent for too long."""

from __future__ import annotations

from pathlib import Path

import click

from trading.base.deadline import local_text
from trading.base.errors import NotFound
from trading.centre import Centre
from trading.cli.output import data_option, emit, guarded, json_option, open_centre
from trading.desks import may, person_of, waiting
from trading.engine.desks import Waiting
from trading.words.language import pick


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
        if actor and person_of(centre, actor) is None:
            raise NotFound(f"no person {actor}", field="actor")
        now_us = centre.clock.now_us()
        found = sorted(
            (one for one in waiting(centre) if not overdue or one.overdue(now_us)),
            key=lambda one: one.due_us,
        )
        if actor:
            found = [one for one in found if may(centre, actor, one, now_us)]
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


def _label(centre: Centre, one: Waiting) -> str:
    state = centre.state(one.stream)
    assert state is not None
    place = centre.kernel.catalogue.workflow(state.workflow).states[one.place]
    return pick(place.label_zh, place.label_en)
