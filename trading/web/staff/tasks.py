"""The first page of the staff: what waits for them, by its deadline, and acts to confirm."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from sqlalchemy import select

from trading import desks
from trading.base.errors import NotFound, Refused
from trading.bidding.rules import registration_stream
from trading.centre import Centre
from trading.desks import Asked as Proposal
from trading.engine.desks import at_desk
from trading.engine.policy_keys import KEYS
from trading.engine.registry import CommandSpec
from trading.engine.stream import CLEAR, Stream
from trading.listing.tables import lot as lots
from trading.record.entry import Document, read
from trading.store import log
from trading.web import wants
from trading.web.access import STAFF, Access, opt
from trading.web.i18n import aside
from trading.web.shell import Asked, Page, Shell, chosen_language, form_of, see_other, viewer_of
from trading.web.staff.addresses import address_of, stream_of, visible, works_on
from trading.web.staff.forms import correcting, typed, words
from trading.web.staff.forms.filled import FACT, ROLE, spec_of
from trading.web.staff.forms.shape import Field
from trading.words.language import pick, speaking, word
from trading.words.telling import label

NUMBERED = frozenset({"registration", "deposit"})
"""Kinds of which each bidder of a lot has one, by number."""
CHECKERS = Access(rooms=("staff",), roles=("centre_reviewer",), objects="org")


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the task list, the page to confirm an act, and receipts."""
    tasks = Tasks(shell)

    @get("/staff", sync_to_thread=True, opt=opt(STAFF))
    def front(
        request: Asked, all_desks: FromQuery[str] = "", none: FromQuery[str] = ""
    ) -> Page:  # fmt: skip
        return tasks.front(request, everybody=bool(all_desks), none=bool(none))

    @get("/staff/confirm/{kind:str}/{name:str}/{trigger:str}", sync_to_thread=True,
         opt=opt(STAFF))  # fmt: skip
    def ask(
        request: Asked, kind: FromPath[str], name: FromPath[str], trigger: FromPath[str]
    ) -> Page:
        return tasks.ask(request, tasks.proposal(request, stream_of(kind, name), trigger))

    @post("/staff/confirm/{kind:str}/{name:str}/{trigger:str}", sync_to_thread=True,
          opt=opt(STAFF), status_code=200)  # fmt: skip
    def confirm(
        request: Asked, kind: FromPath[str], name: FromPath[str], trigger: FromPath[str]
    ) -> Page:
        return tasks.confirm(request, tasks.proposal(request, stream_of(kind, name), trigger))

    @get("/staff/receipt/{index:int}", sync_to_thread=True, opt=opt(STAFF))
    def receipt(request: Asked, index: FromPath[int]) -> Page:
        return tasks.receipt(request, index)

    @get("/staff/next-registration", sync_to_thread=True, opt=opt(CHECKERS))
    def following(request: Asked) -> Page:
        return tasks.following(request)

    return [front, ask, confirm, receipt, following]


