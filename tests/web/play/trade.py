"""The acts of one trade, from the founding to the certificate, each by the person whose it is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tests.web.play.founding import COMMUNITY
from tests.web.play.people import Clerk, Play, Somebody, digits_of
from trading.base.deadline import day_start_us, local_date
from trading.base.units import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from trading.bidding.rules import Sale
from trading.listing.cases import APPRAISAL, PAPERS
from trading.web.i18n import BEIJING
from trading.web.shell import Shell
from trading.web.signin.keys import Keys

MEETINGS = (
    ("case.propose", "party_branch", "9", "8", "8"),
    ("case.deliberate", "two_committees", "9", "8", "8"),
    ("case.review", "party_members", "31", "25", "25"),
    ("case.decide", "member_representative_assembly", "45", "41", "38"),
)
NEW = 5
"""The representative who gets the first link when there is something to look at."""
TITLE = "河西街口一号商铺"
PLAN = {
    "number": "1", "title_zh": TITLE, "use_zh": "零售", "tenure": "lease",
    "price_unit": "CNY/lot/year", "start_price_fen": "12000", "bid_step_fen": "500",
    "raise_max_fen": "0", "ceiling_fen": "0", "deposit_fen": "2000", "term_months": "36",
    "payment_months": "12", "defects_zh": "屋面局部渗水；后门已封",
}  # fmt: skip


class Trade:
    """One trade; ``case`` and ``lot`` are known once they are drafted and published."""

    def __init__(self, play: Play) -> None:
        """Let the ten sit down, and three more of the roster who only lend a hand."""
        self.play = play
        self.officer = Clerk(play, "officer-yi")
        self.clerk = Clerk(play, "clerk-liu")
        self.first, self.second = Clerk(play, "reviewer-he"), Clerk(play, "reviewer-yan")
        self.office = Clerk(play, "office-chen")
        self.bidders = [Somebody(play, "", "bidder", "phone") for _n in range(3)]
        self.watchers = [
            Somebody(play, f"rep-{n}", "representative", "phone", scripts=True) for n in (1, 2)
        ]
        self.others = [
            Somebody(play, f"rep-{n}", "representative", "phone", scripts=n == NEW)
            for n in (3, 4, NEW)
        ]  # fmt: skip
        self.auditor = Somebody(play, "auditor-wei", "auditor")
        self.case = ""

    @property
    def lot(self) -> str:
        """Return the id of the lot."""
        return f"{self.case}-1"

    @property
    def now_us(self) -> int:
        """Return the present instant."""
        return self.play.clock.now_us()

    @property
    def roster(self) -> list[Somebody]:
        """Return everybody of the roster."""
        return [*self.watchers, *self.others]

    def day(self, days: int, hour: int, form: str = "%Y-%m-%dT%H:%M") -> str:
        """Return an instant as a form takes it: ``hour`` o'clock in so many days."""
        today = datetime.fromtimestamp(self.now_us / SECOND_US, BEIJING)
        return (today + timedelta(days=days)).replace(hour=hour, minute=0).strftime(form)

    def morning(self, at_us: int) -> None:
        """Wait for the first hour of work at or after ``at_us``."""
        self.play.wait(max(at_us, day_start_us(local_date(at_us)) + 9 * HOUR_US))

    def prepare(self) -> None:
        """Play from the founding until the panel is seated."""
        self.arrive()
        self.draft()
        self.publish()
        self.draw()
        self.welcome()

    def arrive(self) -> None:
        """Let the office in by the founder's links; the office invites everybody else."""
        home = self.play.rooms.home
        keys = Keys(Shell(self.play.rooms.centre, home))
        for one in (self.office, self.first):
            token, _code = keys.invitations.make(one.person, "staff")
            one.takes_password(f"{self.play.rooms.url}/signin/setup/{token}")
        for desk in (self.officer, self.clerk, self.second):
            desk.takes_password(*self.invite(desk, "工作人员"))
        self.auditor.takes_password(*self.invite(self.auditor, "审计人员"))
        self.office.snaps("office-invites")

    def invite(self, one: Somebody, room: str) -> tuple[str, str]:
        """Let the office invite somebody; return the link and the digits.

        For who sets a password, somebody else at the office gets the digits.
        """
        page = self.office.opens("/staff/people")
        self.office.follows(page.locator('main a[href^="/signin/people"]').first)
        page.locator("#person").fill(one.person)
        self.office.presses("查找")
        page.get_by_label(room, exact=True).check(force=True)
        self.office.presses("发出邀请")
        told = self.office.said()
        link = re.search(r"https?://\S+", told)
        assert link, told
        if room == "居民代表":
            return link.group(), digits_of(told)
        self.first.opens(f"/signin/people?person={one.person}")
        self.first.presses("为同事发出的链接取六位数字")
        return link.group(), digits_of(self.first.said())

    def draft(self) -> None:
        """Enter the asset, draft the case, decide it in four meetings and post the resolution."""
        officer = self.officer
        officer.act("asset.register", "", {
            "category": "shop", "name_zh": TITLE, "place_zh": "河西街一号",
            "quantity_thousandths": "30.5", "quantity_unit": "m2",
            "ledger.area_basis": "surveyed", "ledger.title_kind": "ownership",
            "ledger.occupant": "none", "ledger.fire_acceptance": "accepted",
        })  # fmt: skip
        asset = officer.said()
        found = re.search(r"asset-[0-9a-f]+", asset)
        assert found, asset
        officer.act("case.draft", "", {
            "pack": "cn-collective", "title_zh": f"{TITLE}出租", "lots.0.asset": found.group(),
            **{f"lots.0.{name}": value for name, value in PLAN.items()},
        })  # fmt: skip
        case = re.search(r"case-[0-9a-f]+", officer.said())
        assert case, officer.said()
        self.case = case.group()
        held = self.day(-3, 9, "%Y-%m-%d")
        for kind, body, eligible, present, in_favour in MEETINGS:
            officer.act(kind, f"case/{self.case}", {
                "vote.body": body, "vote.meeting_day": held, "vote.eligible": eligible,
                "vote.present": present, "vote.in_favour": in_favour,
            }, ("minutes",))  # fmt: skip
        officer.opens(f"/staff/cases/{self.case}/guide")
        officer.snaps("community-guide")
        while self.place("case") == "resolved":
            self.morning(self.play.state(f"case/{self.case}").due_us)

    def place(self, kind: str = "lot") -> str:
        """Return where the case or the lot stands."""
        name = self.lot if kind == "lot" else self.case
        return self.play.state(f"{kind}/{name}").place

    def publish(self) -> None:
        """Apply, pass the desks, and publish the notice."""
        case = f"case/{self.case}"
        self.officer.act("case.apply", case, {}, (*PAPERS, APPRAISAL))
        self.play.wait(self.now_us + 2 * HOUR_US)
        self.first.act("case.approve", case, {"opinion_zh": "同意"})
        self.second.act("case.accept", case)
        self.clerk.act("case.publish", case, {
            "notice": "JY-2026-001", "registration_until_us": self.day(25, 17),
            "opens_us": self.day(26, 9), "closes_us": self.day(26, 10),
            "objection_zh": "公示期内书面提出", "supervision_phone": "0731-85880000",
            "settlement_zh": "签约后五个工作日内交接",
        }, ("notice", "contract_draft"))  # fmt: skip
        assert self.place() == "listed"

    def draw(self) -> None:
        """Bring the roster in, and draw the panel by two who cannot choose it."""
        rows = "".join(
            f"{one.person},group-{n // 3 + 1},{n % 3 + 1}\n" for n, one in enumerate(self.roster)
        )
        office = self.office
        page = office.opens("/staff/import")
        page.locator("#kind").select_option("roster")
        page.locator("#org").select_option(COMMUNITY)
        page.locator("#sheet").set_input_files({
            "name": "roster.csv", "mimeType": "text/csv",
            "buffer": f"member,group,number\n{rows}".encode(),
        })  # fmt: skip
        office.presses("先试一遍")
        office.presses("导入这 5 行")
        self._to_draw(office)
        office.presses("生成种子")
        seed = page.locator("main strong", has_text=re.compile("^[0-9a-f]{64}$")).inner_text()
        office.follows(page.get_by_role("button", name="已抄下，去封存"))
        office.fills({})
        self._to_draw(self.second)
        self.second.follows(self.second.page.get_by_role("button", name="报出数字"))
        self.second.fills({"number": "8888"})
        self._to_draw(office)
        office.follows(page.get_by_role("button", name="抽签"))
        office.fills({"seed": seed})
        self._to_draw(office)
        office.snaps("office-draw")

    def _to_draw(self, one: Clerk) -> None:
        one.opens(f"/staff/objects/case/{self.case}")
        one.follows(one.page.get_by_role("link", name="抽取居民代表"))

    def welcome(self) -> None:
        """Let the representatives in, and the phones of two be compared by two others each."""
        for one in self.roster[:-1]:
            self.enter(one, *self.invite(one, "居民代表"))
        for one in self.watchers:
            page = one.opens("/watch/phones")
            page.get_by_text("登记这部手机").tap()
            page.locator("[data-this]:not([hidden])").wait_for()
            one.snaps(f"{one.person}-phone")
        for other in self.others[:2]:
            for _one in self.watchers:
                other.opens("/watch/phones")
                other.presses("一样，我确认")

    def enter(self, one: Somebody, link: str, digits: str) -> None:
        """Let a representative in by a link and six digits."""
        one.page.goto(link)
        one.types("#code", digits)
        one.touches("进入")
        assert "/watch" in one.page.url, one.said()

    def opens_step(self, step: str) -> None:
        """Let the clerk ask the panel to look at ``step``."""
        self.play.wait(self.now_us + MINUTE_US)
        clerk = self.clerk
        clerk.opens(f"/staff/objects/panel/{self.case}")
        clerk.follows(clerk.page.locator('main a[href^="/staff/steps/"]').first)
        assert clerk.field("step").input_value() == step
        clerk.presses("打开，请代表来看")
        clerk.snaps(f"operator-{step}")

    def observe(self, step: str) -> None:
        """Open ``step`` for the panel, and let four of five state it."""
        self.opens_step(step)
        for one in self.roster[:4]:
            self.states(one)

    def states(self, one: Somebody) -> None:
        """Let a representative look at what waits and find it in order."""
        one.opens("/watch")
        one.snaps(f"{one.person}-now")
        one.follows(one.page.locator("a.task").first)
        self.finds_in_order(one)

    def finds_in_order(self, one: Somebody) -> None:
        """Let a representative state what the page before them asks."""
        page = one.page
        one.snaps(f"{one.person}-look")
        one.touches("正常，我确认")
        if one in self.watchers:
            page.get_by_text("将用这部手机的密钥签名").wait_for()
        one.snaps(f"{one.person}-sign")
        one.touches("签名并提交")
        assert "已提交" in one.said(), one.said()
        one.snaps(f"{one.person}-done")

    def from_link_to_statement(self, one: Somebody) -> None:
        """Let a representative state the one thing that waits, with nothing but a new link."""
        link, digits = self.invite(one, "居民代表")
        self.enter(one, link, digits)
        self.finds_in_order(one)

    def register(self) -> None:
        """Let three bidders register, pay and be checked."""
        for n, one in enumerate(self.bidders):
            self.play.wait(self.now_us + HOUR_US)
            self._account(one, f"{'张王李'[n]}某")
            page = one.opens("/bidder")
            one.follows(page.get_by_role("link", name=TITLE))
            one.follows(page.get_by_role("button", name="报名").or_(
                page.get_by_role("link", name="报名", exact=True)).first)  # fmt: skip
            for tick in ("conditions", "defect-0", "defect-1"):
                page.locator(f"#{tick}").check(force=True)
            page.get_by_label("否", exact=True).check(force=True)
            one.presses("提交报名")
            assert "收到" in one.said(), one.said()
            one.snaps(f"bidder-{n + 1}-registered")
            self._pay(one)
        self.play.wait(self.now_us + DAY_US)
        for _one in self.bidders:
            second = self.second
            second.opens("/staff")
            second.follows(second.page.get_by_role("button", name="审查下一份报名"))
            second.follows(second.page.locator('a[href^="/staff/act/registration.qualify?"]'))
            second.fills({}, (), ("eligible", "not_barred"))

    def _account(self, one: Somebody, name: str) -> None:
        page = one.page
        page.goto(f"{one.url}/signin/bidder/register")
        page.locator("#password").fill("three ducks on the pond")
        page.locator("#again").fill("three ducks on the pond")
        one.password = "three ducks on the pond"
        one.presses("注册")
        one.person = page.locator("strong.code").inner_text()
        office = self.office
        office.opens("/staff/people")
        office.follows(office.page.get_by_role("button", name="窗口核对竞买人身份"))
        office.page.locator("#person").fill(one.person)
        office.page.locator("#name").fill(name)
        office.presses("身份无误，准予登录")
        assert "已核对" in office.said(), office.said()

    def _pay(self, one: Somebody) -> None:
        """Let the bank tell the cashier what came in, with the note that the bidder wrote."""
        one.opens(f"/bidder/lots/{self.lot}")
        note = re.search(rf"{self.lot}-(\d+)", one.said())
        assert note, one.said()
        self.clerk.act("deposit.receive", "", {
            "lot": self.lot, "number": note.group(1), "amount_fen": PLAN["deposit_fen"],
            "paid_us": self.day(0, 9), "bank_reference": f"bank-{note.group(1)}",
        }, (), ("payer_same_name",))  # fmt: skip

    def ready(self) -> None:
        """Close the list before the panel, and get ready."""
        self.play.wait(self.play.state(f"lot/{self.lot}").due_us + MINUTE_US)
        assert self.place() == "qualifying"
        self.observe("O5")
        self.clerk.act("lot.get_ready", f"lot/{self.lot}")
        self.play.wait(self.play.state(f"lot/{self.lot}").due_us + SECOND_US)
        assert self.place() == "bidding"

    def bid(self, one: Somebody) -> None:
        """Let a bidder bid one step more."""
        self.play.wait(self.now_us + SECOND_US)
        page = one.opens(f"/bidder/lots/{self.lot}/live")
        one.follows(page.locator("button.step").first)
        one.presses("确认出价")
        page.get_by_text("收到").first.wait_for()

    def sale(self) -> Sale:
        """Return how the bidding stands."""
        found: Sale = self.play.state(f"lot/{self.lot}").facets["sale"]
        return found

    def confirm(self) -> None:
        """End the bidding; the winner and the centre confirm before the panel; post the result."""
        self.play.wait(self.play.state(f"lot/{self.lot}").due_us + SECOND_US)
        assert self.place() == "provisional"
        self.observe("O7")
        winner = self.winner()
        winner.opens(f"/bidder/lots/{self.lot}")
        winner.presses("确认成交")
        lot = f"lot/{self.lot}"
        self.clerk.act("lot.confirm", lot)
        self.clerk.act("lot.publish_result", lot, {"winner_masked": "张**"})
        while self.place() == "publicity":
            self.morning(self.play.state(lot).due_us)

    def winner(self) -> Somebody:
        """Return the bidder who leads."""
        number = str(self.sale().lead_number)
        for one in self.bidders:
            one.opens(f"/bidder/lots/{self.lot}")
            if one.page.locator(".plate").first.inner_text() == number:
                return one
        raise AssertionError(f"nobody is {number}")

    def award(self) -> None:
        """Award by two, sign, and certify before the panel; pay the losers back."""
        lot = f"lot/{self.lot}"
        self.observe("O9")
        self.office.act("lot.award", lot, {"notice": "CJ-2026-001"}, ("award_notice",))
        self.first.confirms("发出成交通知书")
        self.play.wait(self.now_us + DAY_US)
        self.clerk.act("lot.sign", lot, {"contract.number": "HT-2026-001"}, ("contract",))
        self.observe("O10")
        self.second.act("lot.certify", lot, {"certificate": "JZ-2026-001"})
        assert self.place() == "certified"
        self.second.snaps("certifier-receipt")

    def audit(self) -> None:
        """Let the auditor look at every step, and have the record verified and decided anew."""
        one = self.auditor
        page = one.opens("/audit")
        one.snaps("auditor-front")
        one.follows(page.get_by_role("link", name="从头看").first)
        assert "第 1 步" in one.said(), one.said()
        one.snaps("auditor-replay")
        one.opens("/audit/findings")
        for label in ("开始核验", "开始逐条重判"):
            one.presses(label)
            while "正在进行" in one.said():
                one.follows(page.get_by_role("link", name="刷新看结果"))
        assert "发现问题" not in one.said().replace("没有发现问题", ""), one.said()
        assert one.said().count("没有发现问题") == 2
        one.snaps("auditor-findings")
