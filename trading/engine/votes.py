"""Vote rules as data: which meeting may decide what, and when its vote counts.

A vote table lists rules by the body that meets and by the days on which each rule was in force;
a vote is judged by the rule of the day of the meeting and never again. Shares are compared in
integers: "at least two thirds" is ``3 * votes >= 2 * all``, "more than half" is
``2 * votes > all``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Literal

import msgspec

from trading.base.calendar import content_digest
from trading.base.errors import DefinitionError, InvalidInput, UnknownName
from trading.engine.policy import ResolvedPack, convert, parse_ratio, parse_toml, split_id

_MAX_NOTICE_DAYS = 366
_BODY = re.compile(r"[a-z][a-z_]{0,63}")


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold a share that must be reached (``at_least``) or passed (``more_than``)."""

    ratio: str
    test: Literal["at_least", "more_than"]

    def holds(self, part: int, whole: int) -> bool:
        """Return whether ``part`` of ``whole`` is enough, in integer arithmetic only."""
        top, bottom = parse_ratio(self.ratio)
        if self.test == "at_least":
            return part * bottom >= whole * top
        return part * bottom > whole * top


class VoteRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Hold when a meeting of one body is valid and when its vote passes.

    ``quorum`` is a share of all who are entitled (``of_zh``/``of_en`` say who they are); a rule
    without quorum asks for none. ``majority_of`` says whether ``majority`` is a share of ``all``
    entitled or of those ``present``. ``min_notice_days`` are calendar days; none means that the
    law names no period. ``text_read`` is false where the law in force was not read word for word:
    a pack that relies on such a rule may not call itself authoritative.
    """

    body: str
    title_zh: str
    title_en: str
    effective_from: date
    of_zh: str
    of_en: str
    majority: Share
    majority_of: Literal["all", "present"]
    source: str
    text_read: bool
    effective_to: date | None = None
    quorum: Share | None = None
    min_notice_days: int | None = None
    party_study: bool = False
    street_approval: bool = False
    note_zh: str = ""
    note_en: str = ""

    def in_force(self, on: date) -> bool:
        """Return whether the rule holds for a meeting on a date, both ends included."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


class VoteTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold all vote rules of one table; ``id`` is ``name@version``."""

    id: str
    title_zh: str
    title_en: str
    rules: tuple[VoteRule, ...]

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> VoteTable:
        """Rebuild a table from its body, as the record keeps it.

        Raises DefinitionError for an unknown or missing field, a share outside (0, 1], a rule
        without source or two rules for one body on one day.
        """
        table = convert(body, cls, str(body.get("id")))
        split_id(table.id)
        rules = sorted(table.rules, key=lambda rule: (rule.body, rule.effective_from))
        for rule in rules:
            _check(table.id, rule)
        for rule, after in pairwise(rules):
            open_end = rule.effective_to is None or rule.effective_to >= after.effective_from
            if rule.body == after.body and open_end:
                raise DefinitionError(
                    f"{table.id}: two rules for {rule.body} on {after.effective_from}",
                    table=table.id,
                    reason="overlap",
                )
        return msgspec.structs.replace(table, rules=tuple(rules))

    @property
    def body(self) -> dict[str, Any]:
        """Return the normalised content as plain JSON values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the normalised content."""
        return content_digest(self.body)

    def rule(self, body: str, on: date) -> VoteRule:
        """Return the rule for a body on the day of its meeting; raises UnknownName."""
        for rule in self.rules:
            if rule.body == body and rule.in_force(on):
                return rule
        raise UnknownName(f"no vote rule for {body!r} on {on}", table=self.id, body=body)


def load_votes(toml_text: str) -> VoteTable:
    """Read a vote table from TOML text; raises DefinitionError (see ``VoteTable.from_body``)."""
    return VoteTable.from_body(parse_toml(toml_text))


def vote_passes(rule: VoteRule, eligible: int, present: int, in_favour: int) -> list[str]:
    """Return why a vote fails under a rule; an empty list means that it passes.

    Reasons are ``nobody_eligible``, ``quorum_missed`` and ``majority_missed``. ``eligible`` counts
    all who are entitled as the rule's ``of_zh`` says. Raises InvalidInput unless
    0 <= in_favour <= present <= eligible.
    """
    if not 0 <= in_favour <= present <= eligible:
        raise InvalidInput("votes do not add up", field="in_favour", reason="inconsistent")
    if not eligible:
        return ["nobody_eligible"]
    failed: list[str] = []
    if rule.quorum and not rule.quorum.holds(present, eligible):
        failed.append("quorum_missed")
    whole = eligible if rule.majority_of == "all" else present
    if not in_favour or not rule.majority.holds(in_favour, whole):
        failed.append("majority_missed")
    return failed


def authority_doubts(pack: ResolvedPack, table: VoteTable, on: date) -> list[str]:
    """Return why a pack may not call itself authoritative on a date; empty when it may.

    ``draft`` if the pack or one that it extends is a draft, and ``text_not_read:<body>`` for each
    vote rule in force whose text was not read.
    """
    unread = [
        f"text_not_read:{rule.body}"
        for rule in table.rules
        if rule.in_force(on) and not rule.text_read
    ]
    return ["draft", *unread] if pack.draft else unread


def _check(table_id: str, rule: VoteRule) -> None:
    """Raise DefinitionError for a rule that contradicts itself."""
    problem = ""
    if not _BODY.fullmatch(rule.body):
        problem = "bad_body"
    elif not rule.source.strip():
        problem = "no_source"
    elif rule.effective_to is not None and rule.effective_to < rule.effective_from:
        problem = "ends_before_it_begins"
    elif rule.min_notice_days is not None and not 0 <= rule.min_notice_days <= _MAX_NOTICE_DAYS:
        problem = "notice_out_of_bounds"
    for share in (rule.majority, *([rule.quorum] if rule.quorum else [])):
        top, bottom = parse_ratio(share.ratio)
        if not 0 < top <= bottom:
            problem = "share_out_of_bounds"
    if problem:
        raise DefinitionError(
            f"{table_id} {rule.body}: {problem}", table=table_id, body=rule.body, reason=problem
        )
