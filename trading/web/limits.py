"""Rate limits that all workers share: of an account, a session, a lot and an address.

A bucket is one instant, the one at which it will be empty again (the generic cell rate algorithm),
so that it is exact in integers. On PostgreSQL the buckets are rows; a worker takes some tokens of
one at a time and spends them itself, so that a bid seldom costs a statement, and never more than
the bucket gives are spent by all together. On SQLite one process serves and keeps them. Source:
security brief, INV-31.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter

import msgspec
from sqlalchemy import Connection, delete
from sqlalchemy.exc import SQLAlchemyError

from trading.base.errors import RateLimited, StorageDown
from trading.base.units import DAY_US, SECOND_US
from trading.centre import Centre
from trading.store.schema import rate
from trading.web.together import Together

BUCKETS_MAX = 50_000
SHARE = 4
"""A worker takes this part of a bucket at once."""
SWEEP_EVERY = 10_000


_TAKE = (
    "INSERT INTO private_rate AS r (bucket, until_us) "
    "SELECT bucket, %b::bigint + %b::bigint FROM unnest(%b::bytea[]) AS w (bucket) "
    "ON CONFLICT (bucket) DO UPDATE SET until_us = greatest(r.until_us, %b::bigint) + %b::bigint "
    "WHERE greatest(r.until_us, %b::bigint) + %b::bigint <= %b::bigint RETURNING r.bucket"
)


class Rate(msgspec.Struct, frozen=True):
    """How many requests a second for long, and how many at once."""

    per_second: int
    burst: int

    @property
    def cost_us(self) -> int:
        """How long one request's token takes to come back."""
        return max(1, SECOND_US // self.per_second)

    def spent(self, until_us: int, tokens: int, now_us: int) -> int:
        """Return until when the bucket fills after ``tokens`` more, 0 where it has not so many."""
        after_us = max(until_us, now_us) + tokens * self.cost_us
        return after_us if after_us <= now_us + self.burst * self.cost_us else 0


RATES = {
    "account": Rate(5, 20),
    "session": Rate(5, 20),
    "lot": Rate(2000, 4000),
    "address": Rate(200, 400),
}
"""A hall full of people may share one address; a lot is bid on by many."""


class Limits:
    """Spends tokens of named buckets; ``rates`` may be exchanged before the first request."""

    def __init__(self, centre: Centre) -> None:
        """Share buckets with the other workers of ``centre``."""
        self.rates: Mapping[str, Rate] = RATES
        self._centre = centre
        self._shared = centre.engine.dialect.name == "postgresql"
        self._until_us: dict[str, int] = {}
        self._taken: dict[str, int] = {}
        self._leasing = Together(self._lease)
        self._leases = 0

    async def spend(self, buckets: Mapping[str, str]) -> None:
        """Spend a token of each bucket (scope -> whose); raise ``RateLimited`` where one is empty.

        A bucket of nobody, whose name is empty, limits nothing.
        """
        named = [(scope, f"{scope} {whose}") for scope, whose in buckets.items() if whose]
        if not self._shared:
            now_us = self._centre.clock.now_us()
            for scope, key in named:
                self._spend_here(scope, key, now_us)
            return
        while wanted := {pair for pair in named if self._taken.get(pair[1], 0) < 1}:
            now_us = self._centre.clock.now_us()
            for scope, key in wanted:
                if now_us < self._until_us.get(key, 0):  # asked about, and has none yet
                    raise _limited(scope, self.rates[scope])
            await self._leasing.ask(*wanted)
        for _scope, key in named:
            self._taken[key] = self._taken.get(key, 1) - 1  # a lease may have cleared it meanwhile

    def _spend_here(self, scope: str, key: str, now_us: int) -> None:
        rate_of = self.rates[scope]
        after_us = rate_of.spent(self._until_us.get(key, 0), 1, now_us)
        if not after_us:
            raise _limited(scope, rate_of)
        if len(self._until_us) >= BUCKETS_MAX:
            full = (name for name, until_us in self._until_us.items() if until_us <= now_us)
            for name in list(full) or list(self._until_us):
                del self._until_us[name]
        self._until_us[key] = after_us

    def _lease(self, asked: set[tuple[str, str]]) -> None:
        """Take tokens of those buckets of ``asked`` that have none, in one transaction.

        Workers lock them in the order of their names, which is the same everywhere.
        """
        now_us = self._centre.clock.now_us()
        taken: dict[str, int] = {}
        wanted = [pair for pair in asked if self._taken.get(pair[1], 0) < 1]
        if not wanted:
            return
        try:
            with self._centre.engine.begin() as connection:
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                self._sweep(connection, now_us)
                for scope, pairs in groupby(sorted(wanted), itemgetter(0)):
                    names = {_named(key): key for _scope, key in pairs}
                    taken |= self._take(connection, self.rates[scope], names, now_us)
        except SQLAlchemyError as error:
            raise StorageDown("the database does not answer") from error
        if len(self._taken) >= BUCKETS_MAX:
            self._taken.clear()
        self._taken.update(taken)

    def _take(
        self, connection: Connection, rate_of: Rate, names: dict[bytes, str], now_us: int
    ) -> dict[str, int]:
        """Take a share of each bucket, or one token where it has no share left."""
        taken: dict[str, int] = {}
        for tokens in (max(1, rate_of.burst // SHARE), 1):
            left = [name for name, key in names.items() if key not in taken]
            cost_us, limit_us = tokens * rate_of.cost_us, now_us + rate_of.burst * rate_of.cost_us
            given = (now_us, cost_us, left, now_us, cost_us, now_us, cost_us, limit_us)
            if left:
                found = connection.exec_driver_sql(_TAKE, given).scalars()
                taken |= {names[bytes(name)]: tokens for name in found}
        if len(self._until_us) >= BUCKETS_MAX:
            self._until_us.clear()
        empty = (key for key in names.values() if key not in taken)
        self._until_us.update((key, now_us + rate_of.cost_us) for key in empty)
        return taken

    def _sweep(self, connection: Connection, now_us: int) -> None:
        """Forget buckets that have long been full, now and then."""
        if self._leases % SWEEP_EVERY == 0:
            connection.execute(delete(rate).where(rate.c.until_us < now_us - DAY_US))
        self._leases += 1


def _named(key: str) -> bytes:
    """Return what a bucket is called in the database, where no address or person is to stand."""
    return blake2b(key.encode(), digest_size=16).digest()


def _limited(scope: str, rate_of: Rate) -> RateLimited:
    wait_seconds = -(-rate_of.cost_us // SECOND_US)
    return RateLimited(
        "too many requests: wait a little", scope=scope, retry_after_seconds=wait_seconds
    )
