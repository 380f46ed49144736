"""Notifications: the outbox, what came of it, and who has taken note."""

from __future__ import annotations

from trading.engine.registry import RESTRICTED, StreamSpec, Subject
from trading.notifications import rules
from trading.notifications.commands import COMMANDS, SHEET
from trading.notifications.guards import GUARDS

SUBJECT = Subject(
    name="notifications",
    streams=(
        StreamSpec("notification", "notification", audience=RESTRICTED),
        StreamSpec(SHEET, SHEET, audience=RESTRICTED),
    ),
    commands=COMMANDS,
    facets={"notification": rules.Notification, "call_sheet": rules.CallSheet},
    evolves={
        rules.Queued: ("notification", rules.queued),
        rules.Attempted: ("notification", rules.attempted),
        rules.Confirmed: ("notification", rules.confirmed),
        rules.SheetPrinted: ("call_sheet", rules.sheet_printed),
    },
    guards=GUARDS,
)
