"""Workflows and policies: what is in force, and the way in for another version, by two people.

A definition is shown with its difference in plain words and with what past cases would have
become under it, before anybody asks for it. Source: decision 7.
"""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.calendar import YearTable
from trading.base.errors import InvalidInput, NotFound, Refused, SetupError, TradingError
from trading.engine import diff
from trading.engine.builtin import EnterDefinition
from trading.engine.catalogue import Definition
from trading.engine.definitions import Workflow
from trading.founding import read_any
from trading.store.uploads import Uploads
from trading.web.access import STAFF, Access, opt
from trading.web.shell import Asked, Page, Shell, chosen_language, form_of, see_other, viewer_of
from trading.words.details import in_chinese
from trading.words.language import language, pick, speaking

OFFICE = Access(rooms=("staff",), roles=("office",))
ENTER = "definition.enter/1"
TOML_BYTES_MAX = 256 * 1024


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the pages of definitions."""
    policy = Policy(shell)

    @get("/staff/policy", sync_to_thread=True, opt=opt(STAFF))
    def front(request: Asked) -> Page:
        return policy.front(request)

    @get("/staff/policy/{kind:str}/{name:str}", sync_to_thread=True, opt=opt(STAFF))
    def show(request: Asked, kind: FromPath[str], name: FromPath[str]) -> Page:
        return policy.show(request, kind, name)

    @post("/staff/policy", sync_to_thread=True, opt=opt(OFFICE), status_code=200,
          request_max_body_size=2 * TOML_BYTES_MAX)  # fmt: skip
    def enter(request: Asked) -> Page:
        with speaking(chosen_language(request)):
            return policy.enter(request)

    return [front, show, enter]


class Policy:
    """The definitions of one shell."""

    def __init__(self, shell: Shell) -> None:
        """Look into the log of the centre of ``shell``."""
        self._shell = shell
        self._uploads = Uploads(shell.centre.engine, shell.centre.clock)

    def front(self, request: Asked, *, status: int = 200, **more: Any) -> Page:
        """Return what is in force, and a form for another version."""
        centre = self._shell.centre
        centre.refresh()
        with speaking(chosen_language(request)):
            rows = [
                {"kind": kind, "id": name, "title": self._title(kind, name),
                 "newest": self._newest(kind, name)}
                for kind, name in sorted(centre.kernel.catalogue.entered)
            ]  # fmt: skip
            title = pick("政策与流程", "Policies")
        base: dict[str, Any] = {"errors": {}, "told": None, "tried": None}
        return self._shell.page(
            request,
            "staff/policy.html",
            status=status,
            title=title,
            rows=rows,
            **{**base, **more},
        )

    def show(self, request: Asked, kind: str, name: str) -> Page:
        """Return one definition, line by line."""
        centre = self._shell.centre
        centre.refresh()
        if (kind, name) not in centre.kernel.catalogue.entered:
            raise NotFound("no such page")
        found = centre.newest(kind, name.partition("@")[0])
        if found is None or found.id != name:
            raise NotFound("no such page")
        with speaking(chosen_language(request)):
            return self._shell.page(
                request, "staff/definition.html", title=self._title(kind, name), id=name,
                digest=found.digest, lines=_plain(found.body),
            )  # fmt: skip

    def enter(self, request: Asked) -> Page:
        """Show what a definition would change, or ask for it."""
        form, person = form_of(request), viewer_of(request).person
        file = form.get("file")
        try:
            digest = str(form.get("kept", ""))
            if isinstance(file, UploadFile) and file.filename:
                content = file.file.read(TOML_BYTES_MAX)
                digest = self._uploads.put(person, file.filename[-120:], content, "text/plain")
            name, content, _media = self._uploads.get(person, digest)
            kind, definition = read_any(_text(content), self._shell.centre.kernel.registry)
        except (InvalidInput, NotFound, SetupError) as error:
            return self.front(request, status=400, errors={"file": _said(error)})
        if form.get("do") != "enter":
            return self._tried(request, kind, definition, digest, name)
        data = EnterDefinition(kind, definition.id, definition.digest, definition.body)  # type: ignore[arg-type]  # one of the four kinds
        try:
            receipt = self._shell.act(request, ENTER, data, "office")
        except Refused as error:
            told = self._shell.explain(request, error)
            return self.front(request, status=error.status, told=told)
        return see_other(f"/staff/receipt/{receipt.index}")

    def _tried(
        self, request: Asked, kind: str, definition: Definition, digest: str, file: str
    ) -> Page:  # fmt: skip
        centre = self._shell.centre
        centre.refresh()
        old = centre.newest(kind, definition.id.partition("@")[0])
        tried = {
            "id": definition.id, "kept": digest, "file": file,
            "lines": _differences(old, definition), "trial": centre.try_out(kind, definition),
        }  # fmt: skip
        return self.front(request, tried=tried)

    def _title(self, kind: str, name: str) -> str:
        found = self._shell.centre.newest(kind, name.partition("@")[0])
        if isinstance(found, YearTable):
            return pick(f"{found.year} 年放假安排", f"Holidays of {found.year}")
        return pick(getattr(found, "title_zh", name), getattr(found, "title_en", name))

    def _newest(self, kind: str, name: str) -> bool:
        found = self._shell.centre.newest(kind, name.partition("@")[0])
        return found is not None and found.id == name


def _differences(old: Definition | None, new: Definition) -> list[str]:
    if old is None:
        return [pick(f"新定义 {new.id}", f"new definition {new.id}")]
    if isinstance(old, Workflow) and isinstance(new, Workflow):
        return diff.differences(old, new, language())
    return diff.body_differences(old.body, new.body, language())


def _plain(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Return every value of a body with its path."""
    if isinstance(value, dict):
        return [line for key in value for line in _plain(value[key], f"{path}.{key}".strip("."))]
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return [line for n, one in enumerate(value, 1) for line in _plain(one, f"{path} {n}")]
    many = isinstance(value, list | tuple)
    return [(path, ", ".join(map(str, value)) if many else str(value))]


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("the file is not UTF-8", field="file") from None


def _said(error: TradingError) -> str:
    return in_chinese(error.detail) if language() == "zh" else error.detail
