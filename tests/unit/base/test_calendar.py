"""Working days, periods and their explanations, on the tables that ship."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.base import calendar as cal
from trading.base.deadline import DAY_US, SECOND_US, local_text
from trading.base.errors import DefinitionError, InvalidInput

FOLDER = Path(__file__).parents[3] / "policies" / "calendars"
TEXTS = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.toml"))}
TABLES = [cal.load_table(text) for text in TEXTS.values()]
CHINA = cal.Calendar(TABLES)
LAW = "civil code, articles 200-204"

SMALL = """
id = "cn-2025@1"
year = 2025
source = "made for this test"
makeup_work_days = [2025-10-11, 2025-09-28]
[[notices]]
number = "1"
title = "notice"
date = 2024-11-12
[[holidays]]
name_zh = "国庆节"
name_en = "National Day"
first = 2025-10-01
last = 2025-10-08
[[holidays]]
name_zh = "元旦"
name_en = "New Year's Day"
first = 2025-01-01
last = 2025-01-01
"""


def at(text: str) -> int:
    """Read Shanghai time as microseconds, without the code under test."""
    moment = datetime.fromisoformat(text + "+08:00").astimezone(UTC)
    return int(moment.timestamp()) * SECOND_US


def due(start: str, count: int, unit: str) -> cal.Deadline:
    return cal.compute(at(start), count, unit, CHINA, LAW, "notice")


def test_every_year_has_a_table_that_round_trips() -> None:
    assert [table.id for table in TABLES] == [f"cn-{year}@1" for year in range(2018, 2027)]
    assert list(TEXTS) == [f"cn-{year}" for year in range(2018, 2027)]
    for table in TABLES:
        again = cal.YearTable.from_body(table.body)
        assert again == table
        assert again.digest == table.digest
        assert len(table.digest) == 64


@pytest.mark.parametrize(
    ("year", "number"), [(2025, "国办发明电〔2024〕12号"), (2026, "国办发明电〔2025〕7号")]
)
def test_a_table_cites_its_notice(year: int, number: str) -> None:
    assert [notice.number for notice in TABLES[year - 2018].notices] == [number]


@pytest.mark.parametrize(
    ("day", "working", "holiday"),
    [
        ("2025-09-28", True, False),  # a Sunday worked for National Day
        ("2025-09-30", True, False),
        ("2025-10-01", False, True),
        ("2025-10-04", False, True),  # a Saturday inside the holiday
        ("2025-10-08", False, True),
        ("2025-10-09", True, False),
        ("2025-10-11", True, False),  # a Saturday worked for National Day
        ("2025-10-12", False, False),
        ("2026-02-14", True, False),  # the Saturday before Spring Festival
        ("2026-02-15", False, True),
        ("2026-02-23", False, True),
        ("2026-02-24", True, False),
        ("2026-02-28", True, False),
        ("2020-02-02", False, True),  # Spring Festival 2020 was made longer
        ("2019-05-03", False, True),  # Labour Day 2019 was made longer
        ("2022-12-31", False, True),  # decreed by the notice for 2023
    ],
)
def test_the_calendar_knows_real_days(day: str, working: bool, holiday: bool) -> None:
    assert CHINA.is_working_day(date.fromisoformat(day)) is working
    assert CHINA.is_holiday(date.fromisoformat(day)) is holiday


def test_a_year_without_table_is_provisional() -> None:
    assert CHINA.day(date(2027, 10, 1)) == cal.Day(
        working=True, reason_zh="工作日", reason_en="weekday", provisional=True
    )
    assert CHINA.day(date(2027, 10, 2)).reason_en == "weekend"
    assert not CHINA.day(date(2026, 10, 12)).provisional
    assert due("2026-12-30 09:00", 1, "working_day").provisional is False
    assert due("2026-12-30 09:00", 2, "working_day").provisional is True
    assert due("2026-12-30 09:00", 2, "hour").provisional is False


def test_a_day_period_starts_on_the_next_day_and_ends_at_midnight() -> None:
    for start in ("2025-11-03 00:00", "2025-11-03 23:59"):
        assert due(start, 3, "calendar_day").end_us == at("2025-11-07 00:00")
        assert due(start, 3, "working_day").end_us == at("2025-11-07 00:00")


def test_short_periods_start_at_once_and_ignore_holidays() -> None:
    assert due("2025-09-30 20:00", 48, "hour").end_us == at("2025-10-02 20:00")
    assert due("2025-09-30 20:00", 5, "minute").end_us == at("2025-09-30 20:05")
    assert due("2025-09-30 20:00", 9, "second").end_us == at("2025-09-30 20:00") + 9 * SECOND_US


def test_working_days_leave_out_national_day_and_count_the_make_up_day() -> None:
    found = due("2025-09-28 10:00", 7, "working_day")
    assert found.end_us == at("2025-10-15 00:00")
    assert [day.date.day for day in found.skipped] == [1, 2, 3, 4, 5, 6, 7, 8, 12]
    assert found.makeup == (date(2025, 10, 11),)
    assert found.rolled == ()
    assert found.calendar == CHINA.digest


def test_working_days_over_spring_festival_2026() -> None:
    found = due("2026-02-13 17:00", 3, "working_day")
    assert found.end_us == at("2026-02-26 00:00")
    assert found.makeup == (date(2026, 2, 14),)
    assert len(found.skipped) == 9


def test_a_calendar_period_that_ends_in_a_holiday_moves_behind_it() -> None:
    found = due("2025-09-29 08:00", 3, "calendar_day")
    assert found.end_us == at("2025-10-10 00:00")
    assert [day.date.day for day in found.rolled] == [2, 3, 4, 5, 6, 7, 8]
    assert found.skipped == ()


def test_a_calendar_period_does_not_move_from_a_make_up_saturday() -> None:
    found = due("2025-10-06 08:00", 5, "calendar_day")
    assert found.end_us == at("2025-10-12 00:00")
    assert found.makeup == (date(2025, 10, 11),)
    assert found.rolled == ()


def test_a_calendar_period_that_ends_on_a_plain_weekend_moves_to_monday() -> None:
    assert due("2025-11-06 08:00", 2, "calendar_day").end_us == at("2025-11-11 00:00")


def test_a_count_of_zero_is_over_at_once() -> None:
    for unit in cal.UNITS:
        assert due("2025-10-01 10:00", 0, unit).end_us == at("2025-10-01 10:00")


def test_a_notice_that_is_a_day_short_over_the_holiday_is_seen() -> None:
    start = at("2025-09-28 10:00")
    full = at("2025-10-15 00:00")
    assert cal.days_between(start, full, "working_day", CHINA) == 7
    assert cal.days_between(start, full - 1, "working_day", CHINA) == 6
    plain = cal.Calendar([])
    assert cal.days_between(start, full, "working_day", plain) == 12


def test_days_between_counts_short_units_whole() -> None:
    start = at("2025-10-01 10:00")
    assert cal.days_between(start, start + 7_199 * SECOND_US, "hour", CHINA) == 1
    assert cal.days_between(start, start, "second", CHINA) == 0


def test_calendar_days_between_stop_at_the_last_working_day() -> None:
    start = at("2025-11-06 08:00")
    assert cal.days_between(start, at("2025-11-10 00:00"), "calendar_day", CHINA) == 1
    assert cal.days_between(start, at("2025-11-11 00:00"), "calendar_day", CHINA) == 4
    assert cal.days_between(start, at("2025-11-06 09:00"), "calendar_day", CHINA) == 0
    weekend = at("2025-11-07 08:00")
    assert cal.days_between(weekend, at("2025-11-10 00:00"), "calendar_day", CHINA) == 0


instants = st.integers(at("2017-06-01 00:00"), at("2028-06-01 00:00"))
units = st.sampled_from(cal.UNITS)


@given(instants, st.integers(0, 90), units, st.integers(0, 120 * DAY_US))
def test_days_between_is_the_inverse_of_compute(
    start_us: int, count: int, unit: str, window_us: int
) -> None:
    end_us = start_us + window_us
    over = cal.compute(start_us, count, unit, CHINA, LAW, "r").end_us <= end_us
    assert over == (cal.days_between(start_us, end_us, unit, CHINA) >= count)


@given(instants, st.integers(0, 90), units)
def test_days_between_is_exact_at_the_very_end(start_us: int, count: int, unit: str) -> None:
    end_us = cal.compute(start_us, count, unit, CHINA, LAW, "r").end_us
    assert cal.days_between(start_us, end_us, unit, CHINA) >= count
    if count:
        assert cal.days_between(start_us, end_us - 1, unit, CHINA) < count


@given(instants, st.integers(1, 20), units)
def test_a_period_never_ends_before_a_shorter_one(start_us: int, count: int, unit: str) -> None:
    ends = [cal.compute(start_us, n, unit, CHINA, LAW, "r").end_us for n in range(count + 1)]
    assert all(left <= right for left, right in pairwise(ends))


@given(instants, st.integers(1, 60), st.sampled_from(["calendar_day", "working_day"]))
def test_a_day_period_ends_with_a_working_day(start_us: int, count: int, unit: str) -> None:
    found = cal.compute(start_us, count, unit, CHINA, LAW, "r")
    assert found.end_us == cal.day_start_us(cal.local_date(found.end_us))
    assert CHINA.is_working_day(cal.local_date(found.end_us - 1))


def test_chinese_sentence() -> None:
    assert due("2025-09-28 10:00", 7, "working_day").explain("zh") == (
        "从 2025-09-28 次日起算 7 个工作日，跳过 10月1日至8日（国庆节、中秋节）、10月12日（周末），"
        "10月11日为调休工作日照常计算，截止 2025-10-14 24:00。"
        "依据：notice（civil code, articles 200-204）。"
    )


def test_english_sentence() -> None:
    assert due("2025-09-28 10:00", 7, "working_day").explain("en") == (
        "7 working days from the day after 2025-09-28; leaving out 1 to 8 October (National Day "
        "and Mid-Autumn Festival), 12 October (weekend); counting the weekend days worked "
        "instead: 11 October; until 2025-10-14 24:00 (Beijing time). "
        "Basis: notice (civil code, articles 200-204)."
    )


def test_sentences_of_a_rolled_end_across_the_year() -> None:
    found = due("2022-12-30 10:00", 1, "calendar_day")
    assert found.explain("zh").startswith(
        "从 2022-12-30 次日起算 1 个自然日，最后一日遇 12月31日至2023年1月2日（元旦），"
        "顺延至下一工作日，截止 2023-01-03 24:00。"
    )
    assert found.explain("en").startswith(
        "1 calendar day from the day after 2022-12-30; the last day falls on 31 December to "
        "2 January 2023 (New Year's Day) and moves to the next working day; "
        "until 2023-01-03 24:00 (Beijing time)."
    )


def test_sentences_of_a_period_that_starts_at_once() -> None:
    found = due("2025-09-30 00:00", 2, "hour")
    assert found.explain("zh").startswith(
        "自 2025-09-30 00:00:00 起算 2 小时，截止 2025-09-30 02:00:00。"
    )
    assert found.explain("en").startswith(
        "2 hours from 2025-09-30 00:00:00 (Beijing time); until 2025-09-30 02:00:00 (Beijing time)."
    )


def test_sentences_of_a_provisional_end_say_so() -> None:
    found = due("2026-12-30 10:00", 2, "working_day")
    assert "暂按普通周末推算" in found.explain("zh")
    assert "the date may move" in found.explain("en")
    assert "暂按" not in due("2025-12-01 10:00", 2, "working_day").explain("zh")


def test_a_long_list_of_days_off_is_cut_and_counted() -> None:
    found = due("2025-10-09 10:00", 120, "working_day")
    assert f"等，共{len(found.skipped)}天" in found.explain("zh")
    assert f"and more, {len(found.skipped)} days in all" in found.explain("en")


def test_no_third_language() -> None:
    with pytest.raises(InvalidInput) as caught:
        due("2025-10-09 10:00", 1, "hour").explain("fr")
    assert caught.value.params["field"] == "lang"


def test_local_text_shows_a_fraction_only_where_there_is_one() -> None:
    assert local_text(at("2025-10-09 10:00") + 1) == "2025-10-09 10:00:00.000001"
    assert local_text(at("2025-10-10 00:00")) == "2025-10-10 00:00:00"
    assert local_text(at("2025-10-10 00:00"), closing=True) == "2025-10-09 24:00"
    assert local_text(at("2025-10-10 00:00") + 1, closing=True) == "2025-10-10 00:00:00.000001"
    assert local_text(at("2025-10-10 08:00"), closing=True) == "2025-10-10 08:00:00"


@pytest.mark.parametrize(
    ("start", "count", "unit", "field"),
    [
        ("2025-01-01 00:00", 1, "week", "unit"),
        ("2025-01-01 00:00", -1, "hour", "count"),
        ("2025-01-01 00:00", 3_661, "hour", "count"),
        ("1989-12-31 23:59", 1, "hour", "start_us"),
        ("2201-01-01 00:00", 1, "hour", "start_us"),
    ],
)
def test_compute_refuses_what_is_out_of_bounds(
    start: str, count: int, unit: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        due(start, count, unit)
    assert caught.value.params["field"] == field


def test_compute_takes_the_bounds_themselves() -> None:
    assert due("1990-01-01 00:00", 3_660, "hour").end_us > 0
    assert due("2200-12-31 23:59", 3_660, "working_day").provisional


@pytest.mark.parametrize(
    ("end", "field", "unit"),
    [
        ("2024-12-31 00:00", "end_us", "hour"),
        ("2201-01-01 00:00", "end_us", "hour"),
        ("2025-01-02 00:00", "unit", "week"),
    ],
)
def test_days_between_refuses_impossible_windows(end: str, field: str, unit: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        cal.days_between(at("2025-01-01 00:00"), at(end), unit, CHINA)
    assert caught.value.params["field"] == field


def test_the_digest_ignores_comments_layout_and_order() -> None:
    plain = cal.load_table(SMALL)
    noisy = SMALL.replace("[2025-10-11, 2025-09-28]", "[ # twice\n2025-09-28, 2025-10-11]")
    assert cal.load_table("# remark\n" + noisy).digest == plain.digest
    assert cal.load_table(SMALL.replace("2025-01-01", "2025-01-02")).digest != plain.digest
    assert [holiday.name_en for holiday in plain.holidays] == ["New Year's Day", "National Day"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id =", "id ==="),
        ("cn-2025@1", "cn-2024@1"),
        ("cn-2025@1", "cn-2025@0"),
        ("year = 2025", "year = 2025.0"),
        ("year = 2025", "colour = 1\nyear = 2025"),
        ('source = "made for this test"', 'source = " "'),
        ("last = 2025-10-08", "last = 2025-09-08"),
        ("last = 2025-10-08", "last = 2026-10-08"),
        ("first = 2025-10-01", "first = 2025-01-01"),
        ("2025-10-11,", "2025-09-28,"),
        ("2025-10-11,", "2025-10-10,"),
        ("2025-10-11,", "2025-10-04,"),
        ("2025-10-11,", "2026-10-10,"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(old: str, new: str) -> None:
    assert old in SMALL
    with pytest.raises(DefinitionError):
        cal.load_table(SMALL.replace(old, new))


def test_a_table_without_notice_or_outside_the_years_is_refused() -> None:
    body = cal.load_table(SMALL).body
    with pytest.raises(DefinitionError):
        cal.YearTable.from_body({**body, "notices": []})
    early = {"id": "cn-1989@1", "year": 1989, "holidays": [], "makeup_work_days": []}
    with pytest.raises(DefinitionError):
        cal.YearTable.from_body({**body, **early})


def test_the_newest_version_of_a_year_counts_whatever_the_order() -> None:
    old = cal.load_table(SMALL)
    new = cal.load_table(SMALL.replace("@1", "@2").replace("2025-10-08", "2025-10-09"))
    for tables in ([old, new], [new, old], [old, new, old]):
        made = cal.Calendar(tables)
        assert made.tables == (new,)
        assert made.digest == cal.Calendar([new]).digest
        assert not made.is_working_day(date(2025, 10, 9))


def test_one_id_with_two_contents_is_refused() -> None:
    old = cal.load_table(SMALL)
    other = cal.load_table(SMALL.replace("2025-10-08", "2025-10-09"))
    with pytest.raises(DefinitionError):
        cal.Calendar([old, other])
