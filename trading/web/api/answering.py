"""How questions of programs are answered: pages by key, tags of single objects, limits.

A list goes on behind the last key of the page before, so that a page costs the same wherever it
lies. A single object has a tag: who has it already is told so with 304 and no body. What the
viewer may not see does not exist: 404. Source: decision 21; RFC 9110; INV-27 and INV-31.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from litestar import Response, get
from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from sqlalchemy import ColumnElement, Select, select

from trading.base.errors import NotFound
from trading.engine.stream import Stream
from trading.store.schema import entry
from trading.web.access import LIMITS, Access
from trading.web.describing import Answer, Header, Operation, described
from trading.web.filed import OCTETS
from trading.web.shell import Asked, Shell, viewer_of
from trading.web.visibility import Sight, stream_found

T = TypeVar("T")
LIMIT, LIMIT_MAX = 50, 200
KEY_MAX = 160
JSON = "application/json"
Limit = Annotated[int, QueryParameter(ge=1, le=LIMIT_MAX)]
Key = Annotated[str, QueryParameter(max_length=KEY_MAX)]
NUMBER, NUMBER_MAX = 0, (1 << 53) - 1
Number = Annotated[int, QueryParameter(ge=NUMBER, le=NUMBER_MAX)]
OPEN = Access(everybody=True, objects="seen")
"""Everybody may ask, and is told what they may see."""
Decorator = Callable[[Callable[..., Response[bytes]]], HTTPRouteHandler]
NOT_CHANGED = 304
_TAG = Header("If-None-Match", "The tag of what is known already.", example='"5f2c"')
_PAGED = {"after": "The key behind which the page begins: `next` of the page before.",
          "limit": "How many at most."}  # fmt: skip


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A page of a list; ``next`` is what the next page is asked for with, empty at the end."""

    items: list[T]
    next: str = ""


class Said(msgspec.Struct, frozen=True):
    """A text in Chinese and in English."""

    zh: str
    en: str


class Now(msgspec.Struct, frozen=True):
    """Where an object stands: its place since when, and the hold that lies on it.

    ``receipt`` and ``position`` are those of the entry that left it so.
    """

    place: str
    label: Said
    since_us: int
    hold: str
    due: str
    due_us: int
    workflow: str
    policy: str
    receipt: str
    position: int


class Reading:
    """Answers the questions of programs at one shell."""

    def __init__(self, shell: Shell) -> None:
        """Read in the centre of ``shell``."""
        self.shell = shell
        self.centre = shell.centre

    def route(
        self,
        path: str,
        access: Access,
        summary: str,
        of: Any,
        *,
        tagged: bool = False,
        says: Mapping[str, str] = _PAGED,
        problems: tuple[int, ...] = (),
    ) -> Decorator:
        """Return the decorator of the function that answers at ``path``; ``bytes`` are a file."""
        tags = {"ETag": "The tag of this."} if tagged else {}
        told, kind = (None, OCTETS) if of is bytes else (of, JSON)
        answers: tuple[Answer, ...] = (Answer(summary, told, media_type=kind, headers=tags),)
        if tagged:
            same = Answer("What is known already is right.", status=NOT_CHANGED, media_type="")
            answers = (*answers, same)
        operation = Operation(
            summary, answers, headers=(_TAG,) if tagged else (), says=says,
            problems=(429, *problems),
        )  # fmt: skip
        kept = {**described(access, operation), LIMITS: ("address",)}
        return get(path, sync_to_thread=True, guards=[self._spend], opt=kept)

    def sight(self, request: Asked) -> Sight:
        """Return what tells what the caller may see, as everything stands now."""
        self.centre.refresh()
        return self.shell.sight(viewer_of(request))

    def seen(self, request: Asked, stream: str) -> Stream:
        """Return the state of ``stream``; raise ``NotFound`` for what the caller may not see."""
        sight = self.sight(request)
        state = stream_found(self.centre, stream)
        if not sight.sees(state):
            raise NotFound("no such page")
        return state

    def now(self, state: Stream) -> Now:
        """Return where ``state`` stands."""
        place = self.centre.kernel.catalogue.workflow(state.workflow).states[state.place]
        return Now(
            state.place, Said(place.label_zh, place.label_en), state.entered_us, state.hold,
            state.due, state.due_us, state.workflow, state.pack, state.hash, self._position(state),
        )  # fmt: skip

    def rows(self, query: Select[Any], of: type[T]) -> list[T]:
        """Return the rows of ``query`` as they are told."""
        with self.shell.reading() as connection:
            found = connection.execute(query).mappings().all()
        told = [{name: row[name] for name in _names(of)} for row in found]
        return msgspec.convert(told, list[of], strict=False)  # type: ignore[valid-type] # a struct

    def page(
        self, query: Select[Any], key: ColumnElement[Any], of: type[T], after: str, limit: int
    ) -> Response[bytes]:
        """Return the page of ``query`` behind ``after`` in the order of ``key``, one column."""
        if after:
            query = query.where(key > after)
        rows = self.rows(query.order_by(key).limit(limit + 1), of)
        return listed(rows, limit, lambda row: str(getattr(row, str(key.name))))

    def _position(self, state: Stream) -> int:
        query = select(entry.c.idx).where(entry.c.stream == state.name, entry.c.seq == state.seq)
        with self.shell.reading() as connection:
            return int(connection.execute(query).scalar_one())

    async def _spend(self, connection: ASGIConnection[Any, Any, Any, Any], _route: object) -> None:
        client = connection.client
        await self.shell.limits.spend({"address": client.host if client else ""})


def _names(of: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = of.__struct_fields__
    return found


def listed(rows: list[Any], limit: int, key: Any) -> Response[bytes]:
    """Return the first ``limit`` of ``rows``, and the key of the last where more follow."""
    more = len(rows) > limit
    return answer(Page(rows[:limit], key(rows[limit - 1]) if more else ""))


def answer(told: Any) -> Response[bytes]:
    """Return ``told`` as JSON."""
    return Response(msgspec.json.encode(told), media_type=JSON)


def tagged(request: Asked, told: Any) -> Response[bytes]:
    """Return ``told`` with its tag, or only the tag to who has it already."""
    body = msgspec.json.encode(told)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = request.headers.get("If-None-Match", "")
    if known.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(b"", status_code=NOT_CHANGED, headers=headers, media_type=JSON)
    return Response(body, media_type=JSON, headers=headers)
