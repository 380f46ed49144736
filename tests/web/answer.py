"""What an application answered, as the tests of the web read it."""

from __future__ import annotations

import json
from typing import Any

import msgspec


class Answer(msgspec.Struct):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)
