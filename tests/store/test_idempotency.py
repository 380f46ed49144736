"""Idempotency: a key that comes back gets the receipt it got, whatever happened in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, select

from tests.support.desk import act, bid, make, nudge, put_up
from tests.support.shop import MAC_KEY, Shop
from trading.base.errors import GuardFailed, KeyReused, NotFound
from trading.engine.context import Envelope
from trading.record.entry import Document
from trading.store import schema
from trading.store.batch import Receipt
from trading.store.idempotency import TOKEN_BYTES, token_of
from trading.store.upkeep import Limits

OpenEngine = Callable[..., Engine]


@pytest.fixture
def shop(engine: Engine) -> Iterator[Shop]:
    """Give a shop with a toy that is up."""
    opened = Shop(engine)
    opened.all(make(), put_up())
    yield opened
    opened.close()


def test_a_twin_in_one_batch_is_decided_once(shop: Shop) -> None:
    size = shop.size()
    first, twin, other = shop.batch(bid(5, key="k"), bid(5, key="k"), bid(6, key="l"))
    assert first == twin
    assert isinstance(other, Receipt)
    assert shop.size() == size + 2
    shop.inspect()


def test_a_retry_in_a_later_batch_gets_the_same_receipt(shop: Shop) -> None:
    receipt = shop.do(bid(5, key="k"))
    shop.do(bid(9))
    size = shop.size()
    assert shop.do(bid(5, key="k")) == receipt
    assert shop.size() == size


def test_a_retry_after_a_restart_gets_the_same_receipt(
    database: str, open_engine: OpenEngine
) -> None:
    before = Shop(open_engine(database))
    receipts = before.all(make(key="m"), put_up(key="p"), act("hold"), act("resume", key="r"))
    before.close()
    after = Shop(open_engine(database))
    assert after.do(make(key="m")) == receipts[0]
    assert after.do(put_up(key="p")) == receipts[1]
    assert after.do(act("resume", key="r")) == receipts[3]
    assert receipts[3].outcome == "proposed"


@pytest.mark.parametrize("restarted", [False, True])
def test_a_refusal_is_repeated_too(
    database: str, open_engine: OpenEngine, *, restarted: bool
) -> None:
    shop = Shop(open_engine(database))
    shop.all(make(), put_up(), bid(2_000_000 - 1_999_990))
    first = shop.refused(bid(1, key="k"))
    lost = shop.refused(bid(1, "nowhere", key="n"))
    assert isinstance(first, GuardFailed)
    size = shop.size()
    shop = Shop(open_engine(database)) if restarted else shop
    again = shop.refused(bid(1, key="k"))
    assert type(again) is type(first)
    assert again.params == first.params
    assert shop.refused(bid(1, "nowhere", key="n")).params == lost.params
    assert isinstance(lost, NotFound)
    assert shop.size() == size


def test_a_refused_twin_in_one_batch_is_refused_alike(shop: Shop) -> None:
    size = shop.size()
    first, twin = shop.batch(bid(0, key="k"), bid(0, key="k"))
    assert first.params == twin.params
    assert shop.size() == size + 1


@pytest.mark.parametrize(
    "other",
    [
        bid(6, key="k"),
        bid(5, "b", key="k"),
        nudge(key="k", account="bidder-1"),
        bid(5, key="k", docs=(Document("power", "0" * 64),)),
    ],
    ids=["price", "object", "kind", "document"],
)
def test_a_key_with_another_body_is_refused_and_leaves_no_entry(
    shop: Shop, other: Envelope
) -> None:
    shop.do(bid(5, key="k"))
    size = shop.size()
    error = shop.refused(other)
    assert isinstance(error, KeyReused)
    assert error.params == {"field": "key"}
    assert shop.size() == size
    first, second = shop.batch(bid(7, key="new"), bid(8, key="new"))
    assert isinstance(first, Receipt)
    assert isinstance(second, KeyReused)


def test_the_same_key_of_another_account_is_another_key(shop: Shop) -> None:
    shop.do(bid(5, key="k"))
    assert shop.do(bid(6, key="k", actor="bidder-2")).outcome == "done"
    assert shop.refused(bid(5, key="k", actor="bidder-3")).params["guards"] == ("higher_v1",)


def test_without_a_key_everything_is_new(shop: Shop) -> None:
    assert shop.do(nudge()) != shop.do(nudge())
    with shop.engine.connect() as connection:
        assert connection.execute(select(schema.idempotency)).all() == []


def test_a_suppressed_refusal_takes_no_key(engine: Engine) -> None:
    """It left no entry that could be repeated, so the key may still be used."""
    shop = Shop(engine, limits=Limits(refusals_per_minute=1))
    shop.all(make(), put_up())
    shop.refused(bid(0))
    assert shop.refused(bid(0, key="k")).params["receipt"].index == -1  # type: ignore[attr-defined]
    assert shop.do(bid(1, key="k")).outcome == "done"


def test_tokens_tell_nothing_without_the_secret() -> None:
    token, mac = token_of(bid(5, key="k"), MAC_KEY)
    assert (len(token), len(mac)) == (TOKEN_BYTES, 32)
    assert token_of(bid(5, key="k"), MAC_KEY) == (token, mac)
    assert token_of(bid(5, key="k"), b"n" * 32)[0] != token
    assert token_of(bid(6, key="k"), MAC_KEY) == (token, token_of(bid(6, key="l"), MAC_KEY)[1])
    assert token_of(bid(5), MAC_KEY) == (b"", b"")


def test_account_and_key_cannot_be_shifted_into_each_other() -> None:
    one = token_of(bid(5, key="b", account="a"), MAC_KEY)
    assert one != token_of(bid(5, key="", account="ab"), MAC_KEY)
    assert one[0] != token_of(bid(5, key="ab", account=""), MAC_KEY)[0]
