"""Projections: one row per stream as it stands, a function of the state alone."""

from __future__ import annotations

from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, insert, select

from tests.support import toy
from tests.support.desk import bid, make, put, put_up, run
from tests.support.shop import PROJECTED, TOY_PROJECTION, TOYS, Shop
from trading.engine.stream import Stream
from trading.store.projection import Projection, write_projections


def test_a_projection_covers_its_kind_alone() -> None:
    assert TOY_PROJECTION.covers("toy/a")
    assert not TOY_PROJECTION.covers("toys/a")
    assert not TOY_PROJECTION.covers("toy")


def test_rows_are_ordered_and_leave_other_kinds_out() -> None:
    desk = run(make("b"), make("a"), put("gold"))
    assert [row["name"] for row in TOY_PROJECTION.rows(desk.states)] == ["toy/a", "toy/b"]


def test_a_row_follows_its_state(engine: Engine) -> None:
    shop = Shop(engine)
    shop.all(make(), put_up())
    assert _shown(engine) == [("toy/a", "up", 0)]
    shop.batch(bid(5), bid(6), make("b"))
    assert _shown(engine) == [("toy/a", "up", 6), ("toy/b", "made", 0)]


def test_a_changed_row_is_put_right_when_its_stream_moves(engine: Engine) -> None:
    PROJECTED.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(TOYS).values(name="toy/a", place="lost", price_fen=99))
    states = {"toy/a": Stream("toy/a", place="up", facets={"toy": toy.Toy(price_fen=1)})}
    with engine.begin() as connection:
        write_projections(connection, (TOY_PROJECTION,), states)
        write_projections(connection, (TOY_PROJECTION,), {"vault/v": Stream("vault/v")})
    assert _shown(engine) == [("toy/a", "up", 1)]


def test_a_stream_may_have_many_rows_and_those_of_before_go(engine: Engine) -> None:
    stalls = Table("projection_stalls", MetaData(), Column("toy", Text, primary_key=True),
                   Column("n", Integer, primary_key=True))  # fmt: skip
    projection = Projection(
        stalls, "toy", lambda one: [{"toy": one.name, "n": n} for n in range(one.seq)], owner="toy"
    )
    stalls.create(engine)
    for counts in ({"toy/a": 2, "toy/b": 1}, {"toy/a": 1, "vault/v": 9}, {"toy/b": 0}):
        states = {name: Stream(name, seq=count) for name, count in counts.items()}
        with engine.begin() as connection:
            write_projections(connection, (projection,), states)
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(select(stalls))] == [("toy/a", 0)]
    stalls.drop(engine)


def _shown(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(TOYS).order_by(TOYS.c.name))]
