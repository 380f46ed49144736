"""What turns one guard of organisations and grants alone."""

from __future__ import annotations

from tests.support.acts import (
    ORG,
)
from tests.trade.vectors.build import Break, Breaks, data, given, grant_on, stream
from trading.engine.builtin import (
    WRITER,
)

_ORG_ADD: dict[str, Break] = {
    "org_new_v1": data(org=ORG),
    "org_below_parent_v1": data(level="street"),
}
_GIVE: dict[str, Break] = {
    "role_known_v1": data(role="king"),
    "org_known_v1": lambda v: (
        grant_on(v.env.role, v.env.actor)(v) if v.env.role != WRITER else data(org="nowhere")(v)
    ),
    "grant_dated_v1": data(to_us=0),
}
_FOUNDING = stream("definitions", place="founding")
_OPENED = stream("definitions", place="open")

BREAKS: Breaks = {
    ("orgs", "add", "writer"): {"founding_v1": _OPENED, **_ORG_ADD},
    ("orgs", "add", "office"): {"founding_v1": _FOUNDING, **_ORG_ADD},
    ("person", "give", "writer"): {"founding_v1": _OPENED, **_GIVE},
    ("person", "give", "office"): {"founding_v1": _FOUNDING, **_GIVE},
    ("person", "enrol", "writer"): {"founding_v1": _OPENED, "name_disclosed_v1": given(sd=())},
    ("person", "enrol", "office"): {"founding_v1": _FOUNDING, "name_disclosed_v1": given(sd=())},
}
