"""Policy packs: what is loaded, what is refused, and what a resolved pack answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from trading.base.errors import DefinitionError, UnknownName
from trading.engine import policy
from trading.engine.policy import KEYS, Pack, PolicyValue, ResolvedPack, ResolvedValue
from trading.engine.policy_keys import TENDER_KEYS, UNITS

FOLDER = Path(__file__).parents[3] / "policies" / "packs"
FILES = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.toml"))}
SHIPPED = {name: policy.load_pack(text) for name, text in FILES.items()}

HEAD = """
[pack]
id = "test@1"
title_zh = "测试"
title_en = "Test"
jurisdiction = "CN"
effective_from = 2025-05-01
draft = false
source = "this test"
"""
SIGNING = """
[values.signing_days]
value = 10
unit = "working_day"
source = "law"
"""
GOOD = HEAD + SIGNING


def pack(pack_id: str, extends: str | None = None, **more: object) -> Pack:
    body = {**policy.load_pack(GOOD).body, "id": pack_id, **more}
    return Pack.from_body({**body, "extends": extends})


def only(key: str, value: str, unit: str, more: str = "") -> str:
    return f'{HEAD}\n[values.{key}]\nvalue = {value}\nunit = "{unit}"\nsource = "law"\n{more}'


def test_the_shipped_packs_are_where_their_ids_say() -> None:
    assert set(SHIPPED) == {"cn-changsha@1", "cn-collective@1", "cn-tender@1"}
    for name, found in SHIPPED.items():
        assert found.id == name
        assert Pack.from_body(found.body) == found
        assert Pack.from_body(found.body).digest == found.digest


def test_the_generic_pack_sets_every_key_and_the_tender_pack_the_rest() -> None:
    generic = policy.resolve("cn-collective@1", SHIPPED)
    assert set(generic.values) == set(KEYS) - TENDER_KEYS
    assert set(policy.resolve("cn-tender@1", SHIPPED).values) == set(KEYS)


def test_every_key_is_told_in_two_languages_and_has_a_unit() -> None:
    for spec in KEYS.values():
        assert spec.meaning_zh
        assert spec.meaning_en
        assert set(spec.units) <= set(UNITS)


def test_the_statutory_clocks_override_the_generic_ones() -> None:
    tender = policy.resolve("cn-tender@1", SHIPPED)
    assert tender.period("tender_deadline_days") == (20, "calendar_day")
    assert tender.period("signing_days") == (30, "calendar_day")
    assert tender.ratio("deposit_cap_ratio") == (1, 50)
    assert tender.get("signing_days").pack == "cn-tender@1"
    assert tender.get("outage_seconds").pack == "cn-collective@1"
    assert not tender.draft


def test_the_changsha_pack_is_a_draft_and_says_why() -> None:
    changsha = policy.resolve("cn-changsha@1", SHIPPED)
    assert changsha.draft
    assert "正文未读" in SHIPPED["cn-changsha@1"].source
    assert [link[0] for link in changsha.chain] == ["cn-changsha@1", "cn-collective@1"]


def test_a_resolved_pack_answers_by_kind() -> None:
    found = policy.resolve("cn-collective@1", SHIPPED)
    assert found.count("outage_seconds") == 10
    assert found.ratio("observers_quorum") == (2, 3)
    assert found.flag("defaulter_barred") is True
    assert found.text("tie_rule") == "lottery"
    assert found.text("vote_table") == "cn-votes@1"
    with pytest.raises(UnknownName):
        found.get("no_such_key")
    with pytest.raises(DefinitionError):
        found.count("tie_rule")
    with pytest.raises(DefinitionError):
        found.text("outage_seconds")


def test_an_unchecked_value_of_the_wrong_type_is_not_handed_out() -> None:
    value = ResolvedValue(value="ten", unit="second", source="law", pack="x@1")
    found = ResolvedPack(id="x@1", draft=False, chain=(), values={"outage_seconds": value})
    with pytest.raises(DefinitionError):
        found.count("outage_seconds")


def test_the_digest_ignores_comments_layout_order_and_spelling_of_a_ratio() -> None:
    quorum = '[values.observers_quorum]\nvalue = "2/3"\nunit = "ratio"\nsource = "law"\n'
    found = policy.load_pack(GOOD + quorum)
    moved = policy.load_pack("# remark\n" + HEAD + "\n\n" + quorum.replace("2/3", "4/6") + SIGNING)
    assert moved.digest == found.digest
    assert moved.values["observers_quorum"].value == "2/3"
    assert policy.load_pack((GOOD + quorum).replace("= 10", "= 11")).digest != found.digest


def test_a_pack_may_change_nothing() -> None:
    empty = policy.load_pack(HEAD + "[values]\n")
    assert empty.values == {}
    assert Pack.from_body(empty.body) == empty
    assert empty.name == "test"


@pytest.mark.parametrize(
    ("key", "value", "unit", "reason"),
    [
        ("signing_days", "10.0", "working_day", "bad_field"),
        ("signing_days", "1e1", "working_day", "bad_field"),
        ("signing_days", "[10]", "working_day", "bad_field"),
        ("signing_days", "true", "working_day", "wrong_type"),
        ("signing_days", '"10"', "working_day", "wrong_type"),
        ("signing_days", "0", "working_day", "out_of_bounds"),
        ("signing_days", "367", "working_day", "out_of_bounds"),
        ("signing_days", "10", "fortnight", "unknown_unit"),
        ("signing_days", "10", "hour", "wrong_unit"),
        ("bid_step", "-1", "fen", "out_of_bounds"),
        ("observers_quorum", "0.67", "ratio", "bad_field"),
        ("observers_quorum", "1", "ratio", "wrong_type"),
        ("observers_quorum", '"0.67"', "ratio", "bad_ratio"),
        ("observers_quorum", '"2/0"', "ratio", "bad_ratio"),
        ("observers_quorum", '"3/2"', "ratio", "out_of_bounds"),
        ("defaulter_barred", "1", "flag", "wrong_type"),
        ("defaulter_barred", '"no"', "flag", "wrong_type"),
        ("vote_table", '""', "text", "out_of_bounds"),
        ("tie_rule", '"lottery"', "choice", "unknown_option"),
        ("tie_rule", "true", "choice", "wrong_type"),
    ],
)
def test_a_bad_value_is_refused(key: str, value: str, unit: str, reason: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        policy.load_pack(only(key, value, unit))
    assert caught.value.params["reason"] == reason


def test_the_refusal_of_a_float_names_the_key() -> None:
    with pytest.raises(DefinitionError, match=r"signing_days.*float"):
        policy.load_pack(only("signing_days", "10.5", "working_day"))


@pytest.mark.parametrize(
    "options",
    ['options = ["lottery", "duel"]', 'options = ["earliest"]', "options = [1]"],
)
def test_the_options_of_a_choice_are_checked(options: str) -> None:
    with pytest.raises(DefinitionError):
        policy.load_pack(only("tie_rule", '"lottery"', "choice", options))


def test_options_belong_to_a_choice() -> None:
    with pytest.raises(DefinitionError) as caught:
        policy.load_pack(only("signing_days", "10", "working_day", 'options = ["a"]'))
    assert caught.value.params["reason"] == "options_without_choice"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[pack]", "[pack"),
        ("[pack]", "[packet]"),
        ("draft = false", "draft = false\ncolour = 1"),
        ("draft = false", "draft = 0"),
        ("draft = false", 'draft = false\nvalues = "x"'),
        ("draft = false", "draft = false\neffective_to = 2025-04-30"),
        ("draft = false", 'draft = false\nextends = "other"'),
        ('title_zh = "测试"\n', ""),
        ('id = "test@1"', 'id = "test"'),
        ('id = "test@1"', 'id = "Test@1"'),
        ('id = "test@1"', 'id = "test@01"'),
        ('source = "this test"', 'source = " "'),
        ('source = "law"', 'source = " "'),
        ('source = "law"\n', ""),
        ('source = "law"', 'source = "law"\ncolour = 1'),
        ("[values.signing_days]", "[values.signing_day]"),
    ],
)
def test_a_bad_pack_is_refused(old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(DefinitionError):
        policy.load_pack(GOOD.replace(old, new))


def test_an_unknown_key_is_an_unknown_name() -> None:
    with pytest.raises(UnknownName) as caught:
        policy.load_pack(only("signing_day", "10", "working_day"))
    assert caught.value.params["key"] == "signing_day"


def test_values_must_be_a_table() -> None:
    with pytest.raises(DefinitionError):
        Pack.from_body({**policy.load_pack(GOOD).body, "values": None})
    with pytest.raises(DefinitionError):
        policy.load_pack("pack = 1\nvalues = 2\n")


def test_extends_must_be_known_and_may_not_turn_in_a_circle() -> None:
    first, second = pack("a@1", "b@1"), pack("b@1", "a@1")
    with pytest.raises(DefinitionError) as caught:
        policy.resolve("a@1", {"a@1": first, "b@1": second})
    assert caught.value.params["reason"] == "cycle"
    with pytest.raises(UnknownName):
        policy.resolve("a@1", {"a@1": first})
    with pytest.raises(UnknownName):
        policy.resolve("c@1", {})


def test_the_digest_of_a_resolved_pack_covers_the_chain() -> None:
    base = pack("b@1")
    child = pack("a@1", "b@1", values={})
    found = policy.resolve("a@1", {"a@1": child, "b@1": base})
    drafted = pack("b@1", draft=True)
    other = policy.resolve("a@1", {"a@1": child, "b@1": drafted})
    assert found.chain[1] == ("b@1", base.digest)
    assert found.digest != other.digest
    assert (found.draft, other.draft) == (False, True)
    assert found.get("signing_days") == ResolvedValue(
        value=10, unit="working_day", source="law", pack="b@1"
    )


def test_the_pack_in_force_is_the_newest_of_its_name_on_the_day() -> None:
    old = pack("x@1", effective_to="2025-12-31")
    new = pack("x@2", effective_from="2025-12-01")
    packs = [new, old, pack("y@3")]
    assert policy.in_force(packs, "x", date(2025, 5, 1)) is old
    assert policy.in_force(packs, "x", date(2025, 12, 31)) is new
    assert policy.in_force([old], "x", date(2025, 12, 31)) is old
    for day in (date(2025, 4, 30), date(2026, 1, 1)):
        with pytest.raises(UnknownName):
            policy.in_force([old], "x", day)


def test_a_value_that_is_whole_keeps_its_notes() -> None:
    found = policy.load_pack(only("signing_days", "9", "calendar_day", 'note_en = "from award"'))
    assert found.values["signing_days"] == PolicyValue(
        value=9, unit="calendar_day", source="law", note_en="from award"
    )
