"""Every rule and every error speaks plain Chinese and complete English."""

from __future__ import annotations

import re

import pytest

from trading.base import errors
from trading.base.errors import TradingError
from trading.centre import registry
from trading.engine.kernel import GRANTED_GUARD, SECOND_PERSON_GUARD
from trading.words.language import messages

_HAN = re.compile(r"[一-鿿]")
# Han characters that have a simplified form which is another character.
_TRADITIONAL = re.compile(
    "[們個來對時會過開關門問間東車馬魚鳥長見貝頁風飛訂計記許設證評審標價額舉報請]"
)


def _codes() -> set[str]:
    found, waiting = set(), [TradingError]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        found.add(one.code)
    return found - {TradingError.code, errors.Refused.code}


def test_both_catalogues_have_the_same_keys() -> None:
    assert messages("zh").keys() == messages("en").keys()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_guard_and_every_error_code_has_a_text(lang: str) -> None:
    wanted = {*registry().guards, GRANTED_GUARD, SECOND_PERSON_GUARD, *_codes()}
    assert wanted - messages(lang).keys() == set()


def test_no_text_is_left_over() -> None:
    known = {*registry().guards, GRANTED_GUARD, SECOND_PERSON_GUARD, *_codes()}
    assert {key for key in messages("zh") if key.endswith("_v1")} <= known


def test_chinese_texts_are_chinese_and_simplified() -> None:
    for key, text in messages("zh").items():
        assert _HAN.search(text), key
        assert not _TRADITIONAL.search(text), key


def test_english_texts_are_english_and_say_something() -> None:
    for key, text in messages("en").items():
        assert text.isascii(), key
        assert len(text.split()) > 1, key


def test_every_guard_names_the_input_it_speaks_of_and_its_source() -> None:
    for guard in registry().guards.values():
        assert guard.field, guard.name
        assert guard.source, guard.name
