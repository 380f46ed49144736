"""A centre to try programs on: simulated people, and a clock that is set forward by hand.

Its log says in the first entry that it is simulated, so that no real service ever opens it for
writing; and its time never passes the present, so that it foretells nothing. Source: decisions
brief, section 7; ADR 0021.
"""

from __future__ import annotations

import threading
from pathlib import Path

from trading.base.clock import Clock, SettableClock
from trading.base.errors import InvalidInput, NotFound, SetupError
from trading.centre import Centre
from trading.demo import cast, stage
from trading.demo.cast import Player
from trading.demo.company import Company
from trading.founding import found
from trading.observing.commands import FreezeRoster
from trading.observing.rules import Step
from trading.store import log
from trading.store.home import Home
from trading.store.migrations import migrate_url
from trading.store.signer import create_keys
from trading.store.statements import statements_for

ORIGIN = "sandbox.localhost/trading"
ROW = "a"
PLACES = {ROW: "示范社区"}
ORG = cast.community(ROW)
OFFICER = f"{cast.OFFICER}-{ROW}"
REPRESENTATIVES = 12
BIDDERS = {
    "buyer-wang": ("王某", "Wang"),
    "buyer-li": ("李某", "Li"),
    "buyer-zhao": ("赵某", "Zhao"),
}
"""Accounts of people who have no number yet: it is drawn for each lot."""


class Sandbox:
    """What only a sandbox can do: set its clock, and let its panel watch a step."""

    def __init__(self, centre: Centre, clock: SettableClock, present: Clock) -> None:
        """Serve ``centre`` by ``clock``, which never passes ``present``.

        Raises ``SetupError`` for a centre whose log does not say that it is simulated.
        """
        if not centre.simulated:
            raise SetupError("only a simulated log is served as a sandbox", field="data")
        self.players = players()
        self._company = Company(centre, clock)
        self._clock = clock
        self._present = present
        self._turn = threading.Lock()

    def move(self, now_us: int) -> None:
        """Set the clock to ``now_us``; everything that falls due on the way is decided.

        Raises ``InvalidInput`` for an instant that lies behind it, or still before us all.
        """
        with self._turn:
            if now_us < self._clock.now_us():
                raise InvalidInput("the clock goes forward only", field="now_us", rule="forward")
            if now_us > self._present.now_us():
                raise InvalidInput(
                    "the clock of a sandbox never passes the present", field="now_us",
                    rule="present",
                )  # fmt: skip
            self._company.wait(now_us)

    def watch(self, case: str, step: Step, lots: tuple[str, ...]) -> str:
        """Let the operator open ``step`` and a quorum of the panel state it by their phones.

        Returns the digest of what they were shown. Raises ``NotFound`` where no panel sits, and
        what the rules refuse.
        """
        with self._turn:
            state = self._company.centre.state(f"panel/{case}")
            if state is None or "panel" not in state.facets:
                raise NotFound("no panel sits for this case")
            return self._company.observe(case, step, lots)


def players() -> tuple[Player, ...]:
    """Return whom a visitor or a program may be."""
    return (
        *cast.staff_players(ROW),
        *(Player(person, "bidder", ("bidder",), f"竞买人{zh}", f"Bidder {en}")
          for person, (zh, en) in BIDDERS.items()),
        *(Player(row.member, "representative", ("resident_rep",), f"居民代表{n}",
                 f"Representative {n}")
          for n, row in enumerate(cast.representatives(ROW, REPRESENTATIVES), 1)),
        Player(cast.AUDITOR, "auditor", ("auditor",), "审计人员", "Auditor"),
    )  # fmt: skip


def make(path: Path) -> Home:
    """Found a sandbox in ``path`` whose people are known and where nothing has been traded yet."""
    home = Home.create(path, ORIGIN)
    create_keys(home)
    migrate_url(home.database_url)
    clock = SettableClock(stage.START_US)
    centre = Centre(home, clock)
    try:
        found(
            centre, cast.orgs(PLACES), cast.grants(PLACES),
            simulated="a sandbox: its clock is set by hand",
        )  # fmt: skip
        company, rows = Company(centre, clock), cast.representatives(ROW, REPRESENTATIVES)
        company.staff("roster.freeze/1", FreezeRoster(ORG, rows), "office")
        members = [row.member for row in rows]
        company.know_phones(ORG, members, members)
        centre.publish()
    finally:
        centre.close()
    return home


def clock_of(home: Home) -> SettableClock:
    """Return a clock that goes on where the sandbox in ``home`` was last alive."""
    centre = Centre(home)
    try:
        with log.reading(centre.reading) as connection:
            sql = statements_for(connection.dialect.name)
            alive_us = sql.number(connection, sql.alive)
        return SettableClock(max(alive_us, log.head(centre.reading).at_us))
    finally:
        centre.close()
