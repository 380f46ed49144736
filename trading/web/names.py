"""Under which name a bidder registers: the one that was checked when they were identified."""

from __future__ import annotations

from trading.base.errors import NotFound
from trading.people.rules import Person
from trading.web.shell import Shell


def name_known(shell: Shell, person: str) -> str:
    """Return the name under which ``person`` was identified, empty where none is known."""
    state = shell.centre.state(f"person/{person}")
    found = state.facets.get("person") if state else None
    if not isinstance(found, Person) or not found.name_digest:
        return ""
    try:
        return shell.centre.disclosed(found.name_digest)
    except NotFound:
        return ""
