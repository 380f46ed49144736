"""What programs read: pages that join, tags, closed objects, and queries that do not grow."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, insert

from tests.web.api.house import AWARDED, LIVE, PUBLIC, House
from trading.demo.cast import Player
from trading.engine.desks import Waiting
from trading.papers.reading import act_of
from trading.people.tables import bidder as bidders
from trading.store import log
from trading.web import visibility
from trading.web.access import declared
from trading.web.api.lots import LotRow

LISTS = (
    "lots", "cases", "notices", "results", "assets", "contracts", "orgs", "people", "tasks",
    "own/registrations", "own/deposits", f"own/bids/{LIVE}", "own/observations",
    f"objects/lot/{AWARDED}/entries",
)  # fmt: skip
SINGLES = (
    f"lots/{AWARDED}", "cases/case-r109", "notices/case-r109", "assets/asset-r109",
    f"contracts/lot-{AWARDED}", "panels/case-r109", f"objects/lot/{AWARDED}", "objects/orgs/-",
    "orgs/community-r109", "entries/7", "people/office-chen",
)  # fmt: skip


def _reader(house: House, path: str) -> Player:
    if path.startswith("own/observations"):
        return house.player("resident_rep")
    return house.player("bidder" if path.startswith("own") else "office")


def _all(house: House, path: str, limit: int) -> list[Any]:
    found: list[Any] = []
    after = ""
    while True:
        more = f"&after={after}" if after else ""
        page = house.get(f"/api/v1/{path}?limit={limit}{more}", _reader(house, path))
        assert page.status == 200, (path, page.body)
        assert len(page.json["items"]) <= limit
        found += page.json["items"]
        after = page.json["next"]
        if not after:
            return found


@pytest.mark.parametrize("path", LISTS)
def test_the_pages_of_a_list_join_to_the_whole(house: House, path: str) -> None:
    whole = _all(house, path, 200)
    few = max(1, len(whole) // 3)
    assert _all(house, path, few) == whole
    assert len(whole) > 1 or path.startswith("own/bids")


def test_every_list_and_every_single_is_tried(house: House) -> None:
    tried = {*LISTS, *SINGLES, "me", "statistics", "entries", "objects/registration/x"}
    for _method, path, _access in declared(house.app):
        name = path.removeprefix("/api/v1/").partition("{")[0].strip("/")
        mine = path.startswith("/api/v1/") and not name.startswith(
            ("acts", "schemas", "openapi", "documents", "sandbox")
        )
        if mine:
            assert any(one.startswith(name) for one in tried), path


@pytest.mark.parametrize("path", SINGLES)
def test_a_single_object_has_a_tag(house: House, path: str) -> None:
    first = house.get(f"/api/v1/{path}", house.player("office"))
    assert first.status == 200, first.body
    tag = first.headers["etag"]
    again = house.get(f"/api/v1/{path}", house.player("office"), If_None_Match=f'"x", W/{tag}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    other = house.get(f"/api/v1/{path}", house.player("office"), If_None_Match='"x"')
    assert (other.status, other.body) == (200, first.body)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=-1", "after=" + "a" * 161, "place=" + "a" * 161],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused(house: House, query: str) -> None:
    answer = house.get(f"/api/v1/lots?{query}")
    assert (answer.status, answer.json["type"]) == (400, "urn:trading:error:invalid_input")


def test_a_key_that_is_none_of_a_list_is_refused(house: House) -> None:
    for path in ("notices", "results"):
        assert house.get(f"/api/v1/{path}?after=nonsense").status == 400
    bidder = house.player("bidder")
    assert house.get("/api/v1/own/registrations?after=nonsense", bidder).status == 404


def test_the_filters_of_lots_choose(house: House) -> None:
    rows = msgspec.convert(_all(house, "lots", 200), list[LotRow])
    street = house.get("/api/v1/lots?org=demo-district&limit=200").json["items"]
    assert len(street) == len(rows)
    for name, value in (("place", "bidding"), ("org", "community-r109"), ("asset", "asset-r033"),
                        ("tenure", "lease")):  # fmt: skip
        found = house.get(f"/api/v1/lots?{name}={value}&limit=200").json["items"]
        assert [one["lot"] for one in found] == [
            row.lot for row in rows if getattr(row, name) == value
        ]
        assert 0 < len(found) < len(rows)
    assert house.get("/api/v1/lots?q=%25").json["items"] == []
    assert house.get("/api/v1/lots?org=nobody").json["items"] == []


def test_a_lot_tells_now_next_conditions_and_result(house: House) -> None:
    live = house.get(f"/api/v1/lots/{LIVE}").json
    assert (live["now"]["place"], live["next"]["trigger"], live["result"]) == (
        "bidding", "end", None,
    )  # fmt: skip
    assert live["next"]["why"][0]["zh"] != live["next"]["why"][0]["en"]
    assert {"bidder"} == {
        r for act in live["doings"] if act["trigger"] == "bid" for r in act["roles"]
    }
    assert live["terms"]["plan"]["start_price_fen"] > 0
    done = house.get(f"/api/v1/lots/{AWARDED}").json
    assert done["result"]["winner_masked"]
    assert done["result"]["price_fen"] == done["sale"]["lead_fen"]
    assert house.get("/api/v1/lots/no-such").status == 404


def _own(house: House) -> str:
    return f"registration/{LIVE}-{house.player('bidder').person.partition('-')[2]}"


def _registration(house: House, lot: str) -> str:
    """Return the registration of somebody else than the bidder of the cast."""
    found = {state.name for state in house.centre.states_of("registration")} - {_own(house)}
    return min(name for name in found if name.startswith(f"registration/{lot}-"))


def _statuses(house: House, path: str) -> dict[str, int]:
    roles = ("centre_clerk", "centre_reviewer", "centre_cashier", "office", "resident_rep",
             "bidder", "auditor")  # fmt: skip
    told = {role: house.get(path, house.player(role)).status for role in roles}
    return {"public": house.get(path).status, **told}


def _closed(house: House) -> dict[str, set[str]]:
    """Return who sees what of a lot that was not awarded: another's registration and its roll."""
    other = _registration(house, LIVE)
    streams = {
        "own": _own(house), "other": other, "deposit": other.replace("registration", "deposit"),
        "roll": f"roll/{LIVE}", "person": "person/office-chen",
    }  # fmt: skip
    return {
        name: {
            who for who, status in _statuses(house, f"/api/v1/objects/{stream}").items()
            if status == 200
        }
        for name, stream in streams.items()
    }  # fmt: skip


