"""Corrections: the value is typed as the fact is declared, and the record says what it was."""

from __future__ import annotations

import re

from tests.web.staff.conftest import House, hidden_of, text_of

CONTRACT, ASSET, DEPOSIT = "contract/lot-case-r033-1", "asset/asset-r044", "deposit/case-r103-1-1"


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    return found[1] if found else ""


def test_a_number_is_typed_in_its_unit_and_a_text_of_digits_stays_a_text(house: House) -> None:
    first, second = house.desk("officer-yi-r044"), house.desk("clerk-liu")
    page = first.get(f"/staff/act/fact.correct?stream={ASSET}&field=quantity_thousandths").text
    old, entry = _value(page, "old"), _value(page, "entry")
    state = house.centre.state(ASSET)
    assert state is not None
    before = state.facets["asset"].quantity_thousandths
    assert (float(old) * 1000, entry) == (before, "1")
    given = {"stream": ASSET, "facet": "asset", "field": "quantity_thousandths", "entry": entry}
    first.act("fact.correct", {**given, "old": old, "new": "12.5", "reason_zh": "抄错"})
    asked = second.get("/staff/confirm/asset/asset-r044/correct")
    assert "12.5" in text_of(asked)
    done = second.post("/staff/confirm/asset/asset-r044/correct", hidden_of(asked))
    assert done.status_code == 303, text_of(done)
    state = house.centre.state(ASSET)
    assert state is not None
    assert state.facets["asset"].quantity_thousandths == 12_500
    again = first.get(f"/staff/act/fact.correct?stream={ASSET}&field=quantity_thousandths").text
    assert (_value(again, "old"), _value(again, "entry")) == ("12.5", str(state.seq))
    named = {**given, "field": "place_zh", "old": state.facets["asset"].place_zh, "new": "2026"}
    told = first.act("fact.correct", {**named, "reason_zh": "抄错"})
    assert "等待另一人确认" in text_of(told)


def test_what_was_keyed_is_offered_where_it_stands(reading_house: House) -> None:
    page = reading_house.desk("officer-yi-r044").get(f"/staff/objects/{ASSET}").text
    assert f"/staff/act/fact.correct?stream={ASSET}&amp;field=ledger.title_kind" in page
    other = reading_house.desk("supervisor-fang").get(f"/staff/objects/{ASSET}").text
    assert "fact.correct" not in other


def test_only_what_was_keyed_can_be_chosen(reading_house: House) -> None:
    desk = reading_house.desk("officer-yi-r044")
    given = {"stream": ASSET, "facet": "asset", "field": "lot", "entry": "1", "old": "", "new": "x"}
    sent = {"do": "check", **given, "reason_zh": "改"}
    answer = desk.post("/staff/act/fact.correct", sent)
    assert answer.status_code == 422
    assert 'id="field-error"' in answer.text


def test_a_code_is_chosen_and_told_in_words(reading_house: House) -> None:
    desk = reading_house.desk("officer-yi-r044")
    kept = text_of(desk.get(f"/staff/objects/{ASSET}"))
    assert "market_stall" not in kept
    assert kept.count("市场摊位") == 2
    page = desk.get(f"/staff/act/fact.correct?stream={ASSET}&field=category").text
    assert '<option value="market_stall" selected>市场摊位</option>' in page
