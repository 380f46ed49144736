"""Guards of people: what an organisation or a grant must fulfil to be added."""

from __future__ import annotations

from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.people.rules import LEVELS, Orgs, Person, holds, root


def granted(context: Context) -> bool:
    """Tell whether the actor holds the role for the organisation concerned."""
    person = context.find(Person, f"person/{context.env.actor}")
    orgs = context.find(Orgs, "orgs")
    if person is None or orgs is None:
        return False
    return all(
        holds(person, orgs, context.env.role, org, context.at_us)
        for org in _concerned(context, orgs)
    )


def _concerned(context: Context, orgs: Orgs) -> tuple[str, ...]:
    """Return the organisations that the act concerns; permission is needed for each.

    They are the owner of the stream and where the act itself points to: nobody gives away, on a
    stream of their own, what belongs to another. What concerns neither concerns the whole centre.
    """
    data = context.data
    pointed = getattr(data, "parent", "") or getattr(data, "org", "")
    return tuple(org for org in (context.stream.org, pointed) if org) or (root(orgs),)


def _org_new(context: Context) -> bool:
    orgs = context.find(Orgs)
    return orgs is None or context.data.org not in orgs.nodes


def _org_below(context: Context) -> bool:
    orgs = context.find(Orgs) or Orgs()
    parent = orgs.nodes.get(context.data.parent)
    if parent is None:
        return not context.data.parent and context.data.level == LEVELS[0] and not orgs.nodes
    return LEVELS.index(context.data.level) == LEVELS.index(parent.level) + 1


def _role_known(context: Context) -> bool:
    return context.data.role in context.registry.roles


def _org_known(context: Context) -> bool:
    orgs = context.find(Orgs, "orgs")
    return orgs is not None and context.data.org in orgs.nodes


def _name_disclosed(context: Context) -> bool:
    return len(context.env.sd) == 1


def _grant_dated(context: Context) -> bool:
    return bool(context.data.from_us < context.data.to_us)


GUARDS = (
    GuardSpec("org_new_v1", _org_new, "org", "decision 16"),
    GuardSpec("org_below_parent_v1", _org_below, "parent", "decision 16"),
    GuardSpec("org_known_v1", _org_known, "org", "decision 16"),
    GuardSpec("role_known_v1", _role_known, "role", "decision 16"),
    GuardSpec("name_disclosed_v1", _name_disclosed, "name", "decision 6"),
    GuardSpec("grant_dated_v1", _grant_dated, "to_us", "decision 16"),
)
