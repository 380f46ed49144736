"""How places of lots, registrations and deposits are told to a bidder: icon, word and what next."""

from __future__ import annotations

from trading.web.i18n import gettext as _

GOOD, WAIT, BAD, CALM = "good", "wait", "bad", "calm"
_LOT = {
    "listed": GOOD, "bidding": GOOD, "ready": WAIT, "qualifying": WAIT, "stalled": WAIT,
    "thin": WAIT, "negotiating": WAIT, "provisional": WAIT, "confirmed": WAIT, "publicity": WAIT,
    "cleared": WAIT, "awarded": GOOD, "contracted": GOOD, "certified": GOOD,
}  # fmt: skip
_OWN = {
    "submitted": WAIT, "checking": WAIT, "unanswered": BAD, "qualified": GOOD, "rejected": BAD,
    "lapsed": BAD, "held": GOOD, "refund_due": WAIT, "refund_overdue": BAD, "frozen": BAD,
    "forfeited": BAD, "applied": CALM, "refunded": GOOD, "converted": GOOD,
}  # fmt: skip


def lot_tone(place: str) -> str:
    """Return the tone of a lot's place."""
    return _LOT.get(place, CALM)


def own_tone(place: str) -> str:
    """Return the tone of the place of a registration or a deposit."""
    return _OWN.get(place, CALM)


def deposit_steps() -> list[str]:
    """Return the course of a deposit that comes back."""
    return [_("缴纳"), _("到账"), _("应退还"), _("退还")]


def deposit_step(place: str) -> int:
    """Return how far on that course a deposit is; -1 where it goes another way."""
    course = {"": 0, "new": 0, "held": 1, "frozen": 1, "refund_due": 2, "refund_overdue": 2}
    return 4 if place == "refunded" else course.get(place, -1)


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of bidders to choose from."""
    return [
        ("person", _("个人")), ("household", _("农户")), ("sole_trader", _("个体工商户")),
        ("company", _("公司")), ("cooperative", _("合作社")), ("collective", _("集体经济组织")),
    ]  # fmt: skip


def claims() -> list[tuple[str, str]]:
    """Return the priority rights to choose from."""
    return [
        ("", _("不主张")), ("sitting_tenant", _("原承租方")),
        ("collective_member", _("本集体成员")), ("co_owner", _("共有人")),
    ]  # fmt: skip


def grounds() -> list[tuple[str, str]]:
    """Return the grounds of an objection to choose from."""
    return [
        ("procedure", _("程序不合规定")), ("winner_ineligible", _("成交人不符合条件")),
        ("collusion", _("有人串通")), ("notice_unlike", _("与公告不一致")),
        ("priority", _("优先权处理不当")), ("bid_record", _("出价记录有误")),
    ]  # fmt: skip


def short_code(receipt: str) -> str:
    """Return the receipt code as people copy it by hand."""
    return " ".join(receipt[first : first + 4].upper() for first in range(0, 12, 4))
