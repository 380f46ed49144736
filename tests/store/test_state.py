"""The stored form of a state: canonical bytes that give back the same state."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support import toy
from tests.support.desk import act, bid, kernel, make, put, put_up, run
from trading.engine.stream import Proposal, Stream
from trading.store.state import StateCodec, _Stored

CODEC = StateCodec(kernel().registry)
_texts, _numbers = st.text(max_size=8), st.integers(0, 2**53)
_streams = st.builds(
    Stream, _texts, _numbers, _texts, _texts, _texts, _texts, _numbers, _texts, _texts, _numbers,
    _numbers, _numbers, _numbers, _texts,
    st.dictionaries(_texts, st.builds(Proposal, _texts, _texts, _numbers), max_size=2),
    st.fixed_dictionaries(
        {}, optional={
            "toy": st.builds(toy.Toy, _numbers, _numbers, _numbers, _numbers, _texts),
            "vault": st.builds(toy.Vault, st.tuples(_texts, _texts)),
        },
    ),
)  # fmt: skip


@given(_streams)
def test_any_state_comes_back(state: Stream) -> None:
    data = CODEC.encode(state)
    assert CODEC.decode(data) == state
    assert CODEC.encode(CODEC.decode(data)) == data


def test_states_that_were_really_reached() -> None:
    desk = run(make(), put_up(), bid(5), act("hold"), put("gold"))
    desk.do(act("resume"))
    for state in desk.states.values():
        assert CODEC.decode(CODEC.encode(state)) == state


def test_equal_states_have_equal_bytes_whatever_came_first() -> None:
    one = Stream("a", facets={"toy": toy.Toy(1), "vault": toy.Vault()})
    two = Stream("a", facets={"vault": toy.Vault(), "toy": toy.Toy(1)})
    assert CODEC.encode(one) == CODEC.encode(two)


def test_the_stored_form_has_every_field_of_a_state() -> None:
    assert _Stored.__struct_fields__ == Stream.__struct_fields__
