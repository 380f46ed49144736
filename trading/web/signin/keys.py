"""What the pages of the door share: accounts, invitations, tokens, delays, and the ways onward."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar
from urllib.parse import quote, urlsplit

import anyio.to_thread
from sqlalchemy import insert, select, update

from trading.base.errors import InvalidInput, NotAuthenticated
from trading.base.units import DAY_US
from trading.people.accounts import Accounts
from trading.people.credential_tables import account, token
from trading.people.invitations import BY_CODE, Invitations
from trading.people.passkeys import Passkeys, Site
from trading.people.rules import Grant, held_at
from trading.people.sessions import Room, Session
from trading.people.throttle import Throttle
from trading.people.tokens import Claims, Tokens
from trading.web.shell import Asked, Shell
from trading.web.viewer import Viewer

T = TypeVar("T")
TOKEN_ID_BYTES = 12

FRONT: dict[str, str] = {
    "staff": "/staff", "bidder": "/bidder", "representative": "/watch", "auditor": "/audit",
}  # fmt: skip
"""The front page of each room."""


class Minted(NamedTuple):
    """A token of a program, the id by which it is revoked, and when it runs out."""

    id: str
    token: str
    until_us: int


class Keys:
    """The credentials of one centre."""

    def __init__(self, shell: Shell) -> None:
        """Keep them in the centre's database, sealed by keys of its home."""
        centre, home = shell.centre, shell.home
        self.tokens = Tokens(home.keys_dir, centre_origin(shell))
        self.accounts = Accounts(centre.engine, centre.clock, shell.entropy, home.mac_key)
        self.invitations = Invitations(centre.engine, centre.clock, shell.entropy, self.tokens)
        self.passkeys = Passkeys(centre.engine, centre.clock, shell.entropy)
        self.throttle = Throttle(centre.engine, centre.clock)
        self._shell = shell

    def disable(self, person: str) -> int:
        """Let ``person`` in no longer: no session, link or passkey is left; return how many ended.

        Tokens of programs are refused while the account is disabled; where there is none to
        disable, they are revoked.
        """
        self.accounts.disable(person)
        if self.accounts.find(person) is None:
            self._revoke(person)
        self.invitations.revoke(person)
        self.passkeys.forget(person)
        return self._shell.sessions.end_all(person)

    def invite(self, person: str, room: Room, asker: str = "") -> tuple[str, str]:
        """Return path and digits of an invitation; representatives alone get digits at once.

        A link by which ``asker`` lets somebody set a password waits for the digits of another.
        Raises ``InvalidInput`` for the room of auditors without the role, which two persons give.
        """
        if room == "auditor" and not self._audits(person):
            raise InvalidInput("this person holds no role of an auditor", field="room", rule="role")
        token, code = self.invitations.make(person, room, asker)
        return f"/signin/{'i' if room == BY_CODE else 'setup'}/{token}", code

    def _audits(self, person: str) -> bool:
        return any(grant.role == "auditor" for grant in self.held(person))

    def held(self, person: str) -> tuple[Grant, ...]:
        """Return what ``person`` holds now."""
        named = person and person.isascii()
        state = self._shell.centre.state(f"person/{person}") if named else None
        known = state.facets.get("person") if state else None
        return held_at(known, self._shell.centre.clock.now_us()) if known else ()

    def mint(self, person: str, room: Room, days: int) -> Minted:
        """Return a token by which a program speaks for ``person`` in ``room`` for so many days."""
        centre, now_us = self._shell.centre, self._shell.centre.clock.now_us()
        claims = Claims(
            self._shell.entropy(TOKEN_ID_BYTES).hex(), person, room, now_us + days * DAY_US
        )
        row = {"id": claims.id, "person": person, "room": room, "until_us": claims.until_us}
        with centre.engine.begin() as connection:
            connection.execute(insert(token).values(**row, revoked_us=0))
        return Minted(claims.id, self.tokens.mint("api", claims, now_us), claims.until_us)

    def _revoke(self, person: str) -> None:
        left = update(token).where(token.c.person == person, token.c.revoked_us == 0)
        with self._shell.centre.engine.begin() as connection:
            connection.execute(left.values(revoked_us=self._shell.centre.clock.now_us()))

    def check_enabled(self, person: str) -> None:
        """Raise ``NotAuthenticated`` where the account of ``person`` was disabled."""
        found = self.accounts.find(person)
        if found is not None and found.disabled:
            raise NotAuthenticated("this account is disabled: ask the office")

    def tried(
        self, account: str, request: Asked, attempt: Callable[[], T | None], wrong: NotAuthenticated
    ) -> T:
        """Return what ``attempt`` gives; each failure of ``account`` costs more time.

        Raises ``RateLimited`` while earlier failures cost time, ``wrong`` for a new one.
        """
        address = address_of(request)
        self.throttle.check(account, address)
        found = attempt()
        if not found:
            self.throttle.failed(account, address)
            raise wrong
        self.throttle.succeeded(account, address)
        return found

    async def bearer(self, given: str) -> Viewer:
        """Return who speaks by an API token; raise ``NotAuthenticated`` for a bad one."""
        claims = self.tokens.read("api", given, self._shell.centre.clock.now_us())
        return await anyio.to_thread.run_sync(self._programme, claims)

    def _programme(self, claims: Claims) -> Viewer:
        centre = self._shell.centre
        with centre.engine.connect() as connection:
            row = connection.execute(select(token).where(token.c.id == claims.id)).one_or_none()
            owner = connection.execute(
                select(account).where(account.c.person == claims.person)
            ).one_or_none()
        disabled = owner is not None and owner.disabled_us
        if row is None or row.revoked_us or row.person != claims.person or disabled:
            raise NotAuthenticated("the token was revoked")
        session = Session(claims.id.encode(), row.person, row.room, "two", 0, 0, 0, claims.until_us)
        return self._shell.door.known({"": session}, api=True)[""]


def site_of(request: Asked) -> Site:
    """Return where passkeys hold: this host, and the origin of our pages."""
    scheme, netloc = request.base_url.scheme, request.base_url.netloc
    return Site(urlsplit(f"//{netloc}").hostname or "", f"{scheme}://{netloc}")


def centre_origin(shell: Shell) -> str:
    """Return the name under which this centre signs."""
    return shell.home.vkey_path.read_text(encoding="utf-8").partition("+")[0]


def address_of(request: Asked) -> str:
    """Return from where a request comes, as the server tells it."""
    return request.client.host if request.client else ""


def onward(room: Room | str, wanted: str = "") -> str:
    """Return where somebody who has just signed in goes: where they wanted, or the front page."""
    return wanted if wanted not in {"", "/"} else FRONT[room]


def with_next(path: str, wanted: str) -> str:
    """Return ``path`` that remembers where somebody wanted to go."""
    return f"{path}?next={quote(wanted)}" if wanted else path


def typed_twice(given: str, again: str) -> str:
    """Return a new password that was typed twice; raise ``InvalidInput`` where the two differ."""
    if given != again:
        raise InvalidInput("the two passwords differ", field="again", rule="equal")
    return given
