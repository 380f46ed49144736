"""Every way out is a way out on all workers within a second (INV-26), links and passkeys too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from tests.support.rooms import Rooms
from trading.base.clock import SystemClock
from trading.base.errors import NotAuthenticated
from trading.base.units import SECOND_US
from trading.centre import Centre
from trading.people.invitations import VALID_US
from trading.people.sessions import Room
from trading.store.home import Home
from trading.web import door
from trading.web.door import Sent
from trading.web.shell import Shell
from trading.web.signin.keys import Keys
from trading.web.together import Together

Open = Callable[..., Centre]
PASSWORD = "鱼塘 铁路 灯笼 算盘 雨伞 柚子 风筝"


class MovedClock(SystemClock):
    """A machine's clock that tests move forward."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead_us = 0

    def now_us(self) -> int:
        """Return the present instant, moved."""
        return super().now_us() + self.ahead_us


def _known(worker: Shell, token: str) -> bool:
    return asyncio.run(worker.door.viewer_of(Sent(session=token))).signed_in


def _left_after_a_second(home: Home, open_centre: Open, how: str) -> list[bool]:
    """Return which of two workers still know a session a second after it ended on the first."""
    clock = MovedClock()
    workers = [Shell(open_centre(home, clock), home) for _n in range(2)]
    keys = Keys(workers[0])
    keys.accounts.set_password("office-1", "staff", PASSWORD)
    token = workers[0].sessions.begin("office-1", "staff", "two")
    assert [_known(one, token) for one in workers] == [True, True]
    if how == "disabled":
        keys.disable("office-1")
    elif how == "everywhere":
        workers[0].sessions.end_all("office-1")
    else:
        workers[0].sessions.end(token)
    clock.ahead_us += SECOND_US
    for worker in workers:
        # each question has an event loop of its own
        worker.door._lookups = Together(worker.door.find_all)
    return [_known(one, token) for one in workers]


@pytest.mark.parametrize("how", ["signed out", "everywhere", "disabled"])
def test_an_end_counts_on_both_workers(postgres_home: Home, open_centre: Open, how: str) -> None:
    assert _left_after_a_second(postgres_home, open_centre, how) == [False, False]


def test_a_worker_that_believes_longer_would_be_seen(
    postgres_home: Home, open_centre: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a door that keeps viewers for a minute lets an ended session in."""
    monkeypatch.setattr(door, "KNOWN_US", 60 * SECOND_US)
    assert True in _left_after_a_second(postgres_home, open_centre, "disabled")


def test_no_link_of_a_disabled_account_opens_anything(rooms: Rooms) -> None:
    keys = Keys(Shell(rooms.centre, rooms.home))
    token, code = keys.invitations.make("rep-1", "representative")
    setup, _none = keys.invitations.make("office-1", "staff")
    for person in ("rep-1", "office-1"):
        keys.disable(person)
    for link, digits in ((token, code), (setup, "")):
        with pytest.raises(NotAuthenticated):
            keys.invitations.spend(link, digits, with_code=bool(digits))


@pytest.mark.parametrize("room", ["representative", "staff"])
def test_a_link_that_ran_out_opens_nothing(home: Home, open_centre: Open, room: Room) -> None:
    clock = MovedClock()
    invitations = Keys(Shell(open_centre(home, clock), home)).invitations
    token, digits = invitations.make("person-1", room)
    clock.ahead_us += VALID_US - SECOND_US
    assert invitations.look(token, with_code=bool(digits)).person == "person-1"
    clock.ahead_us += 2 * SECOND_US
    for use in (invitations.look, partial(invitations.spend, code=digits)):
        with pytest.raises(NotAuthenticated):
            use(token, with_code=bool(digits))


def test_a_second_factor_that_was_never_used_can_be_looked_at_again(rooms: Rooms) -> None:
    keys = Keys(Shell(rooms.centre, rooms.home))
    keys.accounts.set_password("office-1", "staff", PASSWORD)
    first = keys.accounts.pending_second("office-1")
    assert first
    assert keys.accounts.pending_second("office-1") == first
