"""What the demonstration plays, and when: a simulated spring that lies behind us."""

from __future__ import annotations

from trading.demo.rows import Row, playable

START_US = 1_772_413_200_000_000
"""2026-03-02 09:00 in Beijing."""


def rows() -> tuple[Row, ...]:
    """Return the rows played to their real results.

    R033: 9 bidders and 42 rounds as reported. R109: 8 registrants; its source tells no step and
    no number of rounds, so a step of 1,000 yuan and one bid for each step are assumed.
    """
    return (
        playable("R033", step_yuan=1, bidders=9, bids=42),
        playable("R109", step_yuan=1000, bidders=8, bids=23),
    )
