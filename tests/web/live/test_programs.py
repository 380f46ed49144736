"""Streams of programs: a bearer token that no longer holds holds no stream open."""

from __future__ import annotations

import httpx
import pytest

from tests.support.rooms import Rooms
from trading.web.shell import Shell
from trading.web.signin.keys import Keys

PASSWORD = "鱼塘 铁路 灯笼 算盘 雨伞 柚子 风筝"
SECONDS_MAX = 4.0


@pytest.mark.parametrize("account", [True, False])
def test_a_stream_ends_with_the_account_of_its_token(rooms: Rooms, *, account: bool) -> None:
    keys = Keys(Shell(rooms.centre, rooms.home))
    if account:
        keys.accounts.set_password("office-1", "staff", PASSWORD)
    headers = {"Authorization": f"Bearer {keys.mint('office-1', 'staff', 1).token}"}
    with (
        httpx.Client(base_url=rooms.url, timeout=SECONDS_MAX, headers=headers) as program,
        program.stream("GET", "/live/me") as stream,
    ):
        told = stream.iter_bytes()
        assert b"snapshot" in next(told)
        keys.disable("office-1")
        assert list(told) == []
        assert program.get("/live/me").status_code == 401
