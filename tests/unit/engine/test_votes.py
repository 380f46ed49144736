"""Vote rules: which rule holds on which day, and when a vote counts."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.base.errors import DefinitionError, InvalidInput, UnknownName
from trading.engine import policy, votes
from trading.engine.votes import Share, VoteTable

FOLDER = Path(__file__).parents[3] / "policies"
TABLE = votes.load_votes((FOLDER / "votes" / "cn-votes@1.toml").read_text("utf-8"))
PACKS = {
    path.stem: policy.load_pack(path.read_text("utf-8"))
    for path in sorted((FOLDER / "packs").glob("*.toml"))
}
LAST_OLD, FIRST_NEW = date(2025, 4, 30), date(2025, 5, 1)


def test_the_table_round_trips() -> None:
    assert VoteTable.from_body(TABLE.body) == TABLE
    assert VoteTable.from_body(TABLE.body).digest == TABLE.digest


def test_the_member_assembly_changed_on_the_first_of_may_2025() -> None:
    old = TABLE.rule("member_assembly", LAST_OLD)
    new = TABLE.rule("member_assembly", FIRST_NEW)
    assert votes.vote_passes(old, 90, 60, 50) == []
    assert votes.vote_passes(new, 90, 60, 50) == ["majority_missed"]
    assert votes.vote_passes(new, 90, 60, 60) == []
    assert votes.vote_passes(new, 90, 59, 59) == ["quorum_missed", "majority_missed"]
    assert (old.text_read, new.text_read) == (False, True)
    assert (new.min_notice_days, new.party_study) == (10, True)


@pytest.mark.parametrize(
    "body",
    [
        "villagers_assembly_adults",
        "villagers_assembly_households",
        "villager_representative_meeting",
        "residents_meeting",
    ],
)
def test_the_committee_laws_of_2026_are_marked_unread(body: str) -> None:
    assert TABLE.rule(body, date(2025, 12, 31)).text_read
    later = TABLE.rule(body, date(2026, 1, 1))
    assert not later.text_read
    assert later.party_study


@pytest.mark.parametrize(
    ("body", "eligible", "present", "in_favour", "failed"),
    [
        ("residents_meeting", 100, 51, 26, []),
        ("residents_meeting", 100, 50, 50, ["quorum_missed"]),
        ("residents_meeting", 100, 52, 26, ["majority_missed"]),
        ("villagers_assembly_households", 30, 20, 11, []),
        ("villagers_assembly_households", 30, 19, 11, ["quorum_missed"]),
        ("villager_representative_meeting", 31, 20, 20, ["quorum_missed"]),
        ("member_representative_assembly", 30, 20, 20, []),
        ("member_representative_assembly", 30, 30, 19, ["majority_missed"]),
        ("council", 9, 6, 4, ["majority_missed"]),
        ("council", 9, 6, 5, []),
        ("outside_letting", 3, 2, 2, []),
        ("outside_letting", 3, 0, 0, ["majority_missed"]),
        ("residents_meeting", 0, 0, 0, ["nobody_eligible"]),
    ],
)
def test_votes_are_counted_in_whole_people(
    body: str, eligible: int, present: int, in_favour: int, failed: list[str]
) -> None:
    rule = TABLE.rule(body, date(2025, 6, 1))
    assert votes.vote_passes(rule, eligible, present, in_favour) == failed


@pytest.mark.parametrize("counts", [(3, 4, 1), (3, 2, 3), (3, 2, -1)])
def test_counts_that_do_not_add_up_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidInput):
        votes.vote_passes(TABLE.rule("council", FIRST_NEW), *counts)


@given(st.integers(0, 5_000), st.integers(1, 5_000), st.integers(1, 9), st.integers(1, 9))
def test_a_share_agrees_with_exact_fractions(part: int, whole: int, top: int, bottom: int) -> None:
    share = f"{top}/{bottom}"
    assert Share(share, "at_least").holds(part, whole) == (
        Fraction(part, whole) >= Fraction(top, bottom)
    )
    assert Share(share, "more_than").holds(part, whole) == (
        Fraction(part, whole) > Fraction(top, bottom)
    )


def test_no_rule_for_an_unknown_body_or_an_early_day() -> None:
    for body, day in (("senate", FIRST_NEW), ("council", LAST_OLD)):
        with pytest.raises(UnknownName):
            TABLE.rule(body, day)


def test_a_pack_that_relies_on_unread_text_may_not_call_itself_authoritative() -> None:
    generic = policy.resolve("cn-collective@1", PACKS)
    changsha = policy.resolve("cn-changsha@1", PACKS)
    party = [f"text_not_read:{body}" for body in ("party_branch", "party_members")]
    committees = "text_not_read:two_committees"
    assert votes.authority_doubts(generic, TABLE, date(2025, 6, 1)) == [*party, committees]
    drafted = votes.authority_doubts(changsha, TABLE, date(2025, 6, 1))
    assert drafted == ["draft", *party, committees]
    assert votes.authority_doubts(generic, TABLE, date(2018, 12, 27)) == []
    assert votes.authority_doubts(generic, TABLE, date(2026, 1, 1)) == [
        *party,
        "text_not_read:residents_meeting",
        committees,
        "text_not_read:villager_representative_meeting",
        "text_not_read:villagers_assembly_adults",
        "text_not_read:villagers_assembly_households",
    ]


RULE = {
    "body": "council",
    "title_zh": "理事会",
    "title_en": "Council",
    "effective_from": "2025-05-01",
    "effective_to": "2025-12-31",
    "of_zh": "全体理事",
    "of_en": "all councillors",
    "majority": {"ratio": "1/2", "test": "more_than"},
    "majority_of": "all",
    "source": "law",
    "text_read": True,
}


def table(*rules: dict[str, object]) -> VoteTable:
    head = {"id": "t@1", "title_zh": "表", "title_en": "Table"}
    return VoteTable.from_body({**head, "rules": list(rules)})


@pytest.mark.parametrize(
    "change",
    [
        {"body": "Council"},
        {"source": " "},
        {"effective_to": "2025-04-30"},
        {"min_notice_days": -1},
        {"min_notice_days": 367},
        {"min_notice_days": 1.5},
        {"majority": {"ratio": "3/2", "test": "more_than"}},
        {"majority": {"ratio": "0/2", "test": "more_than"}},
        {"majority": {"ratio": "0.5", "test": "more_than"}},
        {"majority": {"ratio": "1/2", "test": "about"}},
        {"quorum": {"ratio": "2/1", "test": "at_least"}},
        {"majority_of": "some"},
        {"colour": 1},
    ],
)
def test_a_bad_rule_is_refused(change: dict[str, object]) -> None:
    assert table(RULE).rules[0].min_notice_days is None
    with pytest.raises(DefinitionError):
        table({**RULE, **change})


def test_rules_of_one_body_may_follow_but_not_overlap() -> None:
    after: dict[str, object] = {**RULE, "effective_from": "2026-01-01", "effective_to": None}
    assert len(table(after, RULE).rules) == 2
    assert len(table({**RULE, "body": "a", "effective_to": None}, RULE).rules) == 2
    for start in ("2025-12-31", "2025-05-01"):
        with pytest.raises(DefinitionError):
            table(RULE, {**after, "effective_from": start})
    with pytest.raises(DefinitionError):
        table({**RULE, "effective_to": None}, after)


def test_text_that_is_not_toml_or_no_id_is_refused() -> None:
    with pytest.raises(DefinitionError):
        votes.load_votes("id = [")
    with pytest.raises(DefinitionError):
        VoteTable.from_body({**TABLE.body, "id": "votes"})
