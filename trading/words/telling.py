"""What there is to say of a lot: where it stands, what comes next, when, and why then.

Everything is read from states and from the definitions they are bound to; nothing is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from trading.awarding.certificates import certificate_stream
from trading.awarding.rules import Award, Ending
from trading.base.calendar import compute
from trading.base.deadline import local_text
from trading.base.money import PriceUnit, format_yuan
from trading.centre import Centre
from trading.disputes.rules import Disputes, Objection, objection_stream
from trading.engine import timers
from trading.engine.builtin import CLOCK, WRITER, Hold
from trading.engine.definitions import Transition, Workflow
from trading.engine.registry import HOLD
from trading.engine.stream import Stream
from trading.listing.cases import Case
from trading.listing.prices import rent_of, total
from trading.listing.rules import LotPlan, Terms
from trading.words.language import language, pick, word

Told = dict[str, Any]


def label(centre: Centre, state: Stream) -> str:
    """Return the label of the place in which ``state`` is."""
    found = centre.kernel.catalogue.workflow(state.workflow).states[state.place]
    return pick(found.label_zh, found.label_en)


def place_label(centre: Centre, kind: str, place: str) -> str:
    """Return the label of ``place`` as the newest workflow of ``kind`` names it."""
    for name in (centre.kernel.registry.streams[kind].workflow, HOLD):
        found = centre.newest("workflow", name.partition("@")[0])
        if isinstance(found, Workflow) and place in found.states:
            state = found.states[place]
            return pick(state.label_zh, state.label_en)
    return place


def ended(centre: Centre, state: Stream) -> bool:
    """Tell whether nothing more can happen to ``state``: a hold left on it holds nothing."""
    return state.place in _workflow(centre, state).final


def tell(centre: Centre, state: Stream) -> Told:
    """Return all there is to say of a lot or a case; what does not apply is left out."""
    parts = PARTS[state.kind]
    return {name: value for part in parts for name, value in part(centre, state).items() if value}


def lines(told: Told) -> Iterator[str]:
    """Yield ``told`` as lines for people."""
    for name, value in told.items():
        if name == "why":
            yield from (f"  {line}" for line in value)
        elif isinstance(value, list):
            yield f"{word('fields', name)}:"
            for item in value:
                yield f"  - {item['text']}"
                yield from (f"    {line}" for line in item.get("why", ()))
        elif isinstance(value, dict):
            yield f"{word('fields', name)}: {value['text']}"
            yield from (f"  {line}" for line in value.get("why", ()))
        else:
            yield f"{word('fields', name)}: {value}"


def _case(centre: Centre, state: Stream) -> Told:
    found: Case = state.facets["case"]
    name = state.name.partition("/")[2]
    lots = [(plan, found.lot(name, plan.number).partition("/")[2]) for plan in found.lots]
    return {
        "case": name,
        "title": found.title_zh,
        "state": label(centre, state),
        "org": state.org,
        "workflow": state.workflow,
        "policy": state.pack,
        "receipt": state.hash,
        "notice": found.notice.number if found.notice else "",
        "lots": [_planned(centre, plan, lot) for plan, lot in lots],
    }


def _planned(centre: Centre, plan: LotPlan, lot: str) -> Told:
    """Tell of a lot as its case plans it, and where it stands once it is published."""
    state = centre.state(f"lot/{lot}")
    price = (
        f"{format_yuan(plan.start_price_fen)} {PriceUnit.parse(plan.price_unit).label(language())}"
    )
    where = label(centre, state) if state else ""
    parts = (lot, plan.title_zh, price, where)
    return {
        "lot": lot,
        "place": state.place if state else "",
        "text": "  ".join(filter(None, parts)),
    }


def _lot(centre: Centre, state: Stream) -> Told:
    terms, sale = state.facets.get("terms"), state.facets.get("sale")
    told: Told = {
        "lot": state.name.partition("/")[2],
        "title": terms.plan.title_zh if terms else "",
        "state": label(centre, state),
        "org": state.org,
        "workflow": state.workflow,
        "policy": state.pack,
        "receipt": state.hash,
    }
    if terms:
        told["start"] = _price(state, terms.plan.start_price_fen)
        told["total"] = _total(terms, sale.lead_fen if sale else 0)
    if terms and sale and sale.lead_number:
        told["lead"] = f"{_price(state, sale.lead_fen)} ({sale.lead_number})"
        told["bids"] = sale.bids
    return told


def _price(state: Stream, price_fen: int) -> str:
    unit = PriceUnit.parse(state.facets["terms"].plan.price_unit)
    return f"{format_yuan(price_fen)} {unit.label(language())}"


def _total(terms: Terms, lead_fen: int) -> Told:
    """Tell what the price comes to over the whole term, and by which formula."""
    found = total(rent_of(terms, lead_fen or terms.plan.start_price_fen))
    formula = pick(found.formula_zh, found.formula_en)
    return {"amount_fen": found.amount_fen, "text": formula}


def _hold(centre: Centre, state: Stream) -> Told:
    """Tell why a lot stands still, since when, and how much of its time is left."""
    hold: Hold | None = state.facets.get("hold")
    if not state.held or hold is None or ended(centre, state):
        return {}
    since, cause = local_text(hold.since_us), word("causes", hold.cause)
    text = pick(f"{cause}，自 {since} 起", f"{cause} since {since}")
    if hold.note:
        text += pick(f"（{hold.note}）", f" ({hold.note})")
    if hold.until_us:
        until = local_text(hold.until_us)
        text += pick(f"，至 {until} 自动恢复", f", until {until}")
    told: Told = {"held": {"cause": hold.cause, "since_us": hold.since_us, "text": text}}
    left = [
        due_us - max(state.held_us, state.entered_us)
        for timer in _workflow(centre, state).timers_of.get(state.place, ())
        if (due_us := _instant(centre, state, timer)) is not None
    ]
    if left and min(left) > 0:
        told["left"] = _span(min(left))
    return told


def _deal(_centre: Centre, state: Stream) -> Told:
    award: Award | None = state.facets.get("award")
    ending: Ending | None = state.facets.get("ending")
    told: Told = {}
    if award is not None and award.bidder:
        who = f" {award.winner_masked}" if award.winner_masked else ""
        told["winner"] = f"{award.bidder}{who}"
        told["price"] = _price(state, award.price_fen)
        told["published"] = local_text(award.published_us) if award.published_us else ""
    if ending is not None:
        text = f"{word('causes', ending.cause)}: {ending.reason_zh}"
        told["ending"] = {"cause": ending.cause, "text": text}
    return told


def _papers(centre: Centre, state: Stream) -> Told:
    """Tell of the notice of award, the contract and the certificate that is valid now."""
    award: Award | None = state.facets.get("award")
    if award is None:
        return {}
    told: Told = {"award_notice": award.notice}
    if award.sign_by_us and state.place == "awarded":
        until = local_text(award.sign_by_us + state.paused_us, closing=True)
        late = pick("（已逾期）", " (missed)") if award.sign_late else ""
        why = [_explained(centre, state, "signing_days", state.entered_us), *_paused(state)]
        told["sign_by"] = {"late": award.sign_late, "text": f"{until}{late}", "why": why}
    if award.contract is not None:
        signed = award.contract
        days = f"{signed.starts_day} – {signed.ends_day}" if signed.ends_day else signed.starts_day
        told["contract"] = {"number": signed.number, "text": f"{signed.number}  {days}"}
    if award.certificate:
        told |= _certificate(centre, award.certificate)
    return told


def _certificate(centre: Centre, number: str) -> Told:
    found = centre.state(certificate_stream(number))
    while found is not None and found.facets["certificate"].next:
        number = found.facets["certificate"].next
        found = centre.state(certificate_stream(number))
    if found is None:
        return {}
    waived: dict[str, str] = found.facets["certificate"].waived
    text = ", ".join(f"{step} ({word('causes', why)})" for step, why in sorted(waived.items()))
    return {
        "certificate": {"number": number, "text": f"{number} {label(centre, found)}"},
        "waived": {"steps": waived, "text": text} if waived else {},
    }


def _objections(centre: Centre, state: Stream) -> Told:
    disputes: Disputes | None = state.facets.get("disputes")
    lot = state.name.partition("/")[2]
    numbers = range(1, disputes.count + 1) if disputes else ()
    found = ((n, centre.state(objection_stream(lot, n))) for n in numbers)
    return {"objections": [_objection(centre, n, one) for n, one in found if one is not None]}


def _objection(centre: Centre, number: int, state: Stream) -> Told:
    objection: Objection = state.facets["objection"]
    told: Told = {"number": number, "kind": objection.kind, "place": state.place}
    kind = pick("投诉", "complaint") if objection.kind == "complaint" else pick("异议", "objection")
    told["text"] = f"{number} {kind} {label(centre, state)}"
    if objection.late:
        told["text"] += pick("（逾期未答复）", " (no answer in time)")
    if objection.due_us:
        told["due_us"] = objection.due_us
        told["text"] += f"  {local_text(objection.due_us, closing=True)}"
        told["why"] = [_explained(centre, state, objection.rule, objection.since_us)]
    return told


def _next(centre: Centre, state: Stream) -> Told:
    """Tell the next date and why it is then."""
    if not state.due_us:
        return {}
    at = local_text(state.due_us, closing=True)
    text = f"{word('triggers', state.due)} {at}"
    why = [
        timers.deadline(centre.kernel.catalogue, state, timer).explain(language())
        if timer.after
        else pick(
            f"{word('triggers', timer.trigger)}：由公告、出价或决定确定",
            f"{word('triggers', timer.trigger)}: set by notice, bid or order",
        )
        for timer in timers.running(centre.kernel.catalogue, state)
        if _instant(centre, state, timer) is not None
    ]
    told: Told = {"trigger": state.due, "at_us": state.due_us, "text": text}
    return {"next": told, "why": [*why, *_paused(state)]}


def _acts(centre: Centre, state: Stream) -> Told:
    """Tell what people may do now, who, and how many it takes."""
    workflow = _workflow(centre, state)
    if ended(centre, state):
        return {}
    edges = workflow.transitions
    open_edges = [edge for edge in edges if edge.source == state.place]
    if state.held:
        open_edges = [edge for edge in open_edges if "not_held_v1" not in edge.guards]
    catalogue = centre.kernel.catalogue
    hold = catalogue.workflow(catalogue.latest("workflow", HOLD, state.edition))
    open_edges += [edge for edge in hold.transitions if edge.source == state.hold]
    acts = (_act(edge) for edge in open_edges if not set(edge.roles) <= {CLOCK, WRITER})
    return {"acts": list({act["text"]: act for act in acts}.values())}


def _act(edge: Transition) -> Told:
    desks = pick("、", ", ").join(word("roles", role) for role in edge.roles)
    two = pick("，两人", ", two people") if edge.persons > 1 else ""
    text = pick(
        f"{word('triggers', edge.trigger)}（{desks}{two}）",
        f"{word('triggers', edge.trigger)} ({desks}{two})",
    )
    return {"trigger": edge.trigger, "roles": edge.roles, "persons": edge.persons, "text": text}


def _workflow(centre: Centre, state: Stream) -> Workflow:
    return centre.kernel.catalogue.workflow(state.workflow)


def _instant(centre: Centre, state: Stream, timer: Any) -> int | None:
    return timers.instant(centre.kernel.registry, centre.kernel.catalogue, state, timer)


def _explained(centre: Centre, state: Stream, key: str, since_us: int) -> str:
    catalogue = centre.kernel.catalogue
    pack, calendar = catalogue.pack(state.pack), catalogue.calendar(state.edition)
    count, unit = pack.period(key)
    found = compute(since_us, count, unit, calendar, source=pack.get(key).source, rule=key)
    return found.explain(language())


def _paused(state: Stream) -> list[str]:
    if not state.paused_us:
        return []
    span = _span(state.paused_us)
    return [pick(f"另加中止的时间 {span}", f"and the time held: {span}")]


def _span(us: int) -> str:
    """Write a span of time exactly, as ``1 day, 0:37:00.000007``."""
    days, rest = divmod(timedelta(microseconds=us), timedelta(days=1))
    text = str(rest)
    return pick(f"{days} 天 {text}", f"{days} days {text}") if days else text


PARTS: dict[str, tuple[Callable[[Centre, Stream], Told], ...]] = {
    "lot": (_lot, _hold, _deal, _papers, _objections, _next, _acts),
    "case": (_case, _next, _acts),
}
"""What is told of each kind of stream, in this order."""
