"""Signing in: passwords and codes, invitations, delays, disabled accounts, fixed sessions."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from tests.support.rooms import Rooms, serving_rooms
from tests.web.conftest import GRANTS, ORGS, make_centre
from trading.base.errors import InvalidInput
from trading.founding import FirstGrant, FirstOrg
from trading.people.rules import Person
from trading.web.door import form_token
from trading.web.shell import Shell
from trading.web.signin.keys import Keys

HTML = {"Accept": "text/html"}
PASSWORD = "鱼塘 铁路 灯笼 算盘 雨伞 柚子 风筝"


class Visitor:
    """A browser without scripts: it keeps cookies and sends back what forms hold."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, headers=HTML, follow_redirects=True)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def send(self, path: str, page: str = "", **form: str) -> httpx.Response:
        """Send the form that ``page`` shows."""
        token = re.search(r'name="csrf" value="(\w+)"', self.get(page or path).text)
        return self.client.post(path, data={"csrf": token[1] if token else "", **form})

    @property
    def token(self) -> str:
        return self.client.cookies.get("session") or ""


@pytest.fixture
def keys(rooms: Rooms) -> Keys:
    return Keys(Shell(rooms.centre, rooms.home))


@pytest.fixture
def visit(rooms: Rooms) -> Iterator[Callable[[], Visitor]]:
    """Give a function that opens a browser of its own."""
    opened: list[Visitor] = []

    def open_one() -> Visitor:
        opened.append(Visitor(rooms.url))
        return opened[-1]

    yield open_one
    for one in opened:
        one.client.close()


@pytest.fixture
def visitor(visit: Callable[[], Visitor]) -> Visitor:
    return visit()


def _set_up(keys: Keys, person: str = "office-1") -> str:
    keys.accounts.set_password(person, "staff", PASSWORD)
    return keys.accounts.new_second(person)


def _code(rooms: Rooms, secret: str) -> str:
    return pyotp.TOTP(secret).at(rooms.clock.now_us() // 1_000_000)


def test_staff_needs_password_and_code(rooms: Rooms, keys: Keys, visitor: Visitor) -> None:
    secret = _set_up(keys)
    half = visitor.send("/signin/staff", name="office-1", password=PASSWORD)
    assert "第二步" in half.text
    before = visitor.token
    assert visitor.client.get("/signin/people").url.path == "/signin/second"
    wrong = visitor.send("/signin/second", code="000000")
    assert wrong.status_code == 401
    code = _code(rooms, secret)
    visitor.send("/signin/second", code=code)
    assert visitor.token not in {"", before}
    assert visitor.get("/signin/people").status_code == 200
    assert "密码和动态码" in visitor.get("/signin/me").text
    assert not keys.accounts.knows_second("office-1", code), "a code counts once"


def test_a_session_of_one_factor_ends_with_the_second(
    rooms: Rooms, keys: Keys, visitor: Visitor
) -> None:
    secret = _set_up(keys)
    visitor.send("/signin/staff", name="office-1", password=PASSWORD)
    old = visitor.token
    visitor.send("/signin/second", code=_code(rooms, secret))
    stale = httpx.get(f"{rooms.url}/signin/me", headers=HTML, cookies={"session": old})
    assert stale.status_code == 303


def test_a_session_that_a_stranger_fixed_is_not_taken_over(
    rooms: Rooms, keys: Keys, visitor: Visitor
) -> None:
    secret = _set_up(keys)
    fixed = "f" * 64
    visitor.client.cookies.set("session", fixed, domain="localhost")
    visitor.client.cookies.delete("session")
    visitor.send("/signin/staff", name="office-1", password=PASSWORD)
    visitor.send("/signin/second", code=_code(rooms, secret))
    assert visitor.token != fixed
    assert (
        httpx.get(f"{rooms.url}/signin/me", headers=HTML, cookies={"session": fixed}).status_code
        == 303
    )


def test_unknown_and_wrong_are_told_the_same(keys: Keys, visitor: Visitor) -> None:
    _set_up(keys)
    told = {
        re.sub(r'value="[^"]*"', "", visitor.send("/signin/staff", name=name, password="x").text)
        for name in ("office-1", "nobody-of-that-name")
    }
    assert len({re.sub(r"<time.*", "", one) for one in told}) == 1


def test_failures_cost_time_for_one_address_and_one_account(keys: Keys, visitor: Visitor) -> None:
    _set_up(keys)
    for _n in range(6):
        visitor.send("/signin/staff", name="office-1", password="wrong")
    last = visitor.send("/signin/staff", name="office-1", password="wrong")
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) >= 1
    keys.throttle.check("office-1", "203.0.113.9")
    keys.throttle.check("office-2", "127.0.0.1")


