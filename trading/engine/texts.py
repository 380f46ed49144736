"""What typed text may not hold, wherever it stands in a command: personal numbers, and tricks.

Source: decision 6; security brief, INV-30.
"""

from __future__ import annotations

import re

import msgspec

from trading.base.errors import InvalidInput
from trading.base.personal import find_personal

_DIGEST = re.compile(r"[0-9a-f]{64,160}")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
"""No database, no feed and no sheet takes all of these; the others turn what people read around."""


def check_texts(data: object, path: str = "") -> None:
    """Refuse identity, mobile and bank numbers and unseen characters; raise ``InvalidInput``.

    A digest, key or signature is not typed: one in some thousands holds the digits of a number by
    chance.
    """
    if isinstance(data, str):
        _check_text(data, path)
    elif isinstance(data, msgspec.Struct):
        for name in data.__struct_fields__:
            check_texts(getattr(data, name), f"{path}.{name}" if path else name)
    elif isinstance(data, tuple | list):
        for item in data:
            check_texts(item, path)


def _check_text(text: str, path: str) -> None:
    if _UNSEEN.search(text):
        raise InvalidInput(f"characters that cannot be seen in {path}", field=path, rule="unseen")
    found = None if _DIGEST.fullmatch(text) else find_personal(text)
    if found:
        raise InvalidInput(f"personal data in {path}", field=path, rule="personal", found=found)
