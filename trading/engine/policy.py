"""Policy packs: local rules as data, bound to a case when it opens.

A pack is a TOML file of values, each with its unit and the source it was taken from. A pack may
extend another; ``resolve`` flattens the chain and remembers which pack each value came from. The
identity of a pack is the SHA-256 of its normalised content, so comments and layout do not matter,
and ``body`` is what the record keeps, so that a replay never needs the file. There are no
floating-point numbers: a share is written as a ratio, ``"2/3"``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from math import gcd
from typing import Any, TypeVar

import msgspec

from trading.base.calendar import content_digest
from trading.base.errors import DefinitionError, UnknownName
from trading.engine.policy_keys import COUNT_UNITS, KEYS, TEXT_UNITS, UNITS, KeySpec

__all__ = [
    "KEYS",
    "KeySpec",
    "Pack",
    "PolicyValue",
    "ResolvedPack",
    "ResolvedValue",
    "in_force",
    "load_pack",
    "parse_ratio",
    "resolve",
]

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}@[1-9][0-9]{0,3}")
_RATIO = re.compile(r"(0|[1-9][0-9]{0,8})/([1-9][0-9]{0,8})")

_T = TypeVar("_T")


def parse_ratio(text: object) -> tuple[int, int]:
    """Return numerator and denominator of ``"2/3"`` in lowest terms.

    Raises DefinitionError for anything else, a floating-point number above all.
    """
    matched = _RATIO.fullmatch(text) if isinstance(text, str) else None
    if not matched:
        raise DefinitionError(f"{text!r} is no ratio like '2/3'", reason="bad_ratio")
    top, bottom = int(matched[1]), int(matched[2])
    common = gcd(top, bottom)
    return top // common, bottom // common


def split_id(definition_id: str) -> tuple[str, int]:
    """Return name and version of ``name@version``; raises DefinitionError if it is none."""
    if not _ID.fullmatch(definition_id):
        raise DefinitionError(f"{definition_id!r} is no id like 'name@1'", reason="bad_id")
    name, _, version = definition_id.partition("@")
    return name, int(version)


def parse_toml(toml_text: str) -> dict[str, Any]:
    """Return a TOML document as a dictionary; raises DefinitionError if it is not TOML."""
    try:
        return tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(str(error), reason="bad_toml") from None


def convert(raw: object, kind: type[_T], where: str) -> _T:
    """Return ``raw`` as a struct; raises DefinitionError naming ``where`` and the field."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise DefinitionError(f"{where}: {error}", where=where, reason="bad_field") from None


class PolicyValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Hold one value with its unit, where it comes from and, for a choice, what a lot may choose.

    ``value`` is an integer for counts and fen, ``"n/d"`` for a ratio, a boolean for a flag and
    text for a choice or a text.
    """

    value: int | bool | str
    unit: str
    source: str
    options: tuple[str, ...] = ()
    note_zh: str = ""
    note_en: str = ""


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Hold one policy pack as it was published; ``values`` are checked against ``KEYS``."""

    id: str
    title_zh: str
    title_en: str
    jurisdiction: str
    effective_from: date
    source: str
    draft: bool
    effective_to: date | None = None
    extends: str | None = None
    values: dict[str, PolicyValue] = msgspec.field(default_factory=dict)

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Pack:
        """Rebuild a pack from its body, as the record keeps it.

        Raises UnknownName for a key that is not declared and DefinitionError for any other
        fault, naming pack and key.
        """
        pack = convert({**body, "values": {}}, cls, str(body.get("id")))
        split_id(pack.id)
        if pack.extends is not None:
            split_id(pack.extends)
        if not pack.source.strip():
            raise DefinitionError(f"{pack.id} cites no source", pack=pack.id, reason="no_source")
        if pack.effective_to is not None and pack.effective_to < pack.effective_from:
            raise DefinitionError(f"{pack.id} ends before it begins", pack=pack.id)
        raw = convert(body.get("values"), dict[str, Any], f"{pack.id} values")
        values = {key: _value(pack.id, key, raw[key]) for key in sorted(raw)}
        return msgspec.structs.replace(pack, values=values)

    @property
    def name(self) -> str:
        """Return the id without its version."""
        return split_id(self.id)[0]

    @property
    def body(self) -> dict[str, Any]:
        """Return the normalised content as plain JSON values."""
        plain: dict[str, Any] = {"values": {}, **msgspec.to_builtins(self)}
        return plain

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the normalised content."""
        return content_digest(self.body)


def load_pack(toml_text: str) -> Pack:
    """Read a pack from TOML: a table ``[pack]`` and tables ``[values.<key>]``.

    Raises DefinitionError or UnknownName as ``Pack.from_body`` does.
    """
    document = parse_toml(toml_text)
    if set(document) != {"pack", "values"}:
        raise DefinitionError("a pack has the tables 'pack' and 'values'", reason="bad_table")
    head = convert(document["pack"], dict[str, Any], "pack")
    if "values" in head:
        raise DefinitionError("'values' is a table of its own", reason="bad_table")
    return Pack.from_body({**head, "values": document["values"]})


def _value(pack_id: str, key: str, raw: object) -> PolicyValue:
    """Check one value against its declaration and return it normalised."""
    spec = KEYS.get(key)
    if spec is None:
        raise UnknownName(f"{pack_id}: no policy key {key!r}", pack=pack_id, key=key)
    value = convert(raw, PolicyValue, f"{pack_id} {key}")
    reason = _fault(value, spec)
    if reason:
        raise DefinitionError(f"{pack_id} {key}: {reason}", pack=pack_id, key=key, reason=reason)
    if value.unit == "ratio":
        top, bottom = parse_ratio(value.value)
        value = msgspec.structs.replace(value, value=f"{top}/{bottom}")
    return value


def _fault(value: PolicyValue, spec: KeySpec) -> str:
    """Return what is wrong with a value, or nothing."""
    if not value.source.strip():
        return "no_source"
    if value.unit not in UNITS:
        return "unknown_unit"
    if value.unit not in spec.units:
        return "wrong_unit"
    if value.options and value.unit != "choice":
        return "options_without_choice"
    if value.unit == "flag":
        return "" if isinstance(value.value, bool) else "wrong_type"
    if value.unit in COUNT_UNITS:
        return _count_fault(value.value, spec)
    return _text_fault(value, spec)


def _count_fault(value: object, spec: KeySpec) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "wrong_type"
    return "" if spec.minimum <= value <= spec.maximum else "out_of_bounds"


def _text_fault(value: PolicyValue, spec: KeySpec) -> str:
    """Return what is wrong with a ratio, a choice or a text."""
    text = value.value
    if not isinstance(text, str):
        return "wrong_type"
    if value.unit == "ratio":
        top, bottom = parse_ratio(text)
        return "" if spec.minimum * bottom <= top <= spec.maximum * bottom else "out_of_bounds"
    if value.unit == "text":
        return "" if spec.minimum <= len(text) <= spec.maximum else "out_of_bounds"
    known = set(value.options) <= set(spec.options)
    return "" if known and text in value.options else "unknown_option"


class ResolvedValue(PolicyValue, frozen=True, kw_only=True):
    """Hold a value together with the id of the pack that set it."""

    pack: str


class ResolvedPack(msgspec.Struct, frozen=True):
    """Hold the values in force for a case: a pack flattened through what it extends.

    ``chain`` names the packs from the most special to the most general with their digests;
    ``draft`` is true if any of them is a draft.
    """

    id: str
    draft: bool
    chain: tuple[tuple[str, str], ...]
    values: dict[str, ResolvedValue]

    @property
    def digest(self) -> str:
        """Return the SHA-256 over the ids and digests of the chain."""
        return content_digest({"chain": [list(link) for link in self.chain]})

    def get(self, key: str) -> ResolvedValue:
        """Return a value; raises UnknownName if no pack of the chain sets it."""
        found = self.values.get(key)
        if found is None:
            raise UnknownName(f"{self.id} sets no {key!r}", pack=self.id, key=key)
        return found

    def count(self, key: str) -> int:
        """Return a count or an amount in fen."""
        return self._typed(key, COUNT_UNITS, int)

    def period(self, key: str) -> tuple[int, str]:
        """Return count and unit, as ``trading.base.calendar.compute`` takes them."""
        return self.count(key), self.get(key).unit

    def ratio(self, key: str) -> tuple[int, int]:
        """Return numerator and denominator."""
        return parse_ratio(self._typed(key, ("ratio",), str))

    def flag(self, key: str) -> bool:
        """Return a flag."""
        return self._typed(key, ("flag",), bool)

    def text(self, key: str) -> str:
        """Return a choice or a text."""
        return self._typed(key, TEXT_UNITS, str)

    def _typed(self, key: str, units: tuple[str, ...], kind: type[_T]) -> _T:
        """Return a value of one kind; a value of a checked pack has the type of its unit."""
        found = self.get(key)
        if found.unit not in units or not isinstance(found.value, kind):
            raise DefinitionError(f"{key} is a {found.unit}", key=key, reason="wrong_unit")
        return found.value


def resolve(pack_id: str, packs: Mapping[str, Pack]) -> ResolvedPack:
    """Flatten a pack through everything that it extends; ``packs`` are keyed by their ids.

    Raises UnknownName if the pack or one that it extends is not among ``packs``, DefinitionError
    if packs extend each other in a circle.
    """
    chain: list[Pack] = []
    wanted: str | None = pack_id
    while wanted is not None:
        if wanted not in packs:
            raise UnknownName(f"no policy pack {wanted!r}", pack=wanted)
        if any(pack.id == wanted for pack in chain):
            raise DefinitionError(f"{pack_id} extends in a circle", pack=pack_id, reason="cycle")
        chain.append(packs[wanted])
        wanted = packs[wanted].extends
    values = {
        key: ResolvedValue(**msgspec.structs.asdict(value), pack=pack.id)
        for pack in reversed(chain)
        for key, value in pack.values.items()
    }
    return ResolvedPack(
        id=pack_id,
        draft=any(pack.draft for pack in chain),
        chain=tuple((pack.id, pack.digest) for pack in chain),
        values=values,
    )


def in_force(packs: Iterable[Pack], name: str, on: date) -> Pack:
    """Return the newest version of the named pack that is in force on a date, ends included.

    Raises UnknownName if there is none.
    """
    found = [
        pack
        for pack in packs
        if pack.name == name
        and pack.effective_from <= on
        and (pack.effective_to is None or on <= pack.effective_to)
    ]
    if not found:
        raise UnknownName(f"no pack {name!r} in force on {on}", pack=name)
    return max(found, key=lambda pack: split_id(pack.id)[1])
