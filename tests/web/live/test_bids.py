"""A bid by HTTP is taken in front of the framework, and by the same rules as behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from tests.support.market import Lot
from trading.centre import Centre
from trading.people.sessions import Room
from trading.store import log
from trading.web.app import HEADERS, Application, create_app
from trading.web.door import form_token
from trading.web.limits import Rate

SITE = "http://site.example"
Bid = Callable[..., httpx.Response]


@pytest.fixture
def app(market: Centre) -> Iterator[Application]:
    made = create_app(market, market.home)
    yield made
    made.live.close()


@pytest.fixture
def bid(app: Application, lot: Lot) -> Iterator[Bid]:
    """Give a function that bids; what it is given replaces what a page would send."""
    client = TestClient(app, base_url=SITE)

    def _bid(price_fen: int, key: str = "k", number: int = 100, **more: Any) -> httpx.Response:
        person = more.pop("person", f"bidder-{number}")
        token = app.shell.sessions.begin(person, more.pop("room", "bidder"), "two")
        headers = {
            "Cookie": f"lang=zh; session={token}", "X-CSRF-Token": form_token(token),
            "Idempotency-Key": key, "Origin": SITE, **more.pop("headers", {}),
        }  # fmt: skip
        told = {"lot": lot.id, "price_fen": price_fen}
        body = more.pop("body", json.dumps(told).encode())
        path = more.pop("path", f"/api/v1/lots/{lot.id}/bids")
        kept = {name: value for name, value in headers.items() if value is not None}
        return client.post(path, content=body, headers=kept)

    with client:
        yield _bid


def _size(market: Centre) -> int:
    return log.head(market.reading).size


def test_a_bid_gets_its_receipt_and_a_retry_the_same(bid: Bid, market: Centre) -> None:
    size = _size(market)
    first = bid(100_000)
    assert (first.status_code, first.json()["index"]) == (201, size)
    assert bid(100_000).json() == first.json()
    assert _size(market) == size + 1
    for name, value in HEADERS.items():
        assert first.headers[name] == value


def test_a_key_with_another_body_is_refused(bid: Bid) -> None:
    assert bid(100_000).status_code == 201
    again = bid(100_100)
    assert (again.status_code, again.json()["type"]) == (422, "urn:trading:error:key_reused")


def test_a_refusal_names_the_rules_and_is_an_entry(bid: Bid, market: Centre) -> None:
    size = _size(market)
    low = bid(1)
    assert low.status_code == 409
    assert "reaches_start_v1" in low.json()["guards"]
    assert low.headers["content-type"] == "application/problem+json"
    assert low.headers["Cache-Control"] == "no-store"
    assert _size(market) == size + 1


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"headers": {"Cookie": None}}, 401),
        ({"headers": {"Cookie": "session=nobody"}}, 401),
        ({"room": "staff"}, 404),
        ({"person": "a-person-without-a-number"}, 404),
        ({"headers": {"X-CSRF-Token": None}}, 403),
        ({"headers": {"X-CSRF-Token": "0" * 64}}, 403),
        ({"headers": {"Origin": "http://foreign.example"}}, 403),
        ({"headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
        ({"headers": {"Idempotency-Key": None}}, 400),
        ({"key": "k" * 101}, 400),
        ({"body": b"{"}, 400),
        ({"body": b'{"lot":"case-0000-1","price_fen":"100000"}'}, 400),
        ({"body": b'{"lot":"case-0000-1","price_fen":1,"price_fen":100000}'}, 400),
        ({"body": b'{"lot":"case-0000-1","price_fen":100000,"role":"office"}'}, 400),
        ({"body": b'{"lot":"case-0000-2","price_fen":100000}'}, 400),
        ({"body": b" " * 5000}, 413),
        ({"path": "/api/v1/lots/a/b/bids"}, 404),
    ],
)
def test_what_is_no_bid_of_a_bidder_is_refused_and_leaves_nothing(
    bid: Bid, market: Centre, more: dict[str, Any], status: int
) -> None:
    size = _size(market)
    answer = bid(100_000, **more)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert _size(market) == size


@pytest.mark.parametrize("room", ["bidder", "staff"])
def test_the_route_behind_the_front_answers_the_same(
    app: Application, bid: Bid, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = bid(100_000, room=room)
    monkeypatch.setattr("trading.web.app.lot_in", lambda _path: "")
    behind = bid(100_000, room=room)
    assert (behind.status_code, behind.json()) == (front.status_code, front.json())


def test_who_bids_too_often_is_told_to_wait(app: Application, bid: Bid) -> None:
    app.shell.limits.rates = {**app.shell.limits.rates, "account": Rate(1, 2)}
    statuses = [bid(100_000, key=f"k{n}").status_code for n in range(3)]
    assert statuses == [201, 409, 429]
    assert bid(100_000).headers["Retry-After"] == "1"
    assert bid(100_100, number=101).status_code == 201
