"""Bounded text types of commands: identifiers and typed text, by length and alphabet."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*$")]
IdOrNone = Annotated[str, Meta(max_length=64, pattern=r"^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$")]
ShortText = Annotated[str, Meta(min_length=1, max_length=120)]
LongText = Annotated[str, Meta(max_length=2000)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
StreamName = Annotated[str, Meta(max_length=160, pattern=r"^[a-z_]+/[a-zA-Z0-9_.-]+$")]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9_]+$")]
"""A name of ours, fit to be a key in a record."""