class Tasks:
    """What waits for the viewers of one shell."""

    def __init__(self, shell: Shell) -> None:
        """Look at the centre of ``shell``."""
        self._shell = shell

    def front(self, request: Asked, *, everybody: bool, none: bool) -> Page:
        """Return the task list: the overdue first, then by deadline."""
        centre = self._shell.centre
        centre.refresh()
        viewer, now_us = viewer_of(request), centre.clock.now_us()
        reached = list(filter(self._shell.sight(viewer).at_desk, desks.waiting(centre)))
        mine = [one for one in reached if desks.may(centre, viewer.person, one, now_us)]
        shown = sorted(reached if everybody else mine, key=lambda one: one.due_us)
        with speaking(chosen_language(request)):
            rows = [self._row(one, now_us) for one in shown]
            asked = [self._asked(one) for one in desks.asked(centre) if self._may(request, one)]
            return self._shell.page(
                request, "staff/tasks.html", title=pick("待办", "Tasks"), rows=rows, asked=asked,
                everybody=everybody, none=none, hidden=len(reached) - len(mine),
                offers=self._offers(request),
            )  # fmt: skip

    def following(self, request: Asked) -> Page:
        """Lead to the registration that waits longest; of the others nothing is told."""
        places = ("listed", "qualifying")
        query = select(lots.c.lot).where(lots.c.place.in_(places), lots.c.hold == CLEAR)
        with self._shell.reading() as connection:
            names = list(connection.execute(query.order_by(lots.c.registration_until_us)).scalars())
        for lot in names:
            roll = self._shell.centre.state(f"roll/{lot}")
            for number in roll.facets["roll"].pending if roll else ():
                state = self._shell.state(registration_stream(lot, number))
                if works_on(self._shell, request, state):
                    return see_other(f"/staff/objects/{state.name}")
        return see_other("/staff?none=1")

    def proposal(self, request: Asked, stream: str, trigger: str) -> Proposal:
        """Return what waits for another person; raise ``NotFound`` where nothing does."""
        visible(self._shell, request, stream)
        for one in desks.asked_of(self._shell.centre, stream):
            if one.trigger == trigger:
                return one
        raise NotFound("no such page")

    def ask(self, request: Asked, one: Proposal, error: Refused | None = None) -> Page:
        """Return the page on which another person confirms ``one``."""
        centre, viewer = self._shell.centre, viewer_of(request)
        spec = spec_of(centre, words.base(one.kind))
        data = msgspec.json.decode(one.data)
        kind, name = address_of(one.stream)
        with speaking(chosen_language(request)):
            return self._shell.page(
                request, "staff/confirm.html", status=error.status if error else 200,
                title=words.kind_title(one.kind), one=one, kind=kind, name=name,
                answers=list(typed.answers(one.kind, self._questions(spec, data), data)),
                papers=[(words.said("documents", doc["name"]), doc["sha256"]) for doc in one.docs],
                facts=[(f, words.said("facts", f)) for f in wants.facts(centre, spec)],
                roles=self._roles(request, one), own=one.actor == viewer.person,
                told=self._shell.explain(request, error) if error else None,
            )  # fmt: skip

    def _questions(self, spec: CommandSpec, data: dict[str, Any]) -> tuple[Field, ...]:
        registry = self._shell.centre.kernel.registry
        return correcting.questions(registry, spec, lambda name: str(data.get(name, "")))

    def confirm(self, request: Asked, one: Proposal) -> Page:
        """Ask for the same as the first person did."""
        roles, form = self._roles(request, one), form_of(request)
        if not roles or str(form.get("digest", "")) != one.digest:
            raise NotFound("no such page")
        spec = spec_of(self._shell.centre, words.base(one.kind))
        role = str(form.get(ROLE, ""))
        facts = {f: bool(form.get(f"{FACT}{f}")) for f in wants.facts(self._shell.centre, spec)}
        try:
            receipt = self._shell.act(
                request, one.kind, bytes(one.data), role if role in roles else roles[0],
                facts=facts, docs=tuple(Document(**doc) for doc in one.docs),
            )  # fmt: skip
        except Refused as error:
            return self.ask(request, one, error)
        return see_other(f"/staff/receipt/{receipt.index}")

    def receipt(self, request: Asked, index: int) -> Page:
        """Return the receipt of an act that the viewer did."""
        centre = self._shell.centre
        row = next(iter(log.entries(centre.reading, index, 1)), None) if index >= 0 else None
        raw = read(row.body) if row else None
        said = msgspec.json.decode(raw.given) if raw and bytes(raw.given) else {}
        if row is None or raw is None or said.get("actor") != viewer_of(request).person:
            raise NotFound("no such page")
        state = self._shell.state(row.stream)
        out = msgspec.json.decode(raw.out)
        kind, name = address_of(row.stream)
        with speaking(chosen_language(request)):
            return self._shell.page(
                request, "staff/receipt.html", title=words.kind_title(row.kind),
                outcome=out["outcome"], code=row.hash.hex(), at_us=row.at_us, index=row.idx,
                kind=kind, name=name, place=label(centre, state), due_us=state.due_us,
                due=word("triggers", state.due) if state.due else "",
                seen=works_on(self._shell, request, state), told=self._after(state.name),
            )  # fmt: skip

    def _after(self, stream: str) -> str:
        """Return who is to act next on ``stream``, empty where nobody of the staff is."""
        centre = self._shell.centre
        state = centre.state(stream)
        desk = at_desk(centre.kernel.registry, centre.kernel.catalogue, state) if state else None
        return word("roles", desk.role) if desk else ""

    def _row(self, one: Any, now_us: int) -> dict[str, Any]:
        state = self._shell.centre.state(one.stream)
        assert state is not None
        kind, name = address_of(one.stream)
        return {
            "kind": kind, "name": name, "title": titled(self._shell.centre, state),
            "org": self._org(one.org),
            "kind_word": words.said("streams", kind), "place": label(self._shell.centre, state),
            "role": word("roles", one.role), "due_us": one.due_us, "since_us": one.since_us,
            "overdue": one.overdue(now_us), "left_us": one.due_us - now_us,
            "rule": rule_text(one.rule, state.pack),
        }  # fmt: skip

    def _asked(self, one: Proposal) -> dict[str, Any]:
        kind, name = address_of(one.stream)
        return {
            "title": words.kind_title(one.kind), "kind": kind, "name": name, "actor": one.actor,
            "role": word("roles", one.role), "at_us": one.at_us, "trigger": one.trigger,
            "digest": one.digest, "org": self._org(one.org),
        }  # fmt: skip

    def _may(self, request: Asked, one: Proposal) -> bool:
        state = self._shell.centre.state(one.stream)
        return (
            state is not None
            and works_on(self._shell, request, state)
            and (one.actor == viewer_of(request).person or bool(self._roles(request, one)))
        )

    def _roles(self, request: Asked, one: Proposal) -> tuple[str, ...]:
        """Return the roles in which the viewer may ask for the same."""
        spec = spec_of(self._shell.centre, words.base(one.kind))
        held = viewer_of(request).roles
        return tuple(r for r in wants.roles(self._shell.centre, spec) if r in held)

    def _org(self, org: str) -> str:
        node = self._shell.orgs().nodes.get(org)
        return node.name_zh if node else org

    def _offers(self, request: Asked) -> list[tuple[str, str]]:
        """Return the acts with which the viewer may begin something new."""
        centre, viewer = self._shell.centre, viewer_of(request)
        found = []
        with speaking(chosen_language(request)):
            for kind in BEGINNINGS:
                spec = spec_of(centre, kind)
                if viewer.roles.intersection(wants.roles(centre, spec)):
                    found.append((kind, words.kind_title(kind)))
        return found