def test_the_right_password_gets_in_after_the_delay(keys: Keys, visitor: Visitor) -> None:
    _set_up(keys)
    for _n in range(6):
        visitor.send("/signin/staff", name="office-1", password="wrong")
    threading.Event().wait(2.2)
    assert "第二步" in visitor.send("/signin/staff", name="office-1", password=PASSWORD).text


@pytest.mark.parametrize(
    "password",
    ["short", "password123456789", "office-1office-1", "aaaaaaaaaaaaaaaaaaaa", "x" * 300],
)
def test_a_weak_password_is_refused(keys: Keys, visitor: Visitor, password: str) -> None:
    token, _code = keys.invitations.make("office-1", "staff")
    path = f"/signin/setup/{token}"
    assert visitor.send(path, password=password, again=password).status_code == 400
    assert visitor.send(path, password=PASSWORD, again=PASSWORD + "x").status_code == 400
    done = visitor.send(path, password=PASSWORD, again=PASSWORD)
    assert "扫下面的图" in done.text
    spent = visitor.get(path)
    assert spent.status_code == 401, "a link sets one password"
    assert "要一条新链接" in spent.text


def test_a_representative_comes_by_link_and_digits(
    rooms: Rooms, keys: Keys, visitor: Visitor, visit: Callable[[], Visitor]
) -> None:
    token, code = keys.invitations.make("rep-1", "representative")
    path = f"/signin/i/{token}"
    for _robot in range(3):
        assert httpx.get(rooms.url + path, headers=HTML).status_code == 200
        assert httpx.head(rooms.url + path, headers=HTML).status_code in {200, 405}
    assert "六位数字" in visitor.get(path).text
    wrong = visitor.send(path, code="1" if code != "1" else "2")
    assert wrong.status_code == 401
    assert "还可以试 4 次" in wrong.text
    visitor.send(path, code=code)
    page = visitor.get("/signin/me").text
    assert "邀请和六位数字" in page
    assert "已经用过" in visit().get(path).text


