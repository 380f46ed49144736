"""A phone far from the mast: how long from the tap to the receipt, and what each room weighs.

The phone is Chromium with a round trip of 400 ms, 50 kilobytes a second and a processor slowed six
times. The yardstick is one bare round trip of the same page on the same phone.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from tests.bench.figures import Progress
from tests.support.browser import PROFILES, find_browser, flags
from tests.support.rooms import Rooms, play_demo, serving_rooms
from trading.base.entropy import SystemEntropy
from trading.bidding.rules import Roll, Sale
from trading.people.bidders import Bidder, Bidders
from trading.people.sessions import Level, Room, Sessions
from trading.store.home import Home

LOT = "case-r115-1"
ROUND_TRIP_MS, BYTES_PER_SECOND, SLOWER = 400, 50_000, 6
ROUND_TRIPS_MAX = 6
WEIGHT_BYTES_MAX = 80 * 1024
ROUND_TRIP = """async () => {
  const begin = performance.now();
  await fetch('/healthz', {cache: 'no-store'});
  return Math.round(performance.now() - begin);
}"""
FRONTS: tuple[tuple[str, Room | None, Level, str], ...] = (
    ("public", None, "two", "/"),
    ("lot", None, "two", f"/lots/{LOT}"),
    ("bidder", "bidder", "two", f"/bidder/lots/{LOT}/live"),
    ("representative", "representative", "passkey", "/watch"),
    ("staff", "staff", "two", "/staff"),
    ("auditor", "auditor", "two", "/audit"),
)


def measure_phones(root: Path, rounds: int, progress: Progress) -> bool:
    """Bid ``rounds`` times and load each front page; tell whether all kept within bounds."""
    progress.say("playing a demonstration")
    play_demo(root / "demo")
    with (
        serving_rooms(Home.open(root / "demo"), ticks=False) as rooms,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=find_browser(), args=flags())
        weights = {}
        for name, room, level, path in FRONTS:
            with _phone(chromium.new_context(**PROFILES["phone"])) as (context, page, cdp):
                if room is not None:
                    _sign_in(rooms, context, _somebody(rooms, room), room, level)
                weights[name] = _weight(page, cdp, rooms.url + path)
        taps = [_tap(rooms, chromium.new_context(**PROFILES["phone"])) for _ in range(rounds)]
        chromium.close()
    for name, weight in weights.items():
        print(f"{name:16} first load {weight / 1024:6.1f} KB")
    ratios = [tap_ms / trip_ms for tap_ms, trip_ms in taps]
    for told, values in (("tap to receipt, ms", [tap for tap, _ in taps]),
                         ("one round trip, ms", [trip for _, trip in taps])):  # fmt: skip
        print(f"{told:20} {min(values):.0f} / {statistics.median(values):.0f} / {max(values):.0f}")
    print(f"round trips a tap    {min(ratios):.2f} / {statistics.median(ratios):.2f} / "
          f"{max(ratios):.2f}")  # fmt: skip
    light = weights["representative"] <= WEIGHT_BYTES_MAX
    return light and statistics.median(ratios) <= ROUND_TRIPS_MAX


@contextmanager
def _phone(context: BrowserContext) -> Iterator[tuple[BrowserContext, Page, CDPSession]]:
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    cdp.send("Network.enable")
    try:
        yield context, page, cdp
    finally:
        context.close()


def _weight(page: Page, cdp: CDPSession, url: str) -> int:
    """Return the bytes that a first look at ``url`` takes from the network."""
    taken: list[int] = []
    cdp.on("Network.loadingFinished", lambda told: taken.append(int(told["encodedDataLength"])))
    page.goto(url, wait_until="load")
    page.wait_for_timeout(ROUND_TRIP_MS)
    return sum(taken)


def _tap(rooms: Rooms, context: BrowserContext) -> tuple[int, int]:
    """Return the milliseconds from tapping the bid to its receipt, and those of a round trip."""
    with _phone(context) as (_, page, cdp):
        _sign_in(rooms, context, _follower(rooms), "bidder", "two")
        page.goto(f"{rooms.url}/bidder/lots/{LOT}/live")
        page.locator("button.step").first.tap()
        page.get_by_text("确认出价").wait_for()
        cdp.send("Network.emulateNetworkConditions", {
            "offline": False, "latency": ROUND_TRIP_MS,
            "downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND,
        })  # fmt: skip
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        trip_ms = int(page.evaluate(ROUND_TRIP))
        begin = time.perf_counter()
        page.get_by_role("button", name="确认出价").tap()
        page.get_by_text("收到").first.wait_for(timeout=60_000)
        return round((time.perf_counter() - begin) * 1000), trip_ms


def _somebody(rooms: Rooms, room: Room) -> str:
    """Return the first of the cast who has this room."""
    return next(player.person for player in rooms.cast if player.room == room)


def _follower(rooms: Rooms) -> str:
    """Return the account of a bidder of the lot who does not lead; make it if need be."""
    state, lot = rooms.centre.state(f"roll/{LOT}"), rooms.centre.state(f"lot/{LOT}")
    assert state is not None
    assert lot is not None
    sale: Sale = lot.facets["sale"]
    roll: Roll = state.facets["roll"]
    known = Bidders(rooms.centre.engine, rooms.centre.clock, SystemEntropy())
    numbers = list(roll.listed.items())
    for n, (who, number) in enumerate(numbers[:2]):
        known.keep(Bidder(f"person-{n}", LOT, number, who))
    return f"person-{int(numbers[0][1] == sale.lead_number)}"


def _sign_in(rooms: Rooms, context: BrowserContext, person: str, room: Room, level: Level) -> None:
    sessions = Sessions(rooms.centre.engine, rooms.centre.clock, SystemEntropy())
    token = sessions.begin(person, room, level)
    context.add_cookies(
        [
            {"name": "session", "value": token, "url": rooms.url},
            {"name": "lang", "value": "zh", "url": rooms.url},
        ]
    )
