"""A form on its way: the act, what was typed, the papers that came with it, the facts confirmed."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict, UploadFile

from trading.base.errors import InvalidInput, NotFound, UnknownName
from trading.base.personal import find_personal
from trading.centre import Centre, Personal
from trading.engine.registry import CommandSpec
from trading.record.entry import Document
from trading.store.uploads import Uploads
from trading.web import wants
from trading.web.i18n import gettext as _
from trading.web.staff.forms import correcting, words
from trading.web.staff.forms.given import Given
from trading.web.staff.forms.shape import Field

ROLE, KEY, CSRF, DO = "_role", "key", "csrf", "do"
DOC, FILE, FACT, OWN = "_doc.", "_file.", "_fact.", "_own."
AT, SEEN, WHOLE = "_at", "_seen", "_whole"
"""Of a form in steps: the step on the page, the steps that were seen; or it is asked as a whole."""
NAME_MAX = 120
_OURS = {KEY, CSRF, DO}


def spec_of(centre: Centre, kind: str) -> CommandSpec:
    """Return the newest version of the act ``kind``, which people may do; raise ``NotFound``."""
    registry = centre.kernel.registry
    versions = sorted(name for name in registry.commands if name.startswith(f"{kind}/"))
    try:
        spec = registry.command(versions[-1] if versions else kind)
    except UnknownName:
        raise NotFound("no such page") from None
    if spec.clock:
        raise NotFound("no such page")
    return spec


@dataclass(slots=True)
class Filled:
    """What a person has filled in for an act so far.

    ``fields`` are the questions, ``errors`` what is wrong, by the name of the question.
    """

    spec: CommandSpec
    fields: tuple[Field, ...]
    given: Given
    roles: tuple[str, ...]
    papers: tuple[str, ...]
    facts: tuple[str, ...]
    personal: tuple[str, ...]
    data: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, centre: Centre, spec: CommandSpec, values: dict[str, list[str]], held: frozenset[str]
    ) -> Filled:
        """Return what ``values`` fill in, for somebody who holds the roles ``held``."""
        able = tuple(role for role in wants.roles(centre, spec) if role in held)
        given = Given(values)
        fields = correcting.questions(centre.kernel.registry, spec, given.one)
        return cls(
            spec, fields, given, able, wants.papers(centre, spec), wants.facts(centre, spec),
            wants.PERSONAL.get(words.base(spec.kind), ()),
        )  # fmt: skip

    @property
    def role(self) -> str:
        """Return the role that was chosen, or the only one there is."""
        chosen = self.given.one(ROLE)
        return chosen if chosen in self.roles else self.roles[0] if self.roles else ""

    @property
    def errors(self) -> dict[str, str]:
        """Return what is wrong, by the name of the question."""
        return self.given.errors

    def read(self) -> bool:
        """Read every answer; return whether all of them are sound."""
        self.data = self.given.read(self.fields)
        for name in self.personal:
            typed = self.given.one(f"{OWN}{name}")
            if not typed or len(typed) > NAME_MAX or not typed.isprintable():
                self.errors[f"{OWN}{name}"] = _("请填写这一项")
        return not self.errors

    def raw(self) -> bytes:
        """Return the command as strict JSON."""
        return msgspec.json.encode(self.data)

    def checked(self) -> dict[str, bool]:
        """Return the facts, each as it was confirmed or not."""
        return {name: bool(self.given.one(f"{FACT}{name}")) for name in self.facts}

    def sealed(self) -> tuple[Personal, ...]:
        """Return the personal fields, under the person or the registration they belong to."""
        whose = wants.whose(self.data)
        return tuple(
            Personal(whose, name, self.given.one(f"{OWN}{name}")) for name in self.personal
        )

    def keep(self, uploads: Uploads, person: str, form: FormMultiDict) -> None:
        """Keep the files that came with ``form`` until the act is sent off."""
        for name in self.papers:
            for file in form.getall(f"{FILE}{name}", []):
                if not isinstance(file, UploadFile) or not file.filename:
                    continue
                content, called = file.file.read(), file.filename[-NAME_MAX:]
                kind = mimetypes.guess_type(called)[0] or "application/octet-stream"
                try:
                    digest = uploads.put(person, called, content, kind)
                except InvalidInput:
                    self.errors[f"{FILE}{name}"] = _("文件是空的，或超过 20 MB")
                    continue
                self.given.values = {**self.given.values, f"{DOC}{name}": [digest]}

    def brought(self, uploads: Uploads, person: str) -> dict[str, tuple[str, str]]:
        """Return name of file and digest of every paper that is kept, by what it is."""
        found = {}
        for name in self.papers:
            digest = self.given.one(f"{DOC}{name}")
            if digest:
                try:
                    found[name] = (uploads.get(person, digest)[0], digest)
                except NotFound:
                    self.errors[f"{FILE}{name}"] = _("文件已过期，请重新选择")
        return found

    def documents(self, uploads: Uploads, person: str) -> dict[str, Any]:
        """Return the papers as an envelope takes them."""
        kept = self.brought(uploads, person)
        docs = tuple(Document(name, digest) for name, (_called, digest) in kept.items())
        files = []
        for document in docs:
            _called, content, media_type = uploads.get(person, document.sha256)
            files.append((content, media_type))
        return {"docs": docs, "files": tuple(files)}

    def hidden(self) -> list[tuple[str, str]]:
        """Return every name and value that the next page has to bring back."""
        return [(k, v) for k, values in self.given.values.items() if k not in _OURS for v in values]

    def place_error(self, error: InvalidInput) -> None:
        """Put what the centre said of a field beside its question, where there is one."""
        name = str(error.params.get("field", "")).replace("[", ".").replace("]", "")
        if name and find_personal(self.given.one(name)):
            self.errors[name] = _("请勿填写身份证、手机或银行卡号")


def values_of(form: FormMultiDict) -> dict[str, list[str]]:
    """Return the texts of ``form`` by name."""
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found
