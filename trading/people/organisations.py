"""Organisations: a dated tree, renamed, merged and closed, and never forgotten.

district > street > community or village > residents' group. When a village becomes part of a
community (村改社区) both the lineage and the name of every day stay known: what the predecessor
owned is reached by whoever holds permission on the successor, and an entry keeps the organisation
that it was written with. Source: decision 16; domain brief, section 3.
"""

from __future__ import annotations

import msgspec

from trading.base.units import FOR_EVER_US
from trading.engine.stream import Event, Facet

RANKS = {"district": 0, "street": 1, "village": 2, "community": 2, "group": 3}
"""How deep each level stands; what has the same rank may merge."""

replace = msgspec.structs.replace


class FormerName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name that was borne until before ``to_us``."""

    name_zh: str
    to_us: int


class Org(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One organisation from ``from_us`` until before ``to_us``.

    ``parent`` is empty for the district at the root. ``successor`` took over what it owned.
    """

    parent: str
    level: str
    name_zh: str
    from_us: int = 0
    to_us: int = FOR_EVER_US
    successor: str = ""
    former: tuple[FormerName, ...] = ()


class Orgs(Facet, frozen=True):
    """The tree of organisations of one centre, those that are no more included."""

    nodes: dict[str, Org] = {}  # noqa: RUF012 - copied by msgspec


class OrgAdded(Event, frozen=True, tag="org_added/1"):
    """An organisation was added below its parent."""

    org: str
    parent: str
    level: str
    name_zh: str
    from_us: int


class OrgRenamed(Event, frozen=True, tag="org_renamed/1"):
    """An organisation bears another name from ``at_us``."""

    org: str
    name_zh: str
    at_us: int


class OrgMerged(Event, frozen=True, tag="org_merged/1"):
    """An organisation ended at ``at_us``; ``into`` took over what it owned."""

    org: str
    into: str
    at_us: int


class OrgClosed(Event, frozen=True, tag="org_closed/1"):
    """An organisation ended at ``at_us`` without a successor; its parent goes on."""

    org: str
    at_us: int


def org_added(orgs: Orgs | None, event: OrgAdded) -> Orgs:
    """Fold an added organisation."""
    nodes = orgs.nodes if orgs else {}
    added = Org(event.parent, event.level, event.name_zh, event.from_us)
    return Orgs({**nodes, event.org: added})


def org_renamed(orgs: Orgs, event: OrgRenamed) -> Orgs:
    """Fold a new name; the former one stays."""
    org = orgs.nodes[event.org]
    former = (*org.former, FormerName(org.name_zh, event.at_us))
    return _changed(orgs, event.org, replace(org, name_zh=event.name_zh, former=former))


def org_merged(orgs: Orgs, event: OrgMerged) -> Orgs:
    """Fold a merger."""
    org = replace(orgs.nodes[event.org], to_us=event.at_us, successor=event.into)
    return _changed(orgs, event.org, org)


def org_closed(orgs: Orgs, event: OrgClosed) -> Orgs:
    """Fold an end without a successor."""
    return _changed(orgs, event.org, replace(orgs.nodes[event.org], to_us=event.at_us))


def _changed(orgs: Orgs, name: str, org: Org) -> Orgs:
    return Orgs({**orgs.nodes, name: org})


def exists(orgs: Orgs, org: str, at_us: int) -> bool:
    """Tell whether ``org`` had begun and not ended at ``at_us``."""
    node = orgs.nodes.get(org)
    return node is not None and node.from_us <= at_us < node.to_us


def name_at(org: Org, at_us: int) -> str:
    """Return the name that ``org`` bore at ``at_us``."""
    return next((name.name_zh for name in org.former if at_us < name.to_us), org.name_zh)


def covers(orgs: Orgs, holder: str, target: str) -> bool:
    """Tell whether ``target`` is ``holder``, or lies below it or below what it succeeded."""
    for _step in range(len(orgs.nodes) + 1):
        if target == holder:
            return True
        node = orgs.nodes.get(target)
        if node is None:
            return False
        target = node.successor or node.parent
    return False


def root(orgs: Orgs) -> str:
    """Return the organisation without a parent, empty in an empty tree."""
    return next((name for name, node in orgs.nodes.items() if not node.parent), "")


def below(orgs: Orgs, org: str, at_us: int) -> tuple[str, ...]:
    """Return what exists at ``at_us`` directly below ``org`` or below what merged into it."""
    heirs = {org}
    for _step in orgs.nodes:
        heirs |= {name for name, node in orgs.nodes.items() if node.successor in heirs}
    return tuple(
        name
        for name, node in orgs.nodes.items()
        if node.parent in heirs and exists(orgs, name, at_us)
    )
