"""Bidders find, register, bid, win and lose: through the forms of the pages alone."""

from __future__ import annotations

import re

import pytest

from tests.support.rooms import Rooms
from tests.web.visitor import Visit, Visitor, bids_on, plain
from trading.base.deadline import local_text
from trading.bidding.rules import Registration, Sale
from trading.engine.stream import Stream
from trading.listing.rules import Terms
from trading.papers.reading import Act
from trading.store import log
from trading.web.bidder import viewing

OPEN = "case-r115-1"
"""The lot whose bidding is going on."""
LISTED = "case-r044-1"
WON = "case-r139-1"
"""A lot whose bidding has just ended."""
POSTED = "case-r140-1"
PDF_LIKE = b"%PDF-1.4 not really"


def _state(rooms: Rooms, stream: str) -> Stream:
    found = rooms.centre.state(stream)
    assert found is not None
    return found


def _sale(rooms: Rooms, lot: str = OPEN) -> Sale:
    found: Sale = _state(rooms, f"lot/{lot}").facets["sale"]
    return found


def _next_fen(rooms: Rooms) -> int:
    terms: Terms = _state(rooms, f"lot/{OPEN}").facets["terms"]
    sale = _sale(rooms)
    step_fen = terms.plan.bid_step_fen
    return sale.lead_fen + step_fen if sale.lead_number else terms.plan.start_price_fen


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _bids(rooms: Rooms) -> list[Act]:
    return bids_on(rooms.centre, OPEN)


def _asked(visitor: Visitor, price_fen: int) -> dict[str, str]:
    page = f"/bidder/lots/{OPEN}/confirm?price={_yuan(price_fen)}"
    return visitor.form(page, f"/bidder/lots/{OPEN}/bid")


@pytest.fixture
def rival(served: Rooms, visit: Visit) -> Visitor:
    """Give a bidder of the open lot who does not lead."""
    numbers = list(_state(served, f"roll/{OPEN}").facets["roll"].listed.values())
    return visit(f"person-{int(numbers[0] == _sale(served).lead_number)}")


def test_a_bid_is_checked_confirmed_and_received(served: Rooms, rival: Visitor) -> None:
    price_fen = _next_fen(served)
    live = rival.get(f"/bidder/lots/{OPEN}/live")
    assert f'value="{_yuan(price_fen)}"' in live.text
    page = rival.get(f"/bidder/lots/{OPEN}/confirm?price={_yuan(price_fen)}")
    assert "全期合计" in page.text
    assert "元整" in page.text
    before = len(_bids(served))
    done = rival.send(f"/bidder/lots/{OPEN}/bid", _asked(rival, price_fen))
    assert "收到" in done.text
    assert "您现在领先" in done.text
    assert _sale(served).lead_fen == price_fen
    assert len(_bids(served)) == before + 1
    act = _bids(served)[-1]
    assert act.code[:4].upper() in done.text
    assert act.code[:4].upper() in rival.get("/bidder/mine").text


def test_a_double_tap_and_a_retry_are_one_bid(served: Rooms, rival: Visitor) -> None:
    fields = _asked(rival, _next_fen(served))
    before = len(_bids(served))
    pages = [rival.send(f"/bidder/lots/{OPEN}/bid", fields) for _n in range(3)]
    assert len({page.url for page in pages}) == 1
    assert pages[0].url.path.startswith("/bidder/receipts/")
    assert len(_bids(served)) == before + 1


def test_a_bid_on_a_stale_page_tells_the_new_price(
    served: Rooms, rival: Visitor, visit: Visit
) -> None:
    price_fen = _next_fen(served)
    stale = _asked(rival, price_fen)
    number = _state(served, f"roll/{OPEN}").facets["roll"].listed
    others = [n for n in range(len(number)) if f"person-{n}" != rival.person]
    leader = list(number.values()).index(_sale(served).lead_number) if _sale(served).bids else -1
    other = visit(f"person-{next(n for n in others if n != leader)}")
    assert other.send(f"/bidder/lots/{OPEN}/bid", _asked(other, price_fen)).status_code == 200
    page = rival.send(f"/bidder/lots/{OPEN}/bid", stale)
    assert page.status_code == 409
    assert "没有出价成功" in page.text
    assert "最低可以出" in page.text
    assert f"{price_fen // 100:,}.{price_fen % 100:02d}" in plain(page)
    late = rival.get(f"/bidder/lots/{OPEN}/confirm?price={_yuan(price_fen)}")
    assert late.status_code == 400
    assert "data-send" not in late.text


