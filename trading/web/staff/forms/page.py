"""The questions as a page shows them: label, hint, choices and what was typed, by full name."""

from __future__ import annotations

from typing import Any

from trading.base.money import AMOUNTS, PERIODS, QUANTITIES, PriceUnit
from trading.centre import Centre
from trading.people.organisations import exists
from trading.web.i18n import aside
from trading.web.shell import Shell
from trading.web.staff.forms import words
from trading.web.staff.forms.filled import Filled
from trading.web.staff.forms.shape import Field
from trading.web.viewer import Viewer
from trading.words.language import language, pick, word

Choices = list[tuple[str, str]]
_CHOOSE = ("", "")
_MAY_NOT_GRANT = {"engine", "open"}


class Asking:
    """Makes the questions of one form for one viewer."""

    def __init__(self, shell: Shell, viewer: Viewer, filled: Filled) -> None:
        """Ask what ``filled`` needs; choices are those that ``viewer`` has."""
        self._shell = shell
        self._viewer = viewer
        self._filled = filled
        self._choices: dict[str, Choices] = {}

    def questions(self) -> list[dict[str, Any]]:
        """Return every question of the act."""
        return self.of(self._filled.fields, "")

    def labels(self, fields: tuple[Field, ...], prefix: str = "") -> dict[str, str]:
        """Return what each question of ``fields`` is called, those within others included."""
        found = {f"_own.{name}": words.said("personal", name) for name in self._filled.personal}
        found |= {f"_file.{name}": words.said("documents", name) for name in self._filled.papers}
        waiting = self.of(fields, prefix)
        while waiting:
            one = waiting.pop()
            found[one["name"]] = one["label"]
            waiting += one.get("fields", ())
            waiting += [inner for row in one.get("rows", ()) for inner in row["fields"]]
        return found

    def of(self, fields: tuple[Field, ...], prefix: str) -> list[dict[str, Any]]:
        """Return the questions of ``fields``, whose names begin with ``prefix``."""
        return [self._question(field, f"{prefix}{field.name}") for field in fields]

    def _question(self, field: Field, name: str) -> dict[str, Any]:
        kind, given = self._filled.spec.kind, self._filled.given
        asked: dict[str, Any] = {
            "name": name, "widget": field.widget, "required": field.required,
            "label": words.label(kind, field.owner, field.name),
            "hint": words.hint(kind, field.owner, field.name),
            "value": given.one(name), "values": given.many(name), "length": field.length,
        }  # fmt: skip
        if field.widget in {"group", "maybe"}:
            asked["given"] = bool(given.one(f"{name}._"))
            asked["fields"] = self.of(field.fields, f"{name}.")
        elif field.widget == "rows":
            asked["rows"] = [
                {"name": f"{name}.{row}", "fields": self.of(field.fields, f"{name}.{row}.")}
                for row in given.rows(name)
            ]
        elif field.codes:
            asked["options"] = [(code, words.value(field.term, code)) for code in field.codes]
        elif options := self._known(field):
            asked |= {"widget": "choice", "options": options}
        if asked["widget"] == "choice":
            asked["options"] = [_CHOOSE, *asked["options"]]
            own = {"category": asked["value"]}.get(field.term, "")
            if own and own not in dict(asked["options"]):
                asked["options"].append((own, own))
        if not asked["value"] and field.default not in {None, "", False}:
            asked["value"] = str(field.default)
        return asked

    def _known(self, field: Field) -> Choices:
        """Return what a text may be, where that is known; empty where anything may be typed."""
        find = {
            "org": self._orgs, "parent": self._orgs, "into": self._orgs, "pack": self._packs,
            "price_unit": _units, "quantity_unit": _quantities, "body": self._bodies,
            "role": self._roles, "category": words.categories,
        }.get(field.term)  # fmt: skip
        if find is None or field.widget != "text":
            return []
        if field.term not in self._choices:
            self._choices[field.term] = find()
        return self._choices[field.term]

    def _orgs(self) -> Choices:
        orgs, now_us = self._shell.orgs(), self._shell.centre.clock.now_us()
        return [
            (name, f"{node.name_zh}{aside(name)}")
            for name, node in sorted(orgs.nodes.items())
            if exists(orgs, name, now_us) and self._viewer.reaches(name, orgs)
        ]

    def _packs(self) -> Choices:
        return packs(self._shell.centre)

    def _bodies(self) -> Choices:
        found: dict[str, str] = {}
        for name in ("cn-votes",):
            table = self._shell.centre.newest("votes", name)
            for rule in getattr(table, "rules", ()):
                found[rule.body] = pick(rule.title_zh, rule.title_en)
        return list(found.items())

    def _roles(self) -> Choices:
        known = self._shell.centre.kernel.registry.roles
        return [(role, word("roles", role)) for role, how in known.items()
                if how not in _MAY_NOT_GRANT]  # fmt: skip


def packs(centre: Centre) -> Choices:
    """Return the policy packs that are in the log, by name without version."""
    names = sorted({name.partition("@")[0] for kind, name in centre.kernel.catalogue.entered
                    if kind == "pack"})  # fmt: skip
    found = []
    for name in names:
        pack = centre.newest("pack", name)
        found.append((name, pick(getattr(pack, "title_zh", name), getattr(pack, "title_en", name))))
    return found


def _units() -> Choices:
    return [
        (str(unit), unit.label(language()))
        for amount in AMOUNTS
        for quantity in QUANTITIES
        for period in PERIODS
        for unit in (PriceUnit(amount, quantity, period),)
    ]


def _quantities() -> Choices:
    return [(name, pick(*told)) for name, told in QUANTITIES.items()]
