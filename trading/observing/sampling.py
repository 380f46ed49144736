"""The half-interval systematic sample (半距起点等距抽样), in integers.

With N units in a published order and a sample of n, the i-th chosen unit (i from 0) is
ceil(N/n * (i + 1/2)), which is ((2i+1)*N + 2n - 1) // 2n. It is deterministic: whoever fixes the
order fixes the sample, so the order is frozen with a digest before the draw.
Source: domain brief, section 8, with its vectors.
"""

from __future__ import annotations

from trading.base.errors import InvalidInput


def half_interval_sample(population: int, size: int) -> tuple[int, ...]:
    """Return the 1-based positions of ``size`` distinct units among ``population``.

    Raises ``InvalidInput`` unless 1 <= size <= population.
    """
    if not 1 <= size <= population:
        raise InvalidInput("the sample must be between 1 and the population", field="size")
    return tuple(((2 * i + 1) * population + 2 * size - 1) // (2 * size) for i in range(size))


def interval_of(position: int, population: int, size: int) -> int:
    """Return which of the ``size`` intervals holds the middle of the unit at ``position``, from 0.

    The middle of unit p is p - 1/2 and the i-th interval goes from N/n * i to N/n * (i + 1).
    """
    return (2 * position - 1) * size // (2 * population)


def legacy_sample(population: int, size: int) -> tuple[int, ...]:
    """Return the positions by the older integer rule, to check old paper draws against.

    The step is N//n and the start is half of it, rounded up; the last units are never reached.
    Raises ``InvalidInput`` unless 1 <= size <= population.
    """
    if not 1 <= size <= population:
        raise InvalidInput("the sample must be between 1 and the population", field="size")
    step = population // size
    return tuple((step + 1) // 2 + i * step for i in range(size))
