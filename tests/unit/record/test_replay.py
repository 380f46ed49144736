"""Deciding again gives the record byte for byte; what does not is named where it first differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.support import stall_log, stalls
from tests.unit.record.logs import BID, BLIND, OUTAGE, Draft, story
from trading.base.errors import StorageDown
from trading.engine.registry import Registry
from trading.engine.stream import Stream
from trading.record.chains import Finding
from trading.record.entry import Row
from trading.record.replay import (
    Difference,
    ReplayReport,
    compare_rows,
    compare_states,
    replay,
)
from trading.store.state import StateCodec

REGISTRY = stalls.registry()
CODEC = StateCodec(REGISTRY)
replace = msgspec.structs.replace


def _replayed(rows: list[Row] | tuple[Row, ...], **more: Any) -> ReplayReport:
    return replay(rows, REGISTRY, **more)


def _difference(rows: list[Row]) -> Difference:
    report = _replayed(rows)
    assert report.difference is not None
    assert not report.ok
    assert report.size <= report.difference.index
    return report.difference


def _forged(index: int, path: str, value: object) -> list[Row]:
    """Change one field of an entry and seal everything again, as one who holds the key can."""
    draft = Draft.of_story()
    *way, last = path.split(".")
    target: Any = draft.bodies[index]
    for name in way:
        target = target[int(name) if name.isdigit() else name]
    target[last] = value
    return draft.rows()


def test_a_whole_record_comes_out_the_same() -> None:
    scribe = stall_log.story()
    report = _replayed(scribe.rows)
    assert report.ok
    assert (report.size, report.watched, report.edition) == (29, 29, 5)
    assert report.at_us == scribe.rows[-1].at_us
    assert report.states == scribe.states


def test_replay_steps_with_the_independent_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the live stepper")

    rows = story()
    monkeypatch.setattr("trading.engine.machine.MachineStepper.step", refuse)
    assert _replayed(rows).ok


def test_an_empty_record_is_replayed() -> None:
    report = _replayed([])
    assert report.ok
    assert (report.size, report.states, report.at_us) == (0, {}, 0)


def test_it_ends_behind_the_group_of_the_index_asked_for() -> None:
    assert _replayed(story(), until_index=BID).size == BID + 1
    assert _replayed(story(), until_index=OUTAGE).size == OUTAGE + 2
    assert _replayed(story(), until_index=10**6).size == 29


def test_it_ends_before_what_is_later_than_the_instant_asked_for() -> None:
    rows = story()
    assert _replayed(rows, until_us=rows[BID].at_us).size == BID + 1
    assert _replayed(rows, until_us=rows[BID].at_us - 1).size == BID
    assert _replayed(rows, until_us=rows[BID].at_us - 1).at_us == rows[BID - 1].at_us


def test_of_some_streams_only_these_are_reported() -> None:
    report = _replayed(story(), streams={"stall/a", "stall/none"})
    assert set(report.states) == {"stall/a"}
    assert (report.size, report.watched) == (29, 15)


def test_a_difference_elsewhere_is_never_left_out() -> None:
    rows = _forged(BID, "out.dest", "sold")
    assert not _replayed(rows, streams={"veil/a-v1"}).ok


def test_progress_is_told() -> None:
    told: list[int] = []
    _replayed(story(), progress=told.append)
    assert told == [29]
    scribe = stall_log.Scribe()
    scribe.found()
    scribe.open("a")
    for price in range(1100):
        scribe.bid("a", 100_100 + 100 * price, f"bidder-{price % 2}")
    told.clear()
    report = _replayed(scribe.rows, progress=told.append)
    assert told == [1024, 1109]
    assert report.entries_per_second(2_000_000) == 554
    assert report.entries_per_second(0) == 1_109_000_000


@pytest.mark.parametrize(
    ("index", "path", "value", "expected", "found"),
    [
        (BID, "out.guards.in_time_v1", False, "true", "false"),
        (BID, "out.to", "sold", '"bidding"', '"sold"'),
        (BID, "out.outcome", "refused", '"done"', '"refused"'),
        (BID, "out.code", "wrong_state", "(absent)", '"wrong_state"'),
        (BID, "org", "community/b", '"community/a"', '"community/b"'),
        (BID, "part", [1, 2], "[1,1]", "[1,2]"),
        (BID + 1, "out.failed", ["raises_v1"], '["raises_v1","on_step_v1"]', '["raises_v1"]'),
        (BLIND, "out.bind.edition", 4, "5", "4"),
        (OUTAGE + 1, "cmd", "f" * 32, None, None),
        (OUTAGE + 1, "kind", "stall.bid/1", '"centre.outage/1"', '"stall.bid/1"'),
        (OUTAGE + 1, "at_us", stall_log.START_US, None, None),
        (27, "out.to", "kept", '"opened"', '"kept"'),
    ],
)
def test_a_forged_decision_is_found(
    index: int, path: str, value: object, expected: str | None, found: str | None
) -> None:
    difference = _difference(_forged(index, path, value))
    assert (difference.index, difference.field) == (index, path)
    assert difference.stream == story()[index].stream
    if expected is not None:
        assert (difference.expected, difference.found) == (expected, found)


def test_a_price_that_nobody_asked_for_is_found() -> None:
    rows = _forged(BID, "in.data.price_fen", 100_200)
    assert _difference(rows).field == "out.events"


def test_a_spelling_that_nobody_wrote_is_found() -> None:
    rows = _forged(BID, "in.sd", [])
    assert _difference(rows).field == "in.sd"
    rows = list(story())
    rows[BID] = replace(rows[BID], body=rows[BID].body.replace(b'"v":', b'"v": '))
    assert _difference(rows).field == "body"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("kind", "stall.burn/1"),
        ("v", "trading.entry/0"),
        ("in.data.surplus", 1),
        ("in.data.price_fen", "100"),
        ("in.role", None),
    ],
)
def test_a_command_that_cannot_be_read_is_found(path: str, value: object) -> None:
    difference = _difference(_forged(BID, path, value))
    assert (difference.index, difference.field) == (BID, "in")


def test_a_command_that_cannot_be_decided_is_found() -> None:
    rows = [*story()[:2], replace(story()[7], idx=2)]  # no workflow of it was entered
    difference = _difference(rows)
    assert (difference.index, difference.field) == (2, "in")
    assert "unknown_name" in difference.found


def test_an_error_of_the_code_is_a_difference_with_its_type() -> None:
    rows = _forged(5, "in.data.origin", None)
    assert _difference(rows).found.startswith("ValidationError: ")


def test_a_first_part_that_asks_nothing_is_found() -> None:
    draft = Draft.of_story()
    del draft.bodies[BID]["in"]
    assert _difference(draft.rows()).field == "in"


def test_a_further_part_that_is_not_json_is_found() -> None:
    rows = list(story())
    rows[OUTAGE + 1] = replace(rows[OUTAGE + 1], body=b"{")
    difference = _difference(rows)
    assert (difference.index, difference.field) == (OUTAGE + 1, "body")


def test_a_missing_entry_is_found() -> None:
    rows = [row for row in story() if row.idx != BID]
    difference = _difference(rows)
    assert (difference.index, difference.field) == (BID + 1, "index")
    assert (difference.expected, difference.found) == (str(BID), str(BID + 1))


def test_a_part_missing_at_the_end_is_found() -> None:
    difference = _difference(list(story()[:28]))
    assert (difference.index, difference.stream) == (28, "veil/a-v2")
    assert (difference.field, difference.expected) == ("part", "part 3 of 3")


def test_a_wrong_hash_is_found() -> None:
    rows = list(story())
    rows[BID] = replace(rows[BID], hash=b"\0" * 32)
    difference = _difference(rows)
    assert (difference.field, difference.found) == ("hash", "00" * 32)


@pytest.mark.parametrize(
    ("index", "change"),
    [
        (BID, {"audience": "restricted"}),
        (BID, {"salt": b"\0" * 32}),
        (BLIND, {"audience": "public"}),
        (BLIND, {"salt": b""}),
    ],
)
def test_a_wrong_audience_is_found(index: int, change: dict[str, Any]) -> None:
    rows = list(story())
    rows[index] = replace(rows[index], **change)
    difference = _difference(rows)
    assert (difference.index, difference.field) == (index, "audience")


def test_another_salt_breaks_the_chain_of_its_stream() -> None:
    rows = list(story())
    rows[BLIND] = replace(rows[BLIND], salt=b"\0" * 32)
    assert _difference(rows).field == "hash"


def test_time_that_goes_back_is_found() -> None:
    rows = _forged(BID, "at_us", story()[BID - 1].at_us - 1)
    difference = _difference(rows)
    assert (difference.index, difference.field) == (BID, "at_us")


def test_storage_that_fails_is_no_difference() -> None:
    def rows() -> Iterator[Row]:
        yield from story()[: OUTAGE + 1]
        raise StorageDown

    with pytest.raises(StorageDown):
        replay(rows(), REGISTRY)


def test_a_second_person_is_judged_again() -> None:
    rows = _forged(17, "in.actor", "office-1")
    assert _difference(rows).index == 17


def test_a_subject_that_does_not_know_the_command_cannot_replay_it() -> None:
    builtin_only = Registry(REGISTRY.subjects[:1])
    report = replay(story(), builtin_only)
    assert report.difference is not None
    assert report.difference.index == 7
    assert "unknown_name" in report.difference.found


@pytest.mark.parametrize(
    "column", [{"stream": "stall/b"}, {"seq": 99}, {"kind": "stall.bid/9"}, {"at_us": 1}]
)
def test_a_column_that_says_something_else_than_its_entry_is_found(
    column: dict[str, str | int],
) -> None:
    rows = list(story())
    rows[16] = replace(rows[16], **column)
    found = _difference(rows)
    assert (found.index, found.field) == (16, "column")


# The final fold against what is stored.


def _row(state: Stream) -> tuple[str, int, bytes]:
    return state.name, state.seq, CODEC.encode(state)


def _stored(states: dict[str, Stream]) -> list[tuple[str, int, bytes]]:
    return [_row(state) for _name, state in sorted(states.items())]


def test_stored_states_that_are_the_fold_are_no_finding() -> None:
    states = _replayed(story()).states
    assert compare_states(states, _stored(states), _row) == ()


def test_stored_states_that_are_not_the_fold_are_found() -> None:
    states = _replayed(story()).states
    stored = _stored(states)
    assert [name for name, _, _ in stored] == [
        "centre", "definitions", "security", "stall/a", "veil/a-v1", "veil/a-v2",
    ]  # fmt: skip
    stored[0] = ("centre", 9, stored[0][2])
    stored[1] = ("definitions", stored[1][1], b"{}")
    stored[2] = ("surplus", 1, b"{}")
    found = compare_states(states, stored[:-1], _row)
    assert [finding.detail.partition(" ")[0] for finding in found] == [
        "centre", "definitions", "surplus", "security", "veil/a-v2",
    ]  # fmt: skip
    assert {finding.code for finding in found} == {"state"}


def test_rows_of_a_projection_are_compared() -> None:
    expected = [{"id": "a", "place": "sold"}, {"id": "b", "place": "new"}, {"id": "c", "place": ""}]
    assert compare_rows("lots", ["id"], expected, reversed(expected)) == ()
    stored = [{"id": "a", "place": "new"}, {"id": "c", "place": ""}, {"id": "d", "place": ""}]
    assert compare_rows("lots", ["id"], expected, stored) == (
        Finding("projection", -1, "lots ('a',) differs in place"),
        Finding("projection", -1, "lots ('d',) is stored, but nothing says so"),
        Finding("projection", -1, "lots ('b',) is not stored"),
    )
