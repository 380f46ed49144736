"""Stories in which something goes another way: each replaces the act in which it does."""

from __future__ import annotations

import itertools

import msgspec

from trading.awarding.endings import TerminateLot, WithdrawLot
from trading.awarding.scans import CheckPaper, FilePaper, ReturnPaper
from trading.base.deadline import day_start_us, local_date
from trading.base.units import DAY_US, HOUR_US, MINUTE_US
from trading.bidding.commands import FailLot, PlaceBid
from trading.bidding.holds import SuspendLot
from trading.bidding.outcomes import DeclineDeal, GoThin, Offer
from trading.bidding.rules import BIDDER_PREFIX
from trading.demo import cast
from trading.demo.company import Story, paper, scan
from trading.demo.stories import CaseStory, Lot, LotScript
from trading.disputes.commands import (
    AdmitObjection,
    DismissObjection,
    FileObjection,
    UpholdObjection,
)
from trading.listing.notices import AmendCase
from trading.listing.rounds import RelistLot
from trading.observing.commands import ReplaceMember
from trading.observing.talk_commands import AnswerQuestion, AskHold, AskQuestion
from trading.observing.waivers import WaiveStep

EVIDENCE, ANSWER = "evidence", "answer"
AWAY_US = 37 * MINUTE_US


class Sealed(CaseStory):
    """The confirmation comes back signed and sealed; a scan that is cut is sent back once."""

    said = (
        "盖章的成交确认书扫描归档，另一人复核",
        "the sealed confirmation is filed as a scan and checked by another person",
    )

    def award(self) -> Story:
        """Award the lots; then file what was signed by hand."""
        yield from super().award()
        for lot in self.lots:
            number = f"QR-{lot.id}"
            file = FilePaper(number, lot.stream, "deal_confirmation")
            cut, whole = scan(f"{number} cut"), scan(number)
            self.company.staff("paper.file/1", file, "centre_clerk", cut)
            self.company.staff(
                "paper.return/1", ReturnPaper(number, "缺少第二页"), "centre_reviewer"
            )
            self.company.staff("paper.file/1", file, "centre_clerk", whole)
            check = CheckPaper(number, whole.document.sha256)
            self.company.refused("paper.check/1", check, cast.holder("centre_clerk"),
                                 "centre_clerk")  # fmt: skip
            self.company.staff("paper.check/1", check, "centre_reviewer")


class Disputed(CaseStory):
    """A loser objects while the result is posted; the office finds that it stands."""

    said = (
        "公示期有异议，计时停止，答复后继续",
        "an objection in the publicity: the clock stops and goes on",
    )

    def confirm(self) -> Story:
        """Post the result; hear the objection before time goes on."""
        yield from self.post()
        for lot in self.lots[:1]:
            yield self.now_us + DAY_US
            loser = f"{BIDDER_PREFIX}{lot.numbers[-1]}"
            filed = FileObjection(lot.id, 1, "objection", "winner_ineligible")
            letter = paper("objection", f"{lot.id} 异议书")
            self.company.do("objection.file/1", filed, loser, "bidder", letter)
            self.company.staff("objection.admit/1", AdmitObjection(lot.id, 1), "office")
            yield self.now_us + 2 * DAY_US
            self.rule(lot)
        yield from self.posted()

    def rule(self, lot: Lot) -> None:
        """Rule that the result stands."""
        answer = paper(ANSWER, f"{lot.id} 异议答复书")
        ruled = DismissObjection(lot.id, 1, "经核查，成交人符合公告条件")
        self.company.both("objection.dismiss/1", ruled, answer)


class Annulled(Disputed):
    """The objection is upheld, and the result falls."""

    said = ("异议成立，结果作废", "an objection is upheld and the result falls")

    def rule(self, lot: Lot) -> None:
        """Void the lot."""
        answer = paper(ANSWER, f"{lot.id} 异议答复书")
        ruled = UpholdObjection(lot.id, 1, "成交人提供虚假材料", "void")
        self.company.both("objection.uphold/1", ruled, answer)


class CutOff(CaseStory):
    """The power fails in the middle of the bidding; two people give the lost time back."""

    said = (
        "竞价中停电，失去的时间如数补回",
        "the power fails while they bid; the lost time is given back",
    )

    def before_bid(self, n: int) -> None:
        """Sleep before the second bid."""
        if n == 1:
            self.company.clock.sleep(AWAY_US)
            self.company.centre.writer.tick()


class Suspended(CaseStory):
    """The office stops a lot over its title, and lets it go on."""

    said = ("权属争议，中止后恢复", "held over the title, then resumed")

    def register(self) -> Story:
        """Stop the lot while bidders register."""
        yield from super().register()
        lot = self.lots[0]
        cause = SuspendLot(lot.id, "title_dispute", "相邻权利人提出权属异议")
        self.company.staff("lot.suspend/1", cause, "office", paper(EVIDENCE, f"{lot.id} 异议材料"))
        yield self.now_us + DAY_US
        self.resume(lot)


