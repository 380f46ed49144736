"""What a sandbox adds to the interface for programs: its people with their tokens, and its clock.

A real centre has none of these routes: they are made for a sandbox alone, whose log says in its
first entry that it is simulated.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from anyio.to_thread import run_sync
from litestar import Response, get, post, put
from litestar.handlers import HTTPRouteHandler

from trading.base.deadline import local_text
from trading.base.errors import InvalidInput
from trading.base.text import Id
from trading.base.units import SECOND_US
from trading.demo.cast import Player
from trading.demo.sandbox import Sandbox
from trading.observing.rules import Step
from trading.web.access import ANYONE_SIGNED_IN, EVERYBODY
from trading.web.describing import Answer, Body, Operation, described
from trading.web.shell import Asked, Shell
from trading.web.signin.keys import Keys, Minted

T = TypeVar("T")
TOKEN_DAYS = 366
JSON = "application/json"
CREATED = 201
_EXAMPLE_US = 1_763_341_200_000_000


class ClockSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the clock is to stand, in microseconds since 1970-01-01 UTC."""

    now_us: int


class ClockTold(msgspec.Struct, frozen=True):
    """Where the clock of the sandbox stands; ``now`` is the same in Beijing's time."""

    now_us: int
    now: str
    simulated: bool = True


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which step the panel of a case is to watch, and of which lots."""

    case: Id
    step: Step
    lots: tuple[Id, ...]


class Watched(msgspec.Struct, frozen=True):
    """What a quorum of the panel has stated; ``shown`` is the digest of what they were shown."""

    case: str
    step: str
    shown: str


class Someone(msgspec.Struct, frozen=True):
    """Somebody of the sandbox, and the token with which a program speaks for them."""

    person: str
    room: str
    roles: tuple[str, ...]
    title_zh: str
    title_en: str
    token: str


class People(msgspec.Struct, frozen=True):
    """Everybody of the sandbox."""

    people: tuple[Someone, ...]


_STANDS = Answer(
    "Where the clock stands.", ClockTold, example=ClockTold(_EXAMPLE_US, "2025-11-17 09:00:00")
)
_READ = Operation("Read the clock of this sandbox.", (_STANDS,), "sandbox")
_SET = Operation(
    "Set the clock forward; what falls due on the way is decided in its instant.", (_STANDS,),
    "sandbox", Body(ClockSet, ClockSet(_EXAMPLE_US)),
)  # fmt: skip
_WATCH = Operation(
    "Let a quorum of the panel watch a step and state it by their phones.",
    (Answer("The step is stated.", Watched, CREATED, Watched("case-1", "O1", "0" * 64)),),
    "sandbox", Body(Watch, Watch("case-1", "O1", ("case-1-1",))), problems=(404, 409, 422),
)  # fmt: skip
_PEOPLE = Operation(
    "Everybody of this sandbox, with the token to speak for them.",
    (Answer("Everybody.", People),), "sandbox",
)  # fmt: skip


def sandbox_routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of a sandbox; none elsewhere."""
    sandbox = shell.sandbox
    if sandbox is None:
        return []
    return [*_clock_routes(shell, sandbox), *_people_routes(shell, sandbox)]


def _clock_routes(shell: Shell, sandbox: Sandbox) -> list[HTTPRouteHandler]:
    def told() -> Response[bytes]:
        now_us = shell.centre.clock.now_us()
        return _json(ClockTold(now_us, local_text(now_us - now_us % SECOND_US)))

    @get("/api/v1/sandbox/clock", sync_to_thread=True, opt=described(EVERYBODY, _READ))
    def clock() -> Response[bytes]:
        return told()

    @put("/api/v1/sandbox/clock", opt=described(ANYONE_SIGNED_IN, _SET))
    async def set_clock(request: Asked) -> Response[bytes]:
        wanted = _decoded(await request.body(), ClockSet)
        await run_sync(sandbox.move, wanted.now_us)
        return told()

    @post("/api/v1/sandbox/watch", opt=described(ANYONE_SIGNED_IN, _WATCH))
    async def watch(request: Asked) -> Response[bytes]:
        wanted = _decoded(await request.body(), Watch)
        shown = await run_sync(sandbox.watch, wanted.case, wanted.step, wanted.lots)
        return _json(Watched(wanted.case, wanted.step, shown), CREATED)

    return [clock, set_clock, watch]


def _people_routes(shell: Shell, sandbox: Sandbox) -> list[HTTPRouteHandler]:
    keys = Keys(shell)
    minted: dict[str, Minted] = {}

    def token_of(player: Player) -> str:
        """Return the token of ``player``, one for as long as it lasts."""
        found = minted.get(player.person)
        if found is None or found.until_us <= shell.centre.clock.now_us():
            found = minted[player.person] = keys.mint(player.person, player.room, TOKEN_DAYS)
        return found.token

    @get("/api/v1/sandbox/people", sync_to_thread=True, opt=described(EVERYBODY, _PEOPLE))
    def people() -> Response[bytes]:
        told = (
            Someone(**msgspec.structs.asdict(one), token=token_of(one)) for one in sandbox.players
        )
        return _json(People(tuple(told)))

    return [people]


def _decoded(raw: bytes, wanted: type[T]) -> T:
    """Return the body as ``wanted``; raise ``InvalidInput``."""
    try:
        return msgspec.json.decode(raw, type=wanted)
    except msgspec.ValidationError as error:
        raise InvalidInput(str(error), rule="schema") from None
    except ValueError:
        raise InvalidInput("not JSON", rule="json") from None


def _json(told: msgspec.Struct, status: int = 200) -> Response[bytes]:
    return Response(msgspec.json.encode(told), status_code=status, media_type=JSON)
