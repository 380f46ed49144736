"""Whom to call: everybody who has not confirmed a notification, as a sheet to print."""

from __future__ import annotations

import csv
import io
from html import escape
from typing import NamedTuple

from trading.base.deadline import local_text
from trading.centre import Centre
from trading.notifications.rules import Notification, waiting
from trading.outbox import name_of, phone_of, text_of, waiting_names

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Call(NamedTuple):
    """One line of the sheet: whom to call, where, and what to say."""

    person: str
    name: str
    phone: str
    since: str
    text: str
    notification: str


def calls_to_make(centre: Centre) -> list[Call]:
    """Return everybody who has not confirmed, each person's notices together."""
    calls = [
        Call(
            telling.person,
            name_of(centre, telling.person),
            phone_of(centre, telling.person),
            local_text(one.queued_us),
            text_of("zh", telling.message, one.about),
            name,
        )
        for name in waiting_names(centre)
        for one in (notification_of(centre, name),)
        for telling in waiting(one)
    ]
    return sorted(calls, key=lambda call: call.person)


def as_csv(calls: list[Call]) -> bytes:
    """Return the sheet as CSV that a spreadsheet opens as text: no cell becomes a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["编号", "姓名", "电话", "时间", "内容", "通知号", "结果"])
    for call in calls:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in call])
    return text.getvalue().encode("utf-8-sig")


def as_html(calls: list[Call]) -> bytes:
    """Return the sheet as one page to print, with a box to tick for each call."""
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in call)}<td>□</td></tr>\n"
        for call in calls
    )
    heads = "".join(
        f"<th>{head}</th>" for head in ("编号", "姓名", "电话", "时间", "内容", "通知号", "结果")
    )
    return (
        '<!doctype html>\n<html lang="zh-CN"><meta charset="utf-8"><title>电话通知单</title>\n'
        "<style>table{border-collapse:collapse}td,th{border:1px solid;padding:.3em}</style>\n"
        f"<h1>电话通知单</h1>\n<table><tr>{heads}</tr>\n{rows}</table></html>\n"
    ).encode()


def notification_of(centre: Centre, name: str) -> Notification:
    """Return the notification ``name``, which exists."""
    state = centre.state(f"notification/{name}")
    assert state is not None
    found: Notification = state.facets["notification"]
    return found
