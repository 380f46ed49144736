"""Plots that the server draws as SVG, in whole numbers: bids as a staircase, figures as bars."""

from __future__ import annotations

import msgspec

from trading.base.money import format_yuan
from trading.base.units import SECOND_US
from trading.web.public.steps import Bid

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 90, 16, 16, 30
BAR_HEIGHT, BAR_WIDTH = 28, 220


class Stairs(msgspec.Struct, frozen=True):
    """The staircase: the points of its line, and what stands at its axes."""

    points: str
    low: str
    high: str
    begin_us: int
    end_us: int


class Bar(msgspec.Struct, frozen=True):
    """One bar: what it is of, how many, and how long it is drawn."""

    label: str
    count: int
    length: int
    top: int


def stairs(bids: list[Bid], start_fen: int, lead_fen: int) -> Stairs | None:
    """Return the staircase of ``bids`` from the start price up to the lead, None without bids.

    ``bids`` may be some of many: the last step leads up to the price that stands.
    """
    if not bids:
        return None
    begin_us, end_us = bids[0].at_us, bids[-1].at_us
    low_fen, high_fen = min(start_fen, bids[0].price_fen), max(lead_fen, bids[-1].price_fen)
    across, up = max(end_us - begin_us, SECOND_US), max(high_fen - low_fen, 1)
    points, level = [], HEIGHT - BOTTOM
    steps = [(bid.at_us, bid.price_fen) for bid in bids] + [(end_us, high_fen)]
    for at_us, price_fen in steps:
        x = LEFT + (at_us - begin_us) * (WIDTH - LEFT - RIGHT) // across
        y = HEIGHT - BOTTOM - (price_fen - low_fen) * (HEIGHT - TOP - BOTTOM) // up
        points += [f"{x},{level}", f"{x},{y}"]
        level = y
    points.append(f"{WIDTH - RIGHT},{level}")
    return Stairs(
        " ".join(points), format_yuan(low_fen), format_yuan(high_fen), begin_us, end_us
    )  # fmt: skip


def bars(counted: list[tuple[str, int]]) -> list[Bar]:
    """Return bars of what was counted, the longest as long as there is room for."""
    most = max((count for _, count in counted), default=0) or 1
    return [
        Bar(label, count, count * BAR_WIDTH // most, place * BAR_HEIGHT)
        for place, (label, count) in enumerate(counted)
    ]