def test_a_link_without_its_digits_sets_no_password(
    rooms: Rooms, keys: Keys, visitor: Visitor
) -> None:
    token, code = keys.invitations.make("rep-1", "representative")
    setup = f"/signin/setup/{token}"
    answer = visitor.send(setup, page="/signin/staff", password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 401
    assert visitor.token == ""
    assert keys.accounts.find("rep-1") is None
    assert visitor.send(f"/signin/i/{token}", code=code).status_code == 200


@pytest.mark.parametrize("code", ["", "123456"])
def test_a_link_of_the_staff_opens_no_room_by_itself(
    rooms: Rooms, keys: Keys, visitor: Visitor, code: str
) -> None:
    token, _none = keys.invitations.make("office-1", "staff")
    answer = visitor.send(f"/signin/i/{token}", page="/signin/staff", code=code)
    assert answer.status_code == 401
    assert visitor.token == ""


def test_one_at_the_office_lets_nobody_set_a_password(
    rooms: Rooms, keys: Keys, visitor: Visitor
) -> None:
    path, digits = keys.invite("clerk-1", "staff", asker="office-1")
    assert digits == ""
    typed = {"password": PASSWORD, "again": PASSWORD}
    early = visitor.send(path, page="/signin/staff", **typed)
    assert early.status_code == 401
    assert "另一位工作人员" in early.text
    with pytest.raises(InvalidInput):
        keys.invitations.second("clerk-1", "office-1")
    code = keys.invitations.second("clerk-1", "office-2")
    with pytest.raises(InvalidInput):
        keys.invitations.second("clerk-1", "office-2")
    assert "六位数字" in visitor.get(path).text
    for wrong in ("", "1" if code != "1" else "2"):
        assert visitor.send(path, code=wrong, **typed).status_code == 400
    assert keys.accounts.find("clerk-1") is None
    assert "扫下面的图" in visitor.send(path, code=code, **typed).text


def test_the_office_gets_links_and_digits_by_the_page(rooms: Rooms, keys: Keys) -> None:
    shell = Shell(rooms.centre, rooms.home)

    def asks(person: str, what: str) -> str:
        token = shell.sessions.begin(person, "staff", "two")
        sent = {"csrf": form_token(token), "person": "clerk-1", "what": what, "room": "staff"}
        return httpx.post(
            f"{rooms.url}/signin/people", data=sent, cookies={"session": token},
            headers={**HTML, "Origin": rooms.url},
        ).text  # fmt: skip

    assert "链接还不能用" in asks("office-1", "invite")
    assert "没有同事为此人发出的链接" in asks("office-1", "second")
    assert re.search(r'class="code">[0-9]{6}<', asks("office-2", "second"))


def test_the_office_of_a_street_reaches_nobody_of_the_district(tmp_path: Path) -> None:
    home = make_centre(
        tmp_path / "centre", orgs=(*ORGS, FirstOrg("street", "district", "street", "江边街道")),
        grants=(*GRANTS, FirstGrant("office-9", "office", "street")),
    )  # fmt: skip
    with serving_rooms(home, ticks=False) as rooms:
        begin = Shell(rooms.centre, home).sessions.begin
        for person, other, status in (
            ("office-9", "office-1", 404), ("office-1", "office-9", 200),
            ("office-9", "office-9", 200),
        ):  # fmt: skip
            token = begin(person, "staff", "two")
            sent = {"csrf": form_token(token), "person": other, "what": "disable"}
            given: dict[str, Any] = {
                "cookies": {"session": token}, "headers": {**HTML, "Origin": rooms.url},
            }  # fmt: skip
            shown = httpx.get(f"{rooms.url}/signin/people?person={other}", **given)
            assert shown.status_code == status
            if status != 200:
                done = httpx.post(f"{rooms.url}/signin/people", data=sent, **given)
                assert done.status_code == status


def test_the_office_alone_makes_nobody_an_auditor(rooms: Rooms, keys: Keys) -> None:
    with pytest.raises(InvalidInput):
        keys.invite("office-1", "auditor")
    token = Shell(rooms.centre, rooms.home).sessions.begin("office-1", "auditor", "two")
    for path, status in (("/audit", 404), ("/signin/me", 200)):
        answer = httpx.get(rooms.url + path, headers=HTML, cookies={"session": token})
        assert answer.status_code == status
    sealed = httpx.get(f"{rooms.url}/api/v1/objects/person/office-2", cookies={"session": token})
    assert sealed.status_code == 404


def test_digits_alone_do_not_open_a_room_of_two_factors(rooms: Rooms, visitor: Visitor) -> None:
    token = Shell(rooms.centre, rooms.home).sessions.begin("office-1", "staff", "code")
    visitor.client.cookies.set("session", token)
    assert visitor.get("/signin/people").url.path.startswith("/signin")
    assert visitor.client.get("/staff", follow_redirects=False).status_code == 303


def test_five_wrong_codes_end_the_link(keys: Keys, visitor: Visitor) -> None:
    token, code = keys.invitations.make("rep-1", "representative")
    path = f"/signin/i/{token}"
    for _n in range(5):
        visitor.send(path, code="nope")
    assert visitor.get(path).status_code == 401
    assert visitor.client.post(path, data={"code": code}).status_code == 403
    assert visitor.token == ""


@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "e30.e30.", "A" * 3000])
def test_a_link_that_is_none_of_ours_says_what_to_do(visitor: Visitor, token: str) -> None:
    answer = visitor.get(f"/signin/i/{token}")
    assert answer.status_code in {401, 404}
    assert "Traceback" not in answer.text


