"""The tree of organisations and the dates of a grant."""

from __future__ import annotations

import pytest

from trading.people.organisations import (
    FormerName,
    Org,
    OrgAdded,
    OrgClosed,
    OrgMerged,
    OrgRenamed,
    Orgs,
    below,
    covers,
    exists,
    name_at,
    org_added,
    org_closed,
    org_merged,
    org_renamed,
    root,
)
from trading.people.rules import (
    AccountsLinked,
    Grant,
    GrantEnded,
    GrantGiven,
    Person,
    PersonEnrolled,
    PhoneSet,
    accounts_linked,
    grant_ended,
    grant_given,
    grants_on,
    holds,
    person_enrolled,
    phone_set,
    principals,
    same_human,
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
    assert org_added(None, OrgAdded("d", "", "district", "区", 0)).nodes.keys() == {"d"}
    assert (
        org_added(TREE, OrgAdded("x", "s", "community", "新", 0)).nodes.keys() > TREE.nodes.keys()
    )
    given = grant_given(None, GrantGiven("office", "d", 0, 50, ""))
    named = person_enrolled(given, PersonEnrolled("digest"))
    assert (named.grants, named.name_digest) == (given.grants, "digest")
    assert person_enrolled(None, PersonEnrolled("digest")).grants == ()
    assert grant_given(given, GrantGiven("auditor", "d", 0, 50, "")).grants[0] == given.grants[0]


def test_ending_keeps_the_past_and_never_lengthens_a_grant() -> None:
    person = Person((Grant("office", "d", 0, 50), Grant("auditor", "d", 0, 50)))
    ended = grant_ended(person, GrantEnded("office", "d", 20))
    assert [grant.to_us for grant in ended.grants] == [20, 50]
    assert grant_ended(ended, GrantEnded("office", "d", 30)) == ended


def test_the_root_is_the_organisation_without_a_parent() -> None:
    assert root(TREE) == "d"
    assert root(Orgs()) == ""


MERGED = org_merged(TREE, OrgMerged("c2", "c", 100))


def test_a_successor_reaches_what_the_predecessor_owned() -> None:
    under = Orgs({**MERGED.nodes, "g2": Org("c2", "group", "二组")})
    assert covers(under, "c", "c2")
    assert covers(under, "c", "g2")
    assert covers(under, "s", "g2")
    assert not covers(under, "g", "g2")
    assert below(under, "c", 100) == ("g", "g2")
    assert below(MERGED, "s", 99) == ("c", "c2")
    assert below(MERGED, "s", 100) == ("c",)


def test_a_grant_on_what_is_no_more_gives_nothing() -> None:
    person = Person((Grant("office", "c2", 0, 200),))
    assert grants_on(person, MERGED, "c2", 99) == person.grants
    assert grants_on(person, MERGED, "c2", 100) == grants_on(person, MERGED, "c", 99) == ()
    assert holds(person, MERGED, "office", "c2", 99)
    assert not holds(person, MERGED, "office", "c2", 100)
    assert holds(Person((Grant("office", "c", 0, 200),)), MERGED, "office", "c2", 100)


def test_an_organisation_exists_from_its_first_day_until_before_its_last() -> None:
    tree = Orgs({"x": Org("", "district", "区", 10, 20)})
    assert [exists(tree, "x", at_us) for at_us in (9, 10, 19, 20)] == [False, True, True, False]
    assert not exists(tree, "y", 10)
    assert not exists(org_closed(TREE, OrgClosed("c", 5)), "c", 5)


def test_every_name_keeps_its_days() -> None:
    once = org_renamed(TREE, OrgRenamed("c", "新社区", 10))
    org = org_renamed(once, OrgRenamed("c", "更新社区", 20)).nodes["c"]
    assert org.former == (FormerName("社区", 10), FormerName("新社区", 20))
    assert [name_at(org, at_us) for at_us in (9, 10, 19, 20)] == [
        "社区", "新社区", "新社区", "更新社区",
    ]  # fmt: skip


def test_a_deputy_holds_a_role_only_while_the_other_does() -> None:
    deputy = Person((Grant("office", "d", 0, 50, "chief"),))
    chief = Person((Grant("office", "d", 0, 20),))

    def held(at_us: int, **known: Person) -> bool:
        return holds(deputy, TREE, "office", "g", at_us, known.get)

    assert held(19, chief=chief)
    assert not held(20, chief=chief)
    assert not held(19)
    assert not held(19, chief=deputy)
    assert principals(deputy, "office") == ("chief",)
    assert principals(deputy, "auditor") == principals(chief, "office") == ()


def test_accounts_of_one_human() -> None:
    linked = accounts_linked(None, AccountsLinked(("a", "b")))
    assert same_human(linked, "a", "b")
    assert same_human(None, "a", "a")
    assert not same_human(linked, "a", "c")
    assert not same_human(None, "a", "b")
    assert phone_set(linked, PhoneSet("digest")).accounts == ("a", "b")
    assert phone_set(None, PhoneSet("digest")).phone_digest == "digest"
