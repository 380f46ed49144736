"""INV-27 and INV-29: every route answers everybody as the table says, and each bug is noticed.

The cells come from the routes that are served. What is asked: who may not ask is turned away; who
may sees the own object and not another one; no write is taken without its token or from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from tests.web.api.house import House
from tests.web.api.matrix import Matrix
from tests.web.api.permissions import PAGE
from trading.web import door, shell
from trading.web.access import EVERYBODY, OPT, Access
from trading.web.api.permissions import COMMAND, page
from trading.web.bidder.own import Own
from trading.web.representative import reading
from trading.web.visibility import Sight

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def matrix(house: House) -> Matrix:
    """Return the questions, before any bug is planted."""
    return Matrix(house)


def _handler(app: Litestar, path: str) -> HTTPRouteHandler:
    route = next(route for route in app.routes if route.path == path)
    found: HTTPRouteHandler = next(
        one for one in route.route_handlers  # type: ignore[union-attr] # a HTTP route
        if isinstance(one, HTTPRouteHandler) and "GET" in one.http_methods
    )  # fmt: skip
    return found


def test_the_page_is_what_is_served(house: House) -> None:
    assert page(house.centre, house.app) == PAGE.read_text(encoding="utf-8"), COMMAND


def test_a_route_that_is_opened_changes_the_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_handler(house.app, "/staff/people").opt, OPT, EVERYBODY)
    assert page(house.centre, house.app) != PAGE.read_text(encoding="utf-8")


def test_who_may_not_ask_is_turned_away(matrix: Matrix) -> None:
    assert list(matrix.denials()) == []
    assert len(matrix.cells) > 2000


def test_a_route_whose_check_is_removed_is_noticed(
    house: House, matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_handler(house.app, "/staff/people").opt, OPT, EVERYBODY)
    assert list(matrix.denials("/staff/people"))


def test_a_role_that_is_not_asked_for_is_noticed(
    house: House, matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    anyone = Access(rooms=("staff",), objects="org")
    monkeypatch.setitem(_handler(house.app, "/api/v1/people").opt, OPT, anyone)
    assert list(matrix.denials("/api/v1/people"))


def test_who_may_ask_is_let_in_under_a_policy_of_contents(matrix: Matrix) -> None:
    assert list(matrix.fronts()) == []


def test_a_page_without_a_policy_of_contents_is_noticed(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "CSP", "script-src 'unsafe-inline'")
    assert "no content security policy" in next(matrix.fronts("/staff/people"), "")


def test_an_own_object_is_seen_and_another_is_not(matrix: Matrix) -> None:
    assert matrix.unnamed() == set(), "name an example in tests/web/api/matrix.py"
    assert list(matrix.objects()) == []


def _staff_reach(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Sight, "works_on", lambda _self, _state: True)


def _closed_seen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Sight, "_sees", lambda _self, _state, _lot_at: True)


def _panel_of_others(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reading, "sits", lambda _panel, _person: True)


def _papers_of_others(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Sight, "paper", lambda _self, _kind, _state: True)


def _acts_of_others(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Own, "own_act", lambda self, _request, _index: (self.all_of("bidder-188")[0], 0))


@pytest.mark.parametrize(
    ("plant", "where"),
    [
        (_staff_reach, "/staff/objects/"), (_closed_seen, "/api/v1/objects/"),
        (_panel_of_others, "/watch/look/"), (_papers_of_others, "/bidder/papers/"),
        (_acts_of_others, "/bidder/receipts/"),
    ],
)  # fmt: skip
def test_an_object_whose_check_is_removed_is_noticed(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[pytest.MonkeyPatch], None], where: str,
) -> None:  # fmt: skip
    plant(monkeypatch)
    assert any(where in one for one in matrix.objects(where))


def test_no_write_is_taken_without_its_token_or_from_elsewhere(matrix: Matrix) -> None:
    assert list(matrix.writes()) == []


def test_a_door_that_does_not_look_where_a_form_comes_from_is_noticed(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "check_site", lambda _sent: None)
    monkeypatch.setattr(door, "check_sent", lambda _sent, _viewer, _brought: None)
    assert next(matrix.writes("/staff/act/"), "")