def test_what_is_no_price_is_asked_again_with_what_was_typed(rival: Visitor) -> None:
    for typed in ("", "1e9", "-5", "１００", "<b>7</b>", "9" * 40, "12.345"):
        page = rival.client.get(f"/bidder/lots/{OPEN}/confirm", params={"price": typed})
        assert page.status_code == 400, typed
        assert "<b>7</b>" not in page.text
    fields = _asked(rival, 10**9)
    assert rival.send(f"/bidder/lots/{OPEN}/bid", fields | {"price_fen": "x"}).status_code == 400
    assert rival.send(f"/bidder/lots/{OPEN}/bid", fields | {"csrf": "no"}).status_code == 403


def test_a_flood_of_bids_of_one_account_is_slowed(served: Rooms, visit: Visit) -> None:
    flooder = visit("person-3")
    fields = _asked(flooder, 10**9) | {"price_fen": "1"}
    sent = [
        flooder.send(f"/bidder/lots/{OPEN}/bid", fields | {"key": f"flood-{n}"}) for n in range(22)
    ]
    assert {page.status_code for page in sent} == {409, 429}
    assert sent[-1].status_code == 429


def test_who_is_not_qualified_watches_and_cannot_bid(
    served: Rooms, visit: Visit, rival: Visitor
) -> None:
    stranger = visit("stranger")
    page = stranger.get(f"/bidder/lots/{OPEN}/live")
    assert "只能观看" in page.text
    assert "data-bid " not in page.text
    assert stranger.get(f"/bidder/lots/{OPEN}/confirm?price=99999").status_code == 404
    token = stranger.form(f"/bidder/lots/{LISTED}/register", f"/bidder/lots/{LISTED}/register")
    sent = {"csrf": token["csrf"], "key": "k", "price_fen": str(_next_fen(served))}
    assert stranger.send(f"/bidder/lots/{OPEN}/bid", sent).status_code == 404
    own = rival.send(f"/bidder/lots/{OPEN}/bid", _asked(rival, _next_fen(served)))
    other = visit(f"person-{2 if rival.person != 'person-2' else 3}")
    assert rival.get(own.url.path).status_code == 200
    for somebody in (stranger, other):
        assert somebody.get(own.url.path).status_code == 404
    for index in (-1, 10**9, 10**18):
        assert rival.get(f"/bidder/receipts/{index}").status_code == 404


def test_registering_acknowledges_everything_and_leads_to_the_deposit(
    served: Rooms, visit: Visit
) -> None:
    newcomer = visit("newcomer")
    address = f"/bidder/lots/{LISTED}/register"
    fields = newcomer.form(address, address)
    half = newcomer.send(address, fields | {"name": "张<b>三</b>", "near": "no"})
    assert half.status_code == 400
    assert "张&lt;b&gt;三&lt;/b&gt;" in half.text
    given = {"name": "张三", "near": "no", "conditions": "yes", "kind": "household"}
    done = newcomer.send(address, fields | given)
    assert done.url.path.startswith("/bidder/receipts/")
    found = newcomer.get(f"/bidder/lots/{LISTED}")
    number = re.search(r'class="plate">(\d+)<', found.text)
    assert number is not None
    state = _state(served, f"registration/{LISTED}-{number[1]}")
    registration: Registration = state.facets["registration"]
    assert (state.place, registration.kind) == ("submitted", "household")
    assert "newcomer" not in registration.who
    assert f"{LISTED}-{number[1]}" in found.text
    assert "张三" not in found.text
    again = newcomer.send(address, fields | given)
    assert again.url == done.url
    assert newcomer.get(address).headers["location"] == f"/bidder/lots/{LISTED}"
    told = newcomer.get(f"/bidder/lots/{LISTED}").text
    assert "账号印在缴款通知上" in told
    assert "打监督电话 0731-85880000" in told
    assert "缴纳" in newcomer.get("/bidder/mine").text


