"""Who a bidder is on one lot: a number and a pseudonym, drawn for that lot alone.

The record knows only number and pseudonym; which person stands behind them lies in this private
table and nowhere else, so that nobody can join the lots of one bidder from the log.
Source: audit log brief: pseudonyms are fresh and random for each lot; decisions 4 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec
from sqlalchemy import Engine, insert, select, tuple_
from sqlalchemy.exc import IntegrityError

from trading.base.clock import Clock
from trading.base.errors import Unavailable
from trading.people.tables import bidder as rows

SHORT = range(100, 1_000)
LONG = range(1_000, 1_000_000)
"""Numbers that people can call out, and those that are drawn when half of these are taken."""
WHO_BYTES = 12
DRAWS_MAX = 50
PAIRS_MAX = 500
"""Of how many one statement asks; SQLite takes no more values than some thousands."""
# A pseudonym of digits could read like somebody's telephone.
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


class Bidder(msgspec.Struct, frozen=True):
    """One person on one lot."""

    person: str
    lot: str
    number: int
    who: str

    @property
    def actor(self) -> str:
        """Return under which name this bidder acts in the record."""
        return f"bidder-{self.number}"


class Bidders:
    """Finds and draws numbers in the database that all workers share."""

    def __init__(self, engine: Engine, clock: Clock, entropy: Callable[[int], bytes]) -> None:
        """Keep numbers in ``engine``; ``entropy`` draws them."""
        self._engine = engine
        self._clock = clock
        self._entropy = entropy

    def find(self, person: str, lot: str) -> Bidder | None:
        """Return who ``person`` is on ``lot``, None where no number was drawn."""
        return self.find_all([(person, lot)]).get((person, lot))

    def find_all(self, asked: Collection[tuple[str, str]]) -> dict[tuple[str, str], Bidder]:
        """Return who each (person, lot) of ``asked`` is there, of those for whom one was drawn."""
        found, pairs = {}, list(asked)
        with self._engine.connect() as connection:
            for begin in range(0, len(pairs), PAIRS_MAX):
                some = pairs[begin : begin + PAIRS_MAX]
                wanted = select(rows).where(tuple_(rows.c.person, rows.c.lot).in_(some))
                found.update({(r.person, r.lot): _bidder(r) for r in connection.execute(wanted)})
        return found

    def of(self, person: str) -> tuple[Bidder, ...]:
        """Return who ``person`` is on every lot, the newest first."""
        wanted = select(rows).where(rows.c.person == person).order_by(rows.c.at_us.desc())
        with self._engine.connect() as connection:
            return tuple(_bidder(row) for row in connection.execute(wanted))

    def holder(self, lot: str, number: int) -> str:
        """Return the person behind ``number`` on ``lot``, empty where none is known."""
        wanted = select(rows.c.person).where(rows.c.lot == lot, rows.c.number == number)
        with self._engine.connect() as connection:
            return connection.execute(wanted).scalar_one_or_none() or ""

    def draw(self, person: str, lot: str, taken: Collection[int] = ()) -> Bidder:
        """Return who ``person`` is on ``lot``; draw a number that is not ``taken`` the first time.

        Two requests at once get the same number.
        """
        for _n in range(DRAWS_MAX):
            found = self.find(person, lot)
            if found is not None:
                return found
            used = {*taken, *self._used(lot)}
            number = self._number(used)
            who = self._entropy(WHO_BYTES).hex().translate(_LETTERS)
            if number not in used:
                self.keep(Bidder(person, lot, number, who))
        raise Unavailable("no number could be drawn")

    def keep(self, bidder: Bidder) -> bool:
        """Keep who somebody is who registered otherwise; tell whether it was new."""
        values = {**msgspec.structs.asdict(bidder), "at_us": self._clock.now_us()}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(rows).values(**values))
        except IntegrityError:
            return False
        return True

    def _used(self, lot: str) -> list[int]:
        with self._engine.connect() as connection:
            found = connection.execute(select(rows.c.number).where(rows.c.lot == lot))
            return list(found.scalars())

    def _number(self, used: Collection[int]) -> int:
        among = LONG if len(used) > len(SHORT) // 2 else SHORT
        return among[int.from_bytes(self._entropy(8)) % len(among)]


def _bidder(row: object) -> Bidder:
    return Bidder(row.person, row.lot, row.number, row.who)  # type: ignore[attr-defined]
