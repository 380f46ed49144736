"""Notices as they are posted: the list, one with its amendments, results, and objections."""

from __future__ import annotations

from typing import Any

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from sqlalchemy import select

from trading.base.errors import InvalidInput, NotFound
from trading.engine.policy_keys import KEYS
from trading.listing.cases import Case
from trading.listing.tables import case as cases
from trading.listing.tables import lot as lots
from trading.papers.wording import rule
from trading.web.access import EVERYBODY, opt
from trading.web.public import asking, changes, steps
from trading.web.shell import Asked, Page, Shell, chosen_language
from trading.words.language import pick, speaking
from trading.words.telling import tell

UNITS = {"calendar_day": "day", "round": "time"}
"""Units that are not called in English what they are named; the others are."""
VALUES = {
    "true": "yes", "false": "no", "sliding": "a bid shortly before the end moves the end",
    "rolling_clock": "every bid starts the clock anew", "fail": "no deal",
    "proceed": "bidding goes on", "negotiate": "talks instead of bidding",
    "deal_at_start": "a deal at the start price or more", "lottery": "by lot",
    "deal_at_higher": "a deal at the start price or the reserve, whichever is higher",
    "deal_at_reserve": "a deal at the reserve or more", "earliest": "who bid first",
    "rebid_then_lottery": "by a second bid, then by lot", "relist": "listed again",
    "match_and_lead": "who holds the right leads at the same price",
    "post_bid_inquiry": "who holds the right is asked after the bidding",
    "runner_up": "the next highest bidder", "priority_holder": "who holds the right",
    "single_use": "the right can be used once",
}  # fmt: skip


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the pages of notices and of objections."""

    @get("/notices", sync_to_thread=True, opt=opt(EVERYBODY))
    def listed(request: Asked, after: FromQuery[str] = "") -> Page:
        query = select(cases).where(cases.c.published_us > 0)
        return _list(shell, request, "notices", query, (cases.c.published_us, cases.c.case), after)

    @get("/notices/awards", sync_to_thread=True, opt=opt(EVERYBODY))
    def awards(request: Asked, after: FromQuery[str] = "") -> Page:
        query = select(lots).where(lots.c.result_us > 0)
        return _list(shell, request, "awards", query, (lots.c.result_us, lots.c.lot), after)

    @get("/notices/{case:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def show(request: Asked, case: FromPath[str]) -> Page:
        found: Case = shell.state(f"case/{case}").facets["case"]
        if found.notice is None:
            raise NotFound("no such page")
        with speaking(chosen_language(request)):
            rules = [_rule(key, text) for key, text in found.notice.rules.items()]
            amendments = _amendments(shell, case)
        return shell.page(
            request, "public/notice.html", case=case, found=found, notice=found.notice,
            amendments=amendments, rules=rules,
            lots=[(plan, found.lot(case, plan.number).partition("/")[2]) for plan in found.lots],
        )  # fmt: skip

    @get("/objections/{lot:str}", sync_to_thread=True, opt=opt(EVERYBODY))
    def objections(request: Asked, lot: FromPath[str]) -> Page:
        state = shell.state(f"lot/{lot}")
        with speaking(chosen_language(request)):
            told = tell(shell.centre, state)
        case: Case = shell.state(f"case/{state.facets['terms'].case}").facets["case"]
        return shell.page(
            request, "public/objections.html", lot=lot, notice=case.notice, place=state.place,
            title=state.facets["terms"].plan.title_zh, objections=told.get("objections", []),
        )  # fmt: skip

    return [listed, awards, show, objections]


def _list(
    shell: Shell, request: Asked, what: str, query: Any, key: tuple[Any, Any], after: str
) -> Page:
    """Return a page of a list, the newest first; a page that does not exist says so."""
    wrong, found = False, []
    try:
        found = asking.rows(shell, asking.behind(query, *key, after, down=True))
    except InvalidInput:
        wrong = True
    page, last = asking.paged(found, key[0].name, key[1].name)
    return shell.page(
        request, "public/notices.html", status=400 if wrong else 200, what=what, rows=page,
        next=last, after=after, wrong=wrong, orgs=asking.orgs_named(shell),
    )  # fmt: skip


def _rule(key: str, text: str) -> tuple[str, str]:
    """Return a rule of the notice in the language of the page."""
    in_chinese = rule(key, text)
    meaning = KEYS[key].meaning_en if key in KEYS else key
    return pick(in_chinese[0], meaning), pick(in_chinese[1], _in_english(text))


def _in_english(text: str) -> str:
    """Return a value of a policy as a notice keeps it in English words: ``5 working days``."""
    value, _gap, unit = text.partition(" ")
    if not unit:
        return VALUES.get(value, value.replace("_", " "))
    return f"{value} {UNITS.get(unit, unit.replace('_', ' '))}{'' if value == '1' else 's'}"


def _amendments(shell: Shell, case: str) -> list[dict[str, Any]]:
    """Return what each amendment changed, field by field, the first one first."""
    told = [(act, act.event("case_amended/1")) for act in steps.others(shell, f"case/{case}")]
    return [
        {"at_us": act.at_us, "version": event["version"], "reason": event["reason_zh"],
         "differences": changes.told(event["differences"])}
        for act, event in told if event
    ]  # fmt: skip
