"""Acts by programs: once for each key, under the rules of the rooms, and by those alone who may."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.web.api.conftest import SITE, Call, Caller, Client
from trading.base.units import DAY_US
from trading.centre import Centre, registry
from trading.people.rules import Grant
from trading.people.sessions import Room
from trading.store import log
from trading.web import wants
from trading.web.api.acts import Acts
from trading.web.api.bodies import example_of
from trading.web.app import Application
from trading.web.limits import Rate
from trading.web.viewer import Viewer

ORG = {"org": "street-1", "parent": "district", "level": "street", "name_zh": "示范街道"}
OPEN = {kind: spec for kind, spec in sorted(registry().commands.items()) if not spec.clock}


def _size(app: Application) -> int:
    return log.head(app.shell.centre.reading).size


def _code(answer: Any) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).rpartition(":")[2]


def test_an_act_gets_its_receipt_and_a_retry_the_same(app: Application, call: Call) -> None:
    size, office = _size(app), call("office-1")
    first = office.act("org.create/1", ORG)
    assert first.status_code == 201, first.text
    told = first.json()
    assert (told["index"], told["stream"], told["outcome"]) == (size, "orgs", "done")
    assert first.headers["ETag"] == f'"{told["hash"]}"'
    assert office.client.get(told["check"]).status_code == 200
    again = office.act("org.create/1", ORG)
    assert (again.status_code, again.json()) == (201, told)
    assert _size(app) == size + 1


@pytest.mark.parametrize(
    "more", [{"data": {**ORG, "name_zh": "别的"}}, {"documents": True}, {"kind": "org.rename/1"}]
)
def test_a_key_that_comes_back_with_something_else_is_refused(
    app: Application, call: Call, more: dict[str, Any]
) -> None:
    office = call("office-1")
    assert office.act("org.create/1", ORG).status_code == 201
    size = _size(app)
    data, kind = more.get("data", ORG), more.get("kind", "org.create/1")
    documents = {"minutes": office.post("/api/v1/documents", content=b"x").json()["sha256"]}
    if kind == "org.rename/1":
        data = {"org": "street-1", "name_zh": "别的"}
    again = office.act(kind, data, documents=documents if "documents" in more else {})
    assert (again.status_code, _code(again)) == (422, "key_reused")
    assert _size(app) == size


def test_two_persons_are_wanted_as_in_the_room(app: Application, call: Call) -> None:
    grant = {"person": "clerk-1", "role": "centre_clerk", "org": "district", "from_us": 0,
             "to_us": app.shell.centre.clock.now_us() + 365 * DAY_US}  # fmt: skip
    first = call("office-1").act("grant.give/1", grant)
    assert (first.status_code, first.json()["outcome"]) == (202, "proposed")
    assert call("office-1").act("grant.give/1", grant).json() == first.json()
    alone = call("office-1").act("grant.give/1", grant, "another key")
    assert alone.status_code == 409
    assert alone.json()["guards"] == ["second_person_v1"]
    second = call("office-2").by_token().act("grant.give/1", grant)
    assert (second.status_code, second.json()["outcome"]) == (201, "done")


def test_what_was_decided_on_an_older_state_is_refused(app: Application, call: Call) -> None:
    office = call("office-1")
    seen = office.act("org.create/1", ORG).headers["ETag"]
    renamed = {"org": "street-1", "name_zh": "新名"}
    first = office.act("org.rename/1", renamed, "k1", headers={"If-Match": seen})
    assert first.status_code == 201
    size = _size(app)
    stale = office.act("org.rename/1", renamed, "k2", headers={"If-Match": seen})
    assert (stale.status_code, _code(stale), _size(app)) == (412, "stale_version", size)
    again = office.act("org.rename/1", renamed, "k1", headers={"If-Match": seen})
    assert (again.status_code, again.json()) == (201, first.json())
    fresh = office.act("org.rename/1", renamed, "k2", headers={"If-Match": first.headers["ETag"]})
    assert fresh.status_code == 201


def test_a_refusal_comes_before_the_state_is_told(app: Application, call: Call) -> None:
    office = call("office-1")
    refused = office.act(
        "org.create/1", {**ORG, "org": "district"}, headers={"If-Match": '"' + "0" * 64 + '"'}
    )
    assert refused.status_code == 409
    assert "org_new_v1" in refused.json()["guards"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Cookie": None}, 401),
        ({"Cookie": "session=nobody"}, 401),
        ({"Cookie": None, "Authorization": "Bearer no.such.token"}, 401),
        ({"X-CSRF-Token": None}, 403),
        ({"X-CSRF-Token": "0" * 64}, 403),
        ({"Origin": "http://foreign.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Idempotency-Key": None}, 400),
        ({"Idempotency-Key": "k" * 101}, 400),
        ({"If-Match": "7"}, 400),
        ({"If-Match": '"-7"'}, 400),
        ({"If-Match": '"' + "7" * 30 + '"'}, 400),
    ],
)
def test_a_request_that_no_program_of_ours_sends_leaves_nothing(
    still: Application, headers: dict[str, Any], status: int
) -> None:
    size = _size(still)
    answer = Caller(still, "office-1").act("org.create/1", ORG, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert _size(still) == size


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""),
        (b"[]", ""),
        (b"{", ""),
        (b"{}", "data"),
        (b"[" * 60_000, ""),
        (b'{"data":' + b"[" * 60_000, "data"),
        (json.dumps({"data": ORG, "actor": "office-2"}).encode(), "actor"),
        (json.dumps({"data": {**ORG, "more": 1}}).encode(), "data.more"),
        (json.dumps({"data": {**ORG, "org": 7}}).encode(), "data.org"),
        (json.dumps({"data": {**ORG, "name_zh": "电话13800138000"}}).encode(), "name_zh"),
        (json.dumps({"data": ORG, "role": "centre_clerk"}).encode(), "role"),
        (json.dumps({"data": ORG, "role": "writer"}).encode(), "role"),
        (json.dumps({"data": ORG, "facts": {"eligible": True}}).encode(), "facts.eligible"),
        (json.dumps({"data": ORG, "personal": {"name": "某人"}}).encode(), "personal.name"),
        (json.dumps({"data": ORG, "documents": {"minutes": "0" * 64}}).encode(),
         "documents.minutes"),
        (json.dumps({"data": ORG}).encode()[:-1] + b',"data":' + json.dumps(ORG).encode() + b"}",
         "data"),
        (json.dumps({"data": ORG}).encode()[:-2] + b',"org":"x"}}', "org"),
        (json.dumps({"data": ORG}).encode("utf-16"), ""),
        ('{"data":{"org":"\ud800"}}'.encode("utf-8", "surrogatepass"), ""),
    ],
)  # fmt: skip
def test_a_bad_body_is_refused_by_field_and_leaves_nothing(
    still: Application, body: bytes, field: str
) -> None:
    size = _size(still)
    answer = Caller(still, "office-1").post(
        "/api/v1/acts/org.create/1", content=body, headers={"Idempotency-Key": "k"}
    )
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().get("field", "") == field, answer.text
    assert _size(still) == size


def test_a_body_that_is_too_large_is_refused(call: Call) -> None:
    answer = call("office-1").act("org.create/1", {**ORG, "name_zh": "x" * 70_000})
    assert answer.status_code == 413
    assert _code(answer) == "too_large"


def test_who_acts_too_often_is_told_to_wait(app: Application, call: Call) -> None:
    app.shell.limits.rates = {**app.shell.limits.rates, "account": Rate(1, 2)}
    office = call("office-1")
    answers = [office.act("org.create/1", {**ORG, "org": f"s-{n}"}, f"k{n}") for n in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].headers["Retry-After"] == "1"


def test_a_revoked_token_speaks_for_nobody(app: Application, call: Call) -> None:
    size = _size(app)
    answer = call("office-1").by_token(revoked_us=1).act("org.create/1", ORG)
    assert (answer.status_code, _size(app)) == (401, size)


def test_no_act_is_done_by_reading(still: Application) -> None:
    size, office = _size(still), Caller(still, "office-1")
    for kind in OPEN:
        for method in ("GET", "HEAD", "PUT", "DELETE"):
            answer = office.client.request(method, f"/api/v1/acts/{kind}", headers=office.headers)
            assert answer.status_code in {404, 405}, (method, kind)
    assert _size(still) == size


ROOMS: tuple[tuple[Room, str], ...] = (
    ("bidder", "bidder"), ("representative", "resident_rep"), ("auditor", ""),
)  # fmt: skip
GRANTED = sorted(role for role, how in registry().roles.items() if how == "granted")


def _viewer(room: Room, *roles: str) -> Viewer:
    grants = tuple(Grant(role, "district", 0, 1) for role in roles)
    return Viewer("somebody", room, "two", grants, "5e55", api=True)


@pytest.mark.parametrize(
    ("viewer", "held"),
    [
        *((_viewer("staff", role), role) for role in GRANTED if role != "auditor"),
        *((_viewer(room, *GRANTED), role) for room, role in ROOMS),
        (_viewer("staff"), ""),
    ],
    ids=lambda value: value if isinstance(value, str) else value.room,
)
def test_for_whoever_may_not_act_so_no_such_act_exists(
    still: Application, monkeypatch: pytest.MonkeyPatch, viewer: Viewer, held: str
) -> None:
    """Of every kind, by the workflows themselves, not by what the interface thinks of them."""

    async def speaks(_token: str) -> Viewer:
        return viewer

    monkeypatch.setattr(still.shell.door, "bearer", speaks)
    centre, size = still.shell.centre, _size(still)
    client = Caller(still, "office-1").client
    said = {"Authorization": "Bearer x", "Idempotency-Key": "k"}
    may = {kind for kind, spec in OPEN.items() if held in _roles(centre, spec.kind)}
    assert bool(may) == (held not in {"", "committee"})
    for kind in sorted(OPEN.keys() - may):
        answer = client.post(f"/api/v1/acts/{kind}", content=b"{", headers=said)
        assert (answer.status_code, _code(answer)) == (404, "not_found"), kind
    for kind in sorted(may):
        answer = client.post(f"/api/v1/acts/{kind}", content=b"{", headers=said)
        assert (answer.status_code, _code(answer)) == (400, "invalid_input"), kind
    assert _size(still) == size


def test_the_proof_notices_an_act_that_is_open_to_everybody(
    still: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    bidder, ask = Caller(still, "somebody", "bidder"), {"content": b"{"}
    key = {"Idempotency-Key": "k"}
    assert bidder.post("/api/v1/acts/lot.void/1", headers=key, **ask).status_code == 404
    monkeypatch.setattr(Acts, "roles", lambda *_given: ("office",))
    assert bidder.post("/api/v1/acts/lot.void/1", headers=key, **ask).status_code == 400


def _roles(centre: Centre, kind: str) -> set[str]:
    """Return who may do it by any workflow in the log, newest or not, the engine left out."""
    spec, known = OPEN[kind], centre.kernel.registry
    centre.refresh()
    stream = wants.stream_kind(spec)
    found: set[str] = set()
    for name in ("hold",) if spec.region == "hold" else known.streams:
        flow = name if spec.region == "hold" else known.streams[name].workflow
        if stream and name not in {stream, "hold"}:
            continue
        latest = centre.kernel.catalogue.latest("workflow", flow, centre.kernel.catalogue.edition)
        for edge in centre.kernel.catalogue.workflow(latest).transitions:
            if edge.trigger == spec.trigger:
                found |= set(edge.roles)
    return {role for role in found if known.roles[role] != "engine"}


def test_a_program_without_a_session_is_nobody(still: Application) -> None:
    size, client = _size(still), Client(still, base_url=SITE)
    for kind, spec in OPEN.items():
        answer = client.post(f"/api/v1/acts/{kind}", json=example_of(spec))
        assert (answer.status_code, _code(answer)) == (401, "sign_in_first"), kind
    assert _size(still) == size