def test_a_priority_claim_needs_a_proof_that_is_a_paper(visit: Visit) -> None:
    claimant = visit("claimant")
    address = f"/bidder/lots/{LISTED}/register"
    given = claimant.form(address, address) | {
        "name": "李四", "near": "no", "conditions": "yes", "priority": "sitting_tenant",
    }  # fmt: skip
    assert "请上传优先权的证明" in claimant.send(address, given).text
    files = {"proof": ("p.pdf", PDF_LIKE, "application/pdf")}
    assert claimant.send(address, given, files=files).status_code == 400
    wrong = given | {"priority": "", "version": "999"}
    assert claimant.send(address, wrong).status_code == 409
    assert claimant.send(address, wrong | {"version": "x"}).status_code == 400


def test_a_viewing_is_booked_without_a_name(served: Rooms, visit: Visit) -> None:
    address = f"/bidder/lots/{LISTED}/viewing"
    codes = set()
    for n in range(7):
        guest = visit(f"guest-{n}")
        page = guest.get(address)
        slot = re.search(r'name="slot" id="slot-1" value="(\d+)"', page.text)
        assert slot is not None
        assert local_text(int(slot[1]))[11:16] in {"10:00", "15:00"}, "as the notice says"
        done = guest.send(address, guest.form(address, address) | {"slot": slot[1]})
        code = re.search(r'govuk-panel__title">(\d{6})<', done.text)
        codes.add(code[1] if code else done.status_code)
    assert 400 in codes
    assert len(codes) == 7
    first = visit("guest-0")
    gone = first.send(address, first.form(address, address) | {"slot": "none"})
    assert "govuk-panel__title" not in gone.text
    size = len(log.stream_entries(served.centre.reading, f"lot/{LISTED}", 0, 500))
    assert size == _state(served, f"lot/{LISTED}").seq


def test_a_notice_without_times_says_whom_to_ask(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewing, "instants", lambda *_given: [])
    page = visit("guest").get(f"/bidder/lots/{LISTED}/viewing").text
    assert 'name="slot"' not in page
    assert "公告没有定下可以在网上预约的时间" in page
    assert "0731-85880000" in page


def test_the_winner_accepts_and_the_others_learn_why_they_lost(served: Rooms, visit: Visit) -> None:
    listed = _state(served, f"roll/{WON}").facets["roll"].listed
    lead = list(listed.values()).index(_sale(served, WON).lead_number)
    winner, loser = visit(f"person-{lead}"), visit(f"person-{0 if lead else 1}")
    address = f"/bidder/lots/{WON}"
    assert f"{address}/deal/accept" not in loser.get(address).text
    told = plain(loser.get("/bidder/mine"))
    assert f"{_sale(served, WON).lead_number} 号以" in told
    assert "个工作日 内退还到原账户" in told
    decline = winner.form(address, f"{address}/deal/decline")
    assert winner.send(f"{address}/deal/decline", decline).status_code == 400
    accept = winner.form(address, f"{address}/deal/accept")
    assert winner.send(f"{address}/deal/nothing", accept).status_code == 404
    assert loser.send(f"{address}/deal/accept", accept | _token(loser)).status_code == 409
    assert "收到" in winner.send(f"{address}/deal/accept", accept).text
    assert _sale(served, WON).accepted


def _token(visitor: Visitor) -> dict[str, str]:
    address = f"/bidder/lots/{LISTED}/viewing"
    return {"csrf": visitor.form(address, address)["csrf"], "key": "another"}


