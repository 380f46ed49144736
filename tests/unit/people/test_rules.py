"""The tree of organisations and the dates of a grant."""

from __future__ import annotations

import pytest

from trading.people.rules import (
    Grant,
    GrantEnded,
    GrantGiven,
    Org,
    OrgAdded,
    Orgs,
    Person,
    PersonEnrolled,
    covers,
    grant_ended,
    grant_given,
    holds,
    org_added,
    person_enrolled,
    root,
)

TREE = Orgs(
    {
        "d": Org("", "district", "区"),
        "s": Org("d", "street", "街道"),
        "c": Org("s", "community", "社区"),
        "g": Org("c", "group", "组"),
        "c2": Org("s", "community", "二社区"),
    }
)


@pytest.mark.parametrize(
    ("holder", "target", "covered"),
    [
        ("d", "g", True),
        ("c", "g", True),
        ("g", "g", True),
        ("g", "c", False),
        ("c2", "g", False),
        ("d", "unknown", False),
        ("unknown", "unknown", True),
    ],
)
def test_permission_reaches_down_the_subtree(holder: str, target: str, covered: bool) -> None:
    assert covers(TREE, holder, target) is covered


def test_a_tree_that_turns_in_a_circle_ends() -> None:
    circle = Orgs({"a": Org("b", "street", "甲"), "b": Org("a", "street", "乙")})
    assert not covers(circle, "d", "a")


@pytest.mark.parametrize(("at_us", "held"), [(9, False), (10, True), (19, True), (20, False)])
def test_a_grant_counts_from_its_start_until_before_its_end(at_us: int, held: bool) -> None:
    person = Person((Grant("office", "d", 10, 20),))
    assert holds(person, TREE, "office", "g", at_us) is held
    assert not holds(person, TREE, "auditor", "g", at_us)


def test_folds_begin_with_nothing() -> None:
    assert org_added(None, OrgAdded("d", "", "district", "区")).nodes.keys() == {"d"}
    assert org_added(TREE, OrgAdded("x", "s", "community", "新")).nodes.keys() > TREE.nodes.keys()
    given = grant_given(None, GrantGiven("office", "d", 0, 50))
    named = person_enrolled(given, PersonEnrolled("digest"))
    assert (named.grants, named.name_digest) == (given.grants, "digest")
    assert person_enrolled(None, PersonEnrolled("digest")).grants == ()
    assert grant_given(given, GrantGiven("auditor", "d", 0, 50)).grants[0] == given.grants[0]


def test_ending_keeps_the_past_and_never_lengthens_a_grant() -> None:
    person = Person((Grant("office", "d", 0, 50), Grant("auditor", "d", 0, 50)))
    ended = grant_ended(person, GrantEnded("office", "d", 20))
    assert [grant.to_us for grant in ended.grants] == [20, 50]
    assert grant_ended(ended, GrantEnded("office", "d", 30)) == ended


def test_the_root_is_the_organisation_without_a_parent() -> None:
    assert root(TREE) == "d"
    assert root(Orgs()) == ""
