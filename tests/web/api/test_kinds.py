"""The kinds of acts that the interface tells: all that people may do, and none of the clock's."""

from __future__ import annotations

from tests.web.api.conftest import Client
from trading.centre import registry


def test_every_kind_but_those_of_the_clock_is_told(client: Client) -> None:
    told = client.get("/api/v1/acts").json()["kinds"]
    wanted = sorted(kind for kind, spec in registry().commands.items() if not spec.clock)
    assert [one["kind"] for one in told] == wanted
    assert all(one["description"] for one in told)


def test_each_kind_leads_to_the_schema_of_its_fields_and_takes_no_others(client: Client) -> None:
    for one in client.get("/api/v1/acts").json()["kinds"]:
        answer = client.get(one["schema"])
        assert answer.status_code == 200, one
        assert answer.headers["content-type"].startswith("application/schema+json")
        schema = answer.json()
        body = schema["$defs"][schema["$ref"].rpartition("/")[2]]
        struct = registry().commands[one["kind"]].struct
        assert list(body.get("properties", {})) == list(struct.__struct_encode_fields__)
        assert body["additionalProperties"] is False


def test_a_kind_of_the_clock_is_as_unknown_as_one_that_there_is_not(client: Client) -> None:
    clocks = [kind for kind, spec in registry().commands.items() if spec.clock]
    assert clocks
    answers = [client.get(f"/api/v1/acts/{kind}") for kind in (*clocks, "no.such/1")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].headers["content-type"].startswith("application/problem+json")
