"""A step of a trade by programs alone: a number, a registration, its deposit, its qualification."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.api.conftest import Caller
from trading.papers.reading import act_of
from trading.store import log
from trading.web.app import Application

LOT = "case-r044-1"
"""A lot that is listed."""


def _act(app: Application, receipt: dict[str, Any]) -> Any:
    return act_of(log.entries(app.shell.centre.reading, receipt["index"], 1)[0])


def _facets(app: Application, stream: str) -> Any:
    state = app.shell.centre.state(stream)
    assert state is not None
    return state.facets


def _number(caller: Caller, lot: str = LOT) -> dict[str, Any]:
    answer = caller.post(f"/api/v1/lots/{lot}/number")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_bidder_registers_pays_and_is_qualified(played: Application) -> None:
    newcomer = Caller(played, "programmer-1", "bidder").by_token()
    drawn = _number(newcomer)
    assert _number(newcomer) == drawn
    terms = _facets(played, f"lot/{LOT}")["terms"]
    data = {**drawn, "acknowledged_version": terms.version}
    proof = newcomer.post(
        "/api/v1/documents", content="本人的证明".encode(), headers={"Content-Type": "text/plain"}
    )
    assert (proof.status_code, proof.json()["media_type"]) == (201, "text/plain; charset=utf-8")
    more = {"personal": {"name": "张三"}, "documents": {"proof": proof.json()["sha256"]}}
    done = newcomer.act("registration.submit/1", data, "r", **more)
    assert done.status_code == 201, done.text
    assert newcomer.act("registration.submit/1", data, "r", **more).json() == done.json()
    act = _act(played, done.json())
    assert (act.actor, act.kind) == (f"bidder-{drawn['number']}", "registration.submit/1")
    assert "programmer-1" not in str(act)
    assert "张三" not in str(act)

    own = {"lot": LOT, "number": drawn["number"]}
    paid = {"amount_fen": terms.plan.deposit_fen, "bank_reference": "ref-1",
            "paid_us": played.shell.centre.clock.now_us()}  # fmt: skip
    cashier = Caller(played, "cashier-zhou")
    got = cashier.act("deposit.receive/1", {**own, **paid}, facts={"payer_same_name": True})
    assert got.status_code == 201, got.text

    reviewer, kind = Caller(played, "reviewer-he"), "registration.qualify/1"
    unchecked = reviewer.act(kind, own, "q1", facts={"not_barred": True})
    assert unchecked.status_code == 409
    assert "eligible_v1" in unchecked.json()["guards"]
    facts = {"eligible": True, "not_barred": True}
    other = reviewer.act(kind, own, "q1", facts=facts)
    assert (other.status_code, other.json()["type"]) == (422, "urn:trading:error:key_reused")
    qualified = reviewer.act(kind, own, "q2", facts=facts)
    assert (qualified.status_code, qualified.json()["outcome"]) == (201, "done")
    assert _facets(played, f"roll/{LOT}")["roll"].listed[drawn["who"]] == drawn["number"]


def test_nobody_acts_under_the_number_of_another(played: Application) -> None:
    owner, thief = (Caller(played, f"programmer-{n}", "bidder") for n in (2, 3))
    drawn = _number(owner)
    version = _facets(played, f"lot/{LOT}")["terms"].version
    size = log.head(played.shell.centre.reading).size
    acts = (
        ("registration.submit/1", {**drawn, "acknowledged_version": version}),
        ("roll.acknowledge/1", {"lot": LOT, "who": drawn["who"], "version": version}),
        ("bid.place/1", {"lot": LOT, "price_fen": 1}),
    )
    for kind, data in acts:
        answer = thief.act(kind, data, kind)
        assert (answer.status_code, answer.json()["detail"]) == (404, "no such page"), kind
    _number(thief)
    for kind, data in acts[:2]:
        assert thief.act(kind, data, kind).status_code == 404
    assert log.head(played.shell.centre.reading).size == size


def test_a_number_is_drawn_by_bidders_on_published_lots_alone(played: Application) -> None:
    for person, room, lot in (
        ("programmer-4", "bidder", "no-such-lot"),
        ("clerk-liu", "staff", LOT),
    ):
        caller = Caller(played, person, room)  # type: ignore[arg-type] # the rooms are typed above
        assert caller.post(f"/api/v1/lots/{lot}/number").status_code == 404


def test_what_a_bidder_does_beside_a_lot_is_done_by_the_account(played: Application) -> None:
    caller = Caller(played, "programmer-5", "bidder")
    phone = {"phone": "13800138000"}
    other = caller.act("person.set_phone/1", {"person": "programmer-6"}, personal=phone)
    assert (other.status_code, other.json()["guards"]) == (409, ["oneself_or_staff_v1"])
    own = caller.act("person.set_phone/1", {"person": "programmer-5"}, "own", personal=phone)
    assert own.status_code == 201, own.text
    assert phone["phone"] not in str(_act(played, own.json()))


def test_an_object_beyond_the_reach_of_a_grant_does_not_exist(played: Application) -> None:
    centre = played.shell.centre
    near = next(s for s in centre.states_of("asset") if s.org.endswith("-r044"))
    far = next(s for s in centre.states_of("asset") if not s.org.endswith("-r044"))
    officer = Caller(played, "officer-yi-r044")
    use = {"use_zh": "仓库"}
    size = log.head(centre.reading).size
    hidden = officer.act("asset.use/1", {"asset": far.name.partition("/")[2], **use})
    assert (hidden.status_code, log.head(centre.reading).size) == (404, size)
    seen = officer.act("asset.use/1", {"asset": near.name.partition("/")[2], **use}, "near")
    assert seen.status_code in {201, 409}
    assert log.head(centre.reading).size == size + 1


@pytest.mark.parametrize(
    ("room", "said", "content", "status"),
    [
        ("staff", "application/pdf", b"%PDF", 201),
        ("staff", "no media type", b"x", 400),
        ("staff", "multipart/form-data; boundary=x", b"--x--", 400),
        ("staff", "application/pdf", b"", 400),
        ("bidder", "application/pdf", b"%PDF-1.4 not really", 400),
        ("bidder", "text/plain", "电话13800138000".encode(), 400),
        ("bidder", "text/plain", b"\xff\xfe", 400),
        ("representative", "audio/ogg", b"OggS" + b"0" * 100, 201),
        ("representative", "audio/ogg", b"MZ" + b"0" * 100, 400),
        ("auditor", "text/plain", b"x", 404),
    ],
)
def test_a_file_is_kept_where_its_room_takes_such_files(
    still: Application, room: Any, said: str, content: bytes, status: int
) -> None:
    caller = Caller(still, "office-1", room).by_token()
    answer = caller.post("/api/v1/documents", content=content, headers={"Content-Type": said})
    assert answer.status_code == status, answer.text


def test_a_file_that_is_too_large_is_refused(still: Application) -> None:
    caller = Caller(still, "office-1")
    answer = caller.post("/api/v1/documents", content=b"x" * (20 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:trading:error:too_large")
    voice = {"Content-Type": "audio/ogg"}
    guest = Caller(still, "rep-1", "representative")
    answer = guest.post("/api/v1/documents", content=b"OggS" * 2_700_000, headers=voice)
    assert answer.status_code == 400
