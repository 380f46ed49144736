"""Passkeys in a real browser with an authenticator of its own; and answers that are none."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.support.rooms import Rooms
from trading.base.errors import NotAuthenticated
from trading.people.passkeys import Site
from trading.web.shell import Shell
from trading.web.signin.keys import Keys

HTML = {"Accept": "text/html"}
SITE = Site("localhost", "http://localhost:8000")


@pytest.fixture
def keys(rooms: Rooms) -> Keys:
    return Keys(Shell(rooms.centre, rooms.home))


def _sign_in(context: BrowserContext, rooms: Rooms) -> str:
    token = Shell(rooms.centre, rooms.home).sessions.begin("rep-1", "representative", "code")
    context.add_cookies([{"name": "session", "value": token, "url": rooms.url}])
    return token


def _with_authenticator(context: BrowserContext) -> Any:
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def test_a_passkey_is_made_and_signs_in(rooms: Rooms, keys: Keys, phone: BrowserContext) -> None:
    first = _sign_in(phone, rooms)
    page = _with_authenticator(phone)
    page.goto(f"{rooms.url}/signin/passkeys")
    page.get_by_role("button", name="添加这台设备").click()
    expect(page.get_by_role("heading", name="我的通行密钥")).to_be_visible()
    expect(page.get_by_text("还没有用过")).to_be_visible()
    page.goto(f"{rooms.url}/signin/me")
    page.get_by_role("button", name="退出", exact=True).click()
    page.goto(f"{rooms.url}/signin/passkey?next=/signin/me")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="我的账户")).to_be_visible()
    cookies = {str(one.get("name")): str(one.get("value")) for one in phone.cookies()}
    assert cookies["session"] not in {"", first}
    session = Shell(rooms.centre, rooms.home).sessions.find(cookies["session"])
    assert session is not None
    assert (session.person, session.room, session.level) == ("rep-1", "representative", "passkey")
    keys.disable("rep-1")
    assert keys.passkeys.of("rep-1") == []
    page.goto(f"{rooms.url}/signin/passkey")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("登录")
    assert Shell(rooms.centre, rooms.home).sessions.of("rep-1") == []


def test_who_owes_the_second_factor_makes_no_passkey(rooms: Rooms) -> None:
    token = Shell(rooms.centre, rooms.home).sessions.begin("office-1", "staff", "one")
    asked = httpx.get(f"{rooms.url}/signin/passkeys", headers=HTML, cookies={"session": token})
    assert asked.status_code == 303


def _answer(challenge: str) -> str:
    said = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": SITE.origin})
    data = base64.urlsafe_b64encode(said.encode()).rstrip(b"=").decode()
    response = {"clientDataJSON": data, "authenticatorData": "AA", "signature": "AA"}
    return json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": response})


BAD: dict[str, Callable[[str], str]] = {
    "nothing": lambda _c: "",
    "no JSON": lambda _c: "{",
    "a list": lambda _c: "[]",
    "no response": lambda _c: "{}",
    "a response that is text": lambda _c: '{"response": "x"}',
    "huge": lambda _c: '"' + "A" * 100_000 + '"',
    "another challenge": lambda _c: _answer("AAAA"),
    "a passkey that nobody has": _answer,
}


@pytest.mark.parametrize("name", BAD)
def test_an_answer_that_is_none_is_refused(keys: Keys, name: str) -> None:
    challenge = json.loads(keys.passkeys.ask(SITE))["challenge"]
    with pytest.raises(NotAuthenticated):
        keys.passkeys.check(SITE, BAD[name](challenge))
