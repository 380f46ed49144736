"""What fits a known form is an entry that is spelled right; everything else is left to a look."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.record.logs import OUTAGE, story
from trading.record.canonical import INTEGER_MAX, encode
from trading.record.forms import Forms, Said

BID = story()[18].body
SAID = ("at_us", "cmd", "kind", "part", "prev", "seq", "stream")


def _learned(*bodies: bytes, is_first: bool = True) -> Forms:
    forms = Forms()
    for body in bodies:
        forms.learn(body, is_first=is_first)
        forms.learn(body, is_first=is_first)
    return forms


def _said(body: bytes) -> Said:
    told = msgspec.json.decode(body)
    at_us, cmd, kind, (part, total), prev, seq, stream = (told[name] for name in SAID)
    return at_us, cmd, kind, part, total, prev, seq, stream


def test_a_form_is_known_when_it_was_met_twice() -> None:
    forms = Forms()
    forms.learn(BID, is_first=True)
    assert forms.read(BID) is None
    forms.learn(BID, is_first=True)
    assert forms.read(BID) == _said(BID)


def test_every_entry_without_escapes_fits_its_own_form() -> None:
    for row in story():
        part = _said(row.body)[3]
        found = _learned(row.body, is_first=part == 1).read(row.body)
        assert found == (None if b"\\" in row.body else _said(row.body))


def test_another_entry_of_the_form_is_placed_by_what_it_says() -> None:
    told = msgspec.json.decode(BID) | {"seq": 7, "stream": "stall/ 新 ", "cmd": "c"}
    told["in"]["data"]["price_fen"] = 12
    assert _learned(BID).read(encode(told)) == _said(encode(told))


@given(st.integers(-INTEGER_MAX - 9, INTEGER_MAX + 9))
def test_a_number_that_fits_is_within_the_profile(number: int) -> None:
    body = BID.replace(b"100300", b"%d" % number)
    assert _learned(BID).read(body) in (None, _said(body))
    if abs(number) > INTEGER_MAX:
        assert _learned(BID).read(body) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"bidder-2"', b'"bidder\\u002d2"'),
        (b'"bidder-2"', b'"bidder\n2"'),
        (b'"bidder-2"', b'"bidder\xff2"'),
        (b'"bidder-2"', b'""'),
        (b"100300", b"0"),
        (b"100300", b"0100300"),
        (b"100300", "\u0661".encode()),
        (b"100300", b"-0"),
        (b"100300", b"-100300"),
        (b"100300", b"9007199254740992"),
        (b'"price_fen"', b'"price_fan"'),
        (b'"in_time_v1":true', b'"in_time_v1":null'),
        (b"trading.entry/1", b"trading.entry/2"),
        (b'"part":[1,1]', b'"part":[2,2]'),
        (b'"part":[1,1]', b'"part":[0,1]'),
    ],
)
def test_what_differs_in_more_than_values_does_not_fit(old: bytes, new: bytes) -> None:
    assert old in BID
    assert _learned(BID).read(BID.replace(old, new, 1)) is None


def test_a_default_that_must_be_left_out_does_not_fit() -> None:
    row = next(row for row in story() if b'"region":"hold"' in row.body)
    forms = _learned(row.body)
    assert forms.read(row.body) is not None
    assert forms.read(row.body.replace(b'"region":"hold"', b'"region":"place"')) is None


def test_a_further_part_never_fits_as_a_first() -> None:
    body = story()[OUTAGE + 1].body
    assert _said(body)[3] == 2
    forms = _learned(body, is_first=False)
    assert forms.read(body) == _said(body)
    assert forms.read(body.replace(b'"part":[2,2]', b'"part":[1,2]')) is None


def test_what_is_escaped_is_not_learned() -> None:
    body = BID.replace(b'"year"', b'"a\\nyear"', 1)
    assert _learned(body).read(body) is None


def test_of_one_shape_a_few_forms_are_kept() -> None:
    bodies = [BID.replace(b"in_time_v1", b"rule_%d_v1" % n) for n in range(20)]
    forms = _learned(*bodies)
    assert [forms.read(body) is not None for body in bodies] == [True] * 16 + [False] * 4


def test_of_all_forms_a_bounded_number_is_kept() -> None:
    bodies = [BID.replace(b"in_time_v1", b"rule_%d_v1" % n) for n in range(1100)]
    forms = Forms()
    for body in bodies:
        forms.learn(body, is_first=True)
    forms.learn(bodies[0], is_first=True)  # was forgotten since
    assert forms.read(bodies[0]) is None
    forms.learn(bodies[-1], is_first=True)
    assert forms.read(bodies[-1]) is not None
    forms._count = 1024
    forms.learn(bodies[-2], is_first=True)
    assert forms.read(bodies[-2]) is None