class Withdrawn(CaseStory):
    """The community takes its last lot back before the bidding, and the office agrees."""

    said = ("多标的公告中撤回一个标的", "one lot of several is withdrawn")

    def register(self) -> Story:
        """Withdraw the last lot."""
        lot = self.lots[-1]
        data = WithdrawLot(lot.id, "asset_needed", "集体另有公益用途")
        letter = paper("withdrawal", f"{lot.id} 撤回申请")
        self.company.do("lot.withdraw/1", data, self.officer, "community_officer", letter)
        self.company.staff("lot.withdraw/1", data, "office", letter)
        self.lots = self.lots[:-1]
        yield from super().register()


class Amended(CaseStory):
    """The notice is amended on its first day, and its period begins anew."""

    said = ("变更公告，公告期重新计算", "the notice is amended and its period begins anew")

    def register(self) -> Story:
        """Amend the terms of the first lot before anybody registers."""
        plan = self.lots[0].script.plan
        today_us = day_start_us(local_date(self.now_us))
        self.opens_us = today_us + 31 * DAY_US + 9 * HOUR_US
        amended = msgspec.structs.replace(plan, defects_zh="屋面局部渗水，承租方自行修缮")
        data = AmendCase(
            self.case, (amended,), today_us + 30 * DAY_US + 17 * HOUR_US,
            self.opens_us, self.opens_us + HOUR_US, "补充现状瑕疵说明",
        )  # fmt: skip
        texts = (
            paper("amendment", f"{self.case} 变更公告"),
            paper("approval", f"{self.case} 批复"),
        )
        self.company.do("case.amend/1", data, self.officer, "community_officer", *texts)
        self.company.staff("case.amend/1", data, "centre_clerk", *texts)
        self.version = 2
        yield from super().register()


class Recused(CaseStory):
    """A member of the panel falls ill, and the nearest of the roster takes the seat."""

    said = ("一名居民代表因病由他人递补", "a representative is replaced")

    def draw(self) -> Story:
        """Replace a member after the draw."""
        yield from super().draw()
        data = ReplaceMember(self.case, self.panel.members[0], "因病不能参加")
        self.company.both("panel.replace/1", data)
        self.know_phones()


class Questioned(CaseStory):
    """The panel asks, is answered, and then stops the lot for a day."""

    said = ("居民代表提问并申请暂停", "the panel asks, and calls for a hold")

    def register(self) -> Story:
        """Ask while registration is open; two members call for a hold."""
        yield from super().register()
        first, second, *_ = self.panel.members
        ask = AskQuestion(self.case, "O2", "公告的面积与合同草案是否一致？")
        self.company.do("panel.ask/1", ask, first, "resident_rep")
        yield self.now_us + 3 * HOUR_US
        answered = AnswerQuestion(self.case, 1, "一致，以公告面积为准，不再实测。")
        self.company.staff("panel.answer/1", answered, "centre_operator")
        hold = AskHold(self.case, "O2", self.lots[0].id, "请核对四至后再继续")
        for member in (first, second):
            self.company.do("panel.ask_hold/1", hold, member, "resident_rep")
        yield self.now_us + 2 * DAY_US


class Waived(CaseStory):
    """Too few of the panel come to the publicity; the office waives the step, and it is printed."""

    said = (
        "法定人数不足，经两人豁免，鉴证书载明",
        "a step is waived by two people, and it is printed",
    )

    def award(self) -> Story:
        """Waive O9 instead of letting the panel state it."""
        for lot in self.going("cleared"):
            data = WaiveStep(lot.id, "O9", "quorum_missed", "两次召集未达法定人数")
            self.company.both("lot.waive/1", data, paper("waiver", f"{lot.id} 豁免说明"))
        yield from self.award_lots()


class Hasty(CaseStory):
    """Everybody tries what the rules forbid; every refusal is an entry."""

    said = ("违规出价逐一记录并拒绝", "bids that the rules forbid, each refused and recorded")

    def before_bid(self, n: int) -> None:
        """Bid below the start, off the step, and on top of the own lead."""
        lot = self.lots[0]
        plan, prices = lot.script.plan, lot.script.prices
        if n < 1:
            return
        stranger = f"{BIDDER_PREFIX}{999_999}"
        leader = f"{BIDDER_PREFIX}{[number for number, _ in lot.bids()][n - 1]}"
        for actor, price_fen in (
            (stranger, prices[n]),
            (leader, prices[n - 1] + plan.bid_step_fen),
            (f"{BIDDER_PREFIX}{lot.numbers[-1]}", prices[n - 1]),
        ):
            self.company.refused("bid.place/1", PlaceBid(lot.id, price_fen), actor, "bidder")

    def confirm(self) -> Story:
        """Bid when it is over."""
        lot = self.lots[0]
        late = PlaceBid(lot.id, lot.script.prices[-1] + lot.script.plan.bid_step_fen)
        actor = f"{BIDDER_PREFIX}{lot.numbers[-1]}"
        self.company.refused("bid.place/1", late, actor, "bidder")
        yield from super().confirm()


