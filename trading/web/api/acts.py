"""Every act for programs: one typed route for each kind, made from the registry.

The rules, two persons and receipts are those of the rooms; so is what there is: for whoever may
not act so, the route does not exist. Source: decisions 11, 16, 17 and 21; INV-27 and INV-29.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import msgspec
from anyio.to_thread import run_sync
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from trading.base.errors import InvalidInput, NotFound
from trading.centre import Personal
from trading.engine.registry import RESTRICTED, CommandSpec
from trading.engine.stream import Command
from trading.people.bidders import Bidder, Bidders
from trading.record.entry import DONE, Document
from trading.store.uploads import Uploads
from trading.web import wants
from trading.web.access import LIMITS, Access
from trading.web.api import bodies
from trading.web.api.kinds import described_in, open_kinds
from trading.web.describing import KEYED, Answer, Body, Header, Operation, described
from trading.web.names import name_known
from trading.web.shell import Asked, Shell, buckets_of, viewer_of
from trading.web.viewer import OPEN_ROLES, Viewer

BUCKETS = ("account", "session", "lot", "address")
"""Of what each act spends a token."""
ACTING = Access(rooms=("staff", "bidder", "representative"), objects="org")
KEY_MAX = 100
CREATED, ACCEPTED = 201, 202
BIDDER = OPEN_ROLES["bidder"]
NAME = "name"
_TAG = re.compile(r'"([0-9a-f]{64})"', re.ASCII)
_SEEN = Header(
    "If-Match",
    "The receipt of the object that this was decided on, in quotes; 412 if it has moved since.",
    example=f'"{"0" * 64}"',
    schema={"type": "string", "pattern": _TAG.pattern},
)


class ActReceipt(msgspec.Struct, frozen=True):
    """Where the act stands in the record: entry, stream and position, and how it was decided.

    ``outcome`` is ``done``, or ``proposed`` while a second person is wanted. ``hash`` is the
    receipt code (存证编号); ``check`` leads to the page that checks it.
    """

    index: int
    hash: str
    stream: str
    seq: int
    at_us: int
    outcome: str
    check: str


_EXAMPLE = ActReceipt(
    612, "0" * 64, "case/case-1", 7, 1_795_660_000_000_000, DONE, "/check/" + "0" * 64
)
_TOLD = {"ETag": "The receipt, as If-Match of the next act on this object takes it."}
_ANSWERS = (
    Answer("Done: the receipt.", ActReceipt, CREATED, _EXAMPLE, headers=_TOLD),
    Answer("Proposed: a second person is wanted.", ActReceipt, ACCEPTED, headers=_TOLD),
)


def act_routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return a route for every kind of act that is not the clock's."""
    acts = Acts(shell)
    return [_route(acts, spec) for spec in open_kinds(shell).values()]


def _route(acts: Acts, spec: CommandSpec) -> HTTPRouteHandler:
    body = bodies.body_of(spec)
    decoder = msgspec.json.Decoder(body, strict=True)
    operation = Operation(
        described_in(spec), _ANSWERS, "acts", Body(body, bodies.example_of(spec)),
        headers=(KEYED, _SEEN), problems=(409, 412, 422, 429), id=body.__name__.lower(),
    )  # fmt: skip

    @post(f"/api/v1/acts/{spec.kind}", opt={**described(ACTING, operation), LIMITS: BUCKETS})
    async def act(request: Asked) -> Response[bytes]:
        viewer = viewer_of(request)
        roles = await run_sync(acts.roles, viewer, spec)
        key = key_of(request)
        seen = _seen(request)
        await acts.shell.limits.spend(buckets_of(request))
        raw = await request.body()
        asked = acts.shell.centre.decode(spec.kind, decoder, raw)
        await acts.shell.limits.spend({"lot": getattr(asked.data, "lot", "")})
        return await run_sync(partial(acts.do, viewer, spec, asked, roles, key=key, seen=seen))

    return act


def key_of(request: Asked) -> str:
    """Return the key that makes a repeated request one; raise ``InvalidInput`` without one."""
    key = request.headers.get(KEYED.name, "")
    if not 0 < len(key) <= KEY_MAX:
        raise InvalidInput("a write needs an Idempotency-Key", field=KEYED.name)
    return key


def _seen(request: Asked) -> str:
    said = request.headers.get(_SEEN.name)
    if said is None:
        return ""
    found = _TAG.fullmatch(said)
    if found is None:
        raise InvalidInput("If-Match is the receipt of the object, in quotes", field=_SEEN.name)
    return found[1]


