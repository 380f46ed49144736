"""A bid by HTTP: the one request whose speed decides how many may bid at once.

It is answered before the framework's stack with the same functions that guard every route: the
door, the access, the token of the form, the limits, the strict parse. Source: decision 11;
performance brief, sections 4 and 9; INV-26 to INV-31.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar.exceptions import HTTPException
from litestar.types import HTTPScope, Receive, Send

from trading.base.errors import InvalidInput, NotFound, ReadOnly, Unavailable
from trading.base.units import SECOND_US
from trading.store.batch import Receipt
from trading.web.access import Access
from trading.web.door import Sent, check_sent
from trading.web.live.answers import Answers
from trading.web.shell import Shell
from trading.web.together import Together
from trading.web.viewer import Viewer

KIND, ROLE = "bid.place/1", "bidder"
ACCESS = Access(rooms=("bidder",), objects="own")
BUCKETS = ("account", "session", "lot", "address")
"""Of what each bid spends a token."""
PREFIX, SUFFIX = "/api/v1/lots/", "/bids"
BODY_BYTES_MAX = 4096
KEY_MAX = 100
ACTORS_MAX = 20_000
CREATED, TOO_LARGE = 201, 413
JSON = (b"content-type", b"application/json")


def lot_in(path: str) -> str:
    """Return the lot that a bid is sent to by ``path``, empty where the path is another one."""
    if not (path.startswith(PREFIX) and path.endswith(SUFFIX)):
        return ""
    lot = path[len(PREFIX) : -len(SUFFIX)]
    return "" if "/" in lot else lot


class Bids:
    """Takes bids; ``headers`` go with every receipt."""

    def __init__(self, shell: Shell, headers: dict[str, str]) -> None:
        """Take the bids of bidders who are signed in at ``shell``."""
        self._shell = shell
        self._centre = shell.centre
        self._headers = [JSON, *((k.lower().encode(), v.encode()) for k, v in headers.items())]
        self._looked_us, self._reason = 0, ""
        self._actors: dict[tuple[str, str], str] = {}
        self._numbers = Together(self._find_actors)
        self._answers: dict[asyncio.AbstractEventLoop, Answers] = {}

    async def serve(self, scope: HTTPScope, receive: Receive, send: Send, lot: str) -> None:
        """Decide the bid and send its receipt; raise what it was refused with."""
        sent = Sent.of(scope)
        viewer = await self._shell.door.viewer_of(sent)
        ACCESS.check(viewer)
        check_sent(sent, viewer, sent.csrf)
        receipt = await self.place(viewer, lot, await _body(receive), sent.key, _address(scope))
        body = msgspec.json.encode(receipt)
        headers = [*self._headers, (b"content-length", b"%d" % len(body))]
        start: Any = {"type": "http.response.start", "status": CREATED, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def place(self, viewer: Viewer, lot: str, raw: bytes, key: str, address: str) -> Receipt:
        """Decide the bid in ``raw`` of ``viewer`` on ``lot``; raise what it was refused with.

        A retry under the same ``key`` gets the same receipt.
        """
        if not 0 < len(key) <= KEY_MAX:
            raise InvalidInput("a write needs an Idempotency-Key", field="Idempotency-Key")
        await self._shell.limits.spend(
            dict(zip(BUCKETS, (viewer.person, viewer.session, lot, address), strict=True))
        )
        data: Any = self._centre.parse(KIND, raw)
        if data.lot != lot:
            raise InvalidInput("the body names another lot", field="lot", rule="path", kind=KIND)
        self._check_writable()
        actor = self._actors.get((viewer.person, lot)) or await self._actor(viewer, lot)
        env = self._centre.envelope(
            KIND, data, actor, ROLE, key=key, account=viewer.person, parsed=True
        )
        expected = self._here().expect()
        self._centre.writer.submit(env, expected)
        return await expected.waiting

    async def _actor(self, viewer: Viewer, lot: str) -> str:
        """Return under which number ``viewer`` bids on ``lot``, which never changes.

        Raises ``NotFound`` where none was drawn.
        """
        pair = (viewer.person, lot)
        while (found := self._actors.get(pair)) is None:
            await self._numbers.ask(pair)
        if not found:
            self._actors.pop(pair, None)  # one may be drawn yet
            raise NotFound("no such page")
        return found

    def _find_actors(self, asked: set[tuple[str, str]]) -> None:
        if len(self._actors) >= ACTORS_MAX:
            self._actors.clear()
        self._actors.update(self._shell.acting_all(asked))

    def _check_writable(self) -> None:
        """Raise ``ReadOnly`` for a copy that was not verified; looked at once in a second."""
        now_us = self._centre.clock.now_us()
        if not 0 <= now_us - self._looked_us < SECOND_US:
            self._looked_us, self._reason = now_us, self._centre.home.read_only_reason()
        if self._reason:
            raise ReadOnly(self._reason, reason=self._reason)

    def _here(self) -> Answers:
        loop = asyncio.get_running_loop()
        found = self._answers.get(loop)
        if found is None:
            found = self._answers[loop] = Answers(loop)
        return found


async def _body(receive: Receive) -> bytes:
    message: Any = await receive()
    taken: bytes = b""
    while message["type"] == "http.request":
        taken += message["body"]
        if len(taken) > BODY_BYTES_MAX:
            raise HTTPException(status_code=TOO_LARGE)
        if not message["more_body"]:
            return taken
        message = await receive()
    raise Unavailable("the caller has gone")


def _address(scope: HTTPScope) -> str:
    client = scope["client"]
    return client[0] if client else ""
