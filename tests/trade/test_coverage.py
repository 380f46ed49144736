"""The list of guards and permissions that ships is what the vectors prove, and has no gap."""

from __future__ import annotations

import msgspec
import pytest

from tests.cli.conftest import command, told
from tests.support.trade import Places
from tests.trade import proven
from tests.trade.test_vectors import workflows
from tests.trade.vectors import BREAKS
from trading.engine import coverage
from trading.engine.kernel import SECOND_PERSON_GUARD
from trading.engine.registry import GRANTED


@pytest.fixture(scope="module")
def known(places: Places) -> dict[str, tuple[str, ...]]:
    return proven.proven(places)


def test_what_ships_is_what_the_vectors_prove(known: dict[str, tuple[str, ...]]) -> None:
    shipped = coverage.parse(proven.MANIFEST.read_text(encoding="utf-8"))
    assert shipped == known, "run python -m tests.trade.seeded"


def test_every_guard_and_every_permission_is_proven(
    places: Places, known: dict[str, tuple[str, ...]]
) -> None:
    roles = places.kernel.registry.roles
    found = list(coverage.coverage(workflows(places), roles, known))
    assert [one for one in found if not one.whole] == []
    assert sum(len(one.rules) for one in found) > 200


def test_a_vector_that_turns_nothing_leaves_a_gap(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = ("orgs", "rename", "office")
    monkeypatch.setitem(BREAKS, edge, {"org_known_v1": lambda vector: vector})
    roles = places.kernel.registry.roles
    gaps = [
        one
        for one in coverage.coverage(workflows(places), roles, proven.proven(places))
        if not one.whole
    ]
    assert [(one.edge.split()[1], one.unproven) for one in gaps] == [("rename", ("org_known_v1",))]


def test_an_edge_that_changed_since_is_a_gap(
    places: Places, known: dict[str, tuple[str, ...]]
) -> None:
    roles = {**places.kernel.registry.roles, "king": GRANTED}
    (orgs,) = [one for one in workflows(places) if one.name == "orgs"]
    changed = msgspec.structs.replace(
        orgs,
        transitions=tuple(
            msgspec.structs.replace(edge, roles=(*edge.roles, "king"), persons=2)
            for edge in orgs.transitions
        ),
    )
    found = list(coverage.coverage((changed,), roles, known))
    assert not any(one.whole or one.known for one in found)
    assert all(SECOND_PERSON_GUARD in one.unproven for one in found)
    assert coverage.parse(coverage.write(known)) == known


def test_the_command_lists_every_edge_with_its_roles_and_rules() -> None:
    told_all = told(command("definitions", "check", "--coverage", "--json"))
    assert told_all["gaps"] == 0
    (award,) = [one for one in told_all["edges"] if " award " in one["edge"]]
    assert award["roles"] == ["office"]
    assert {"granted_v1", "second_person_v1"} <= set(award["rules"])
    text = command("definitions", "check", "--coverage", lang="zh").stdout
    assert "granted_v1" in text
    assert "未证明" not in text


def test_the_command_fails_where_something_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trading.cli.definitions.proven_edges", dict)
    done = command("definitions", "check", "--coverage")
    assert done.exit_code == 1
    assert "not proven" in done.stdout
