"""``trading notifications``: the inbox of a person, the sheet of calls, and what was confirmed."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import click

from trading.base.deadline import local_text
from trading.base.errors import NotFound, SetupError
from trading.calls import as_csv, as_html, calls_to_make, notification_of
from trading.cli.acting import act
from trading.cli.output import data_option, emit, guarded, json_option, open_centre, say
from trading.notifications.commands import ConfirmNotification, PrintCallSheet
from trading.notifications.tables import concerning
from trading.outbox import Outbox, text_of
from trading.store import files, log
from trading.words.language import language, pick

PAGE_MAX = 500
CALLER = "centre_clerk"


@click.group("notifications")
def notifications_command() -> None:
    """通知 / Notifications."""


@notifications_command.command("run")
@data_option
@json_option
@guarded
def run(data_dir: Path, *, as_json: bool) -> None:
    """生成尚未生成的通知；服务运行时自动进行 / Queue what is new; a service does so by itself."""
    centre = open_centre(data_dir, writing=True)
    try:
        centre.refresh()
        queued = Outbox(centre).run()
    finally:
        centre.close()
    if as_json:
        emit({"ok": True, "queued": queued})
    else:
        say(f"新生成通知 {queued} 条", f"{queued} notifications queued")


@notifications_command.command("list")
@data_option
@click.option("--before", default=2**53 - 1, help="从此条目之前翻页 / page before this entry")
@click.option("--limit", default=50, type=click.IntRange(1, PAGE_MAX), show_default=True)
@click.argument("person")
@json_option
@guarded
def inbox(data_dir: Path, before: int, limit: int, person: str, *, as_json: bool) -> None:
    """某人收到的通知，新的在前 / What a person was told, newest first."""
    centre = open_centre(data_dir)
    try:
        with log.reading(centre.reading) as connection:
            names = concerning(connection, person, before, limit)
        if not names and centre.state(f"person/{person}") is None:
            raise NotFound(f"no person {person}", field="person")
        found = [(name, notification_of(centre, name)) for name in names]
    finally:
        centre.close()
    rows = [
        {
            "notification": name,
            "about": one.about,
            "entry": one.entry,
            "at": local_text(one.queued_us),
            "text": text_of(language(), telling.message, one.about),
            "confirmed": bool(telling.confirmed_us),
        }
        for name, one in found
        for telling in one.tellings
        if telling.person == person
    ]
    if as_json:
        emit(rows)
        return
    for row in rows:
        seen = pick("已确认", "seen") if row["confirmed"] else pick("未确认", "unseen")
        click.echo(f"{row['notification']}\t{row['at']}\t{seen}\t{row['text']}")


@notifications_command.command("confirm")
@data_option
@click.option("--actor", required=True)
@click.option("--role", required=True)
@click.option("--for", "person", default="", help="电话通知的对象 / whom the clerk called")
@click.argument("notification")
@json_option
@guarded
def confirm(
    data_dir: Path, actor: str, role: str, person: str, notification: str, *, as_json: bool
) -> None:
    """确认已知悉 / Confirm that one has taken note."""
    data = ConfirmNotification(notification, person or actor)
    act(data_dir, "notification.confirm/1", data, actor, role, as_json=as_json)


@notifications_command.command("call-sheet")
@data_option
@click.option("--actor", required=True, help="经办人，记入记录 / who prints it, on record")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help=".html | .csv"
)
@json_option
@guarded
def call_sheet(data_dir: Path, actor: str, out: Path, *, as_json: bool) -> None:
    """打印待电话通知的名单，含电话 / Print whom to call, with telephone numbers.

    That it was printed, by whom, and its digest are an entry; a number is in the file alone.
    """
    if out.suffix not in {".html", ".csv"}:
        raise SetupError("the sheet is .html or .csv", field="out")
    if out.exists():
        raise SetupError(f"{out} is there already", field="out")
    centre = open_centre(data_dir, writing=True)
    try:
        calls = calls_to_make(centre)
        sheet = as_html(calls) if out.suffix == ".html" else as_csv(calls)
        data = PrintCallSheet(sha256(sheet).hexdigest(), len(calls))
        centre.do("call_sheet.print/1", data, actor, CALLER)
        files.write_new(out, sheet)
    finally:
        centre.close()
    if as_json:
        emit({"ok": True, "people": len(calls), "out": str(out)})
    else:
        say(f"{len(calls)} 人，见 {out}", f"{len(calls)} people in {out}")
