"""What turns one guard of organisations and grants alone."""

from __future__ import annotations

from tests.support.acts import (
    ALL_ROUNDER,
    ORG,
)
from tests.trade.vectors.build import Break, Breaks, Vector, closed_org, data, facet, given, stream
from trading.base.units import FOR_EVER_US
from trading.people.rules import Grant


def _held(v: Vector) -> Vector:
    """Give it to a person who holds it already."""
    if f"person/{v.env.data.person}" not in v.states:
        v = data(person=ALL_ROUNDER)(v)
    asked = v.env.data
    grant = Grant(asked.role, asked.org, 0, FOR_EVER_US, asked.deputy_of)
    return facet(f"person/{asked.person}", "person", grants=(grant,))(v)


_ORG_ADD: dict[str, Break] = {
    "org_new_v1": data(org=ORG),
    "org_below_parent_v1": data(level="street"),
}
_GIVE: dict[str, Break] = {
    "role_known_v1": data(role="king"),
    "org_known_v1": closed_org,
    "grant_dated_v1": data(to_us=0),
    "grant_new_v1": _held,
}
_DEPUTY: dict[str, Break] = {
    "deputy_of_holder_v1": data(deputy_of="nobody", to_us=1),
    "deputy_dated_v1": data(role="office", deputy_of="office-peng"),
}
_FOUNDING = stream("definitions", place="founding")
_OPENED = stream("definitions", place="open")


def _crowd(v: Vector) -> Vector:
    accounts = tuple(f"account-{n}" for n in range(8))
    return facet(f"person/{v.env.data.person}", "person", accounts=accounts)(v)


def _one(v: Vector) -> Vector:
    accounts = (v.env.data.person, v.env.data.same_as)
    return facet(f"person/{v.env.data.person}", "person", accounts=accounts)(v)


BREAKS: Breaks = {
    ("orgs", "add", "writer"): {"founding_v1": _OPENED, **_ORG_ADD},
    ("orgs", "add", "office"): {"founding_v1": _FOUNDING, **_ORG_ADD},
    ("orgs", "rename", "office"): {"org_known_v1": closed_org},
    ("orgs", "merge", "office"): {
        "org_known_v1": closed_org,
        "successor_fits_v1": data(into="demo-street"),
    },
    ("orgs", "close", "office"): {
        "org_known_v1": closed_org,
        "org_closable_v1": data(org="demo-street"),
    },
    ("person", "give", "writer"): {"founding_v1": _OPENED, **_GIVE},
    ("person", "give", "office"): {"founding_v1": _FOUNDING, **_GIVE, **_DEPUTY},
    ("person", "enrol", "writer"): {"founding_v1": _OPENED, "name_disclosed_v1": given(sd=())},
    ("person", "enrol", "office"): {"founding_v1": _FOUNDING, "name_disclosed_v1": given(sd=())},
    ("person", "set_phone", "bidder"): {
        "phone_disclosed_v1": given(sd=()),
        "oneself_or_staff_v1": given(actor="somebody-else"),
    },
    ("person", "link", "office"): {"accounts_differ_v1": _one, "accounts_few_v1": _crowd},
    ("person", "unlink", "office"): {
        "linked_v1": lambda v: facet(f"person/{v.env.data.person}", "person", accounts=())(v),
    },
}
