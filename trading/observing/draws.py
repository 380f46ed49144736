"""The draw: an order that nobody could choose, the sample of it, and who takes an empty seat.

The order is by SHA-256(seed, called number as 8 bytes, member). The seed was committed to before
the number was called, and whoever called it did not know the seed: neither of the two could choose
the order, and anyone can compute it again. Source: domain brief, section 8; ADR 0009.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from hashlib import sha256

from trading.observing.sampling import half_interval_sample, interval_of

NUMBER_MAX = 2**53 - 1


def commitment_of(seed: str) -> str:
    """Return the SHA-256 (hex) of a seed in hex."""
    return sha256(bytes.fromhex(seed)).hexdigest()


def order_key(seed: str, number: int, member: str) -> str:
    """Return the key (hex) by which the draw orders ``member``."""
    return sha256(bytes.fromhex(seed) + number.to_bytes(8) + member.encode()).hexdigest()


def ordered(members: Collection[str], seed: str, number: int) -> tuple[str, ...]:
    """Return the members in the order of the draw."""
    return tuple(sorted(members, key=lambda member: order_key(seed, number, member)))


def resting(
    members: Collection[str], served: tuple[tuple[str, ...], ...], limit: int, size: int
) -> tuple[str, ...]:
    """Return those of ``members`` who sat on each of the last ``limit`` panels, and so rest.

    Where too few would be left for ``size`` seats, nobody rests.
    """
    last = served[-limit:]
    if len(last) < limit:
        return ()
    found = tuple(member for member in members if all(member in panel for panel in last))
    return found if len(members) - len(found) >= size else ()


def drawn(order: tuple[str, ...], size: int) -> tuple[tuple[str, int], ...]:
    """Return (member, position) of the ``size`` seats; positions count from 1."""
    return tuple((order[place - 1], place) for place in half_interval_sample(len(order), size))


def heir(
    order: tuple[str, ...], position: int, size: int, barred: Collection[str]
) -> tuple[str, int]:
    """Return who takes the seat at ``position``: the nearest who is not barred, and where.

    Looked for in the seat's own interval first, then beyond it, each time +1, -1, +2, -2 and so
    on; ("", 0) where nobody is left.
    """
    own = interval_of(position, len(order), size)
    places = list(_around(position, len(order)))
    near = [place for place in places if interval_of(place, len(order), size) == own]
    for place in (*near, *places):
        if order[place - 1] not in barred:
            return order[place - 1], place
    return "", 0


def _around(position: int, population: int) -> Iterator[int]:
    for distance in range(1, population):
        for place in (position + distance, position - distance):
            if 1 <= place <= population:
                yield place
