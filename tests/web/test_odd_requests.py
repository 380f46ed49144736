"""What no browser sends: every odd request is refused in words, and none is a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.rooms import Rooms
from tests.web.visitor import Visitor
from trading.base.errors import InvalidInput
from trading.people.commands import CreateOrg
from trading.store import log
from trading.web.shell import local_path

HUGE = 10**23
PART = '--a\r\nContent-Disposition: form-data; name="name"{more}\r\n\r\n'


@pytest.fixture
def stranger(rooms: Rooms) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=rooms.url) as client:
        yield client


@pytest.mark.parametrize("origin", ["http://[", "null", "//[::", "http://", "://"])
def test_an_origin_that_is_none_is_another_site(stranger: httpx.Client, origin: str) -> None:
    answer = stranger.post("/signin/staff", data={"name": "x"}, headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/staff/receipt/{n}", "/staff/receipt/-{n}"])
def test_a_number_beyond_every_log_names_no_receipt(rooms: Rooms, path: str) -> None:
    office = Visitor(rooms, "office-1", "staff", "two")
    with office.client:
        assert office.get(path.format(n=HUGE)).status_code == 404
    assert log.entries(rooms.centre.reading, HUGE, 1) == []


@pytest.mark.parametrize(
    ("more", "content"),
    [
        ("\r\nContent-Type: text/plain; charset=nope", b"x"),
        ("\r\nContent-Type: text/plain; charset=zlib", b"x"),
        ("", b"\xff\xfe"),
        ("", b"a\0b"),
        ("\r\nContent-Type: text/plain; charset=unicode_escape", b"\\ud800"),
    ],
)
def test_a_form_that_is_no_text_is_refused(
    stranger: httpx.Client, more: str, content: bytes
) -> None:
    body = PART.format(more=more).encode() + content + b"\r\n--a--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=a"}
    assert stranger.post("/signin/staff", content=body, headers=headers).status_code == 400


@pytest.mark.parametrize(("path", "status"), [("/lots/%00", 404), ("/?q=%00", 400)])
def test_a_zero_byte_does_not_reach_the_database(
    stranger: httpx.Client, path: str, status: int
) -> None:
    assert stranger.get(path).status_code == status


@pytest.mark.parametrize(
    ("given", "leads_to"),
    [("//[", "/"), ("/\\evil", "/"), ("/a?q=中", "/a?q=%E4%B8%AD"), ("/a?q=%E4%B8%AD&b=1#c", None)],
)
def test_the_way_onward_stays_here_and_fits_a_header(given: str, leads_to: str | None) -> None:
    found = local_path(given)
    assert found == (leads_to or "/a?q=%E4%B8%AD&b=1")
    assert found.isascii()


@pytest.mark.parametrize("unseen", ["\0", "\x1b", "\u202e", "\uffff"])
def test_no_text_holds_characters_that_nobody_sees(rooms: Rooms, unseen: str) -> None:
    data = CreateOrg("street-1", "district", "street", f"街{unseen}道")
    with pytest.raises(InvalidInput) as told:
        rooms.centre.envelope("org.create/1", data, "office-1", "office")
    assert told.value.params["rule"] == "unseen"


def test_no_name_ends_in_a_newline(rooms: Rooms) -> None:
    raw = b'{"org":"street-1\\n","level":"street","name_zh":"x","parent":"district"}'
    with pytest.raises(InvalidInput) as told:
        rooms.centre.parse("org.create/1", raw)
    assert told.value.params["field"] == "org"


@pytest.mark.parametrize("path", ["/", "/staff", "/api/v1/lots"])
def test_who_asks_for_the_methods_is_told_them(stranger: httpx.Client, path: str) -> None:
    answer = stranger.request("OPTIONS", path)
    assert answer.status_code == 204
    assert "GET" in answer.headers["Allow"]
    assert answer.content == b""