BEGINNINGS = (
    "case.draft", "asset.register", "contract.take_over", "deposit.receive", "roster.freeze",
    "objection.file", "paper.file", "person.enrol", "grant.give", "org.create",
)  # fmt: skip
"""Acts that need no object to begin with."""


def titled(centre: Centre, state: Stream) -> str:
    """Return what an object is called; what belongs to a bidder by number and by its lot."""
    lot_id, _dash, number = state.name.partition("/")[2].rpartition("-")
    lot = centre.state(f"lot/{lot_id}") if state.kind in NUMBERED else None
    if lot is None:
        return title_of(state)
    return pick(f"{number} 号 · {title_of(lot)}", f"No. {number} · {title_of(lot)}")


def title_of(state: Any) -> str:
    """Return what an object is called by people, its id where it has no other name."""
    facets = state.facets
    for name in ("case", "asset"):
        found = facets.get(name)
        text = getattr(found, "title_zh", "") or getattr(found, "name_zh", "")
        if text:
            return str(text)
    if state.kind == "contract":
        return str(facets["contract"].agreement.number)
    terms = facets.get("terms")
    if terms is not None and hasattr(terms, "plan"):
        return str(terms.plan.title_zh)
    return str(state.name.partition("/")[2])


def rule_text(rule: str, pack: str) -> str:
    """Return which rule gives a deadline: what the policy value means, and of which pack."""
    key = KEYS.get(rule)
    meaning = pick(key.meaning_zh, key.meaning_en) if key else word("instants", rule)
    return f"{meaning}{aside(pack)}" if pack else meaning
