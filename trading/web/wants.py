"""What the workflows and guards want of an act: its roles, its papers, the facts to be checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trading.centre import Centre
from trading.engine.definitions import Transition, Workflow
from trading.engine.registry import ENGINE, HOLD, CommandSpec

PAPERS: dict[str, tuple[str, ...]] = {
    "papers_filed_v1": (
        "application", "authority", "title", "plan", "minutes", "contract_draft", "appraisal",
    ),
    "notice_filed_v1": ("notice", "contract_draft"),
    "amendment_filed_v1": ("amendment", "approval"),
    "street_approved_v1": ("street_approval",),
    "minutes_filed_v1": ("minutes",),
    "award_notice_filed_v1": ("award_notice",),
    "contract_filed_v1": ("contract",),
    "paper_filed_v1": ("contract",),
    "order_filed_v1": ("order",),
    "handover_filed_v1": ("handover",),
    "inspection_filed_v1": ("inspection",),
    "ending_filed_v1": ("evidence",),
    "evidence_filed_v1": ("evidence",),
    "objection_filed_v1": ("objection",),
    "answer_filed_v1": ("answer",),
    "scan_filed_v1": ("scan",),
    "remark_filed_v1": ("remark",),
}  # fmt: skip
"""The papers that satisfy each guard of documents."""
MAY_LACK = frozenset({"appraisal", "approval", "street_approval"})
"""Papers that are wanted in some cases only."""
WANTED_TOO = {"lot.withdraw": ("withdrawal",)}
"""Papers that custom wants where no guard does."""
FACTS = {
    "eligible_v1": "eligible", "not_barred_v1": "not_barred",
    "payer_same_name_v1": "payer_same_name",
}  # fmt: skip
"""The fact that whoever acts has checked, by the guard that wants it."""
MORE_FACTS = {"contract.receive": ("payer_same_name",)}
PERSONAL = {"person.enrol": ("name",), "person.set_phone": ("phone",),
            "registration.submit": ("name",)}  # fmt: skip
"""What is sealed beside the act and never enters the record."""


class _Probe:
    """Answers every name: enough to learn which kind of stream a command moves."""

    def __getattr__(self, _name: str) -> str:
        return "x"


def stream_kind(spec: CommandSpec) -> str:
    """Return the kind of stream that ``spec`` moves, empty where it moves several kinds."""
    kind, slash, _name = spec.stream(_Probe()).partition("/")
    return kind if slash or kind in {"centre", "definitions", "orgs", "security", "decoy"} else ""


def edges(centre: Centre, spec: CommandSpec) -> tuple[Transition, ...]:
    """Return every edge on which ``spec`` may move its stream, in the newest workflows."""
    kind = stream_kind(spec)
    if spec.region == HOLD:
        found = centre.newest("workflow", HOLD)
        workflows: tuple[Workflow, ...] = (found,) if isinstance(found, Workflow) else ()
    elif kind:
        workflows = _newest(centre, kind)
    else:
        workflows = tuple(
            one for name in centre.kernel.registry.streams for one in _newest(centre, name)
        )
    return tuple(
        edge for workflow in workflows for edge in workflow.transitions
        if edge.trigger == spec.trigger
    )  # fmt: skip


def _newest(centre: Centre, kind: str) -> tuple[Workflow, ...]:
    name = centre.kernel.registry.streams[kind].workflow
    if "@" in name:
        return (centre.kernel.catalogue.workflow(name),)
    found = centre.newest("workflow", name)
    return (found,) if isinstance(found, Workflow) else ()


def roles(centre: Centre, spec: CommandSpec) -> tuple[str, ...]:
    """Return the roles that may do this at all, engine's own left out."""
    known = centre.kernel.registry.roles
    found = {role: None for edge in edges(centre, spec) for role in edge.roles}
    return tuple(role for role in found if known.get(role) != ENGINE)


def persons(centre: Centre, spec: CommandSpec) -> int:
    """Return how many people this takes at most."""
    return max((edge.persons for edge in edges(centre, spec)), default=1)


def papers(centre: Centre, spec: CommandSpec) -> tuple[str, ...]:
    """Return the papers that may be wanted."""
    named = [name for guard in guards(centre, spec) for name in PAPERS.get(guard, ())]
    return tuple(dict.fromkeys((*named, *WANTED_TOO.get(_base(spec), ()))))


def facts(centre: Centre, spec: CommandSpec) -> tuple[str, ...]:
    """Return the facts that whoever acts has to have checked."""
    named = [FACTS[guard] for guard in guards(centre, spec) if guard in FACTS]
    return tuple(dict.fromkeys((*named, *MORE_FACTS.get(_base(spec), ()))))


def guards(centre: Centre, spec: CommandSpec) -> tuple[str, ...]:
    """Return every guard of every edge, once each."""
    found: dict[str, Any] = {}
    for edge in edges(centre, spec):
        found |= dict.fromkeys((*edge.all_guards, *edge.unless))
    return tuple(found)


def whose(data: Mapping[str, Any]) -> str:
    """Return under what the personal fields of an act are sealed: a person, or a registration."""
    return str(data.get("person") or f"{data.get('lot')}/{data.get('number')}")


def _base(spec: CommandSpec) -> str:
    return spec.kind.partition("/")[0]
