"""A case from its draft to its notice, by seven people who have nothing but forms."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.web.staff.conftest import House, text_of
from trading.base.units import DAY_US, SECOND_US
from trading.engine.stream import Stream
from trading.listing.cases import APPRAISAL, DESKS, PAPERS
from trading.web.i18n import BEIJING

ORG, CASE, ASSET = "community-r043", "case-forms", "asset-forms"
HOLDERS = {"asset3_reviewer": "asset3-song", "street_reviewer": "street-luo",
           "office": "office-chen"}  # fmt: skip
MEETINGS = (("case.propose", "party_branch"), ("case.deliberate", "two_committees"),
            ("case.review", "party_members"),
            ("case.decide", "member_representative_assembly"))  # fmt: skip
PLAN = {
    "number": "1", "asset": ASSET, "title_zh": "东街一号商铺", "use_zh": "零售",
    "tenure": "lease", "price_unit": "CNY/lot/year", "start_price_fen": "12000",
    "bid_step_fen": "100.00", "raise_max_fen": "0", "ceiling_fen": "0", "deposit_fen": "2000",
    "term_months": "36", "escalator.percent_hundredths": "0", "escalator.every_years": "1",
    "escalator.from_year": "0", "payment_months": "12", "bond_fen": "0", "appraisal_fen": "0",
    "handover_days": "5", "cut_ratio_max": "0/1",
}  # fmt: skip


def _case(house: House) -> Stream:
    found = house.centre.state(f"case/{CASE}")
    assert found is not None
    return found


def _wait(house: House, until_us: int) -> None:
    house.clock.advance_to(max(until_us, house.clock.now_us()))
    house.centre.writer.tick()


def _morning(house: House, days: int, hour: int) -> str:
    at = datetime.fromtimestamp(house.clock.now_us() / SECOND_US, BEIJING) + timedelta(days=days)
    return at.replace(hour=hour, minute=0).strftime("%Y-%m-%dT%H:%M")


def test_a_case_goes_from_draft_to_notice_through_forms_alone(house: House) -> None:
    officer = house.desk("officer-yi-r043")
    officer.act("asset.register", {
        "asset": ASSET, "org": ORG, "category": "shop", "name_zh": "东街一号商铺",
        "place_zh": "东街一号", "quantity_thousandths": "30.5", "quantity_unit": "m2",
        "ledger.area_basis": "surveyed", "ledger.title_kind": "ownership",
        "ledger.occupant": "none", "ledger.fire_acceptance": "accepted",
        "ledger.book_value_fen": "0", "ledger.appraisal_fen": "0",
    })  # fmt: skip
    plan = {f"lots.0.{name}": value for name, value in PLAN.items()}
    draft = {"case": CASE, "org": ORG, "pack": "cn-collective", "title_zh": "东街商铺出租", **plan}
    officer.act("case.draft", draft)
    day = datetime.fromtimestamp(house.clock.now_us() / SECOND_US, BEIJING) - timedelta(days=3)
    for kind, body in MEETINGS:
        vote = {"vote.body": body, "vote.meeting_day": str(day.date()), "vote.eligible": "45",
                "vote.present": "41", "vote.in_favour": "38"}  # fmt: skip
        officer.act(kind, {"case": CASE, **vote}, ("minutes",))
    assert _case(house).place == "resolved"
    _wait(house, _case(house).due_us)
    officer = house.desk("officer-yi-r043")
    officer.act("case.apply", {"case": CASE}, (*PAPERS, APPRAISAL))
    while role := DESKS.get(_case(house).place):
        _wait(house, house.clock.now_us() + DAY_US)
        desk = house.desk(HOLDERS[role])
        assert "东街商铺出租" in text_of(desk.get("/staff"))
        desk.act("case.approve", {"case": CASE, "opinion_zh": "同意"})
    house.desk("reviewer-he").act("case.accept", {"case": CASE})
    receipt = house.desk("clerk-liu").act("case.publish", {
        "case": CASE, "notice": "notice-forms", "registration_until_us": _morning(house, 30, 17),
        "opens_us": _morning(house, 31, 9), "closes_us": _morning(house, 31, 10),
        "objection_zh": "公示期内书面提出", "supervision_phone": "0731-85880000",
        "settlement_zh": "签约后交接",
    }, ("notice", "contract_draft"))  # fmt: skip
    assert "存证编号" in text_of(receipt)
    assert _case(house).place == "published"
    lot = house.centre.state(f"lot/{CASE}-1")
    assert lot is not None
    assert lot.place == "listed"
    assert lot.facets["terms"].plan.start_price_fen == 1_200_000
    page = text_of(house.desk("officer-yi-r043").get(f"/staff/objects/case/{CASE}"))
    for said in ("发布公告", "审核同意", "登记民主决议", "会议记录"):
        assert said in page
