"""Reads of the record: pages, streams, the head, and what verification and replay are fed with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Column, Engine, MetaData, Table, Text, text

from tests.support import stall_log, stalls
from trading.base.errors import SetupError, StorageDown
from trading.engine.stream import Stream
from trading.record.merkle import CompactRange
from trading.record.replay import compare_rows, compare_states, replay
from trading.record.verify import verify
from trading.store import log, schema
from trading.store.engine import sqlite_url
from trading.store.projection import Projection
from trading.store.state import StateCodec, StoredState

ROWS = tuple(stall_log.story().rows)
STATES = stall_log.story().states
CODEC = StateCodec(stalls.registry())
COLUMNS = [column.name for column in schema.stream_state.columns]


def _stored(state: Stream) -> StoredState:
    due_us, pending = state.due_us or None, len(state.pending)
    return state.name, state.seq, CODEC.encode(state), due_us, 0, pending


@pytest.fixture
def reading(database: str, engine: Engine, open_engine: Callable[..., Engine]) -> Engine:
    """Give the reading engine of a store that holds the story."""
    tree = CompactRange().extended([row.hash for row in ROWS])
    with engine.begin() as connection:
        connection.execute(schema.entry.insert(), [msgspec.structs.asdict(row) for row in ROWS])
        connection.execute(
            schema.stream_state.insert(),
            [
                dict(zip(COLUMNS, (*_stored(state), CODEC.seal(CODEC.encode(state))), strict=True))
                for state in STATES.values()
            ],
        )
        head = {"size": tree.size, "range": tree.to_bytes(), "at_us": ROWS[-1].at_us}
        connection.execute(schema.head.update(), head)
    return open_engine(database, reading=True)


def test_the_head_tells_size_tree_and_time(reading: Engine) -> None:
    head = log.head(reading)
    assert (head.size, head.at_us) == (29, ROWS[-1].at_us)
    assert head.tree == CompactRange().extended([row.hash for row in ROWS])


def test_a_page_of_entries_begins_where_it_is_asked_to(reading: Engine) -> None:
    assert log.entries(reading, 0, 100) == list(ROWS)
    assert log.entries(reading, 10, 5) == list(ROWS[10:15])
    assert log.entries(reading, 29, 5) == []
    assert {type(row.body) for row in log.entries(reading, 0, 100)} == {bytes}


@pytest.mark.parametrize("page", [1, 100])
def test_the_states_of_one_kind_come_in_the_order_of_their_names(
    reading: Engine, page: int
) -> None:
    wanted = {name: state for name, state in STATES.items() if name.startswith("stall/")}
    found = list(log.states_of(reading, CODEC, "stall", page))
    assert [state.name for state in found] == sorted(wanted)
    assert {state.name: state for state in found} == wanted
    assert list(log.states_of(reading, CODEC, "stal", page)) == []


def test_the_entries_of_a_stream_go_on_behind_one(reading: Engine) -> None:
    wanted = [row for row in ROWS if row.stream == "stall/a"]
    assert log.stream_entries(reading, "stall/a", 0, 100) == wanted
    assert log.stream_entries(reading, "stall/a", 2, 3) == wanted[2:5]
    assert log.stream_entries(reading, "stall/none", 0, 3) == []


@pytest.mark.parametrize("page", [1, 7, 29, 100])
def test_all_entries_come_page_by_page(reading: Engine, page: int) -> None:
    assert list(log.iterate(reading, page=page)) == list(ROWS)
    assert list(log.iterate(reading, 3, 20, page)) == list(ROWS[3:20])


def test_only_one_page_is_read_at_a_time_and_nothing_is_held_between(reading: Engine) -> None:
    rows = log.iterate(reading, page=4)
    assert next(rows) == ROWS[0]
    assert reading.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_what_is_appended_while_reading_is_not_read(reading: Engine, engine: Engine) -> None:
    rows = log.iterate(reading, page=10)
    first = next(rows)
    late = msgspec.structs.replace(ROWS[-1], idx=29, stream="stall/late", seq=1)
    with engine.begin() as connection:
        connection.execute(schema.entry.insert(), msgspec.structs.asdict(late))
    assert [first, *rows] == list(ROWS)


def test_a_missing_entry_is_left_to_the_verifier(
    database: str, engine: Engine, open_engine: Callable[..., Engine]
) -> None:
    with engine.begin() as connection:
        connection.execute(schema.entry.insert(), msgspec.structs.asdict(ROWS[0]))
    reading = open_engine(database, reading=True)
    assert list(log.iterate(reading, 0, 5, 2)) == [ROWS[0]]


def test_the_state_of_a_stream_is_read(reading: Engine) -> None:
    assert log.state(reading, CODEC, "stall/a") == STATES["stall/a"]
    assert log.state(reading, CODEC, "stall/none") is None


@pytest.mark.parametrize("page", [1, 3, 6, 100])
def test_all_stored_states_come_page_by_page(reading: Engine, page: int) -> None:
    stored = list(log.stored_states(reading, page))
    assert sorted(stored) == sorted(_stored(state) for state in STATES.values())


def test_what_waits_for_another_person_is_found_by_its_index(
    reading: Engine, engine: Engine
) -> None:
    assert log.pending_streams(reading) == []
    change = "UPDATE projection_stream_state SET pending = 1 WHERE stream LIKE 'veil/%'"
    with engine.begin() as connection:
        connection.execute(text(change))
    assert log.pending_streams(reading) == ["veil/a-v1", "veil/a-v2"]
    with engine.connect() as connection:
        explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        if engine.dialect.name != "sqlite":
            connection.execute(text("SET enable_seqscan = off"))  # six rows are read faster so
        plan = connection.execute(text(f"{explain} {log._PENDING}")).all()
    assert "projection_stream_state_pending" in str(plan)


def test_what_is_stored_verifies_and_replays(reading: Engine) -> None:
    files = stall_log.publish(ROWS[:20])
    head = log.head(reading).tree
    rows = log.iterate(reading, page=8)
    verified = verify(stall_log.reader(files), [stall_log.KEY.public], rows=rows, head=head)
    assert verified.ok
    assert verified.unpublished == 9
    replayed = replay(log.iterate(reading), stalls.registry())
    assert replayed.ok
    assert compare_states(replayed.states, log.stored_states(reading), _stored) == ()


def _row(state: Stream) -> dict[str, str]:
    return {"stream": state.name, "place": state.place}


@pytest.fixture
def projection(engine: Engine) -> Iterator[Projection]:
    """Give a projection that is stored for one stall."""
    table = Table(
        "projection_stall",
        MetaData(),
        Column("stream", Text, primary_key=True),
        Column("place", Text, nullable=False),
    )
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), {"stream": "stall/a", "place": "settled"})
    yield Projection(table, "stall", _row)
    table.drop(engine)


def test_the_rows_of_a_projection_are_those_of_the_replay(
    reading: Engine, projection: Projection
) -> None:
    stored = log.projection_rows(reading, projection)
    assert stored == [{"stream": "stall/a", "place": "settled"}]
    expected = projection.rows(replay(ROWS, stalls.registry()).states)
    assert compare_rows("projection_stall", ["stream"], expected, stored) == ()


def test_storage_that_fails_says_nothing_of_its_driver(
    tmp_path: Path, open_engine: Callable[..., Engine]
) -> None:
    reading = open_engine(sqlite_url(tmp_path / "nothing.sqlite3"), reading=True)
    with pytest.raises(StorageDown) as caught:
        log.head(reading)
    assert "no such table" not in str(caught.value)


def test_a_store_without_a_head_is_not_set_up(
    database: str, engine: Engine, open_engine: Callable[..., Engine]
) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM projection_head"))
    with pytest.raises(SetupError):
        log.head(open_engine(database, reading=True))


def test_a_moment_does_not_move_while_others_write(reading: Engine, engine: Engine) -> None:
    with log.moment(reading) as still:
        before_us = log.head(still).at_us
        with engine.begin() as connection:
            connection.execute(schema.head.update(), {"at_us": before_us + 1})
        assert log.head(still).at_us == before_us
        assert log.head(reading).at_us == before_us + 1
    with log.moment(reading) as still:
        assert log.head(still).at_us == before_us + 1


def test_the_entries_of_some_streams_come_in_the_order_of_the_log(
    reading: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "NAMES_MAX", 2)
    wanted = {row.stream for row in ROWS}
    assert len(wanted) > 2
    assert tuple(log.entries_of(reading, wanted)) == ROWS
    assert log.entries_of(reading, set()) == []