class Declined(CaseStory):
    """The winner declines; the deposit is forfeited, and the lot fails and may be listed again."""

    said = ("成交后反悔，没收保证金", "the winner declines and loses the deposit")

    def post(self) -> Story:
        """Let the winner of the first lot decline."""
        for lot in self.going("provisional")[:1]:
            winner = f"{BIDDER_PREFIX}{lot.numbers[0]}"
            declined = DeclineDeal(lot.id, "资金不足")
            self.company.do("lot.decline_deal/1", declined, winner, "bidder")
        yield from super().post()


class Sole(CaseStory):
    """One bidder only: by the pack the lot is let at its start price, without bidding."""

    said = ("仅一人报名，按规则以起始价成交", "one bidder only: let at the start price by rule")

    def bid(self) -> Story:
        """Take the price that the rule allows."""
        for lot in self.going("qualifying"):
            self.company.staff("lot.go_thin/1", GoThin(lot.id), "centre_operator")
        yield self.now_us + HOUR_US
        for lot in self.going("thin"):
            offer = Offer(lot.id, lot.script.plan.start_price_fen)
            self.company.do("lot.offer/1", offer, f"{BIDDER_PREFIX}{lot.numbers[0]}", "bidder")
        yield self.now_us + HOUR_US


class Thin(Sole):
    """One bidder only, whose offer is still to come."""

    ends_before = "confirm"

    def bid(self) -> Story:
        """Ask for the offer."""
        yield from itertools.islice(super().bid(), 1)


class Relisted(CaseStory):
    """Nobody registers; the community lists the lot again, a tenth cheaper, and it is let."""

    said = ("无人报名流标，降价一成再次挂牌", "nobody registers; listed again a tenth cheaper")

    def qualify(self) -> Story:
        """Fail, list again, and go through the next round."""
        yield from super().qualify()
        (old,) = self.lots
        self.company.staff("lot.fail/1", FailLot(old.id), "centre_operator")
        yield self.now_us + 5 * DAY_US
        plan = old.script.plan
        cut_fen = plan.start_price_fen * 9 // 10
        today_us = day_start_us(local_date(self.now_us))
        self.opens_us = today_us + 31 * DAY_US + self.opening_us
        data = RelistLot(
            self.case, plan.number, f"notice-{self.script.key}-2", cut_fen,
            today_us + 30 * DAY_US + 17 * HOUR_US, self.opens_us, self.opens_us + HOUR_US,
        )  # fmt: skip
        texts = (paper("notice", f"{self.case} 第二次公告"), paper("contract_draft", self.case))
        self.company.do("case.relist/1", data, self.officer, "community_officer", *texts)
        self.company.staff("case.relist/1", data, "centre_clerk", *texts)
        self.lots = [Lot(self.case, self.second(cut_fen), listing_round=2)]
        self.observe("O1", "O2")
        yield from self.register()
        yield from super().qualify()

    def second(self, start_fen: int) -> LotScript:
        """Return the lot as it goes in its second round."""
        (first,) = self.script.lots
        plan = msgspec.structs.replace(first.plan, start_price_fen=start_fen)
        step_fen = plan.bid_step_fen
        prices = (start_fen, start_fen + step_fen, start_fen + 3 * step_fen)
        return LotScript(first.asset, plan, bidders=3, prices=prices)


class Unwanted(CaseStory):
    """Nobody registers, and the owner has not chosen yet what becomes of the lot."""

    said = ("无人报名，流标", "nobody registers")

    ends_before = "bid"

    def qualify(self) -> Story:
        """End the lot without a bidder."""
        yield from super().qualify()
        for lot in self.going("qualifying"):
            self.company.staff("lot.fail/1", FailLot(lot.id), "centre_operator")


class Terminated(CaseStory):
    """A court freezes the asset, and the office ends the lot."""

    said = ("法院查封，终结", "a court freezes the asset: terminated")

    def register(self) -> Story:
        """End the lot in the middle of the registration."""
        yield from super().register()
        for lot in self.lots:
            data = TerminateLot(lot.id, "authority_order", "法院查封，终结交易")
            self.company.both("lot.terminate/1", data, paper(EVIDENCE, f"{lot.id} 协助执行通知书"))
        yield self.now_us + HOUR_US
        self.pay_back()


class Confirmed(CaseStory):
    """A case whose result is not posted yet."""

    def confirm(self) -> Story:
        """Stop between the confirmation and the posting."""
        yield from itertools.islice(self.post(), 1)
        self.company.centre.writer.tick()

    ends_before = "award"


class Awarded(CaseStory):
    """A case whose contract is not signed yet."""

    def award_lots(self) -> Story:
        """Stop between the award and the contract."""
        yield from itertools.islice(super().award_lots(), 1)

    ends_before = "certify"


class Live(CaseStory):
    """A case whose bidding is going on: the last bids are still to come."""

    ends_before = "confirm"

    def bid(self) -> Story:
        """Place every scripted bid and leave the lot open."""
        for lot in self.lots:
            yield self.schedule(lot).opens_us + MINUTE_US
            for number, price_fen in lot.bids():
                bid = PlaceBid(lot.id, price_fen)
                self.company.do("bid.place/1", bid, f"{BIDDER_PREFIX}{number}", "bidder")
