"""The writer: what a batch does to the record, and what callers are told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine

from tests.support import toy
from tests.support.desk import act, bid, broken, entering, founding, make, nudge, put, put_up
from tests.support.shop import Shop, wait_until
from trading.base.errors import (
    GuardFailed,
    IntegrityFault,
    NotFound,
    NotPermitted,
    StorageBusy,
    StorageDown,
    TradingError,
    UnknownName,
    WrongState,
)
from trading.engine.context import Envelope
from trading.engine.policy import Pack
from trading.record.entry import PROPOSED
from trading.store import schema
from trading.store import writer as writer_module
from trading.store.batch import Item, Receipt, Tick

OpenEngine = Callable[..., Engine]


@pytest.fixture
def shop(engine: Engine) -> Iterator[Shop]:
    """Give a founded shop."""
    opened = Shop(engine)
    yield opened
    opened.close()


def test_a_receipt_tells_where_the_entry_stands(shop: Shop) -> None:
    size = shop.size()
    receipt = shop.do(make())
    (row,) = shop.entries(size)
    assert receipt == Receipt(size, row.hash.hex(), "toy/a", 1, toy.START_US, "done")
    assert shop.do(put_up()).seq == 2
    shop.inspect()


@pytest.mark.parametrize(
    ("command", "kind", "stream", "code"),
    [
        (bid(5, "made"), WrongState, "toy/made", "wrong_state"),
        (bid(0, "up"), GuardFailed, "toy/up", "guard_failed"),
        (msgspec.structs.replace(put_up("made"), role="maker"), NotPermitted, "toy/made",
         "not_permitted"),
        (bid(5, "nowhere"), NotFound, "security", "not_found"),
        (nudge("made", "nowhere"), GuardFailed, "toy/made", "group_refused"),
    ],
)  # fmt: skip
def test_a_refusal_is_raised_once_its_entry_stands(
    shop: Shop, command: Envelope, kind: type[TradingError], stream: str, code: str
) -> None:
    shop.all(make("made"), make("up"), put_up("up"))
    size = shop.size()
    error = shop.refused(command)
    assert type(error) is kind
    (row,) = shop.entries(size)
    (out,) = shop.outs(size)
    receipt: Any = error.params["receipt"]
    assert (row.stream, out.outcome, out.code) == (stream, "refused", code)
    assert (receipt.index, receipt.hash, receipt.failed) == (size, row.hash.hex(), out.failed)
    shop.inspect()


def test_a_group_is_all_or_nothing(shop: Shop) -> None:
    shop.all(make("a"), make("b"), make("c"))
    size = shop.size()
    shop.do(nudge("a", "b", "c"))
    assert [row.stream for row in shop.entries(size)] == ["toy/a", "toy/b", "toy/c"]
    shop.all(nudge("c"), nudge("c"))
    error = shop.refused(nudge("a", "b", "c"))
    assert error.params["guards"] == ("sturdy_v1",)
    assert [shop.toy(name).nudges for name in "abc"] == [1, 1, 3]
    shop.inspect()


def test_commands_of_one_batch_see_each_other(shop: Shop) -> None:
    answers = shop.batch(make(), put_up(), bid(5), bid(5, actor="bidder-2"), bid(6))
    assert [type(answer) for answer in answers] == [Receipt, Receipt, Receipt, GuardFailed, Receipt]
    assert (shop.toy().bids, shop.toy().price_fen) == (2, 6)
    shop.inspect()


def test_two_persons(shop: Shop) -> None:
    shop.all(make(), put_up(), act("hold"))
    assert shop.do(act("resume")).outcome == PROPOSED
    assert shop.refused(act("resume")).params["guards"] == ("second_person_v1",)
    assert shop.do(act("resume", actor="clerk-2")).outcome == "done"
    shop.inspect()


def test_an_exception_in_decide_answers_that_one_and_the_batch_goes_on(shop: Shop) -> None:
    answers = shop.batch(make(), broken("bug"), broken("undeclared"), broken("twice"), nudge())
    found = [type(answer) for answer in answers]
    assert found == [Receipt, ZeroDivisionError, UnknownName, IntegrityFault, Receipt]
    assert shop.state().seq == 2
    shop.inspect()


def test_an_entry_that_is_too_large_answers_that_one(shop: Shop) -> None:
    answers = shop.batch(make(), put("x" * 20_000), put("\ud800"), nudge())
    assert [answer.code for answer in answers[1:3]] == ["invalid_input", "invalid_input"]
    assert shop.state().seq == 2
    shop.inspect()


def test_a_state_that_cannot_be_projected_fails_alone(shop: Shop) -> None:
    """An error of our own in what is written beside the entries is found one by one."""
    shop.all(make("a"), put_up("a"), make("b"))
    size = shop.size()
    answers = shop.batch(bid(5), bid(666), nudge("b"))
    assert [type(answer) for answer in answers] == [Receipt, ZeroDivisionError, Receipt]
    assert (shop.size(), shop.toy().price_fen) == (size + 2, 5)
    assert type(shop.batch(bid(666, "b"))[0]) is WrongState
    shop.inspect()


def test_what_is_not_public_is_blind_and_constant_in_size(shop: Shop) -> None:
    size = shop.size()
    shop.all(put("a"), put("much longer than that"))
    shop.refused(bid(5, "nowhere"))
    rows = shop.entries(size)
    assert {row.audience for row in rows} == {"restricted"}
    assert len({bytes(row.salt) for row in rows}) == 1  # the same envelope salt, the same part
    assert {len(row.salt) for row in rows} == {32}
    assert len({len(row.body) for row in rows}) == 3
    shop.inspect()


def test_each_part_of_a_veiled_group_has_a_salt_of_its_own(shop: Shop) -> None:
    size = shop.size()
    shop.all(put("a", salt=b"1" * 32), put("a", salt=b"2" * 32))
    first, second = shop.entries(size)
    assert first.salt != second.salt


def test_what_is_not_public_needs_a_salt(shop: Shop) -> None:
    size = shop.size()
    (answer,) = shop.batch(put("a", salt=b"short"))
    assert isinstance(answer, IntegrityFault)
    assert shop.size() == size


def test_a_batch_has_one_instant_and_the_record_never_goes_back(shop: Shop) -> None:
    shop.clock.advance_to(toy.START_US + 5)
    receipts = shop.batch(make("a"), make("b"))
    assert {receipt.at_us for receipt in receipts} == {toy.START_US + 5}


def test_the_definitions_are_learnt_from_the_log(engine: Engine, open_engine: OpenEngine) -> None:
    Shop(engine).do(make())
    later = Shop(open_engine(engine.url.render_as_string(hide_password=False)))
    assert later.kernel.catalogue.edition == 0
    later.do(put_up())
    assert later.kernel.catalogue.edition == len(toy.DEFINITIONS)


def test_what_a_failed_batch_learnt_is_forgotten(shop: Shop) -> None:
    """The projection fails after the definition was decided: neither is in the log."""
    shop.all(make(), put_up())
    pack = Pack.from_body({**toy.PACK.body, "id": "toy-pack@2"})
    shop.do(entering("pack", pack, "clerk-1", "office"))
    edition = shop.kernel.catalogue.edition
    answers = shop.batch(entering("pack", pack, "clerk-2", "office"), bid(666))
    assert [type(answer) for answer in answers] == [Receipt, ZeroDivisionError]
    assert shop.kernel.catalogue.edition == edition + 1
    assert shop.refused(entering("pack", pack, "clerk-1", "office")).params["guards"] == (
        "new_version_v1",
    )
    shop.inspect()


def test_the_founding_needs_no_definition_and_the_rest_waits_for_it(engine: Engine) -> None:
    shop = Shop(engine, founded=False)
    assert shop.writer.tick() == 0
    assert isinstance(shop.batch(make())[0], UnknownName)
    shop.batch(*founding())
    shop.do(make())
    shop.inspect()


def test_two_writers_take_turns_on_one_database(database: str, open_engine: OpenEngine) -> None:
    """Each forgets what it knew when the other has written, definitions included."""
    one = Shop(open_engine(database))
    two = Shop(open_engine(database))
    one.all(make(), put_up())
    for price in range(1, 21):
        (one, two)[price % 2].do(bid(price))
        assert isinstance((two, one)[price % 2].refused(bid(price)), GuardFailed)
    pack = Pack.from_body({**toy.PACK.body, "id": "toy-pack@2"})
    one.do(entering("pack", pack, "clerk-1", "office"))
    two.refused(entering("pack", pack, "clerk-1", "office"))
    two.do(entering("pack", pack, "clerk-2", "office"))
    one.do(make("b"))
    assert one.kernel.catalogue.edition == two.kernel.catalogue.edition
    assert one.kernel.catalogue.seq == two.kernel.catalogue.seq
    assert one.toy().bids == 20
    one.inspect()
    for shop in (one, two):
        shop.close()


def test_the_threads_of_twenty_people(database: str, open_engine: OpenEngine) -> None:
    """What was acknowledged is what is stored is what the head says; through two writers."""
    shops = [Shop(open_engine(database)) for _ in range(2)]
    shops[0].all(make(), put_up())
    size = shops[0].size()
    for shop in shops:
        shop.writer.start()
    prices = iter(range(1, 10_000))
    lock = threading.Lock()

    def _person(number: int) -> list[str]:
        hashes = []
        for _ in range(25):
            with lock:
                price = next(prices)
            command = bid(price, actor=f"bidder-{number}", key=f"{price}")
            try:
                receipt = shops[number % 2].do(command)
            except GuardFailed as refusal:
                receipt = refusal.params["receipt"]  # type: ignore[assignment]
            hashes.append(receipt.hash)
        return hashes

    with ThreadPoolExecutor(20) as people:
        told = [hash_ for hashes in people.map(_person, range(20)) for hash_ in hashes]
    for shop in shops:
        shop.close()
    stored = [row.hash.hex() for row in shops[0].entries(size)]
    assert sorted(told) == sorted(stored)
    assert shops[0].size() == size + 500
    accepted = [out for out in shops[0].outs(size) if out.outcome == "done"]
    assert shops[0].toy().bids == len(accepted)
    shops[0].inspect()


def test_a_thread_answers_in_batches_and_tells_of_each_commit(engine: Engine) -> None:
    sizes: list[int] = []
    shop = Shop(engine, on_commit=sizes.append)
    shop.writer.start()
    futures = [shop.writer.submit(make(f"t{number}")) for number in range(40)]
    receipts = [future.result(30) for future in futures]
    shop.close()
    assert [receipt.index for receipt in receipts] == sorted(receipt.index for receipt in receipts)
    assert sizes[-1] == shop.size()
    assert sizes == sorted(set(sizes))
    assert max(Counter(receipt.at_us for receipt in receipts).values()) >= 1


def test_who_listens_to_commits_cannot_harm_the_writer(engine: Engine) -> None:
    def _deaf(_size: int) -> None:
        raise ZeroDivisionError

    shop = Shop(engine, on_commit=_deaf)
    assert shop.do(make()).outcome == "done"


def test_a_caller_who_went_away_does_not_stop_the_others(shop: Shop) -> None:
    """A web server cancels the future of a connection that was closed."""
    gone = shop.writer.submit(make("gone"))
    waiting = shop.writer.submit(make("here"))
    assert gone.cancel()
    shop.writer.start()
    assert waiting.result(20).stream == "toy/here"
    assert shop.state("toy/gone").seq == 1
    shop.inspect()


def test_a_full_queue_refuses(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "QUEUE_MAX", 3)
    futures = [shop.writer.submit(make(f"t{number}")) for number in range(3)]
    with pytest.raises(StorageBusy) as caught:
        shop.writer.submit(make("more"))
    assert caught.value.params == {"retry_after_seconds": 1}
    shop.writer.start()
    assert [future.result(20).outcome for future in futures] == ["done"] * 3


def test_a_batch_is_bounded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "BATCH_MAX", 4)
    futures = [shop.writer.submit(make(f"t{number}")) for number in range(9)]
    sizes: list[int] = []
    process = shop.writer.process

    def _counted(items: list[Item], tick: Tick | None) -> None:
        sizes.append(len(items))
        process(items, tick)

    monkeypatch.setattr(shop.writer, "process", _counted)
    shop.writer.start()
    for future in futures:
        future.result(20)
    assert sizes == [4, 4, 1]


def test_stopping_decides_what_is_waiting_and_takes_no_more(shop: Shop) -> None:
    futures = [shop.writer.submit(make(f"t{number}")) for number in range(30)]
    shop.writer.start()
    shop.close()
    assert all(future.done() for future in futures)
    with pytest.raises(StorageDown):
        shop.writer.submit(make("late"))
    shop.writer.start()
    assert shop.do(make("again")).outcome == "done"


def test_a_tick_goes_through_the_writers_thread(shop: Shop) -> None:
    shop.all(make(), put_up(), bid(5))
    shop.clock.advance_to(toy.START_US + toy.SALE_US)
    shop.writer.start()
    assert shop.writer.tick() == 1
    assert shop.state().place == "sold"
    assert shop.writer.tick() == 0
    threads = [threading.Thread(target=shop.writer.tick) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    wait_until(lambda: not any(thread.is_alive() for thread in threads))
    shop.inspect()


def test_commands_that_came_before_a_tick_are_decided_before_it(shop: Shop) -> None:
    """The lot would be over by the clock, but a bid was received in time: our delay holds it."""
    shop.all(make(), put_up(), bid(5))
    waiting = shop.writer.submit(bid(6, received_us=toy.START_US + toy.SALE_US - 1))
    shop.clock.advance_to(toy.START_US + toy.SALE_US)
    ticking = ThreadPoolExecutor(1)
    shop.writer.start()
    ticking.submit(shop.writer.tick).result(20)
    ticking.shutdown()
    assert isinstance(waiting.exception(20), GuardFailed)
    assert (shop.state().place, shop.state().held) == ("up", True)


def test_a_tick_is_decided_although_a_command_before_it_fails(shop: Shop) -> None:
    shop.all(make("a"), put_up("a"), make("b"), put_up("b", sale_us=1))
    item, tick = Item(bid(666), Future()), Tick(10)
    shop.clock.advance_to(toy.START_US + 1)
    shop.writer.process([item], tick)
    assert isinstance(item.future.exception(), ZeroDivisionError)
    assert tick.future.result() == 1
    assert shop.state("toy/b").place == "unsold"


def test_the_cache_is_bounded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "CACHE_MAX", 5)
    for number in range(12):
        shop.do(make(f"t{number}"))
        assert len(shop.writer._cache) <= 5 + 2
    shop.inspect()


def test_a_head_that_contradicts_its_tree_stops_the_writer(shop: Shop) -> None:
    size = shop.size()
    with shop.engine.begin() as connection:
        connection.execute(schema.head.update().values(size=size + 1))
    (answer,) = shop.batch(make())
    assert isinstance(answer, IntegrityFault)
    assert len(shop.entries()) == size
