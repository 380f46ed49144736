"""Guards of people: what an organisation, a grant or an account must fulfil."""

from __future__ import annotations

from trading.base.units import FOR_EVER_US
from trading.engine.context import Context
from trading.engine.registry import GRANTED, GuardSpec
from trading.people.organisations import RANKS, Orgs, below, exists, root
from trading.people.rules import ACCOUNTS_MAX, Person, holds, same_human


def granted(context: Context) -> bool:
    """Tell whether the actor holds the role for the organisation concerned."""
    person = context.find(Person, f"person/{context.env.actor}")
    orgs = context.find(Orgs, "orgs")
    if person is None or orgs is None:
        return False
    return all(
        holds(person, orgs, context.env.role, org, context.at_us, lambda who: _person(context, who))
        for org in _concerned(context, orgs)
    )


def another_person(context: Context, first: str) -> bool:
    """Tell whether the actor is another human than ``first``, whatever accounts they use.

    Only who acts by grant has a stream that is declared; all others are their account.
    """
    actor = context.env.actor
    by_grant = context.registry.roles[context.env.role] == GRANTED
    return not same_human(_person(context, actor) if by_grant else None, actor, first)


def accounts_of(context: Context, person: str) -> tuple[str, ...]:
    """Return every account of the human behind ``person``, whose stream is declared."""
    found = _person(context, person)
    return (found.accounts if found else ()) or (person,)


def joined(context: Context) -> tuple[str, ...]:
    """Return the accounts of one human once ``person`` and ``same_as`` are known to be one."""
    data = context.data
    both = {*accounts_of(context, data.person), *accounts_of(context, data.same_as)}
    return tuple(sorted(both))


def _person(context: Context, person: str) -> Person | None:
    return context.find(Person, f"person/{person}")


def _concerned(context: Context, orgs: Orgs) -> tuple[str, ...]:
    """Return the organisations that the act concerns; permission is needed for each.

    They are the owner of the stream and where the act itself points to: nobody gives away, on a
    stream of their own, what belongs to another. What concerns neither concerns the whole centre.
    """
    data = context.data
    pointed = getattr(data, "parent", "") or getattr(data, "org", "")
    concerned = (context.stream.org, pointed, getattr(data, "into", ""))
    return tuple(org for org in concerned if org) or (root(orgs),)


def _org_new(context: Context) -> bool:
    orgs = context.find(Orgs)
    return orgs is None or context.data.org not in orgs.nodes


def _org_below(context: Context) -> bool:
    orgs = context.find(Orgs) or Orgs()
    data = context.data
    parent = orgs.nodes.get(data.parent)
    if parent is None:
        return not data.parent and RANKS[data.level] == 0 and not orgs.nodes
    below_parent = RANKS[data.level] == RANKS[parent.level] + 1
    return below_parent and exists(orgs, data.parent, context.at_us)


def _org_known(context: Context) -> bool:
    orgs = context.find(Orgs, "orgs")
    return orgs is not None and exists(orgs, context.data.org, context.at_us)


def _successor_fits(context: Context) -> bool:
    orgs, data = context.of(Orgs), context.data
    org = orgs.nodes.get(data.org)
    if org is None or data.into == data.org or not exists(orgs, data.into, context.at_us):
        return False
    return RANKS[org.level] == RANKS[orgs.nodes[data.into].level]


def _org_closable(context: Context) -> bool:
    orgs, org = context.of(Orgs), context.data.org
    return org != root(orgs) and not below(orgs, org, context.at_us)


def _role_known(context: Context) -> bool:
    return context.data.role in context.registry.roles


def _deputy_of_holder(context: Context) -> bool:
    data = context.data
    if not data.deputy_of:
        return True
    principal, orgs = _person(context, data.deputy_of), context.find(Orgs, "orgs")
    if principal is None or orgs is None or data.deputy_of == data.person:
        return False
    return holds(principal, orgs, data.role, data.org, context.at_us)


def _deputy_dated(context: Context) -> bool:
    return not context.data.deputy_of or context.data.to_us < FOR_EVER_US


def _sealed_once(context: Context) -> bool:
    return len(context.env.sd) == 1


def _grant_dated(context: Context) -> bool:
    return bool(context.data.from_us < context.data.to_us)


def _grant_new(context: Context) -> bool:
    """Tell whether the person does not hold just this already, at any time of the new grant."""
    data, person = context.data, context.find(Person)
    asked = (data.role, data.org, data.deputy_of)
    return not any(
        (grant.role, grant.org, grant.deputy_of) == asked
        and grant.from_us < data.to_us
        and data.from_us < grant.to_us
        for grant in (person.grants if person else ())
    )


def _accounts_differ(context: Context) -> bool:
    return context.data.same_as not in accounts_of(context, context.data.person)


def _accounts_few(context: Context) -> bool:
    return len(joined(context)) <= ACCOUNTS_MAX


def _linked(context: Context) -> bool:
    return bool(context.of(Person).accounts)


def _oneself_or_staff(context: Context) -> bool:
    staff = context.registry.roles[context.env.role] == GRANTED
    return bool(staff or context.data.person == context.env.actor)


GUARDS = (
    GuardSpec("org_new_v1", _org_new, "org", "decision 16"),
    GuardSpec("org_below_parent_v1", _org_below, "parent", "decision 16"),
    GuardSpec("org_known_v1", _org_known, "org", "decision 16"),
    GuardSpec("successor_fits_v1", _successor_fits, "into", "decision 16; 村改社区"),
    GuardSpec("org_closable_v1", _org_closable, "org", "decision 16"),
    GuardSpec("role_known_v1", _role_known, "role", "decision 16"),
    GuardSpec("name_disclosed_v1", _sealed_once, "name", "decision 6"),
    GuardSpec("phone_disclosed_v1", _sealed_once, "phone", "decision 6"),
    GuardSpec("grant_dated_v1", _grant_dated, "to_us", "decision 16"),
    GuardSpec("grant_new_v1", _grant_new, "person", "decision 16"),
    GuardSpec("deputy_of_holder_v1", _deputy_of_holder, "deputy_of", "decision 16"),
    GuardSpec("deputy_dated_v1", _deputy_dated, "to_us", "decision 16"),
    GuardSpec("accounts_differ_v1", _accounts_differ, "same_as", "decision 17"),
    GuardSpec("accounts_few_v1", _accounts_few, "same_as", "decision 17"),
    GuardSpec("linked_v1", _linked, "person", "decision 17"),
    GuardSpec("oneself_or_staff_v1", _oneself_or_staff, "person", "decision 6"),
)
