"""The lock file: which digest every published definition has, for ever.

``lock.toml`` maps ``"workflow:lot_ascending@1"``, and so packs, calendars and vote tables, to the
SHA-256 of their normalised content. A locked version never changes; what must change is published
as the next version. Source: decision 7; architecture brief, section 4.2.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping

from trading.base.errors import DefinitionError, LockMismatch

_KEY = re.compile(r"[a-z]+:[a-z][a-z0-9_-]{0,62}@[1-9][0-9]{0,3}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HEADING = """\
# The digest of every published definition; written by `trading definitions lock`.
# A version that stands here never changes: publish the next one instead.
"""


def parse(text: str) -> dict[str, str]:
    """Return ``kind:name@version`` to digest; raises ``DefinitionError`` for any other content."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DefinitionError(f"lock file: {error}", reason="bad_toml") from None
    for key, digest in found.items():
        if not _KEY.fullmatch(key):
            raise DefinitionError(f"lock file: {key!r} is no 'kind:name@version'", name=key)
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise DefinitionError(f"lock file: {key!r} has no SHA-256 in hex", name=key)
    return found


def format(digests: Mapping[str, str]) -> str:  # noqa: A001 - it is read as lock.format
    """Return the text of the lock file, sorted, as ``parse`` reads it."""
    return _HEADING + "".join(f'"{key}" = "{digests[key]}"\n' for key in sorted(digests))


def check(locked: Mapping[str, str], present: Mapping[str, str]) -> None:
    """Raise ``LockMismatch`` unless what is present is exactly what was locked.

    ``changed``, ``missing`` and ``unlocked`` in its params name the versions with another digest,
    those that are gone and those that were never locked.
    """
    changed = _changed(locked, present)
    missing = tuple(sorted(set(locked) - set(present)))
    unlocked = tuple(sorted(set(present) - set(locked)))
    if changed or missing or unlocked:
        said = [_changed_text(key, {*locked, *present}) for key in changed]
        said += [f"{key} is locked and missing" for key in missing]
        said += [f"{key} is not locked yet" for key in unlocked]
        raise LockMismatch("; ".join(said), changed=changed, missing=missing, unlocked=unlocked)


def extended(locked: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str]:
    """Return the lock with the new versions added; nothing that is locked is dropped.

    Raises ``LockMismatch`` with ``changed`` in its params when a locked version has changed.
    """
    changed = _changed(locked, present)
    if changed:
        said = "; ".join(_changed_text(key, {*locked, *present}) for key in changed)
        raise LockMismatch(said, changed=changed)
    return {**present, **locked}


def _changed(locked: Mapping[str, str], present: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(key for key in locked if present.get(key, locked[key]) != locked[key]))


def _changed_text(key: str, keys: Iterable[str]) -> str:
    name = key.partition("@")[0]
    versions = (other.partition("@") for other in keys)
    last = max(int(version) for other, _, version in versions if other == name)
    return f"{key} is locked and has changed: publish @{last + 1} instead"