CLOSED = {
    "own": {"centre_reviewer", "bidder", "auditor"},
    "other": {"centre_reviewer", "auditor"},
    "deposit": {"centre_cashier", "office", "auditor"},
    "roll": {"auditor"},
    "person": {"office", "auditor"},
}


def test_what_is_closed_is_seen_by_its_own_bidder_and_who_checks_it(house: House) -> None:
    assert _closed(house) == CLOSED
    for kind in ("registration", "deposit"):
        path = f"/api/v1/objects/{kind}/{_registration(house, AWARDED).partition('/')[2]}"
        assert set(_statuses(house, path).values()) == {200}
    assert house.get("/api/v1/objects/nonsense/x", house.player("auditor")).status == 404


def test_a_rule_that_opens_the_roll_is_noticed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visibility, "is_awarded", lambda lot: lot is not None)
    assert _closed(house) != CLOSED


def _told_of(house: House, stream: str) -> list[bool]:
    """Return whether the cashier and the clerk are told that ``stream`` waits at a desk."""
    state = house.centre.state(stream)
    assert state is not None
    one = Waiting(stream, state.org, "refund_due", "centre_cashier", 1, 2, "refund_losers_days")
    tokens = [house.token(house.player(role)) for role in ("centre_cashier", "centre_clerk")]
    found = house.app.shell.door.known(house.app.shell.sessions.find_all(tokens))
    viewers = [found[token] for token in tokens]
    return [house.app.shell.sight(viewer).at_desk(one) for viewer in viewers]