def test_a_loser_objects_to_a_posted_result(served: Rooms, visit: Visit) -> None:
    loser = visit("person-1")
    address = f"/bidder/lots/{POSTED}/object"
    fields = loser.form(address, address) | {"ground": "procedure", "kind": "objection"}
    assert loser.send(address, fields).status_code == 400
    page = loser.send(address, fields | {"text": "身份证 110101199003070011 的人"})
    assert page.status_code == 400
    done = loser.send(address, fields | {"text": "公示栏没有张贴"})
    assert done.url.path.startswith("/bidder/receipts/")
    assert _state(served, f"objection/{POSTED}-1").facets["objection"].ground == "procedure"


def test_lots_are_found_by_place_state_and_words(visit: Visit) -> None:
    visitor = visit("stranger")
    every = visitor.get("/bidder").text
    assert f"/bidder/lots/{LISTED}" in every
    listed = visitor.get("/bidder?place=listed").text
    assert f"/bidder/lots/{LISTED}" in listed
    assert f"/bidder/lots/{OPEN}" not in listed
    assert "没有符合条件的标的" in visitor.get("/bidder?q=%25%3Cb%3E").text
    assert f"/bidder/lots/{LISTED}" in visitor.get("/bidder?org=demo-street").text
    assert visitor.get("/bidder?org=nowhere&after=zzz&place=x").status_code == 200


def test_a_player_of_the_demonstration_is_the_number_of_the_name(visit: Visit) -> None:
    player = visit("bidder-188", level="demo")
    assert "188" in plain(player.get(f"/bidder/lots/{OPEN}/live"))
    assert "我要出价" in player.get(f"/bidder/lots/{OPEN}/live").text
    nobody = visit("bidder-189", level="demo")
    assert "我要出价" not in nobody.get(f"/bidder/lots/{OPEN}/live").text


def test_a_program_bids_under_the_number_of_its_account(served: Rooms, rival: Visitor) -> None:
    told = {"lot": OPEN, "price_fen": _next_fen(served)}
    headers = {"X-CSRF-Token": _token(rival)["csrf"], "Idempotency-Key": "api-1"}
    answer = rival.client.post(f"/api/v1/lots/{OPEN}/bids", json=told, headers=headers)
    assert answer.status_code == 201
    number = _sale(served).lead_number
    assert f"{number}" in plain(rival.get(f"/bidder/lots/{OPEN}/live"))
    assert "您现在领先" in rival.get(f"/bidder/receipts/{answer.json()['index']}").text


def test_an_account_named_like_a_number_of_somebody_else_cannot_use_it(
    served: Rooms, visit: Visit, rival: Visitor
) -> None:
    numbers = _state(served, f"roll/{OPEN}").facets["roll"].listed.values()
    number = next(n for n in numbers if n != _sale(served).lead_number)
    thief = visit(f"bidder-{number}")
    told = {"lot": OPEN, "price_fen": _next_fen(served)}
    headers = {"X-CSRF-Token": _token(thief)["csrf"], "Idempotency-Key": "stolen"}
    answer = thief.client.post(f"/api/v1/lots/{OPEN}/bids", json=told, headers=headers)
    assert answer.status_code == 404
    assert rival.get(f"/bidder/lots/{OPEN}/live").status_code == 200


@pytest.mark.parametrize(("lang", "words"), [
    ("zh", ("正在招租和转让", "为什么没有成交", "条件和规则", "我要出价", "程序不合规定",
            "个体工商户")),
    ("en", ("near you", "Why you did not win", "Conditions and rules", "I bid",
            "against the rules", "Sole trader")),
])  # fmt: skip
def test_every_page_speaks_both_languages(visit: Visit, lang: str, words: tuple[str, ...]) -> None:
    visitor = visit("person-1")
    visitor.client.cookies.set("lang", lang)
    pages = ("/bidder", "/bidder/mine", f"/bidder/lots/{OPEN}", f"/bidder/lots/{OPEN}/live",
             f"/bidder/lots/{POSTED}/object")  # fmt: skip
    found = [visitor.get(page) for page in pages]
    stranger = visit("reader")
    stranger.client.cookies.set("lang", lang)
    found.append(stranger.get(f"/bidder/lots/{LISTED}/register"))
    assert [page.status_code for page in found] == [200] * len(found)
    for page, said in zip(found, words, strict=True):
        assert said in plain(page)
