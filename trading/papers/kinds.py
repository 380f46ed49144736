"""Every paper of the trade: what it is called, of which stream it is, and who may print it.

A paper is about the last act on its stream that left one of ``events``; without such an act there
is no paper yet. Source: domain brief, section 17.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from trading.base.errors import NotFound
from trading.centre import Centre
from trading.engine.stream import Stream
from trading.papers import sales, watching
from trading.papers.lots import Values, differences
from trading.papers.reading import Act, acts
from trading.record.entry import DONE

PUBLIC = "public"
"""In ``roles``: anybody may have the paper."""
DESKS = ("community_officer", "street_reviewer", "asset3_reviewer", "centre_clerk",
         "centre_reviewer", "centre_operator", "centre_certifier", "office",
         "supervision_member")  # fmt: skip
SALE = ("centre_clerk", "centre_operator", "centre_reviewer", "centre_certifier", "office",
        "community_officer")  # fmt: skip
WINNER = "winner"
"""In ``roles``: the bidder whom the paper is made for."""


class Gather(Protocol):
    """Gathers what a paper says from what is committed; ``names`` lets personal names in."""

    def __call__(self, centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
        """Return plain values for the template."""


class PaperKind(msgspec.Struct, frozen=True):
    """One kind of paper; ``stream`` is the kind of stream that it is made of.

    ``roles`` may print it, ``PUBLIC`` everybody; ``number`` gives its number from its values.
    ``copy`` tells that it is a form to be filled in by hand.
    """

    name: str
    title_zh: str
    title_en: str
    stream: str
    events: tuple[str, ...]
    roles: tuple[str, ...]
    gather: Gather
    number: Callable[[Values, str], str]
    fits: Callable[[Stream], bool] = lambda _state: True
    form: bool = False

    @property
    def public(self) -> bool:
        """Tell whether anybody may have it."""
        return PUBLIC in self.roles

    def act(self, centre: Centre, state: Stream) -> Act | None:
        """Return the act that the paper is about, None where there is none yet."""
        wanted, found = set(self.events), None
        for act in acts(centre, state.name, "others"):
            if act.outcome == DONE and any(one["event"] in wanted for one in act.events):
                found = act
        return found

    def values(self, centre: Centre, stream: str, *, names: bool = False) -> tuple[Values, Act]:
        """Return what the paper says of ``stream``, and the act that it is about.

        Raises ``NotFound`` where the stream or the act does not exist. ``names`` lets personal
        names in: the caller says that its reader may see them.
        """
        state = centre.state(stream)
        if state is None or state.kind != self.stream or not self.fits(state):
            raise NotFound("no such paper", paper=self.name, stream=stream)
        act = self.act(centre, state)
        if act is None:
            raise NotFound("no such paper", paper=self.name, stream=stream)
        return self.gather(centre, state, act, names=names), act


def _amended(centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
    event = act.event("case_amended/1")
    return {
        **sales.of_case(centre, state, act, names=names),
        "changes": differences(event["differences"]),
        "material": event["material"],
        "reason": event["reason_zh"],
        "version": event["version"],
    }


def _made(prefix: str) -> Callable[[Values, str], str]:
    return lambda _values, name: f"{prefix}-{name}"


def _notice(values: Values, name: str) -> str:
    notice = values.get("notice")
    return str(notice["number"]) if notice else name


def _version(values: Values, name: str) -> str:
    return f"{_notice(values, name)}-变{values['version'] - 1}"


def _lot_notice(values: Values, _name: str) -> str:
    return str(values["lot"]["notice"])


def _award(values: Values, name: str) -> str:
    return str(values["award"]["notice"] or name)


def _contract(values: Values, name: str) -> str:
    signed = values["award"]["contract"]
    return str(signed["number"]) if signed else f"HT-{name}（草案）"


def _certificate(values: Values, _name: str) -> str:
    return str(values["certificate"]["number"])


def _won(state: Stream) -> bool:
    award = state.facets.get("award")
    return award is not None and award.bidder > 0


def _ended(state: Stream) -> bool:
    return "ending" in state.facets


def _flagged(state: Stream) -> bool:
    return bool(state.facets["case"].flags)


def _again(state: Stream) -> bool:
    return bool(state.facets["terms"].listing_round > 1)


def _noticed(state: Stream) -> bool:
    return state.facets["case"].notice is not None


LISTED = ("lot_listed/1", "lot_amended/1")
_ALL = (
    PaperKind("application", "进场交易申请书", "Listing application", "case", ("case_applied/1",),
              DESKS, sales.of_case, _made("SQ")),
    PaperKind("flags", "预警处置单", "Red flags and how they were answered", "case",
              ("case_applied/1",), DESKS, sales.of_case, _made("YJ"), _flagged),
    PaperKind("notice", "交易公告", "Notice of listing", "case",
              ("case_published/1", "case_amended/1"), (PUBLIC,), sales.of_case, _notice, _noticed),
    PaperKind("amendment", "变更公告", "Notice of amendment", "case", ("case_amended/1",),
              (PUBLIC,), _amended, _version, _noticed),
    PaperKind("relisting", "再次挂牌公告", "Notice of a further listing", "lot", LISTED, (PUBLIC,),
              sales.of_lot, _lot_notice, _again),
    PaperKind("suspension", "中止公告", "Notice of suspension", "lot", ("suspended/1",), (PUBLIC,),
              sales.of_hold, _made("ZZ")),
    PaperKind("resumption", "恢复公告", "Notice of resumption", "lot", ("lifted/1",), (PUBLIC,),
              sales.of_hold, _made("HF")),
    PaperKind("termination", "终结公告", "Notice of termination", "lot", ("lot_ended/1",),
              (PUBLIC,), sales.of_lot, _made("ZJ"), _ended),
    PaperKind("undertaking", "竞买须知及承诺书", "Rules for bidders, and their undertaking", "lot",
              LISTED, (PUBLIC,), sales.of_lot, _made("CN"), form=True),
    PaperKind("quotation", "报价单", "Quotation", "lot", LISTED, (PUBLIC,), sales.of_lot,
              _made("BJ"), form=True),
    PaperKind("registration_review", "报名、资格和优先权审查表", "Review of a registration",
              "registration", ("registered/1", "qualified/1", "rejected/1"),
              ("centre_reviewer", "office"), sales.of_registration, _made("SC")),
    PaperKind("bid_record", "竞价记录", "Record of bidding", "lot",
              ("deal_offered/1", "lot_failed/1"), (PUBLIC,), sales.of_bidding, _made("JL")),
    PaperKind("opening_record", "开标记录", "Record of opening", "lot", LISTED, SALE, sales.of_lot,
              _made("KB"), form=True),
    PaperKind("evaluation_report", "评标报告", "Evaluation report", "lot", LISTED, SALE,
              sales.of_lot, _made("PB"), form=True),
    PaperKind("lottery_record", "抽签记录", "Record of a lottery", "lot", LISTED, SALE,
              sales.of_lot, _made("CQ"), form=True),
    PaperKind("deal_confirmation", "成交确认书", "Deal confirmation", "lot",
              ("deal_confirmed/1",), (*SALE, WINNER), sales.of_lot, _made("QR"), _won),
    PaperKind("result_notice", "成交结果公示", "Publication of the result", "lot",
              ("result_published/1",), (PUBLIC,), sales.of_lot, _made("GS"), _won),
    PaperKind("award_notice", "成交通知书", "Notice of award", "lot", ("awarded/1",),
              (*SALE, WINNER), sales.of_lot, _award, _won),
    PaperKind("contract", "交易合同", "Contract", "lot", ("awarded/1", "contract_signed/1"),
              (*SALE, WINNER), sales.of_lot, _contract, _won),
    PaperKind("handover", "交接清单", "Hand-over list", "lot", ("contract_signed/1",),
              (*SALE, WINNER), sales.of_lot, _made("JJ"), _won, form=True),
    PaperKind("certificate", "交易鉴证书", "Transaction certificate", "certificate",
              ("certificate_issued/1",), (*SALE, WINNER), sales.of_certificate, _certificate),
    PaperKind("objection", "异议书", "Objection", "objection", ("objection_filed/1",),
              ("office", "centre_clerk", "supervision_member"), watching.of_objection,
              _made("YY")),
    PaperKind("objection_answer", "答复书", "Answer to an objection", "objection",
              ("objection_ruled/1",), ("office", "centre_clerk", "supervision_member"),
              watching.of_objection, _made("DF")),
    PaperKind("sampling_record", "居民代表抽取记录", "Record of the draw of representatives",
              "panel", ("panel_drawn/1", "seat_passed/1"), (PUBLIC,), watching.of_panel,
              _made("CY")),
    PaperKind("observation_record", "居民代表观察记录", "Record of observation", "panel",
              ("statement_made/1",), (PUBLIC,), watching.of_panel, _made("GC")),
    PaperKind("referral", "移送函", "Referral", "lot", ("lot_ended/1",), ("office",),
              sales.of_lot, _made("YS"), _ended),
    PaperKind("file_index", "档案目录", "Index of the file", "case",
              ("case_drafted/1", "case_published/1", "case_amended/1"), DESKS, watching.of_file,
              _made("DA")),
)  # fmt: skip
KINDS: dict[str, PaperKind] = {kind.name: kind for kind in _ALL}
"""Every kind of paper by name."""


def kind_of(name: str) -> PaperKind:
    """Return the kind of this name; raise ``NotFound``."""
    found = KINDS.get(name)
    if found is None:
        raise NotFound("no such paper", paper=name)
    return found


def ready(centre: Centre, stream: str) -> tuple[PaperKind, ...]:
    """Return the papers that can be made of ``stream`` now, in the order of the trade."""
    state = centre.state(stream)
    if state is None:
        return ()
    left = {
        event["event"]
        for act in acts(centre, stream, "others")
        if act.outcome == DONE
        for event in act.events
    }
    return tuple(
        kind
        for kind in _ALL
        if kind.stream == state.kind and kind.fits(state) and left.intersection(kind.events)
    )
