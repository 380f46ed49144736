"""What the pages of the public share: lists that are paged by key, places, organisations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, tuple_

from trading.base.errors import InvalidInput
from trading.people.organisations import covers, name_at
from trading.web.shell import Shell
from trading.web.states import shown

PAGE = 25
NUMBER_MAX = (1 << 63) - 1
WORDS_MAX = 64
KEY_CHARACTERS_MAX = 200


def cursor(text: str) -> tuple[int, str] | None:
    """Return the key that a page starts behind, None for the first; refuse what is no key."""
    if not text:
        return None
    number, _, name = text[:KEY_CHARACTERS_MAX].partition("~")
    if not (number.isascii() and number.isdigit() and int(number) <= NUMBER_MAX and name):
        raise InvalidInput("this page of the list does not exist", field="after")
    return int(number), name


def behind(
    query: Select[Any], number: ColumnElement[Any], name: ColumnElement[Any], after: str,
    *, down: bool = False,
) -> Select[Any]:  # fmt: skip
    """Return ``query`` ordered by (number, name), from behind ``after`` on, one row too many."""
    key = cursor(after)
    if key is not None:
        here = tuple_(number, name)
        query = query.where(here < key if down else here > key)
    order = (number.desc(), name.desc()) if down else (number, name)
    return query.order_by(*order).limit(PAGE + 1)


def paged(rows: list[dict[str, Any]], number: str, name: str) -> tuple[list[dict[str, Any]], str]:
    """Return a page of ``rows`` and the key of its last row, empty where nothing follows."""
    if len(rows) <= PAGE:
        return rows, ""
    last = rows[PAGE - 1]
    return rows[:PAGE], f"{last[number]}~{last[name]}"


def rows(shell: Shell, query: Select[Any]) -> list[dict[str, Any]]:
    """Return the rows of ``query``, each by the names of its columns."""
    with shell.reading() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def orgs_named(shell: Shell) -> dict[str, str]:
    """Return the names of the organisations as they are called now, by id."""
    now_us = shell.centre.clock.now_us()
    return {org: name_at(node, now_us) for org, node in shell.orgs().nodes.items()}


def org_and_below(shell: Shell, org: str) -> tuple[str, ...]:
    """Return ``org`` and all that lies below it, at any depth; nothing of what nobody knows."""
    orgs = shell.orgs()
    return tuple(sorted(name for name in orgs.nodes if covers(orgs, org, name)))


def with_state(shell: Shell, found: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a lot with what is shown of it: its price, its next date, its org."""
    return {
        **found,
        "price_fen": found["lead_fen"] or found["start_price_fen"],
        "shown": (shell.centre, found["place"], found["hold"]),
    }


def lot_state(found: dict[str, Any]) -> tuple[str, str]:
    """Return word and tone of the state of a row, in the language of the page."""
    centre, place, hold = found["shown"]
    return shown(centre, "lot", place, hold)
