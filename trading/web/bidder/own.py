"""What belongs to the bidder who asks: numbers, registrations, deposits, acts and receipts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from trading.base.errors import NotFound
from trading.base.money import PriceUnit, format_yuan
from trading.bidding.rules import Roll, Sale, bidder_number, registration_stream
from trading.deposits.rules import deposit_stream
from trading.engine.stream import Command, Stream
from trading.listing.rules import Schedule, Terms
from trading.papers.capitals import capitals
from trading.papers.reading import Act, act_of, acts
from trading.people.bidders import Bidder, Bidders
from trading.store import log
from trading.store.batch import Receipt
from trading.web.shell import Asked, OnLot, Shell, form_of, viewer_of
from trading.web.viewer import Viewer
from trading.words.language import language

ROLE = "bidder"


class LotView(NamedTuple):
    """A lot as the room shows it."""

    id: str
    state: Stream
    terms: Terms
    schedule: Schedule
    sale: Sale | None

    @property
    def unit(self) -> PriceUnit:
        """Return what a price of this lot is for."""
        return PriceUnit.parse(self.terms.plan.price_unit)

    @property
    def next_fen(self) -> int:
        """Return the lowest price that may be bid now."""
        plan = self.terms.plan
        if self.sale is None or not self.sale.lead_number:
            return plan.start_price_fen
        return self.sale.lead_fen + plan.bid_step_fen

    @property
    def top_fen(self) -> int:
        """Return the highest price that may be bid now, 0 where nothing limits it."""
        plan = self.terms.plan
        base_fen = (self.sale.lead_fen if self.sale else 0) or plan.start_price_fen
        limits = [plan.ceiling_fen, base_fen + plan.raise_max_fen if plan.raise_max_fen else 0]
        return min(filter(None, limits), default=0)

    def priced(self, price_fen: int) -> str:
        """Return a price with its unit."""
        return f"{format_yuan(price_fen)} {self.unit.label(language())}"

    def in_capitals(self, price_fen: int) -> str:
        """Return a price in capitals; goods have none."""
        return capitals(price_fen) if self.unit.amount == "fen" else ""


class Own:
    """Looks up what is the asking bidder's own; nobody else's is ever found here."""

    def __init__(self, shell: Shell) -> None:
        """Look up in ``shell``'s centre."""
        self._shell = shell
        self.bidders = Bidders(shell.centre.engine, shell.centre.clock, shell.entropy)

    def lot(self, lot: str) -> LotView:
        """Return a published lot; raise ``NotFound``."""
        state = self._shell.state(f"lot/{lot}")
        facets = state.facets
        if "terms" not in facets:
            raise NotFound("no such page")
        return LotView(lot, state, facets["terms"], facets["schedule"], facets.get("sale"))

    def bidder(self, request: Asked, lot: str) -> Bidder | None:
        """Return who the viewer is on ``lot``; None for who has not asked for a number there."""
        return self.of(viewer_of(request).person, lot)

    def of(self, person: str, lot: str) -> Bidder | None:
        """Return who ``person`` is on ``lot``; players of a demonstration are their number."""
        found = self.bidders.find(person, lot)
        number = bidder_number(person)
        if found is not None or not number or not self._plays(person):
            return found
        listed = self.roll(lot).listed
        who = next((who for who, known in listed.items() if known == number), "")
        return Bidder(person, lot, number, who) if who else None

    def all_of(self, person: str) -> tuple[Bidder, ...]:
        """Return who ``person`` is on every lot, the newest first."""
        found = self.bidders.of(person)
        if found or not self._plays(person):
            return found
        rolls = self._shell.centre.states_of("roll")
        on = (self.of(person, state.name.partition("/")[2]) for state in rolls)
        return tuple(one for one in on if one is not None)

    def acting_all(self, asked: Collection[OnLot]) -> dict[OnLot, str]:
        """Return under which name each person acts on a lot, empty where no number was drawn.

        An account that is a number itself acts as that number unless it is somebody else's.
        """
        known = {pair: one.actor for pair, one in self.bidders.find_all(asked).items()}
        for person, lot in asked:
            number = bidder_number(person)
            if (person, lot) not in known:
                free = number and not self.bidders.holder(lot, number)
                known[person, lot] = person if free else ""
        return known

    def streams(self, viewer: Viewer) -> list[str]:
        """Return the streams of which only this bidder is told."""
        mine = self.all_of(viewer.person)
        found = {registration_stream(one.lot, one.number): one for one in mine}
        states = self._shell.centre.states(set(found))
        return [
            stream
            for name, one in found.items()
            if name not in states or states[name].facets["registration"].who == one.who
            for stream in (name, deposit_stream(one.lot, one.number))
        ]

    def _plays(self, person: str) -> bool:
        return any(player.person == person for player in self._shell.demo)

    def sure(self, request: Asked, lot: str) -> Bidder:
        """Return who the viewer is on ``lot``; raise ``NotFound`` for who is nobody there."""
        found = self.bidder(request, lot)
        if found is None:
            raise NotFound("no such page")
        return found

    def registration(self, bidder: Bidder | None) -> Stream | None:
        """Return the registration of ``bidder``, None where there is none."""
        if bidder is None:
            return None
        found = self._shell.centre.state(registration_stream(bidder.lot, bidder.number))
        if found is None or found.facets["registration"].who != bidder.who:
            return None
        return found

    def deposit(self, bidder: Bidder | None) -> Stream | None:
        """Return the deposit of ``bidder``, None where there is none."""
        if bidder is None or self.registration(bidder) is None:
            return None
        return self._shell.centre.state(deposit_stream(bidder.lot, bidder.number))

    def roll(self, lot: str) -> Roll:
        """Return who has registered; for decisions of this room, never to be shown."""
        state = self._shell.centre.state(f"roll/{lot}")
        found: Roll = state.facets["roll"] if state else Roll()
        return found

    def act(self, request: Asked, bidder: Bidder, kind: str, data: Command, **more: Any) -> Receipt:
        """Let the bidder act under the number of the lot; the key of the form makes it once."""
        key = str(form_of(request).get("key", ""))
        return self._shell.centre.do(
            kind, data, bidder.actor, ROLE, key=key, account=bidder.person, **more
        )

    def bids(self, bidder: Bidder) -> list[Act]:
        """Return the bids of ``bidder`` on the lot in order, refused ones too."""
        found = acts(self._shell.centre, f"lot/{bidder.lot}", of="bids")
        return [act for act in found if act.actor == bidder.actor]

    def own_act(self, request: Asked, index: int) -> tuple[Bidder, Act]:
        """Return an own act from the record; raise ``NotFound`` for anybody else's."""
        rows = log.entries(self._shell.centre.reading, index, 1) if 0 <= index < 2**53 else []
        if rows:
            act = act_of(rows[0])
            lot = str(act.data.get("lot", ""))
            found = self.bidder(request, lot)
            if found is not None and act.actor == found.actor:
                return found, act
        raise NotFound("no such page")
