"""Who must be told of what: a pure function of an entry and of who stands around its object.

``RULES`` is the whole of it: a stream of a kind that took a step tells an audience a message. Who
the audience is, the edge looks up. Source: security brief, section 2.1; domain brief, section 6.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from trading.bidding.rules import BIDDER_PREFIX
from trading.notifications.rules import RECIPIENTS_MAX, Recipient
from trading.record.entry import DONE, RawBody

Audience = Literal[
    "bidder", "bidders", "winner", "losers", "panel", "filer", "officers", "operators"
]


class Rule(msgspec.Struct, frozen=True):
    """A step and whom it concerns; an empty ``trigger`` or ``dest`` means any."""

    stream: str
    trigger: str
    dest: str
    tells: tuple[tuple[Audience, str], ...]


RULES = (
    Rule("registration", "submit", "", (("bidder", "registered"),)),
    Rule("registration", "", "unanswered", (("bidder", "unanswered"),)),
    Rule("registration", "", "qualified", (("bidder", "qualified"),)),
    Rule("registration", "", "rejected", (("bidder", "rejected"),)),
    Rule("deposit", "", "held", (("bidder", "deposit_received"),)),
    Rule("deposit", "", "refund_due", (("bidder", "refund_due"),)),
    Rule("deposit", "", "refunded", (("bidder", "refunded"),)),
    Rule("deposit", "", "forfeited", (("bidder", "forfeited"),)),
    Rule("case", "amend", "", (("bidders", "amended"), ("panel", "amended"))),
    Rule("lot", "suspend", "", (("bidders", "held"), ("panel", "held"))),
    Rule("lot", "", "clear", (("bidders", "resumed"), ("panel", "resumed"))),
    Rule("lot", "reschedule", "", (("bidders", "rescheduled"), ("panel", "rescheduled"))),
    Rule("lot", "", "ready", (("panel", "ready"),)),
    Rule("lot", "", "thin", (("bidders", "thin"), ("panel", "thin"))),
    Rule("lot", "", "negotiating", (("bidders", "negotiating"), ("panel", "negotiating"))),
    Rule("lot", "succeed", "", (("winner", "succeeded"),)),
    Rule("lot", "", "provisional", (("winner", "leading"), ("panel", "provisional"))),
    Rule(
        "lot",
        "",
        "defaulted",
        (("bidders", "defaulted"), ("panel", "defaulted"), ("officers", "defaulted")),
    ),
    Rule("lot", "", "awarded", (("winner", "won"), ("losers", "lost"))),
    Rule("lot", "", "failed", (("bidders", "failed"), ("officers", "failed"))),
    Rule("lot", "rerun", "", (("bidders", "rerun"), ("panel", "rerun"))),
    Rule("lot", "", "relisted", (("bidders", "relisted"),)),
    Rule("lot", "", "withdrawn", (("bidders", "ended"),)),
    Rule("lot", "", "terminated", (("bidders", "ended"), ("officers", "ended"))),
    Rule("lot", "", "voided", (("bidders", "ended"), ("officers", "ended"))),
    Rule("panel", "draw", "", (("panel", "seated"),)),
    Rule("panel", "replace", "", (("panel", "seated"),)),
    Rule("panel", "open_step", "", (("panel", "step_opened"),)),
    Rule("panel", "ask", "", (("operators", "asked"),)),
    Rule("panel", "answer", "", (("panel", "answered"),)),
    Rule("panel", "answer_late", "", (("operators", "answer_late"), ("panel", "answer_late"))),
    Rule("objection", "file", "", (("filer", "objection_filed"),)),
    Rule("objection", "", "admitted", (("filer", "objection_admitted"),)),
    Rule("objection", "", "rejected", (("filer", "objection_answered"),)),
    Rule("objection", "", "dismissed", (("filer", "objection_answered"),)),
    Rule("objection", "", "upheld", (("filer", "objection_answered"),)),
    Rule("contract", "approach", "", (("officers", "contract_expiring"),)),
)
MESSAGES = frozenset(message for rule in RULES for _audience, message in rule.tells)
KINDS = frozenset(rule.stream for rule in RULES)
"""Kinds of stream whose entries may concern somebody; of all others nothing need be read."""


class Said(msgspec.Struct, frozen=True):
    """What a decided entry says of itself: whose step it was and where it led."""

    stream: str
    trigger: str
    source: str
    dest: str

    @property
    def kind(self) -> str:
        """Return the kind of the stream."""
        return self.stream.partition("/")[0]


class Notice(msgspec.Struct, frozen=True):
    """An audience that must be told ``message`` about a stream."""

    audience: Audience
    message: str


class People(msgspec.Struct, frozen=True):
    """Who stands around an object, as accounts; empty where nobody does or nobody asked."""

    bidders: tuple[str, ...] = ()
    winner: str = ""
    panel: tuple[str, ...] = ()
    filer: str = ""
    officers: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()


class _Out(msgspec.Struct, rename={"source": "from", "dest": "to"}):
    outcome: str
    trigger: str
    source: str
    dest: str


_out = msgspec.json.Decoder(_Out)


def said(body: RawBody) -> Said | None:
    """Return what a stored body says, None where nothing was done."""
    out = _out.decode(body.out)
    if out.outcome != DONE:
        return None
    return Said(body.stream, out.trigger, out.source, out.dest)


def notices_for(step: Said) -> tuple[Notice, ...]:
    """Return who must be told what of a step.

    A rule that names no trigger speaks of arriving: a step that stays in its place is not told.
    """
    return tuple(
        Notice(audience, message)
        for rule in RULES
        if rule.stream == step.kind
        and rule.trigger in {"", step.trigger}
        and rule.dest in {"", step.dest}
        and (rule.trigger or step.source != step.dest)
        for audience, message in rule.tells
    )


def lots_of(step: Said) -> str:
    """Return the id of the lot that a step concerns; of a case or a contract its own id."""
    kind, _slash, name = step.stream.partition("/")
    numbered = kind in {"registration", "deposit", "objection"}
    return name.rpartition("-")[0] if numbered else name


def recipients(step: Said, notices: tuple[Notice, ...], people: People) -> tuple[Recipient, ...]:
    """Return everybody once, by the first message that concerns them, sorted by account."""
    number = step.stream.rpartition("-")[2]
    winner = (people.winner,) if people.winner else ()
    audiences: dict[str, tuple[str, ...]] = {
        "bidder": (f"{BIDDER_PREFIX}{number}",),
        "bidders": people.bidders,
        "winner": winner,
        "losers": tuple(bidder for bidder in people.bidders if bidder not in winner),
        "panel": people.panel,
        "filer": (people.filer,) if people.filer else (),
        "officers": people.officers,
        "operators": people.operators,
    }
    told: dict[str, str] = {}
    for notice in notices:
        for person in audiences[notice.audience]:
            told.setdefault(person, notice.message)
    return tuple(Recipient(person, told[person]) for person in sorted(told))


def pages(everybody: tuple[Recipient, ...]) -> tuple[tuple[Recipient, ...], ...]:
    """Part the recipients into notifications of bounded size; nobody is a page, too."""
    starts = range(0, max(len(everybody), 1), RECIPIENTS_MAX)
    return tuple(everybody[start : start + RECIPIENTS_MAX] for start in starts)
