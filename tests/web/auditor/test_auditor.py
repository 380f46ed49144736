"""Auditors replay a lot of the demonstration, compare, search, and let the record be checked."""

from __future__ import annotations

import os
import re
import time

import httpx
import pytest

from tests.support.rooms import Rooms
from tests.web.auditor.conftest import HTML, LOT, played_lot
from trading.people.sessions import Sessions
from trading.record.player import Player, changes
from trading.store import log
from trading.web.door import form_token
from trading.web.visibility import ROLES, seen_by


def test_what_the_entries_say_is_what_is_stored(demo_rooms: Rooms) -> None:
    player = played_lot(demo_rooms).player
    states = player.states(player.length)
    assert len(states) > 20
    assert states == {name: demo_rooms.centre.state(name) for name in states}


def test_a_stored_state_that_its_entries_do_not_say_is_seen(demo_rooms: Rooms) -> None:
    rows = [row for row in log.iterate(demo_rooms.centre.reading) if row.stream == f"lot/{LOT}"]
    states = Player(demo_rooms.centre.kernel, rows[:-1]).states(len(rows))
    assert states != {f"lot/{LOT}": demo_rooms.centre.state(f"lot/{LOT}")}


def test_every_step_changes_what_the_comparison_says(demo_rooms: Rooms) -> None:
    player = played_lot(demo_rooms).player
    assert changes(player.states(3), player.states(3)) == ()
    added = changes({}, player.states(1))
    assert {change.old for change in added} == {None}
    assert all(change.new is not None for change in added)


def test_before_the_award_only_those_who_check_see_registrations(demo_rooms: Rooms) -> None:
    played = played_lot(demo_rooms)
    registry = demo_rooms.centre.kernel.registry
    submitted = next(m.place for m in played.moments if m.kind == "deposit.receive/1")
    early, late = played.player.states(submitted), played.player.states(played.player.length)
    kinds = {
        role: {state.kind for state in seen_by(role, registry, early, LOT).values()}
        for role in ROLES
    }
    open_to_all = {"case", "lot", "panel"}
    assert kinds["public"] == kinds["resident_rep"] == kinds["centre_clerk"] == open_to_all
    assert kinds["centre_reviewer"] == open_to_all | {"registration"}
    assert kinds["centre_cashier"] == kinds["office"] == open_to_all | {"deposit"}
    assert kinds["auditor"] == {"case", "lot", "panel", "registration", "deposit", "roll"}
    assert seen_by("public", registry, late, LOT) == late


def test_the_player_shows_a_step_with_rules_actor_and_policy(auditor: httpx.Client) -> None:
    page = auditor.get(f"/audit/lots/{LOT}?step=21").text
    assert "operator-tan" in page
    assert "cn-collective@1" in page
    assert page.count("符合</span>") >= 4
    assert 'max="315"' in page
    english = auditor.get(f"/audit/lots/{LOT}?step=21&lang=en").text
    assert "Workflow and policy in force" in english


def test_the_last_step_says_that_the_stored_data_is_the_same(auditor: httpx.Client) -> None:
    same = "由记录推算出的状态与库中数据相同"
    assert same in auditor.get(f"/audit/lots/{LOT}").text
    assert same not in auditor.get(f"/audit/lots/{LOT}?step=20").text


def test_an_instant_finds_the_step_before_it(auditor: httpx.Client) -> None:
    page = auditor.get(f"/audit/lots/{LOT}?time=2025-11-28T21:30:30").text
    assert re.search(r'name="step"[^>]*value="37"', page)
    first = auditor.get(f"/audit/lots/{LOT}?time=1999-01-01T00:00").text
    assert re.search(r'name="step"[^>]*value="1"', first)


@pytest.mark.parametrize(
    "query",
    ["step=0", "step=-5", "step=1000000000", "time=nonsense", "seen=nobody", "a=9&b=1000000000"],
)
def test_odd_requests_get_a_page(auditor: httpx.Client, query: str) -> None:
    for path in (f"/audit/lots/{LOT}", f"/audit/lots/{LOT}/compare", f"/audit/lots/{LOT}/frame"):
        assert auditor.get(f"{path}?{query}").status_code == 200
    assert auditor.get(f"/audit/lots/no-lot?{query}").status_code == 404
    assert auditor.get(f"/audit/lots/{LOT}?step=x").status_code == 400


def test_a_part_of_the_page_is_no_whole_page(auditor: httpx.Client) -> None:
    part = auditor.get(f"/audit/lots/{LOT}/frame?step=3").text
    assert "<html" not in part
    assert 'value="3"' in part


def test_the_search_finds_by_actor_outcome_object_and_receipt(auditor: httpx.Client) -> None:
    def rows(query: str) -> int:
        found = re.search(r"找到 (\d+) 条", auditor.get(f"/audit/search?{query}").text)
        assert found
        return int(found[1])

    assert rows("") == 100
    assert rows("actor=operator-tan&kind=panel.open_step/1") > 20
    assert 0 < rows("outcome=proposed") < 100
    assert rows("stream=panel/case-r033&kind=panel.draw/1") == 1
    code = re.search(r'code">([0-9a-f]{16})<', auditor.get("/audit/search").text)
    assert code
    assert rows(f"receipt={code[1]}") == 1
    assert rows("actor=nobody-at-all") == 0
    assert rows("before=5") == 5


def test_lots_are_found_by_name_and_paged(auditor: httpx.Client) -> None:
    assert LOT in auditor.get("/audit").text
    assert "没有符合条件的标的" in auditor.get("/audit?q=%25nothing%25").text
    assert LOT not in auditor.get("/audit?after=zzz").text


def test_an_inspection_runs_beside_and_is_told(auditor: httpx.Client, token: str) -> None:
    form = {"csrf": form_token(token), "what": "replay"}
    assert auditor.post("/audit/findings", data=form).status_code == 303
    assert auditor.post("/audit/findings", data=form).status_code == 503
    begin = time.monotonic()
    while "正在进行" in auditor.get("/audit/findings").text:
        assert time.monotonic() - begin < 60
        time.sleep(0.2)
    assert "没有发现问题" in auditor.get("/audit/findings").text
    assert auditor.post("/audit/findings", data={**form, "what": "rm"}).status_code == 400


def test_others_are_told_that_there_is_nothing(demo_rooms: Rooms) -> None:
    sessions = Sessions(demo_rooms.centre.engine, demo_rooms.clock, os.urandom)
    token = sessions.begin("clerk-liu", "staff", "two")
    with httpx.Client(base_url=demo_rooms.url, headers=HTML) as client:
        assert client.get("/audit").headers["Location"] == "/signin?next=/audit"
        client.cookies.set("session", token)
        for path in ("/audit", "/audit/search", "/audit/findings", f"/audit/lots/{LOT}"):
            assert client.get(path).status_code == 404
        sent = client.post("/audit/findings", data={"csrf": form_token(token), "what": "verify"})
        assert sent.status_code == 404
