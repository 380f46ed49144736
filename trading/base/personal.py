"""The scanner that keeps personal numbers out of typed text (decision 6).

A text that names somebody by number cannot be taken back from a public log. Found are mainland
identity numbers (GB 11643, check digit by ISO 7064 mod 11-2), mobile numbers and bank card
numbers (ISO/IEC 7812, Luhn), also in full-width digits or grouped as people write them. A unified
social credit code (GB 32100) names an organisation and is let through.
"""

from __future__ import annotations

import re
import unicodedata

ID_NUMBER, MOBILE, BANK_CARD = "id_number", "mobile", "bank_card"

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])")
_BETWEEN = r"[ \-\u2010-\u2015_\u00b7]{1,3}"
_RUN = re.compile(rf"[0-9]+(?:{_BETWEEN}[0-9]+)*(?:(?:{_BETWEEN})?X(?![0-9A-Z]))?")
_GROUP = re.compile(r"[0-9]+|X")
_ID_NUMBER = re.compile(
    r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]"
)
_ID_WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
_ID_CHECKS = "10X98765432"
_MOBILE = re.compile(r"(?:00)?(?:86)?(1[3-9][0-9]{9})")
# How people group the eleven digits; other groups are dates, areas and house numbers.
_MOBILE_GROUPS = {(11,), (3, 4, 4), (4, 3, 4), (4, 4, 3), (3, 8), (7, 4), (3, 3, 5)}
# No bank issues cards that begin with 0, 1, 20 or 21; numbers of files, led by a year, do.
_BANK_CARD = re.compile(r"(?:2[2-9]|[3-9][0-9])[0-9]{11,17}")
_CARD_GROUP = 4
_LONGEST = 19
_SHORTEST = 11
_DIGIT = re.compile(r"[0-9]")


def find_personal(text: str) -> list[str]:
    """Return the kinds of personal number that ``text`` holds, each once, never the number.

    The kinds are ``id_number``, ``mobile`` and ``bank_card``.
    """
    if text.isascii() and len(_DIGIT.findall(text)) < _SHORTEST:
        return []
    plain = _CREDIT_CODE.sub(_without_organisation, _plain(text))
    found: dict[str, None] = {}
    for run in _RUN.finditer(plain):
        groups = _GROUP.findall(run.group())
        for first in range(len(groups)):
            found.update(dict.fromkeys(_kinds_from(groups[first:])))
    return list(found)


def is_id_number(text: str) -> bool:
    """Tell whether ``text`` is an identity number of 18 places with the right check digit."""
    if not _ID_NUMBER.fullmatch(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _ID_WEIGHTS, strict=False))
    return text[-1] == _ID_CHECKS[total % 11]


def is_credit_code(text: str) -> bool:
    """Tell whether ``text`` is a unified social credit code with the right check character."""
    places = [_CREDIT_ALPHABET.find(character) for character in text]
    if len(places) != 18 or min(places) < 0:  # noqa: PLR2004 - GB 32100: 18 places
        return False
    total = sum(place * pow(3, n, 31) for n, place in enumerate(places[:-1]))
    return places[-1] == -total % 31


def is_bank_card(text: str) -> bool:
    """Tell whether ``text`` is a card number of 13 to 19 digits with the right check digit."""
    if not _BANK_CARD.fullmatch(text):
        return False
    total = 0
    for place, digit in enumerate(reversed(text)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)  # noqa: PLR2004 - the sum of the two digits
    return total % 10 == 0


def _plain(text: str) -> str:
    """Return ``text`` in capitals with every digit as ASCII and nothing invisible in between."""
    characters = []
    for character in unicodedata.normalize("NFKC", text).upper():
        if unicodedata.category(character) == "Cf":
            continue
        value = unicodedata.decimal(character, None)
        characters.append(character if value is None else str(value))
    return "".join(characters)


def _without_organisation(match: re.Match[str]) -> str:
    code = match.group()
    return "#" if is_credit_code(code) and not is_id_number(code) else code


def _kinds_from(groups: list[str]) -> list[str]:
    """Return the kinds of the numbers that begin with the first of ``groups``."""
    kinds = []
    joined = ""
    for count, group in enumerate(groups, 1):
        joined += group
        if len(joined) > _LONGEST:
            break
        taken = groups[:count]
        if is_id_number(joined):
            return [ID_NUMBER]  # whatever its first digits would be alone
        if _is_mobile(joined, taken):
            kinds.append(MOBILE)
        elif _is_grouped_card(taken) and is_bank_card(joined):
            kinds.append(BANK_CARD)
    return kinds


def _is_mobile(joined: str, groups: list[str]) -> bool:
    """Tell whether the groups are a mobile number, the country code before it or not."""
    match = _MOBILE.fullmatch(joined)
    if not match:
        return False
    sizes = [len(group) for group in groups]
    prefix = match.start(1)
    if len(sizes) > 1 and sizes[0] == prefix:
        sizes = sizes[1:]
    else:
        sizes[0] -= prefix
    return tuple(sizes) in _MOBILE_GROUPS


def _is_grouped_card(groups: list[str]) -> bool:
    return all(len(group) == _CARD_GROUP for group in groups[:-1]) and (
        len(groups) == 1 or len(groups[-1]) <= _CARD_GROUP
    )
