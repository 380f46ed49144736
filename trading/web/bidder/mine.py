"""All that is the bidder's own: registrations, bids, deposits, and why a lot was not won."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from trading.engine import timers
from trading.engine.stream import Stream
from trading.papers.reading import Act
from trading.people.bidders import Bidder
from trading.record.entry import DONE, REFUSED
from trading.web import i18n
from trading.web.access import BIDDER, opt
from trading.web.bidder import wording
from trading.web.bidder.finding import leads
from trading.web.bidder.own import LotView, Own
from trading.web.i18n import gettext as _
from trading.web.shell import Asked, Page, Shell, chosen_language, viewer_of
from trading.words.language import language, speaking
from trading.words.telling import label

LOTS_MAX = 50
BIDS_SHOWN = 20
WON = frozenset({"provisional", "confirmed", "publicity", "cleared", "awarded", "contracted",
                 "certified", "defaulted"})  # fmt: skip
OVER = WON | {"failed", "relisted", "withdrawn", "terminated", "voided"}


class Line(msgspec.Struct, frozen=True):
    """One lot of the bidder: where everything stands, in the reader's words."""

    lot: LotView
    bidder: Bidder
    state: str
    registration: Stream
    registration_label: str
    deposit: Stream | None
    deposit_label: str
    bids: list[Act]
    refused: int
    leading: bool
    why: list[str]
    refund: list[str]


def routes(shell: Shell, own: Own) -> list[HTTPRouteHandler]:
    """Return the route of what is one's own."""

    @get("/bidder/mine", sync_to_thread=True, opt=opt(BIDDER))
    def mine(request: Asked) -> Page:
        shell.centre.refresh()
        found = own.all_of(viewer_of(request).person)[:LOTS_MAX]
        with speaking(chosen_language(request)):
            lines = [line for one in found if (line := _line(shell, own, one)) is not None]
        return shell.page(
            request, "bidder/mine.html", lines=lines, tone=wording.lot_tone,
            own_tone=wording.own_tone, deposit_steps=wording.deposit_steps,
            deposit_step=wording.deposit_step, short_code=wording.short_code, shown=BIDS_SHOWN,
        )  # fmt: skip

    return [mine]


def _line(shell: Shell, own: Own, bidder: Bidder) -> Line | None:
    registration = own.registration(bidder)
    if registration is None:
        return None
    lot, deposit = own.lot(bidder.lot), own.deposit(bidder)
    bids = own.bids(bidder)
    return Line(
        lot, bidder, label(shell.centre, lot.state), registration,
        label(shell.centre, registration), deposit,
        label(shell.centre, deposit) if deposit else _("未到账"),
        [act for act in bids if act.outcome == DONE][::-1],
        sum(act.outcome == REFUSED for act in bids), leads(lot, bidder),
        why(lot, bidder, registration), refund(shell, lot, bidder, deposit),
    )  # fmt: skip


def why(lot: LotView, bidder: Bidder, registration: Stream) -> list[str]:
    """Return why the bidder did not win, or has not yet."""
    if registration.place == "rejected":
        return [_("资格审查没有通过，不能出价。理由见通知；不服可以提出异议。")]
    if registration.place == "lapsed":
        return [_("截止前没有收到保证金，报名失效。")]
    if leads(lot, bidder) or lot.state.place not in OVER:
        return []
    sale = lot.sale
    if lot.state.place in WON and sale is not None and sale.lead_number:
        told = [
            _("%(n)s 号以 %(price)s 成交。", n=sale.lead_number, price=lot.priced(sale.lead_fen))
        ]
        told.append(_("出价最高者成交，同价者以先到为准；截止时间以系统收到的时间为准。"))
        return told
    return [_("这个标的没有成交：%(state)s。", state=_ended(lot.state.place))]


def _ended(place: str) -> str:
    return {
        "failed": _("流标"), "relisted": _("流标后重新挂牌"), "withdrawn": _("出让方撤回"),
        "terminated": _("终结"), "voided": _("成交无效"),
    }.get(place, _("已结束"))  # fmt: skip


def refund(shell: Shell, lot: LotView, bidder: Bidder, deposit: Stream | None) -> list[str]:
    """Return when the deposit comes back, and by which rule."""
    if deposit is None:
        return []
    if deposit.place == "held" and leads(lot, bidder):
        return [_("签约后转作价款；反悔不退。")]
    if deposit.place == "held":
        count, unit = shell.centre.kernel.catalogue.pack(deposit.pack).period("refund_losers_days")
        days = _("%(n)s 个工作日", n=count) if unit == "working_day" else _("%(n)s 天", n=count)
        return [_("没有成交的，定标或标的终止后 %(days)s 内退还到原账户。", days=days)]
    if deposit.place in {"refund_due", "refund_overdue"}:
        return _due(shell, deposit)
    return {
        "refunded": [_("已退还到原账户，%(at)s。", at=i18n.moment(deposit.entered_us))],
        "converted": [_("已转作价款。")],
        "frozen": [_("正在核查，暂不退还。")],
        "forfeited": [_("因违约不予退还。")],
        "applied": [_("已按费用、差价、出让方的顺序使用，余款应退还。")],
    }.get(deposit.place, [])


def _due(shell: Shell, deposit: Stream) -> list[str]:
    catalogue = shell.centre.kernel.catalogue
    ways = [one for one in timers.running(catalogue, deposit) if one.after]
    found = [timers.deadline(catalogue, deposit, one) for one in ways]
    until = [_("最迟 %(at)s 退还到原账户。", at=i18n.until(one.end_us)) for one in found]
    late = [_("已经逾期，可以打监督电话。")] if deposit.place == "refund_overdue" else []
    return [*until, *late, *(one.explain(language()) for one in found)]
