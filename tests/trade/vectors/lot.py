"""What turns one guard of a lot alone."""

from __future__ import annotations

from tests.support.acts import (
    ASSET,
    BIDDERS,
    START_FEN,
    STEP_FEN,
    contract,
    paper,
)
from tests.trade.vectors.build import (
    HELD,
    LOT_STREAM,
    ROLL_STREAM,
    Breaks,
    both,
    copied,
    data,
    facet,
    given,
    stream,
    unstated,
    when,
)
from tests.trade.vectors.disputes import with_disputes
from trading.listing.rules import Escalator

BREAKS: Breaks = {
    ("lot_ascending", "get_ready", "centre_operator"): {
        "not_held_v1": HELD,
        "registrations_decided_v1": facet(ROLL_STREAM, "roll", pending=(404,)),
        "enough_bidders_v1": facet(ROLL_STREAM, "roll", qualified=()),
        "observed_o1_v1": unstated("O1"),
        "observed_o2_v1": unstated("O2"),
        "observed_o4_v1": unstated("O4"),
        "observed_o5_v1": unstated("O5"),
    },
    ("lot_ascending", "fail", "centre_operator"): {
        "not_held_v1": HELD,
        "registrations_decided_v1": facet(ROLL_STREAM, "roll", pending=(404,)),
        "too_few_bidders_v1": facet(ROLL_STREAM, "roll", qualified=BIDDERS),
        "minutes_filed_v1": given(docs=()),
        "runner_up_v1": both(
            facet(LOT_STREAM, "sale", second_number=BIDDERS[0], second_fen=START_FEN),
            stream(LOT_STREAM, pack="test-runner-up@1"),
        ),
    },
    ("lot_ascending", "go_thin", "centre_operator"): {
        "not_held_v1": HELD,
        "registrations_decided_v1": facet(ROLL_STREAM, "roll", pending=(404,)),
        "sole_bidder_v1": facet(ROLL_STREAM, "roll", qualified=BIDDERS),
        **{f"observed_o{n}_v1": unstated(f"O{n}") for n in (1, 2, 4, 5)},
    },
    ("lot_ascending", "offer", "bidder"): {
        "not_held_v1": HELD,
        "qualified_v1": facet(ROLL_STREAM, "roll", qualified=BIDDERS[:1]),
        "reaches_start_v1": data(price_fen=START_FEN - 1),
        "under_ceiling_v1": data(price_fen=START_FEN + 11 * STEP_FEN),
    },
    ("lot_ascending", "negotiate", "centre_operator"): {
        "not_held_v1": HELD,
        "registrations_decided_v1": facet(ROLL_STREAM, "roll", pending=(404,)),
        "negotiation_due_v1": facet(ROLL_STREAM, "roll", qualified=BIDDERS),
        **{f"observed_o{n}_v1": unstated(f"O{n}") for n in (1, 2, 4, 5)},
    },
    ("lot_ascending", "agree", "office"): {
        "not_held_v1": HELD,
        "minutes_filed_v1": given(docs=()),
        "agreed_with_qualified_v1": data(number=404),
        "reaches_start_v1": data(price_fen=START_FEN - 1),
        "under_ceiling_v1": data(price_fen=START_FEN + 11 * STEP_FEN),
    },
    ("lot_ascending", "accept_deal", "bidder"): {
        "not_held_v1": HELD,
        "leads_v1": given(actor=f"bidder-{BIDDERS[0]}"),
        "deal_open_v1": facet(LOT_STREAM, "sale", accepted=True),
    },
    ("lot_ascending", "decline_deal", "bidder"): {
        "not_held_v1": HELD,
        "leads_v1": given(actor=f"bidder-{BIDDERS[0]}"),
        "deal_open_v1": facet(LOT_STREAM, "sale", accepted=True),
    },
    ("lot_ascending", "default", "office"): {
        "not_held_v1": HELD,
        "evidence_filed_v1": given(docs=()),
    },
    ("lot_ascending", "succeed", "office"): {
        "not_held_v1": HELD,
        "runner_up_v1": facet(LOT_STREAM, "sale", second_number=0),
    },
    ("lot_ascending", "reschedule", "office"): {
        "not_held_v1": HELD,
        "reschedule_ordered_v1": lambda v: data(opens_us=v.at_us)(v),
    },
    ("lot_ascending", "bid", "bidder"): {
        "not_held_v1": HELD,
        "qualified_v1": facet(ROLL_STREAM, "roll", qualified=BIDDERS[:1]),
        "before_end_v1": lambda v: when(v.states[LOT_STREAM].facets["sale"].ends_us)(v),
        "reaches_start_v1": both(
            facet(LOT_STREAM, "sale", lead_number=0, lead_fen=0),
            data(price_fen=START_FEN - STEP_FEN),
        ),
        "raises_enough_v1": data(price_fen=START_FEN),
        "step_multiple_v1": data(price_fen=START_FEN + STEP_FEN + 1),
        "raise_within_max_v1": data(price_fen=START_FEN + 6 * STEP_FEN),
        "under_ceiling_v1": both(
            facet(LOT_STREAM, "sale", lead_fen=START_FEN + 10 * STEP_FEN),
            data(price_fen=START_FEN + 11 * STEP_FEN),
        ),
        "not_leading_v1": facet(LOT_STREAM, "sale", lead_number=BIDDERS[1]),
    },
    ("lot_ascending", "end", "clock"): {
        "has_lead_v1": lambda v: facet(
            LOT_STREAM,
            "sale",
            lead_number=0 if v.states[LOT_STREAM].facets["sale"].lead_number else BIDDERS[0],
        )(v),
    },
    ("lot_ascending", "confirm", "centre_operator"): {
        "not_held_v1": HELD,
        "deal_accepted_v1": facet(LOT_STREAM, "sale", accepted=False),
        "observed_o6_v1": unstated("O6"),
        "observed_o7_v1": unstated("O7"),
    },
    ("lot_ascending", "publish_result", "centre_clerk"): {"not_held_v1": HELD},
    ("lot_ascending", "award", "office"): {
        "award_notice_filed_v1": given(docs=(paper("letter"),)),
        "no_open_objection_v1": lambda v: with_disputes(v, open=(1,)),
        "not_held_v1": HELD,
        "observed_o9_v1": unstated("O9"),
    },
    ("lot_ascending", "sign", "centre_clerk"): {
        "not_held_v1": HELD,
        "contract_filed_v1": given(docs=(paper("letter"),)),
        "contract_asset_v1": data(contract=contract(asset="asset-b")),
        "contract_use_zh_v1": data(contract=contract(use_zh="餐饮")),
        "contract_price_unit_v1": data(contract=contract(price_unit="CNY/lot/month")),
        "contract_price_fen_v1": data(contract=contract(price_fen=START_FEN)),
        "contract_term_months_v1": data(contract=contract(term_months=60, ends_day="2031-03-24")),
        "contract_quantity_thousandths_v1": data(contract=contract(quantity_thousandths=999)),
        "contract_quantity_unit_v1": data(contract=contract(quantity_unit="mu")),
        "contract_tenure_v1": data(contract=contract(tenure="contracting_out")),
        "contract_starts_day_v1": data(
            contract=contract(starts_day="2026-03-26", ends_day="2029-03-25")
        ),
        "contract_ends_day_v1": data(contract=contract(ends_day="2029-03-25")),
        "contract_escalator_v1": data(contract=contract(escalator=Escalator(500))),
        "contract_payment_months_v1": data(contract=contract(payment_months=6)),
        "contract_bond_fen_v1": data(contract=contract(bond_fen=1)),
        "contract_improvements_zh_v1": data(contract=contract(improvements_zh="归承租方")),
        "contract_bidder_v1": data(contract=contract(bidder=BIDDERS[0])),
    },
    ("lot_ascending", "certify", "centre_certifier"): {
        "not_held_v1": HELD,
        "certificate_number_new_v1": copied(f"asset/{ASSET}", "certificate/JZ-1"),
        "another_hand_v1": lambda v: facet(LOT_STREAM, "award", confirmed_by=v.env.actor)(v),
        "observed_o10_v1": unstated("O10"),
    },
}
