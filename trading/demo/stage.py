"""What the demonstration plays, and when: a simulated year of one centre that lies behind us.

Rows with a known outcome go to it; other real rows show what else happens to a lot, and some are
left in the middle of their way.
"""

from __future__ import annotations

from dataclasses import dataclass

from trading.base.deadline import day_start_us, local_date
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.demo import turns
from trading.demo.live import live_case
from trading.demo.rows import case_of, lot_of_row
from trading.demo.stories import CaseStory, LotScript, Script

START_US = 1_763_341_200_000_000
"""2025-11-17 09:00 in Beijing, a Monday."""
END_US = START_US + 361 * DAY_US + 11 * HOUR_US
"""2026-11-13 20:00: the demonstration stops here, and some lots are under way."""
LAST_MORNING_US = END_US - 11 * HOUR_US


@dataclass(frozen=True, slots=True)
class Part:
    """One case of the demonstration: when it begins, and which way it goes."""

    begin_us: int
    script: Script
    way: type[CaseStory] = CaseStory


def parts(served_us: int = 0) -> tuple[Part, ...]:
    """Return every case in the order in which it begins.

    What is under way is so at the end; where the centre will be served, at ``served_us``, with
    bidding that goes on by then and later.
    """
    if not served_us:
        found = (*_outcomes(), *_turns(), *_under_way(LAST_MORNING_US), *_tonight())
    else:
        last = day_start_us(local_date(served_us)) + 9 * HOUR_US
        found = (*_outcomes(), *_turns(), *_under_way(last), *live_parts(served_us))
    return tuple(sorted(found, key=lambda part: part.begin_us))


def _outcomes() -> tuple[Part, ...]:
    """Return the rows that are played to their real results; counts are as reported.

    R033: 9 bidders and 42 rounds. R109: 8 registrants; its source tells neither step nor rounds,
    so 1,000 yuan and one bid a step are assumed. R110: 3 bidders, step 20; the 19 rounds that are
    reported cannot all be raises, so every step is bid once. R076 and R077: three bidders, a
    ceiling of 1,000. R114: sold at its start price; one bidder is assumed, who pays just that.
    """
    return (
        Part(START_US, case_of(
            "r033", lot_of_row("R033", "r033", bidders=9, bids=42, step_yuan=1), flags="F3",
        ), turns.Hasty),
        Part(START_US + 20 * DAY_US, case_of(
            "r109", lot_of_row("R109", "r109", bidders=8, bids=23, step_yuan=1000),
        ), turns.Sealed),
        Part(START_US + 45 * DAY_US, case_of(
            "r110", lot_of_row("R110", "r110", bidders=3, bids=15),
        )),
        Part(START_US + 90 * DAY_US, case_of(
            "r076",
            lot_of_row("R076", "r076", 1, bidders=3, bids=7, step_yuan=10),
            lot_of_row("R077", "r076", 2, bidders=3, bids=10, step_yuan=10),
            notice_days=40,
        )),
        Part(START_US + 140 * DAY_US, case_of(
            "r114", lot_of_row("R114", "r114", bidders=1),
        ), turns.Sole),
    )  # fmt: skip


def _turns() -> tuple[Part, ...]:
    """Return what else happens in a year."""
    ways = (
        (30, "r034", turns.Disputed), (60, "r088", turns.CutOff), (75, "r089", turns.Recused),
        (100, "r091", turns.Waived), (120, "r092", turns.Amended), (150, "r093", turns.Relisted),
        (160, "r095", turns.Annulled), (180, "r096", turns.Suspended),
        (190, "r097", turns.Questioned), (210, "r038", turns.Terminated),
        (240, "r119", turns.Declined),
    )  # fmt: skip
    found = [
        Part(
            START_US + day * DAY_US,
            case_of(key, _plain(key, key, wanted=way is not turns.Relisted)),
            way,
        )
        for day, key, way in ways
    ]
    market = (_plain("r039", "r039", 1), _plain("r040", "r039", 2))
    return (*found, Part(START_US + 230 * DAY_US, case_of("r039", *market), turns.Withdrawn))


def _plain(
    row: str, community: str, number: int = 1, *, wanted: bool = True, alone: bool = False
) -> LotScript:
    """Return a row whose outcome is not known, with four bidders, with one or with none."""
    bidders, bids = (4, 6) if wanted else (0, 0)
    if alone:
        bidders, bids = 1, 0
    return lot_of_row(
        row.upper(), community, number, bidders=bidders, bids=bids, step_yuan=10, raises=9
    )


def _tonight() -> tuple[Part, ...]:
    """Return the case whose bidding is going on when the year stops."""
    evening_us = 19 * HOUR_US + 30 * MINUTE_US
    live = type("LiveTonight", (turns.Live,), {"opening_us": evening_us})
    return (Part(LAST_MORNING_US - 40 * DAY_US, case_of("r137", _plain("r137", "r137")), live),)


def live_parts(served_us: int) -> tuple[Part, ...]:
    """Return the cases whose lots open one after the other from a little before ``served_us``."""
    found = []
    for n, key in enumerate(LIVE):
        begin_us, way = live_case(served_us, n)
        row = lot_of_row(key.upper(), key, bidders=5, step_yuan=5)
        found.append(Part(begin_us, case_of(key, row, flags=_FLAGS.get(key, "")), way))
    return tuple(found)


def _under_way(last_morning_us: int) -> tuple[Part, ...]:
    """Return cases that stand, on the last morning, in the middle of their way.

    From the draft to the opening most take 40 days: 8 of the posted resolution, a day at the desk,
    30 of the notice. The last morning is the opening of those that began 40 days before.
    """

    def before(act: str) -> type[CaseStory]:
        return type(f"Before{act.title()}", (CaseStory,), {"ends_before": act})

    found = (
        (1, "r042", CaseStory), (9, "r043", before("publish")), (20, "r044", before("qualify")),
        (40, "r103", before("qualify")), (40, "r104", before("bid")),
        (40, "r108", before("qualify")), (40, "r139", before("confirm")),
        (42, "r112", turns.Confirmed), (42, "r140", before("award")), (52, "r141", before("award")),
        (54, "r100", turns.Awarded), (66, "r006", before("certify")), (41, "r035", turns.Unwanted),
        (39, "r121", turns.Thin),
    )  # fmt: skip
    return tuple(
        Part(
            last_morning_us - days * DAY_US,
            case_of(
                key,
                _plain(key, key, wanted=way is not turns.Unwanted, alone=way is turns.Thin),
                flags=_FLAGS.get(key, ""),
                notice_days=_DAYS.get(key, 0),
            ),
            way,
        )
        for days, key, way in found
    )


LIVE = ("r115", "r120", "r123", "r009", "r116", "r124", "r018", "r117", "r125", "r010", "r019",
        "r135", "r011", "r021")  # fmt: skip
"""The rows that are bid for live, in this order."""
_DAYS = {"r006": 40}
_FLAGS = {"r006": "F3 F18", "r035": "F3", "r009": "F3", "r010": "F3", "r011": "F3"}
