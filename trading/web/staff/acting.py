"""Any act as a form: questions, a page to check the answers, the receipt.

Nothing is decided before the answers were checked; what the rules would refuse is told before it
is sent. A key made with the first page makes a double tap one act. Source: decisions 17, 19, 21.
"""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import InvalidInput, NotFound, Refused, TradingError
from trading.engine.registry import CommandSpec
from trading.store.uploads import Uploads
from trading.web import wants
from trading.web.access import STAFF, opt
from trading.web.shell import (
    Asked,
    Page,
    Shell,
    chosen_language,
    form_of,
    see_other,
    viewer_of,
)
from trading.web.staff import prefilling, stepping, trying
from trading.web.staff.addresses import works_on
from trading.web.staff.forms import typed, words
from trading.web.staff.forms.filled import DO, KEY, Filled, spec_of, values_of
from trading.web.staff.forms.page import Asking
from trading.words.language import speaking

UPLOAD_BYTES_MAX = 25 * 1024 * 1024
ID_BYTES = 3
_NEW_IDS = {"case.draft": "case", "asset.register": "asset", "notification.queue": "notification",
            "paper.file": "paper"}  # fmt: skip
"""Acts that begin something whose name nobody has to think up."""
_UNPROCESSABLE = 422


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the form of every act."""
    acting = Acting(shell)

    @get("/staff/act/{kind:str}", sync_to_thread=True, opt=opt(STAFF))
    def ask(request: Asked, kind: FromPath[str]) -> Page:
        return acting.ask(request, kind)

    @post("/staff/act/{kind:str}", sync_to_thread=True, opt=opt(STAFF), status_code=200,
          request_max_body_size=UPLOAD_BYTES_MAX)  # fmt: skip
    def answer(request: Asked, kind: FromPath[str]) -> Page:
        with speaking(chosen_language(request)):
            return acting.answer(request, kind)

    return [ask, answer]


class Acting:
    """Asks, checks and sends off the acts of one shell."""

    def __init__(self, shell: Shell) -> None:
        """Act at the centre of ``shell``."""
        self._shell = shell
        self._uploads = Uploads(shell.centre.engine, shell.centre.clock)

    def ask(self, request: Asked, kind: str) -> Page:
        """Return the empty form, or one with what the address says."""
        spec = self._spec(request, kind)
        values = {name: [value] for name, value in request.query_params.items()}
        with speaking(chosen_language(request)):
            known = self._known(request, spec)
            suggested = self._suggested(request, spec)
            filled = self._filled(request, spec, {**suggested, **known, **values})
            return self._form(request, filled)

    def answer(self, request: Asked, kind: str) -> Page:
        """Take what was typed one step on."""
        spec, form = self._spec(request, kind), form_of(request)
        filled = self._filled(request, spec, values_of(form))
        filled.keep(self._uploads, viewer_of(request).person, form)
        wanted, _colon, name = filled.given.one(DO).partition(":")
        if wanted in {"more", "less"}:
            _change_rows(filled, wanted, name)
            return self._form(request, filled)
        if wanted in stepping.MOVES and not stepping.moved(filled, wanted, name):
            bad = _UNPROCESSABLE if filled.errors else 200
            return self._form(request, filled, status=bad)
        if not filled.read() or filled.errors:
            return self._form(request, filled, status=_UNPROCESSABLE)
        if wanted == "edit":
            return self._form(request, filled)
        try:
            return self._sent(request, filled) if wanted == "send" else self._check(request, filled)
        except InvalidInput as error:
            filled.place_error(error)
            return self._form(request, filled, error=error, status=error.status)
        except TradingError as error:
            if not isinstance(error, Refused) or isinstance(error, NotFound):
                raise
            return self._form(request, filled, error=error, status=error.status)

    def _spec(self, request: Asked, kind: str) -> CommandSpec:
        self._shell.centre.refresh()
        spec = spec_of(self._shell.centre, kind)
        if not viewer_of(request).roles.intersection(wants.roles(self._shell.centre, spec)):
            raise NotFound("no such page")
        return spec

    def _filled(
        self, request: Asked, spec: CommandSpec, values: dict[str, list[str]]
    ) -> Filled:  # fmt: skip
        return Filled.of(self._shell.centre, spec, values, viewer_of(request).roles)

    def _suggested(self, request: Asked, spec: CommandSpec) -> dict[str, list[str]]:
        """Return what can be filled in beforehand: a new id, the only organisation, one row."""
        found: dict[str, list[str]] = {}
        name = _NEW_IDS.get(words.base(spec.kind), "")
        if name:
            found[name] = [f"{name}-{self._shell.entropy(ID_BYTES).hex()}"]
        orgs = {grant.org for grant in viewer_of(request).grants}
        for field in spec.struct.__struct_fields__:
            if field == "org" and len(orgs) == 1:
                found["org"] = list(orgs)
        for question in self._filled(request, spec, {}).fields:
            if question.widget == "rows" and question.required:
                found[f"{question.name}.0._"] = ["1"]
        return found

    def _known(self, request: Asked, spec: CommandSpec) -> dict[str, list[str]]:
        """Return what the object of the act says of the questions, where it may be seen."""
        name = request.query_params.get(prefilling.name_field(spec), "")
        stream = prefilling.object_of(spec, name)
        state = self._shell.centre.state(stream) if stream else None
        if state is None or not works_on(self._shell, request, state):
            return {}
        field = request.query_params.get("field", "")
        return prefilling.known(self._shell.centre, spec, state, field)

    def _check(self, request: Asked, filled: Filled) -> Page:
        """Return the page on which the answers are checked, unless the rules stand in the way."""
        centre, person = self._shell.centre, viewer_of(request).person
        data = centre.parse(filled.spec.kind, filled.raw())
        self._reached(request, filled.spec.stream(data))
        more = filled.documents(self._uploads, person)
        env = centre.envelope(
            filled.spec.kind, data, person, filled.role, docs=more["docs"],
            files=more["files"], facts=filled.checked(), personal=filled.sealed(),
        )  # fmt: skip
        obstacle = trying.obstacle(centre, env)
        if obstacle is not None:
            raise obstacle
        told = list(typed.answers(filled.spec.kind, filled.fields, filled.data))
        return self._shell.page(
            request, "staff/check.html", filled=filled, answers=told,
            sections=stepping.sections(filled),
            title=words.kind_title(filled.spec.kind), kind=words.base(filled.spec.kind),
            papers=_named(filled.brought(self._uploads, person)), key_now=self._key(request),
            facts=_facts(filled), persons=wants.persons(centre, filled.spec),
            personal=[(words.said("personal", one.name), one.value) for one in filled.sealed()],
        )  # fmt: skip

    def _sent(self, request: Asked, filled: Filled) -> Page:
        person = viewer_of(request).person
        more = filled.documents(self._uploads, person)
        receipt = self._shell.act(
            request, filled.spec.kind, filled.raw(), filled.role, key=self._key(request),
            facts=filled.checked(), personal=filled.sealed(), **more,
        )  # fmt: skip
        return see_other(f"/staff/receipt/{receipt.index}")

    def _form(
        self,
        request: Asked,
        filled: Filled,
        *,
        error: TradingError | None = None,
        status: int = 200,
    ) -> Page:
        kept = filled.brought(self._uploads, viewer_of(request).person)
        asking = Asking(self._shell, viewer_of(request), filled)
        return self._shell.page(
            request, status=status, filled=filled,
            title=words.kind_title(filled.spec.kind), kind=words.base(filled.spec.kind),
            **stepping.asked(filled, asking), key_now=self._key(request),
            papers=_papers(filled, kept),
            facts=_facts(filled), roles=filled.roles,
            personal=[(name, words.said("personal", name), filled.given.one(f"_own.{name}"))
                      for name in filled.personal],
            told=self._shell.explain(request, error) if error else None,
            persons=wants.persons(self._shell.centre, filled.spec),
        )  # fmt: skip

    def _key(self, request: Asked) -> str:
        return str(form_of(request).get(KEY, "")) or self._shell.new_key()

    def _reached(self, request: Asked, stream: str) -> None:
        """Raise ``NotFound`` for what lies beyond the viewer's grants: it is not told of."""
        state = self._shell.centre.state(stream)
        viewer, orgs = viewer_of(request), self._shell.orgs()
        if state is not None and state.org and not viewer.reaches(state.org, orgs):
            raise NotFound("no such page")


def _change_rows(filled: Filled, wanted: str, name: str) -> None:
    """Add a row to ``name``, or take the row ``name`` away."""
    given = filled.given
    if wanted == "more":
        rows = given.rows(name)
        given.values = {**given.values, f"{name}.{rows[-1] + 1 if rows else 0}._": ["1"]}
        return
    given.values = {k: v for k, v in given.values.items() if not k.startswith(f"{name}.")}


def _papers(filled: Filled, kept: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "name": name, "label": words.said("documents", name),
            "optional": name in wants.MAY_LACK, "file": kept.get(name, ("", ""))[0],
            "sha256": kept.get(name, ("", ""))[1],
        }
        for name in filled.papers
    ]  # fmt: skip


def _named(kept: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    return [(words.said("documents", name), file) for name, (file, _sha) in kept.items()]


def _facts(filled: Filled) -> list[tuple[str, str, bool]]:
    checked = filled.checked()
    return [(name, words.said("facts", name), checked[name]) for name in filled.facts]
