"""What papers say of the bidding and of what came of it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from trading.awarding.certificates import Certificate
from trading.awarding.rules import Award, Contract, Ending
from trading.base.deadline import local_text
from trading.bidding.rules import Registration, lot_of
from trading.centre import Centre
from trading.engine.stream import Stream
from trading.listing.prices import payments, rent_of
from trading.listing.rules import Terms, case_of_lot
from trading.observing.rules import Panel
from trading.papers.lots import Values, case_values, lot_values, notice_values
from trading.papers.reading import (
    Act,
    acts,
    amount,
    bids_refused,
    facet,
    instant,
    long_day,
    name_of_bidder,
    price,
)
from trading.papers.wording import said
from trading.words.language import words

ROWS_MAX = 400
PAYMENTS_MAX = 24


def of_case(centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
    """Return what a paper of a case says."""
    del names
    case = state.facets["case"]
    return {
        "case": case_values(centre, state, act.at_us), "notice": notice_values(case.notice),
    }  # fmt: skip


def of_lot(centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
    """Return what a paper of a lot says; the winner's name only with ``names``."""
    lot = lot_values(centre, state, act.at_us)
    case = centre.state(f"case/{case_of_lot(lot['id'])}")
    assert case is not None
    return {
        "lot": lot,
        "case": case_values(centre, case, act.at_us),
        "notice": notice_values(case.facets["case"].notice),
        "award": award_values(centre, state, names=names),
        "ending": _ending(state),
        "panel": _members(centre, f"panel/{case_of_lot(lot['id'])}"),
    }


def of_bidding(centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
    """Return what the record of the bidding says: every bid, the refused ones with the reason."""
    found = of_lot(centre, state, act, names=names)
    rows = [_bid(state, one) for one in islice(acts(centre, state.name, "bids"), ROWS_MAX)]
    accepted = int(found["lot"]["bids"])
    refused = bids_refused(centre, state.name, accepted)
    left_out = accepted + refused - len(rows)
    return {**found, "bids": rows, "left_out": left_out, "accepted": accepted, "refused": refused}


def _bid(state: Stream, act: Act) -> Values:
    taken = act.event("bid_accepted/1")
    bidder = act.actor.rpartition("-")[2]
    return {
        "index": act.index,
        "at": local_text(act.at_us)[:23],
        "number": bidder,
        "price": price(act.data["price_fen"], state.facets["terms"].plan.price_unit)["figures"],
        "result": "有效，领先" if taken else said("refusal", act.refused),
        "accepted": bool(taken),
    }


def of_hold(centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
    """Return what the notice of a hold or of its end says."""
    found = act.event("suspended/1")
    cause = found.get("cause", "")
    return {
        **of_lot(centre, state, act, names=names),
        "cause": words("zh", "causes").get(cause, cause),
        "note": found.get("note") or act.data.get("reason_zh") or act.data.get("note_zh", ""),
        "until": instant(found.get("until_us", 0)),
    }


def _ending(state: Stream) -> Values | None:
    ending: Ending | None = state.facets.get("ending")
    if ending is None:
        return None
    return {"cause": words("zh", "causes").get(ending.cause, ending.cause),
            "reason": ending.reason_zh}  # fmt: skip


def award_values(centre: Centre, state: Stream, *, names: bool) -> Values | None:
    """Return winner, price, dates and contract, None where nobody has won."""
    award: Award | None = state.facets.get("award")
    if award is None or not award.bidder:
        return None
    terms: Terms = state.facets["terms"]
    lot = state.name.partition("/")[2]
    due = payments(rent_of(terms, award.price_fen))
    return {
        "bidder": award.bidder,
        "masked": award.winner_masked,
        "name": name_of_bidder(centre, lot, award.bidder) if names else "",
        "price": price(award.price_fen, terms.plan.price_unit),
        "published": instant(award.published_us),
        "notice": award.notice,
        "sign_by": instant(award.sign_by_us, closing=True),
        "contract": contract_values(award.contract) if award.contract else None,
        "certificate": award.certificate,
        "payments": [
            {"number": one.number, "first": one.first_month, "months": one.months,
             "due": amount(one.due.amount_fen)["figures"]}
            for one in due[:PAYMENTS_MAX]
        ],
        "payments_left_out": max(0, len(due) - PAYMENTS_MAX),
    }  # fmt: skip


def contract_values(signed: Contract) -> Values:
    """Return the fields of a signed contract."""
    return {
        "number": signed.number, "starts": long_day(signed.starts_day),
        "ends": long_day(signed.ends_day), "use": signed.use_zh,
    }  # fmt: skip


def of_certificate(centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
    """Return what a transaction certificate says; it follows from the record of its lot."""
    found: Certificate = state.facets["certificate"]
    lot = centre.state(f"lot/{found.lot}")
    assert lot is not None
    causes = words("zh", "causes")
    return {
        **of_lot(centre, lot, act, names=names),
        "certificate": {
            "number": state.name.partition("/")[2],
            "waived": [
                f"{step} {said('step', step)}（{causes.get(why, why)}）"
                for step, why in sorted(found.waived.items())
            ],
            "prints": found.prints,
            "former": found.former,
            "next": found.next,
        },
    }


def of_registration(centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
    """Return what the review of one registration says."""
    found: Registration = state.facets["registration"]
    lot_id = lot_of(state.name)
    lot = centre.state(f"lot/{lot_id}")
    assert lot is not None
    reason = next((event.get("reason_zh") or event.get("ruling_reason_zh", "")
                   for event in act.events), "")  # fmt: skip
    return {
        "lot": lot_values(centre, lot, act.at_us),
        "registration": {
            "number": found.number,
            "name": name_of_bidder(centre, lot_id, found.number) if names else "",
            "kind": said("bidder_kind", found.kind),
            "version": found.acknowledged_version,
            "priority": said("priority", found.priority.kind) if found.priority else "未主张",
            "ruling": said("ruling", found.ruling),
            "grounds": [said("rejection", ground) for ground in found.grounds],
            "result": {"qualified": "合格", "rejected": "不合格"}.get(state.place, "审查中"),
            "reason": reason,
        },
        "deposit": _deposit(centre, f"deposit/{lot_id}-{found.number}"),
    }


def _deposit(centre: Centre, stream: str) -> Values | None:
    found: Any = facet(centre, stream, "deposit")
    if found is None:
        return None
    return {**amount(found.amount_fen), "paid": instant(found.paid_us)}


def _members(centre: Centre, stream: str) -> list[str]:
    panel: Panel | None = facet(centre, stream, "panel")
    return list(panel.members) if panel else []
