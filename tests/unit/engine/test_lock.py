"""The lock: what was published stays as it was, and everything present is published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.base.errors import DefinitionError, LockMismatch
from trading.engine import lock

A, B, C = "a" * 64, "b" * 64, "c" * 64
LOT, PACK, CALENDAR = "workflow:lot_ascending@1", "pack:cn-collective@1", "calendar:cn-2026@1"

KEYS = st.builds(
    "{}:{}@{}".format,
    st.sampled_from(("workflow", "pack", "calendar", "votes")),
    st.sampled_from(("lot", "lot_ascending", "cn-2026")),
    st.integers(1, 12),
)
DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
LOCKS = st.dictionaries(KEYS, DIGESTS)


def test_the_text_is_sorted_and_says_what_it_is() -> None:
    text = lock.format({LOT: A, CALENDAR: B})
    assert text.splitlines()[-2:] == [f'"{CALENDAR}" = "{B}"', f'"{LOT}" = "{A}"']
    assert text.startswith("# ")
    assert text.endswith('"\n')


@given(LOCKS)
def test_what_is_written_is_read(locked: dict[str, str]) -> None:
    assert lock.parse(lock.format(locked)) == locked


def test_an_empty_file_locks_nothing() -> None:
    assert lock.parse("") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'"{LOT}" = ', "lock file"),
        (f'"{LOT}" = "{A}"\n"{LOT}" = "{A}"', "lock file"),
        ("x = " + "[" * 90_000, "lock file"),
        (f'{LOT.partition(":")[2]} = "{A}"', "lock file"),
        (f'"lot@1" = "{A}"', "'lot@1' is no 'kind:name@version'"),
        (f'"workflow:lot" = "{A}"', "is no 'kind:name@version'"),
        (f'"workflow:lot@0" = "{A}"', "is no 'kind:name@version'"),
        (f'"workflow:lot@1 " = "{A}"', "is no 'kind:name@version'"),
        (f'[workflow]\nlot = "{A}"', "'workflow' is no"),
        (f'"{LOT}" = 1', f"'{LOT}' has no SHA-256 in hex"),
        (f'"{LOT}" = "{A[1:]}"', "has no SHA-256"),
        (f'"{LOT}" = "{A.upper()}"', "has no SHA-256"),
        (f'"{LOT}" = "{A}\\n"', "has no SHA-256"),
    ],
)
def test_any_other_content_is_refused(text: str, said: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        lock.parse(text)
    assert said in caught.value.detail


@given(LOCKS)
def test_what_is_as_it_was_locked_passes(locked: dict[str, str]) -> None:
    lock.check(locked, dict(locked))


def test_every_kind_of_difference_is_told_apart() -> None:
    locked = {LOT: A, PACK: B, CALENDAR: C}
    present = {LOT: B, PACK: B, "workflow:lot_ascending@3": C, "workflow:lot@9": C}
    with pytest.raises(LockMismatch) as caught:
        lock.check(locked, present)
    assert caught.value.params == {
        "changed": (LOT,),
        "missing": (CALENDAR,),
        "unlocked": ("workflow:lot@9", "workflow:lot_ascending@3"),
    }
    assert caught.value.detail.split("; ") == [
        f"{LOT} is locked and has changed: publish @4 instead",
        f"{CALENDAR} is locked and missing",
        "workflow:lot@9 is not locked yet",
        "workflow:lot_ascending@3 is not locked yet",
    ]


@pytest.mark.parametrize(
    ("locked", "present", "params"),
    [
        ({LOT: A}, {LOT: B}, {"changed": (LOT,), "missing": (), "unlocked": ()}),
        ({LOT: A}, {}, {"changed": (), "missing": (LOT,), "unlocked": ()}),
        ({}, {LOT: A}, {"changed": (), "missing": (), "unlocked": (LOT,)}),
    ],
)
def test_each_alone_is_refused(
    locked: dict[str, str], present: dict[str, str], params: dict[str, tuple[str, ...]]
) -> None:
    with pytest.raises(LockMismatch) as caught:
        lock.check(locked, present)
    assert caught.value.params == params


def test_every_changed_version_is_named() -> None:
    with pytest.raises(LockMismatch) as caught:
        lock.check({PACK: A, LOT: A}, {PACK: B, LOT: B})
    assert caught.value.params["changed"] == (PACK, LOT)


@given(LOCKS, LOCKS)
def test_the_next_version_is_free(locked: dict[str, str], more: dict[str, str]) -> None:
    present = {**locked, **more}
    changed = [key for key in locked if present[key] != locked[key]]
    try:
        lock.check(locked, present)
    except LockMismatch as error:
        for key in changed:
            version = error.detail.partition(f"{key} is locked")[2].partition("@")[2].split()[0]
            assert f"{key.partition('@')[0]}@{version}" not in present
    else:
        assert not changed


def test_a_lock_is_extended_by_new_versions_and_loses_nothing() -> None:
    assert lock.extended({LOT: A, PACK: B}, {LOT: A, CALENDAR: C}) == {
        LOT: A,
        PACK: B,
        CALENDAR: C,
    }


def test_a_lock_is_not_extended_over_a_change() -> None:
    with pytest.raises(LockMismatch, match="publish @2 instead") as caught:
        lock.extended({LOT: A}, {LOT: B, PACK: A})
    assert caught.value.params == {"changed": (LOT,)}
