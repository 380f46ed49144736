"""A stored state that the centre did not write, or that is not the newest, is never decided on."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, delete, text, update

from tests.support import toy
from tests.support.desk import bid, make, nudge, put, put_up
from tests.support.shop import Shop
from trading.base.errors import ClockDrifted, IntegrityFault
from trading.base.units import MINUTE_US
from trading.store import log, schema
from trading.store.batch import Receipt
from trading.store.state import StateCodec

STATE = schema.stream_state


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """Give a shop with two toys up for sale."""
    shop = Shop(engine)
    shop.all(make("a"), put_up("a", sale_us=MINUTE_US), make("b"), put_up("b", sale_us=MINUTE_US))
    return shop


def change(shop: Shop, stream: str, **values: object) -> None:
    """Edit the stored row of ``stream`` behind the writer's back."""
    with shop.engine.begin() as connection:
        connection.execute(update(STATE).where(STATE.c.stream == stream).values(values))
    shop.writer._disconnect()


def row(shop: Shop, stream: str) -> dict[str, Any]:
    """Return what is stored of ``stream``."""
    with shop.engine.connect() as connection:
        found = connection.execute(STATE.select().where(STATE.c.stream == stream)).one()
    return dict(found._mapping)


def refused(shop: Shop) -> str:
    """Return why a bid on toy a is not decided, while one on toy b is."""
    size = shop.size()
    bad, good = shop.batch(bid(7, "a"), bid(7, "b"))
    assert isinstance(bad, IntegrityFault)
    assert isinstance(good, Receipt)
    assert shop.size() == size + 1
    return bad.detail


def test_an_edited_state_freezes_its_own_commands_only(shop: Shop) -> None:
    state = shop.codec.encode(replace(shop.state("toy/a"), place="new"))
    change(shop, "toy/a", state=state)

    assert refused(shop) == "the stored state of toy/a was changed"


def test_a_state_sealed_with_another_key_is_refused(shop: Shop) -> None:
    state = shop.codec.encode(replace(shop.state("toy/a"), place="new"))
    other = StateCodec(shop.kernel.registry, b"another key")
    change(shop, "toy/a", state=state, mac=other.seal(state))

    assert refused(shop) == "the stored state of toy/a was changed"


def test_the_state_of_another_stream_is_refused(shop: Shop) -> None:
    values = {name: row(shop, "toy/b")[name] for name in ("seq", "state", "mac")}
    change(shop, "toy/a", **values)

    assert refused(shop) == "the stored state of toy/a is another's"


def test_an_older_state_is_refused(shop: Shop) -> None:
    old = row(shop, "toy/a")
    shop.do(bid(5, "a"))
    change(shop, old.pop("stream"), **old)

    assert refused(shop) == "the state of toy/a is not that of its entries"


def test_a_deleted_state_is_missed(shop: Shop) -> None:
    with shop.engine.begin() as connection:
        connection.execute(delete(STATE).where(STATE.c.stream == "toy/a"))
    shop.writer._disconnect()

    assert refused(shop) == "toy/a has entries or a state, but not both"


def test_a_state_that_cannot_be_read_is_refused(shop: Shop) -> None:
    change(shop, "toy/a", state=b"{", mac=shop.codec.seal(b"{"))

    assert refused(shop) == "the stored state of toy/a is damaged"


def test_a_bad_stream_does_not_fail_the_tick(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    change(shop, "toy/a", state=b"{}")
    shop.clock.advance_to(toy.START_US + 2 * MINUTE_US)

    with caplog.at_level(logging.ERROR):
        assert shop.writer.tick() == 2
    assert shop.state("toy/b").place == "unsold"
    assert "a timer stands still: the stored state of toy/a was changed" in caplog.text


def test_an_outage_holds_the_others_where_one_state_is_bad(shop: Shop) -> None:
    change(shop, "toy/a", state=b"{}")
    shop.clock.sleep(30_000_000)

    assert isinstance(shop.batch(make("c"))[0], Receipt)
    assert shop.state("toy/b").held


def test_the_time_of_the_head_is_not_believed(shop: Shop) -> None:
    late_us = toy.START_US + 500 * MINUTE_US
    with shop.engine.begin() as connection:
        connection.execute(text("UPDATE projection_head SET at_us = :at"), {"at": late_us})

    assert shop.do(nudge("b")).at_us == toy.START_US
    with shop.engine.begin() as connection:
        connection.execute(text("UPDATE projection_head SET at_us = :at"), {"at": late_us})
    shop.writer._disconnect()
    (answer,) = shop.batch(nudge("b"))
    assert isinstance(answer, IntegrityFault)


def test_an_incident_is_told_once_by_however_many_writers(engine: Engine) -> None:
    shop = Shop(engine)
    shop.clock.advance_to(toy.START_US + MINUTE_US)
    shop.do(make("a"))
    kinds = []
    for _attempt in range(3):
        late = Shop(engine, founded=False)
        late.clock.advance_to(toy.START_US)
        (answer,) = late.batch(put("a"))
        assert isinstance(answer, ClockDrifted)
        assert "set it" in answer.detail
        kinds = late.kinds(shop.size() - 1)
    assert kinds == ["centre.incident/1"]
    assert shop.kinds().count("centre.incident/1") == 1


def test_seals_are_told_and_made_anew(shop: Shop) -> None:
    other = StateCodec(shop.kernel.registry, b"another key")
    assert list(log.unsealed_states(shop.engine, shop.codec)) == []

    log.seal_states(shop.engine, other)

    assert "toy/a" in list(log.unsealed_states(shop.engine, shop.codec, page=2))
    assert list(log.unsealed_states(shop.engine, other)) == []
