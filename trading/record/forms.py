"""The forms that entries take: one that is spelled like one found good need not be parsed.

A form is an entry found good, with its texts and numbers left open: keys, brackets and truth
values stand where they stood, a text is any that needs no escape, a number any that is plain. What
fits is therefore in the profile, spelled right and an entry, whatever it says; what fits no form
was not refused, it has to be looked at in full. Source: audit log brief, section 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Said = tuple[int, str, str, int, int, str, int, str]
"""What places an entry: at_us, cmd, kind, part, how many parts, prev, seq and stream."""

_FORMS_MAX = 1024
_ALIKE_MAX = 16
_SAID = frozenset({"at_us", "cmd", "kind", "part", "prev", "seq", "stream"})
# Of `region` one text is the default, which is left out of a body; of `v` there is only one.
_FIXED = frozenset({"region", "v"})
_TOKEN = re.compile(r'"([^"]*)"(:?)|-?[0-9]+|[a-z]+|[^"0-9a-z-]')
_BRACKETS = frozenset("{}[],")
_TEXT = '[^"]++'
# None of them can be beyond 2**53 - 1, nor the 0 that is left out as a default.
_NUMBER, _LONG_NUMBER = "[1-9][0-9]{0,14}+", "[1-8][0-9]{15}"
_LONG_DIGITS = 16
# Everything but what gives an entry its shape, and what a text may only hold escaped.
_ESCAPED = bytes([*range(0x20), *b"\\"])
_FILLING = bytes(set(range(256)) - set(_ESCAPED) - set(b'{}[]":,'))

_Fits = Callable[[str], re.Match[str] | None]


class Forms:
    """The forms that were met more than once; a bounded number of them."""

    def __init__(self) -> None:
        self._known: dict[bytes, list[tuple[_Fits, bool]]] = {}
        self._once: set[str] = set()
        self._count = 0

    def read(self, body: bytes) -> Said | None:
        """Return what places the entry where it has a known form, None where it has not."""
        known = self._known.get(body.translate(None, _FILLING))
        if known is None:
            return None
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return None
        for fits, is_first in known:
            if found := fits(text):
                at_us, cmd, kind, part, total, prev, seq, stream = found.groups()
                if (part == "1") == is_first:
                    return int(at_us), cmd, kind, int(part), int(total), prev, int(seq), stream
        return None

    def learn(self, body: bytes, *, is_first: bool) -> None:
        """Remember the form of an entry that was found good and fitted none.

        ``is_first`` tells whether it says what was asked, as the first part of a group does.
        """
        shape = body.translate(None, _FILLING)
        alike = self._known.get(shape, [])
        if self._count == _FORMS_MAX or len(alike) == _ALIKE_MAX or _is_escaped(shape):
            return
        form = _form(body.decode())
        if form not in self._once:  # to compile a form takes longer than to look at an entry
            if len(self._once) == _FORMS_MAX:
                self._once.clear()
            self._once.add(form)
            return
        self._count += 1
        self._known[shape] = [*alike, (re.compile(form).fullmatch, is_first)]


def _is_escaped(shape: bytes) -> bool:
    return len(shape.translate(None, _ESCAPED)) != len(shape)


def _form(text: str) -> str:
    """Return the pattern of an entry found good, in which nothing is escaped."""
    pattern: list[str] = []
    key, depth = "", 0
    for token in _TOKEN.finditer(text):
        word = token[0]
        if token[2]:
            key = token[1]
            pattern.append(word)
            continue
        depth += (word == "{") - (word == "}")
        quote, value = _open(word, is_fixed=key in _FIXED)
        is_said = depth == 1 and key in _SAID and word not in _BRACKETS
        pattern.append(f"{quote}({value}){quote}" if is_said else f"{quote}{value}{quote}")
    return "".join(pattern)


def _open(word: str, *, is_fixed: bool) -> tuple[str, str]:
    """Return what may stand in the place of a word, and what is around it."""
    if word[0] == '"':
        text = word[1:-1]
        return '"', re.escape(text) if is_fixed or not text else _TEXT
    digits = word.removeprefix("-")
    if not digits.isdigit() or digits == "0":
        return "", re.escape(word)
    sign = word[: -len(digits)]
    return "", sign + (_LONG_NUMBER if len(digits) == _LONG_DIGITS else _NUMBER)
