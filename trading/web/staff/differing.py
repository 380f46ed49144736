"""What changed, field by field, side by side: plan and notice, amendments, award and contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from trading.awarding.rules import Award
from trading.centre import Centre
from trading.engine.stream import Stream
from trading.listing.rules import LotPlan
from trading.papers.reading import acts
from trading.record.entry import DONE
from trading.web.i18n import gettext as _
from trading.web.staff.facets import label_of
from trading.web.staff.forms import typed
from trading.web.staff.forms.shape import shape


class Line(msgspec.Struct, frozen=True):
    """One field with its values, and whether they differ."""

    label: str
    values: tuple[str, ...]
    changed: bool


class Compared(msgspec.Struct, frozen=True):
    """A table: what is compared, the heads of its columns, its lines."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def changes(self) -> int:
        """Return how many fields differ."""
        return sum(line.changed for line in self.lines)


def tables(centre: Centre, state: Stream) -> list[Compared]:
    """Return every comparison that ``state`` has."""
    if state.kind == "case":
        return list(_versions(centre, state))
    return [*_against_plan(centre, state), *_against_award(state)] if state.kind == "lot" else []


def compared(title: str, heads: tuple[str, ...], *plans: Any) -> Compared:
    """Compare structs of the same or another type by the fields that they share."""
    bodies = [
        {name: msgspec.to_builtins(getattr(plan, name)) for name in plan.__struct_fields__}
        for plan in plans
    ]
    lines = []
    for field in shape(type(plans[0])):
        held = [body[field.name] for body in bodies if field.name in body]
        label = label_of(field)
        if len(held) != len(plans) or not label:
            continue
        if field.fields:
            told = tuple(
                "; ".join(f"{k} {v}" for k, v in typed.answers("", field.fields, one)) or _("没有")
                for one in held
                if isinstance(one, dict)
            )
        else:
            told = tuple(typed.spoken(field, one) for one in held)
        lines.append(Line(label, told, any(one != held[0] for one in held)))
    return Compared(title, heads, tuple(lines))


def _versions(centre: Centre, state: Stream) -> Iterator[Compared]:
    """Yield, for each amendment, the plans of its lots before and after it."""
    before: dict[int, LotPlan] = {}
    for act in acts(centre, state.name):
        if act.outcome != DONE:
            continue
        for event in act.events:
            plans = {one["number"]: msgspec.convert(one, LotPlan) for one in event.get("lots", ())}
            if event["event"].startswith("case_amended/"):
                version = event["version"]
                for number, plan in plans.items():
                    if number in before:
                        yield compared(
                            _("变更公告第 %(v)s 版：标的 %(n)s", v=version, n=number),
                            (_("变更前"), _("变更后")), before[number], plan,
                        )  # fmt: skip
            before |= plans


def _against_plan(centre: Centre, state: Stream) -> Iterator[Compared]:
    """Yield the plan as it was decided beside the terms as they are published now."""
    terms = state.facets.get("terms")
    if terms is None:
        return
    plans: list[Any] = []
    for act in acts(centre, f"case/{terms.case}"):
        for event in act.events if act.outcome == DONE else ():
            if event["event"] == "case_drafted/1":
                plans = [one for one in event["lots"] if one["number"] == terms.plan.number]
    if plans:
        yield compared(
            _("决议的方案与现行公告"), (_("决议的方案"), _("现行公告")),
            msgspec.convert(plans[0], LotPlan), terms.plan,
        )  # fmt: skip


def _against_award(state: Stream) -> Iterator[Compared]:
    """Yield notice, award and contract beside each other."""
    award: Award | None = state.facets.get("award")
    terms = state.facets.get("terms")
    if award is None or award.contract is None or terms is None:
        return
    yield compared(
        _("公告与合同"), (_("合同"), _("公告")), award.contract, terms.plan
    )  # fmt: skip
    priced = msgspec.structs.replace(award.contract, price_fen=award.price_fen, bidder=award.bidder)
    yield compared(_("成交与合同"), (_("合同"), _("成交")), award.contract, priced)
