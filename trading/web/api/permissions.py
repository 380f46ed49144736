"""The table of permissions: role x route x own or other object x time, from what is served.

Routes are those that are declared, acts those of the registry and the workflows in force, closed
objects those of ``trading.web.visibility``. Nothing is listed by hand: what is not in the table is
not permitted. The same verdicts are what the test of the matrix asks the application for. Source:
decision 16; security brief, INV-27.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from litestar import Litestar

from trading.centre import Centre
from trading.engine.builtin import CLOCK, WRITER
from trading.engine.registry import GRANTED, PUBLIC, RESTRICTED, Registry
from trading.web.access import LIMITS, TWO_FACTORS, Access, declared_handlers
from trading.web.limits import RATES
from trading.web.visibility import OWN, role_sees
from trading.web.wants import edges, stream_kind

ALLOWED, SIGN_IN, HIDDEN = 200, 401, 404
OBJECTS = {
    "none": ("names no object", "names no object"),
    "public": ("what was published", "404"),
    "own": ("the caller's own, and what was published", "404"),
    "org": ("what a grant of the caller reaches and the table of closed objects opens", "404"),
    "panel": ("panels on which the caller sits, or sat", "404"),
    "served": ("everything", "404 where there is none"),
    "seen": ("whatever the table of closed objects opens", "404"),
}
"""What is seen of own and of other objects, by what a route declares."""
COMMAND = "python -m tests.web.api.permissions"
_HEAD = f"""\
# Who may do what

Made by `{COMMAND}` from what is served; a test keeps it fresh, and another one asks the
application for every cell. Everything else is denied.

- `yes`: may ask; what is seen of an object is said by `objects`, below.
- `401`: sign in first; a browser is led to the door.
- `404`: as if the path did not exist. What may not be seen is never told from what is not there.
- Whoever has shown one factor only is public to rooms of the staff and of auditors, but for the
  routes marked `half`.
- A write without the token of its form, or from another site, is refused with `403`; so is a
  browser's act on another site's behalf. A bearer token needs no form.
- `limits` names the buckets of which each request spends a token; an empty one is `429` with
  `Retry-After`.
"""


class Asker(msgspec.Struct, frozen=True):
    """Somebody who asks: signed in to ``room`` with ``role``; ``halfway`` with one factor only."""

    name: str
    room: str = ""
    role: str = ""
    halfway: bool = False


def askers(registry: Registry) -> tuple[Asker, ...]:
    """Return everybody who is told apart: the public, each room, and each role of the staff."""
    staff = [role for role, how in registry.roles.items() if how == GRANTED and role != "auditor"]
    return (
        Asker("public"),
        Asker("bidder", "bidder", "bidder"),
        Asker("resident_rep", "representative", "resident_rep"),
        Asker("auditor", "auditor", "auditor"),
        *(Asker(role, "staff", role) for role in sorted(staff)),
        Asker("halfway", "staff", "office", halfway=True),
    )


def verdict(access: Access, asker: Asker) -> int:
    """Return what ``asker`` is answered before any object is looked at."""
    if access.everybody:
        return ALLOWED
    owes = asker.halfway and asker.room in TWO_FACTORS and not access.halfway
    if not asker.room or owes:
        return SIGN_IN
    let_in = asker.room in access.rooms and (not access.roles or asker.role in access.roles)
    return ALLOWED if let_in else HIDDEN


def page(centre: Centre, app: Litestar) -> str:
    """Return the table as a page of Markdown."""
    centre.refresh()
    registry = centre.kernel.registry
    parts = [
        _HEAD,
        "## Routes\n",
        *_table(_routes_head(), _routes(registry, app)),
        "\n## Objects\n",
        *_table(("objects", "own", "other"), ((f"`{k}`", *v) for k, v in OBJECTS.items())),
        "\n## Closed objects and time\n",
        *_table(("object", "time", "own", *_seers(registry)), _closed(registry)),
        "\n## Acts and time\n",
        "An act is for who holds one of the roles over the object's organisation, or is the bidder",
        "or the member of the panel; a place is where the object has to stand.\n",
        *_table(("act", "object", "place", "roles", "persons"), _acts(centre)),
        "\n## Limits\n",
        *_table(("bucket", "a second", "at once"),
                ((name, str(rate.per_second), str(rate.burst)) for name, rate in RATES.items())),
        "",
    ]  # fmt: skip
    return "\n".join(parts)


def _routes_head() -> tuple[str, ...]:
    return ("route", "public", "bidder", "resident_rep", "auditor", "staff", "objects", "limits")


def _routes(registry: Registry, app: Litestar) -> Iterator[tuple[str, ...]]:
    """Yield one row for each method of each route; a role of the staff is named where not all."""
    known = askers(registry)
    rooms = [one for one in known if one.room != "staff"]
    staff = [one for one in known if one.room == "staff" and not one.halfway]
    rows = sorted(declared_handlers(app), key=lambda row: (row[1], row[0]))
    for method, path, access, handler in rows:
        if method == "HEAD":
            continue
        half = " (half)" if access.halfway else ""
        held = [one.name for one in staff if verdict(access, one) == ALLOWED]
        told = "yes" if len(held) == len(staff) else ", ".join(held) or str(HIDDEN)
        limits = ", ".join(handler.opt.get(LIMITS, ())) or "-"
        yield (
            f"{method} `{path}`", *(_cell(verdict(access, one)) + half for one in rooms),
            told + half, f"`{access.objects}`", limits,
        )  # fmt: skip


def _cell(found: int) -> str:
    return "yes" if found == ALLOWED else str(found)


def _seers(registry: Registry) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.role or one.name for one in askers(registry)))


def _closed(registry: Registry) -> Iterator[tuple[str, ...]]:
    """Yield what each role sees of each kind of object, before and after what opens it."""
    for kind, spec in sorted(registry.streams.items()):
        times: tuple[tuple[str, bool], ...] = (("always", False),)
        if spec.audience not in {PUBLIC, RESTRICTED}:
            times = (("before the award", False), ("after the award", True))
        for time, opened in times:
            own = "yes" if opened or spec.audience == PUBLIC or kind in {*OWN, "person"} else "404"
            seen = (role_sees(role, registry, kind, opened=opened) for role in _seers(registry))
            yield f"`{kind}`", time, own, *("yes" if one else "404" for one in seen)


def _acts(centre: Centre) -> Iterator[tuple[str, ...]]:
    """Yield where each kind of act may be done, by whom, and how many people it takes."""
    for kind, spec in sorted(centre.kernel.registry.commands.items()):
        if spec.clock:
            continue
        found: dict[tuple[tuple[str, ...], int], list[str]] = {}
        for edge in edges(centre, spec):
            if set(edge.roles) <= {CLOCK, WRITER}:
                continue
            found.setdefault((edge.roles, edge.persons), []).append(edge.source)
        for (roles, persons), places in found.items():
            yield (
                f"`{kind}`", stream_kind(spec) or "any",
                ", ".join(dict.fromkeys(place or "(new)" for place in places)), ", ".join(roles),
                str(persons),
            )  # fmt: skip


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