def test_disabling_ends_every_session_within_a_second(
    rooms: Rooms, keys: Keys, visitor: Visitor
) -> None:
    secret = _set_up(keys)
    visitor.send("/signin/staff", name="office-1", password=PASSWORD)
    visitor.send("/signin/second", code=_code(rooms, secret))
    assert visitor.get("/signin/me").status_code == 200
    keys.accounts.disable("office-1")
    Shell(rooms.centre, rooms.home).sessions.end_all("office-1")
    threading.Event().wait(1.05)
    assert visitor.get("/signin/me").url.path == "/signin"
    assert visitor.send("/signin/staff", name="office-1", password=PASSWORD).status_code == 401


def test_leaving_everywhere_leaves_everywhere(rooms: Rooms, keys: Keys, visitor: Visitor) -> None:
    secret = _set_up(keys)
    visitor.send("/signin/staff", name="office-1", password=PASSWORD)
    visitor.send("/signin/second", code=_code(rooms, secret))
    other = Shell(rooms.centre, rooms.home).sessions.begin("office-1", "staff", "two")
    visitor.send("/signin/out", page="/signin/me", everywhere="yes")
    assert Shell(rooms.centre, rooms.home).sessions.find(other) is None


def test_a_bidder_registers_and_is_let_in_at_the_counter(
    rooms: Rooms, visitor: Visitor, visit: Callable[[], Visitor]
) -> None:
    page = visitor.send("/signin/bidder/register", password=PASSWORD, again=PASSWORD).text
    found = re.search(r"bidder-\w+", page)
    assert found
    person = found[0]
    early = visitor.send("/signin/bidder", name=person, password=PASSWORD)
    assert early.status_code == 401
    office = visit()
    shell = Shell(rooms.centre, rooms.home)
    office.client.cookies.set("session", shell.sessions.begin("office-1", "staff", "two"))
    done = office.send("/signin/counter", person=person, name="王秋月", key="k1")
    assert "已核对" in done.text
    state = rooms.centre.state(f"person/{person}")
    assert state is not None
    enrolled: Person = state.facets["person"]
    assert rooms.centre.disclosed(enrolled.name_digest) == "王秋月"
    visitor.send("/signin/bidder", name=person, password=PASSWORD)
    assert visitor.token


@pytest.mark.parametrize("onto", ["//evil.example/", "https://evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(keys: Keys, visitor: Visitor, onto: str) -> None:
    keys.accounts.set_password("b-1", "bidder", PASSWORD)
    answer = visitor.send("/signin/bidder", name="b-1", password=PASSWORD, next=onto)
    assert str(answer.url).startswith("http://localhost")
    assert "evil" not in str(answer.url)


def test_a_form_of_another_site_is_refused(rooms: Rooms, keys: Keys, visitor: Visitor) -> None:
    _set_up(keys)
    visitor.get("/signin/staff")
    form = {"name": "office-1", "password": PASSWORD}
    assert visitor.client.post("/signin/staff", data=form).status_code == 403
    token = re.search(r'name="csrf" value="(\w+)"', visitor.get("/signin/staff").text)
    assert token
    sent = {**form, "csrf": token[1]}
    for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert visitor.client.post("/signin/staff", data=sent, headers=header).status_code == 403
    good = {"Origin": rooms.url, "Sec-Fetch-Site": "same-origin"}
    assert "第二步" in visitor.client.post("/signin/staff", data=sent, headers=good).text


def test_the_cast_is_for_demonstrations_alone(visitor: Visitor) -> None:
    assert visitor.get("/signin/demo").status_code == 404
    assert visitor.send("/signin/demo", page="/signin/staff", person="office-1").status_code == 404