class Acts:
    """Lets viewers act at one centre."""

    def __init__(self, shell: Shell) -> None:
        """Act at the centre of ``shell``."""
        self.shell = shell
        centre = shell.centre
        self._uploads = Uploads(centre.engine, centre.clock)
        self._bidders = Bidders(centre.engine, centre.clock, shell.entropy)

    def roles(self, viewer: Viewer, spec: CommandSpec) -> tuple[str, ...]:
        """Return the roles in which ``viewer`` may do this; raise ``NotFound`` for none.

        A bidder or a representative is nothing else in their room, whatever they hold as staff.
        """
        self.shell.centre.refresh()
        own = OPEN_ROLES.get(viewer.room)
        held = {own} if own else {grant.role for grant in viewer.grants}
        able = tuple(role for role in wants.roles(self.shell.centre, spec) if role in held)
        if not able:
            raise NotFound("no such page")
        return able

    def do(
        self, viewer: Viewer, spec: CommandSpec, asked: bodies.ActBody, roles: tuple[str, ...],
        *, key: str, seen: str,
    ) -> Response[bytes]:  # fmt: skip
        """Let ``viewer`` act and return the receipt; raise what it was refused with."""
        if asked.role and asked.role not in roles:
            raise InvalidInput("not a role of yours for this act", field="role", rule="role")
        role, data = asked.role or roles[0], asked.data
        receipt = self.shell.centre.do(
            spec.kind, data, self._actor(viewer, spec, data, role), role, key=key, seen=seen,
            account=viewer.person, parsed=True, facts=self._facts(spec, asked),
            personal=self._personal(viewer, spec, asked, role),
            **self._documents(viewer.person, asked),
        )  # fmt: skip
        told = ActReceipt(
            receipt.index, receipt.hash, receipt.stream, receipt.seq, receipt.at_us,
            receipt.outcome, f"/check/{receipt.hash}",
        )  # fmt: skip
        return Response(
            msgspec.json.encode(told), media_type="application/json",
            status_code=CREATED if receipt.outcome == DONE else ACCEPTED,
            headers={"ETag": f'"{receipt.hash}"'},
        )  # fmt: skip

    def _actor(self, viewer: Viewer, spec: CommandSpec, data: Command, role: str) -> str:
        """Return under which name the viewer acts; raise ``NotFound`` for what is not theirs."""
        if role == BIDDER:
            return self._bidder(viewer, spec, data)
        state = self.shell.centre.state(spec.stream(data))
        if viewer.room != "staff" or state is None or not state.org:
            return viewer.person
        if not viewer.reaches(state.org, self.shell.orgs()):
            raise NotFound("no such page")
        return viewer.person

    def _bidder(self, viewer: Viewer, spec: CommandSpec, data: Any) -> str:
        """Return the number of the lot; where none is told of, the account, out of the public eye.

        Who a bidder is on a lot was drawn for them, and nobody acts for another.
        """
        lot = getattr(data, "lot", "")
        if not lot:
            kind = spec.stream(data).partition("/")[0]
            if self.shell.centre.kernel.registry.streams[kind].audience != RESTRICTED:
                raise NotFound("no such page")
            return viewer.person
        if hasattr(data, "who") and not _is_own(self._bidders.find(viewer.person, lot), data):
            raise NotFound("no such page")
        return self.shell.acting(viewer, lot)

    def _facts(self, spec: CommandSpec, asked: bodies.ActBody) -> dict[str, bool]:
        """Return what was checked, each thing that is to be checked as it was said or not."""
        known = wants.facts(self.shell.centre, spec)
        _check_names("facts", asked.facts, known)
        return {name: asked.facts.get(name, False) for name in known}

    def _personal(
        self, viewer: Viewer, spec: CommandSpec, asked: bodies.ActBody, role: str
    ) -> tuple[Personal, ...]:
        """Return the fields to seal, under the person or the registration they belong to."""
        known = wants.PERSONAL.get(spec.kind.partition("/")[0], ())
        _check_names("personal", asked.personal, known)
        values = dict(asked.personal)
        checked = name_known(self.shell, viewer.person) if role == BIDDER and NAME in known else ""
        if checked:
            values[NAME] = checked
        whose = wants.whose(msgspec.structs.asdict(asked.data))
        return tuple(Personal(whose, name, values[name]) for name in known if name in values)

    def _documents(self, person: str, asked: bodies.ActBody) -> dict[str, Any]:
        docs = tuple(Document(name, digest) for name, digest in asked.documents.items())
        files = []
        for document in docs:
            try:
                _called, content, media_type = self._uploads.get(person, document.sha256)
            except NotFound:
                field = f"documents.{document.name}"
                raise InvalidInput("upload this file first", field=field) from None
            files.append((content, media_type))
        return {"docs": docs, "files": tuple(files)}


def _is_own(bidder: Bidder | None, data: Any) -> bool:
    """Tell whether pseudonym and number in ``data`` are those that were drawn for the bidder."""
    if bidder is None or data.who != bidder.who:
        return False
    return bool(getattr(data, "number", bidder.number) == bidder.number)


def _check_names(field: str, given: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise InvalidInput("nothing of this name is asked", field=f"{field}.{name}")
