"""The kinds of acts that the interface tells: all that people may do, and none of the clock's."""

from __future__ import annotations

import msgspec

from tests.web.api.conftest import Client
from trading.centre import registry
from trading.web.api.bodies import body_of, example_of

OPEN = {kind: spec for kind, spec in sorted(registry().commands.items()) if not spec.clock}


def test_every_kind_but_those_of_the_clock_is_told(client: Client) -> None:
    told = client.get("/api/v1/acts").json()["kinds"]
    assert [one["kind"] for one in told] == list(OPEN)
    assert all(one["description"] for one in told)


def test_what_a_kind_asks_for_is_told(client: Client) -> None:
    told = {one["kind"]: one for one in client.get("/api/v1/acts").json()["kinds"]}
    assert told["registration.qualify/1"]["facts"] == ["eligible", "not_barred"]
    assert told["registration.qualify/1"]["roles"] == ["centre_reviewer"]
    assert told["lot.award/1"]["persons"] == 2
    assert told["lot.award/1"]["documents"] == ["award_notice"]
    assert told["person.enrol/1"]["personal"] == ["name"]
    assert told["centre.found/1"]["roles"] == []


def test_each_kind_has_a_route_and_leads_to_the_schema_of_its_body(client: Client) -> None:
    routes = {path for route in client.app.routes for path in [route.path]}
    for one in client.get("/api/v1/acts").json()["kinds"]:
        assert f"/api/v1/acts/{one['kind']}" in routes
        answer = client.get(one["schema"])
        assert answer.status_code == 200, one
        assert answer.headers["content-type"].startswith("application/schema+json")
        schema = answer.json()
        known = schema["$defs"]
        body = known[schema["$ref"].rpartition("/")[2]]
        fields = known[body["properties"]["data"]["$ref"].rpartition("/")[2]]
        struct = OPEN[one["kind"]].struct
        assert list(fields.get("properties", {})) == list(struct.__struct_encode_fields__)
        assert body["additionalProperties"] is fields["additionalProperties"] is False


def test_every_kind_has_an_example_that_is_read() -> None:
    for spec in OPEN.values():
        raw = msgspec.json.encode(example_of(spec))
        assert isinstance(msgspec.json.decode(raw, type=body_of(spec)).data, spec.struct)


def test_a_kind_of_the_clock_is_as_unknown_as_one_that_there_is_not(client: Client) -> None:
    clocks = [kind for kind, spec in registry().commands.items() if spec.clock]
    assert clocks
    for ask, path in ((client.get, "/api/v1/schemas"), (client.post, "/api/v1/acts")):
        answers = [ask(f"{path}/{kind}") for kind in (*clocks, "no.such/1")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].headers["content-type"].startswith("application/problem+json")
