"""The taxonomy is complete, consistent, and says nothing that a driver said."""

from __future__ import annotations

import pytest

from trading.base import errors
from trading.base.errors import (
    GuardFailed,
    IntegrityFault,
    Refused,
    SetupError,
    TradingError,
    Unavailable,
)


def _below(cls: type[TradingError]) -> list[type[TradingError]]:
    return [cls, *(found for child in cls.__subclasses__() for found in _below(child))]


CLASSES = [cls for cls in _below(TradingError) if cls.__module__ == errors.__name__]
LEAVES = [cls for cls in CLASSES if not cls.__subclasses__()]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_the_code_is_the_name_of_the_class(cls: type[TradingError]) -> None:
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("_")
    assert cls.code == ("error" if cls is TradingError else words)


@pytest.mark.parametrize("cls", LEAVES, ids=lambda cls: cls.__name__)
def test_each_error_belongs_to_one_branch_which_bounds_its_status(cls: type[TradingError]) -> None:
    statuses = {
        Refused: range(400, 500),
        Unavailable: range(503, 504),
        SetupError: range(500, 501),
        IntegrityFault: range(500, 501),
    }
    branches = [branch for branch in statuses if branch in cls.__mro__]
    assert len(branches) == 1
    assert cls.status in statuses[branches[0]]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("InvalidInput", 400),
        ("NotAuthenticated", 401),
        ("NotPermitted", 403),
        ("NotFound", 404),
        ("WrongState", 409),
        ("GuardFailed", 409),
        ("StaleVersion", 412),
        ("KeyReused", 422),
        ("RateLimited", 429),
        ("StorageBusy", 503),
        ("ReadOnly", 503),
        ("ChainBroken", 500),
    ],
)
def test_the_status_is_what_clients_were_promised(name: str, status: int) -> None:
    assert getattr(errors, name).status == status


def test_an_error_keeps_its_sentence_and_its_parameters() -> None:
    raised = GuardFailed("two guards refused", guards=("not_held_v1", "deposit_paid_v1"))
    assert str(raised) == raised.detail == "two guards refused"
    assert raised.params == {"guards": ("not_held_v1", "deposit_paid_v1")}


def test_an_error_without_a_sentence_says_its_code() -> None:
    raised = GuardFailed()
    assert str(raised) == raised.detail == "guard_failed"
    assert raised.params == {}