def test_a_deposit_that_waits_tells_nobody_else_of_a_bidder_before_the_award(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = _registration(house, LIVE).replace("registration", "deposit")
    awarded = _registration(house, AWARDED).replace("registration", "deposit")
    assert (_told_of(house, live), _told_of(house, awarded)) == ([True, False], [True, True])
    monkeypatch.setattr(visibility, "SILENT", frozenset())  # the planted bug: reach is enough
    assert _told_of(house, live) == [True, True]


def test_a_number_of_somebody_else_opens_nothing(house: House) -> None:
    name = _registration(house, LIVE).partition("/")[2]
    given = {"person": "stranger", "lot": LIVE, "number": int(name.rpartition("-")[2]),
             "who": "somebody", "at_us": 1}  # fmt: skip
    with house.centre.engine.begin() as connection:
        connection.execute(insert(bidders).values(given))
    stranger = Player("stranger", "bidder", ("bidder",), "", "")
    assert house.get(f"/api/v1/objects/registration/{name}", stranger).status == 404
    assert house.get("/api/v1/own/registrations", stranger).json["items"] == []


def test_people_are_seen_by_the_office_and_themselves(house: House) -> None:
    clerk = house.player("centre_clerk")
    assert house.get(f"/api/v1/people/{clerk.person}", clerk).json["person"] == clerk.person
    assert house.get("/api/v1/people/office-chen", clerk).status == 404
    assert house.get("/api/v1/people", clerk).status == 404
    assert house.get("/api/v1/me", clerk).json["roles"] == ["centre_clerk"]
    assert house.get("/api/v1/me").status == 401


def test_the_statistics_are_those_of_the_lots(house: House) -> None:
    told = house.get("/api/v1/statistics").json
    assert sum(one["count"] for one in told["places"]) == len(_all(house, "lots", 200))
    assert house.get("/api/v1/statistics?year=2x").status == 404


@contextmanager
def _counted(house: House) -> Iterator[list[str]]:
    seen: list[str] = []

    def count(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    for engine in {house.centre.engine, house.centre.reading}:
        event.listen(engine, "before_cursor_execute", count)
    yield seen
    for engine in {house.centre.engine, house.centre.reading}:
        event.remove(engine, "before_cursor_execute", count)


@pytest.mark.parametrize(
    ("path", "few"),
    [
        *((path, 2) for path in ("lots", "cases", "notices", "results", "assets", "contracts")),
        ("people", 2), ("entries", 120),
    ],
)  # fmt: skip
def test_the_queries_of_a_page_do_not_grow_with_its_rows(house: House, path: str, few: int) -> None:
    counts = []
    for limit in (few, 200):
        house.get("/api/v1/me", house.player("office"))
        with _counted(house) as seen:
            page = house.get(f"/api/v1/{path}?limit={limit}", house.player("office"))
        assert page.status == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


def test_everybody_is_limited_by_address(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = house.app.shell.limits
    few = dict.fromkeys(limits.rates, msgspec.structs.replace(limits.rates["address"], burst=1,
                                                              per_second=1))  # fmt: skip
    monkeypatch.setattr(limits, "rates", few)
    monkeypatch.setattr(limits, "_until_us", {})
    assert house.get("/api/v1/statistics").status == 200
    answer = house.get("/api/v1/statistics")
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")


def test_nobody_is_public(house: House) -> None:
    assert PUBLIC.person == ""
    assert house.get("/api/v1/lots", PUBLIC).status == 200


def test_a_document_on_record_is_saved_by_who_may_take_it_alone(house: House) -> None:
    rows = log.stream_entries(house.centre.reading, "case/case-r109", 0, 1000)
    sha256 = next(doc["sha256"] for row in rows for doc in act_of(row).docs)
    path = f"/api/v1/objects/case/case-r109/documents/{sha256}"
    answer = house.get(path, house.player("auditor"))
    assert (answer.status, hashlib.sha256(answer.body).hexdigest()) == (200, sha256)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    for who in (PUBLIC, house.player("bidder")):
        assert house.get(path, who).status == 404
    for wrong in ("0" * 64, "x"):
        path = f"/api/v1/objects/case/case-r109/documents/{wrong}"
        assert house.get(path, house.player("auditor")).status == 404
