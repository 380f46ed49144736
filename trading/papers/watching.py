"""What papers say of representatives, of objections, and of a case's file as a whole."""

from __future__ import annotations

from typing import Any

from trading.centre import Centre
from trading.disputes.rules import Objection
from trading.engine.stream import Stream
from trading.observing.rules import Opening, Panel, Statement
from trading.papers.lots import Values, case_values, lot_values
from trading.papers.reading import Act, acts, instant, org_name
from trading.papers.wording import said
from trading.record.entry import DONE
from trading.words.language import words

DECIDED = "objection_ruled/1"


def of_panel(centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
    """Return what a paper of a panel says: the draw, the seats, and every statement."""
    del names
    panel: Panel = state.facets["panel"]
    case = centre.state(f"case/{state.name.partition('/')[2]}")
    assert case is not None
    drawn = _last(centre, state.name, "panel_drawn/1")
    return {
        "case": case_values(centre, case, act.at_us),
        "panel": {
            "org": org_name(centre, panel.org, act.at_us),
            "roster": panel.roster_digest,
            "commitment": panel.commitment,
            "seed": drawn.get("seed", ""),
            "number": panel.number,
            "eligible": len(panel.order),
            "order": list(panel.order),
            "seats": [{"member": one.member, "position": one.position} for one in panel.seats],
            "quorum": panel.quorum,
            "excluded": [
                {"member": member, "ground": said("exclusion", why)}
                for member, why in panel.excluded.items()
            ],
            "rested": list(drawn.get("rested", ())),
            "gone": [
                {"member": member, "cause": said("exclusion", why)}
                for member, why in panel.gone.items()
            ],
        },
        "steps": [
            _opening(step, opening)
            for step, openings in sorted(panel.steps.items(), key=lambda one: int(one[0][1:]))
            for opening in openings
        ],
    }


def _last(centre: Centre, stream: str, tag: str) -> dict[str, Any]:
    found = (act.event(tag) for act in acts(centre, stream) if act.outcome == DONE)
    return next((event for event in found if event), {})


def _opening(step: str, opening: Opening) -> Values:
    return {
        "step": step,
        "title": said("step", step),
        "at": instant(opening.opened_us),
        "shown": opening.shown,
        "lots": list(opening.lots),
        "statements": [_statement(one) for one in opening.statements],
    }


def _statement(one: Statement) -> Values:
    return {
        "member": one.member,
        "verdict": said("verdict", one.verdict),
        "assurance": said("assurance", one.assurance),
        "stands_in": one.stands_in,
        "about": one.lot or (f"除 {'、'.join(one.except_lots)} 外" if one.except_lots else "全部"),
    }


def of_objection(centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
    """Return what a paper of an objection says; who filed it stays a number."""
    del names
    found: Objection = state.facets["objection"]
    lot_id = state.name.partition("/")[2].rpartition("-")[0]
    lot = centre.state(f"lot/{lot_id}")
    assert lot is not None
    ruled = act.event(DECIDED)
    return {
        "lot": lot_values(centre, lot, act.at_us),
        "objection": {
            "number": state.name.rpartition("-")[2],
            "kind": said("objection_kind", found.kind),
            "ground": said("objection_ground", found.ground),
            "by": found.by,
            "filed": instant(found.since_us),
            "due": instant(found.due_us, closing=True),
            "ruling": said("outcome", ruled.get("remedy") or ruled.get("ruling", "")),
            "reason": ruled.get("reason_zh", ""),
            "late": found.late,
        },
    }


def of_file(centre: Centre, state: Stream, act: Act, *, names: bool) -> Values:
    """Return what the contents of a case's file say: every document, when, and who brought it."""
    del names
    case = state.facets["case"]
    name = state.name.partition("/")[2]
    streams = [state.name, f"panel/{name}"]
    streams += [case.lot(name, plan.number) for plan in case.lots]
    return {
        "case": case_values(centre, state, act.at_us),
        "documents": [one for stream in streams for one in documents_of(centre, stream)],
    }


def documents_of(centre: Centre, stream: str) -> list[Values]:
    """Return the documents that the acts of ``stream`` named, in order."""
    roles = words("zh", "roles")
    return [
        {"name": said("document", doc["name"]), "code": doc["name"], "sha256": doc["sha256"],
         "at": act.at, "actor": act.actor, "role": roles.get(act.role, act.role),
         "stream": stream, "index": act.index}
        for act in acts(centre, stream, "others")
        for doc in act.docs
    ]  # fmt: skip
