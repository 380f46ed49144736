"""Files on their way into an act: uploaded by what they hold, then named in the act.

They are nobody's record yet, belong to whoever brought them, and go after a day. The same bytes
again are the same upload, so that a repeated request needs no key.
"""

from __future__ import annotations

from functools import partial

import msgspec
from anyio.to_thread import run_sync
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from trading.base.errors import InvalidInput
from trading.engine.texts import check_texts
from trading.papers import images
from trading.store.documents import DOCUMENT_BYTES_MAX
from trading.store.uploads import Uploads
from trading.web.access import LIMITS
from trading.web.api.acts import ACTING
from trading.web.describing import Answer, Body, Header, Operation, described
from trading.web.filed import OCTETS
from trading.web.recordings import BYTES_MAX, media_type
from trading.web.shell import Asked, Shell, buckets_of, viewer_of

NAME = "document"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
BUCKETS = ("account", "session", "address")
"""Of what each file spends a token."""
CREATED = 201
TEXT = "text/plain; charset=utf-8"


class Uploaded(msgspec.Struct, frozen=True):
    """What was uploaded: ``sha256`` names it in the ``documents`` of an act within a day."""

    sha256: str
    bytes: int
    media_type: str


_EXAMPLE = Uploaded("0" * 64, 51_200, "application/pdf")
_UPLOAD = Operation(
    "Upload a file of at most 20 MB, to be named in an act within a day.",
    (Answer("The file is kept for a day.", Uploaded, CREATED, _EXAMPLE),),
    "documents",
    Body(media_type=OCTETS, example="%PDF-1.7"),
    headers=(Header("Content-Type", "What the file is.", example="application/pdf"),),
    problems=(429,),
)


def document_routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the route that files come by."""
    uploads = Uploads(shell.centre.engine, shell.centre.clock)

    @post("/api/v1/documents", opt={**described(ACTING, _UPLOAD), LIMITS: BUCKETS},
          request_max_body_size=DOCUMENT_BYTES_MAX)  # fmt: skip
    async def upload_document(request: Asked) -> Response[bytes]:
        viewer = viewer_of(request)
        await shell.limits.spend(buckets_of(request))
        said = request.headers.get("Content-Type", OCTETS)
        if said.startswith(FORMS):
            raise InvalidInput("send the bytes of the file as they are", field="Content-Type")
        content = await request.body()
        kept = await run_sync(partial(_keep, uploads, viewer.person, viewer.room, content, said))
        return Response(
            msgspec.json.encode(kept), media_type="application/json", status_code=CREATED
        )

    return [upload_document]


def _keep(uploads: Uploads, person: str, room: str, content: bytes, said: str) -> Uploaded:
    """Keep a file; those of residents are looked into as in their rooms."""
    kind = said if room == "staff" else _looked_into(content, said)
    digest = uploads.put(person, NAME, content, kind)
    return Uploaded(digest, len(content), kind)


def _looked_into(content: bytes, said: str) -> str:
    """Return what a file is: words, a recording, or a document or picture that was decoded."""
    if said.startswith("text/plain"):
        try:
            check_texts(content.decode(), "text")
        except UnicodeDecodeError:
            raise InvalidInput("not text in UTF-8", field="text") from None
        return TEXT
    if not said.startswith("audio/"):
        return images.check(content)
    if len(content) > BYTES_MAX:
        raise InvalidInput("the file is larger than 10 MB", field="voice")
    return media_type(content, "voice")
