"""The replay player: a slider over the entries of one lot, the state after each, two compared.

The page works without scripts: the slider is a form, every step a link.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from trading.awarding.certificates import certificate_stream
from trading.base.errors import NotFound
from trading.base.units import SECOND_US
from trading.bidding.rules import registration_stream
from trading.deposits.rules import deposit_stream
from trading.disputes.rules import objection_stream
from trading.engine.desks import at_desk
from trading.engine.stream import Stream
from trading.listing.rules import case_of_lot
from trading.listing.tables import AWARDED_PLACES
from trading.record.player import Moment, Player, changes, flat
from trading.store import log
from trading.web.access import AUDITOR, opt
from trading.web.auditor.eyes import is_seen, judged
from trading.web.i18n import BEIJING
from trading.web.shell import Asked, Page, Shell, chosen_language
from trading.web.visibility import EVERYTHING, ROLES, seen_by
from trading.words.language import language, messages, speaking
from trading.words.telling import place_label

AROUND = 8
"""How many entries before and behind the present one the list beside the player shows."""


class Played(NamedTuple):
    """One lot, played: the player, its entries, and whether their fold is the stored state."""

    player: Player
    moments: list[Moment]


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the pages of the player."""

    @get("/audit/lots/{lot:str}", sync_to_thread=True, opt=opt(AUDITOR))
    def play(
        request: Asked,
        lot: FromPath[str],
        step: FromQuery[int] = 0,
        time: FromQuery[str] = "",
        seen: FromQuery[str] = EVERYTHING,
    ) -> Page:
        with speaking(chosen_language(request)):
            values = frame(shell, lot, step, time, seen)
            return shell.page(request, "auditor/play.html", **values)

    @get("/audit/lots/{lot:str}/frame", sync_to_thread=True, opt=opt(AUDITOR))
    def part(
        request: Asked,
        lot: FromPath[str],
        step: FromQuery[int] = 0,
        seen: FromQuery[str] = EVERYTHING,
    ) -> Page:
        with speaking(chosen_language(request)):
            return shell.page(request, "auditor/frame.html", **frame(shell, lot, step, "", seen))

    @get("/audit/lots/{lot:str}/compare", sync_to_thread=True, opt=opt(AUDITOR))
    def compare(
        request: Asked, lot: FromPath[str], a: FromQuery[int] = 1, b: FromQuery[int] = 0
    ) -> Page:
        played = play_lot(shell, lot)
        first, last = _within(a, played), _within(b or played.player.length, played)
        found = changes(played.player.states(first), played.player.states(last))
        return shell.page(
            request, "auditor/compare.html", lot=lot, a=first, b=last, changes=found,
            length=played.player.length, moments=played.moments,
        )  # fmt: skip

    return [play, part, compare]


def frame(shell: Shell, lot: str, step: int, time: str, seen: str) -> dict[str, Any]:
    """Return what the player shows of ``lot`` after its entry ``step``, or at an instant.

    Step 0 is the last entry. Raises ``NotFound`` for a lot that does not exist.
    """
    played = play_lot(shell, lot)
    at = _at_time(played, time) or _within(step or played.player.length, played)
    role = seen if seen in ROLES else EVERYTHING
    states, before = played.player.states(at), played.player.states(at - 1)
    moment = played.moments[at - 1]
    registry = shell.centre.kernel.registry
    shown = seen_by(role, registry, states, lot)
    opened = lot_awarded(states.get(f"lot/{lot}"))
    around = played.moments[max(at - 1 - AROUND, 0) : at + AROUND]
    return {
        "lot": lot, "case": case_of_lot(lot), "at": at, "length": played.player.length,
        "moment": moment, "seen": role, "roles": ROLES,
        "known": is_seen(role, registry, moment.stream, states, shown),
        "late_us": _late(shell, before.get(moment.stream), moment),
        "moved": _moved(shell, moment),
        "objects": [_object(shell, state) for state in shown.values()],
        "hidden": len(states) - len(shown),
        "changes": [one for one in changes(before, states) if one.stream in shown],
        "around": [(one, is_seen(role, registry, one.stream, states, shown)) for one in around],
        "judged": list(judged(role, registry, moment, messages(language()), opened=opened)),
        "same": at == played.player.length and _is_stored(shell, states),
    }  # fmt: skip


def lot_awarded(state: Stream | None) -> bool:
    """Tell whether a lot that stands so has opened what was silent about it."""
    return state is not None and state.place in AWARDED_PLACES


def _moved(shell: Shell, moment: Moment) -> tuple[str, ...]:
    """Return the labels of the places between which the object went; one where it stayed."""
    kind = moment.stream.partition("/")[0]
    places = dict.fromkeys((moment.source, moment.dest))
    return tuple(place_label(shell.centre, kind, place) for place in places)


def play_lot(shell: Shell, lot: str) -> Played:
    """Return the player of everything that concerns ``lot``; raise ``NotFound``."""
    state = shell.state(f"lot/{lot}")
    rows = log.entries_of(shell.centre.reading, _streams(shell, lot, state))
    player = Player(shell.centre.kernel, rows)
    return Played(player, list(player.moments()))


def _streams(shell: Shell, lot: str, state: Stream) -> set[str]:
    """Return the names of the streams that are about ``lot``."""
    case = case_of_lot(lot)
    found = {state.name, f"case/{case}", f"panel/{case}", f"roll/{lot}"}
    roll = shell.centre.state(f"roll/{lot}")
    for number in roll.facets["roll"].listed.values() if roll and "roll" in roll.facets else ():
        found |= {registration_stream(lot, number), deposit_stream(lot, number)}
    disputes = state.facets.get("disputes")
    found |= {objection_stream(lot, n + 1) for n in range(disputes.count if disputes else 0)}
    award = state.facets.get("award")
    number = award.certificate if award else ""
    while number and (certificate := shell.centre.state(certificate_stream(number))):
        found.add(certificate.name)
        number = certificate.facets["certificate"].next
    return found


def _within(step: int, played: Played) -> int:
    if not played.player.length:
        raise NotFound("no such page")
    return min(max(step, 1), played.player.length)


def _at_time(played: Played, written: str) -> int:
    """Return the place of the last entry at a time as a form sends it, 0 for none or a bad one."""
    with suppress(ValueError):
        at = datetime.fromisoformat(written).replace(tzinfo=BEIJING)
        return max(played.player.place_at(int(at.timestamp()) * SECOND_US), 1)
    return 0


def _late(shell: Shell, before: Stream | None, moment: Moment) -> int:
    """Return by how much a desk had been silent for too long when it acted, 0 where it was not."""
    if before is None or not before.workflow or moment.refused:
        return 0
    kernel = shell.centre.kernel
    waiting = at_desk(kernel.registry, kernel.catalogue, before)
    if waiting is None or waiting.role != moment.role:
        return 0
    return max(moment.at_us - waiting.due_us, 0)


def _object(shell: Shell, state: Stream) -> dict[str, Any]:
    workflow = shell.centre.kernel.catalogue.workflow(state.workflow)
    place = workflow.states[state.place]
    return {
        "name": state.name, "kind": state.kind, "title_zh": workflow.title_zh,
        "title_en": workflow.title_en, "label_zh": place.label_zh, "label_en": place.label_en,
        "held": state.held, "values": sorted(flat(state).items()),
    }  # fmt: skip


def _is_stored(shell: Shell, states: dict[str, Stream]) -> bool:
    """Tell whether what is committed is what the entries say."""
    return all(shell.centre.state(name) == state for name, state in states.items())
