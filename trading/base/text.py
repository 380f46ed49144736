"""Bounded text types of commands: identifiers and typed text, by length and alphabet.

A dollar alone lets a line end behind it pass, and two names would look like one; hence what
follows it in every pattern.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Id = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*$(?!\n)")
]
IdOrNone = Annotated[str, Meta(max_length=64, pattern=r"^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$(?!\n)")]
ShortText = Annotated[str, Meta(min_length=1, max_length=120)]
LongText = Annotated[str, Meta(max_length=2000)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
StreamName = Annotated[str, Meta(max_length=160, pattern=r"^[a-z_]+/[a-zA-Z0-9_.-]+$(?!\n)")]
Name = Annotated[str, Meta(max_length=64, pattern=r"^[a-z0-9_]+$(?!\n)")]
"""A name of ours, fit to be a key in a record."""
