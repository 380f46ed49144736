"""Every route with an own object and with somebody else's, and what is wrong in the answers.

``OWN`` and ``OTHER`` hold the values of the parameters by route; a route of an object that is not
everybody's and stands in neither is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.web.api.house import AWARDED, LIVE, PUBLIC, House
from trading.demo.cast import Player
from trading.papers.reading import act_of
from trading.store import log
from trading.web.access import Access, declared
from trading.web.api.permissions import ALLOWED, HIDDEN, Asker, askers, verdict
from trading.web.door import form_token
from trading.web.representative.reading import tasks

SAFE = frozenset({"GET", "HEAD"})
ORIGIN = "http://localhost"
FORM = "application/x-www-form-urlencoded"
REFUSED = 403
GOOD = frozenset({200, 303, 304})
NEVER_ENDING = frozenset({"/live/lots/{lot:str}", "/live/centre", "/live/me"})
"""Streams: they answer for as long as somebody listens; tests/web/live asks them."""
OFFICER = "officer-yi-r115"
ELSEWHERE = frozenset({"/api/v1/lots/{lot:str}/bids", "/api/v1/lots/{lot:str}/number"})
"""Routes that other tests ask for own and other objects: test_bids.py and test_acts.py."""
_OBJECT = "/staff/objects/{kind:str}/{name:str}"
_SEEN = "/api/v1/objects/{kind:str}/{name:str}"
_LOT = "/bidder/lots/{lot:str}"
_LOOK = "/watch/look/{case:str}/{step:str}/{code:str}"
_AUDITED = ("/audit/lots/{lot:str}", "/audit/lots/{lot:str}/frame",
            "/audit/lots/{lot:str}/compare", "/audit/evidence/{lot:str}")  # fmt: skip


class Cell(NamedTuple):
    """One question: the route, who asks, and what the table says of it."""

    method: str
    path: str
    access: Access
    asker: Asker
    expected: int


class Matrix:
    """The questions of one house."""

    def __init__(self, house: House) -> None:
        """Learn the table of ``house`` as it stands now."""
        self.house = house
        self.cells = [
            Cell(method, path, access, asker, verdict(access, asker))
            for method, path, access in declared(house.app)
            for asker in askers(house.centre.kernel.registry)
        ]
        self._own = _own_examples(house)
        self._other = _other_examples(house, self._own)

    def player(self, asker: Asker) -> Player:
        """Return who of the cast asks as ``asker``; a role that nobody holds is given to one."""
        if not asker.room:
            return PUBLIC
        found = self.house.player(asker.role)
        return found if found.person else Player("", "staff", (), "", "")

    def denials(self, within: str = "/") -> Iterator[str]:
        """Yield every route that lets in, or turns away otherwise, who may not ask it."""
        for cell in self.cells:
            skipped = within not in cell.path or cell.expected == ALLOWED
            if skipped or not (who := self._who(cell)):
                continue
            found = self._ask(cell, who, fill(cell.path))
            if found != cell.expected:
                yield f"{cell.method} {cell.path} as {cell.asker.name}: {found}"

    def writes(self, within: str = "/") -> Iterator[str]:
        """Yield every write that is taken without its token, or from another site."""
        for cell in self.cells:
            if (
                within not in cell.path
                or cell.method in SAFE
                or cell.expected != ALLOWED
                or not (who := self._who(cell))
            ):
                continue
            foreign = {"Origin": "http://foreign.example"}
            for name, more in (("no token", {}), ("foreign", foreign)):
                found = self._ask(cell, who, fill(cell.path), **more, token=bool(more))
                if found != REFUSED:
                    yield f"{cell.method} {cell.path} as {cell.asker.name}, {name}: {found}"

    def fronts(self, within: str = "/") -> Iterator[str]:
        """Yield every route without an object that who may ask it is not let into, or no policy."""
        asked = set()
        for cell in self.cells:
            once = (cell.path, cell.asker.role if cell.access.roles else cell.asker.room)
            skipped = (
                within not in cell.path
                or "{" in cell.path
                or cell.path in NEVER_ENDING
                or once in asked
            )
            if cell.method != "GET" or cell.expected != ALLOWED or skipped:
                continue
            if who := self._who(cell):
                asked.add(once)
                yield from self._fault(cell, who, cell.path)

    def objects(self, within: str = "/") -> Iterator[str]:
        """Yield every route on which an own object is not seen, or another one is."""
        for cell in self.cells:
            mine = (
                within in cell.path
                and "{" in cell.path
                and cell.expected == ALLOWED
                and self.asks(cell)
            )
            if not mine or not (who := self._who(cell)):
                continue
            own, other = _of(self._own, cell), _of(self._other, cell)
            if own and cell.method == "GET":
                yield from self._fault(cell, who, fill(cell.path, own))
            if other:
                found = self._ask(cell, who, fill(cell.path, other), token=True)
                if found != HIDDEN:
                    yield f"{cell.method} {cell.path} with {other}: {found}"

    def asks(self, cell: Cell) -> bool:
        """Tell whether ``cell`` is asked by who has an own object there."""
        if cell.access.everybody:
            return cell.access.objects == "seen" and cell.asker.room == "bidder"
        if cell.asker.halfway:
            return False
        if cell.asker.room == "staff":
            wanted = cell.access.roles[0] if cell.access.roles else "community_officer"
            return cell.asker.role == wanted
        return True

    def unnamed(self) -> set[str]:
        """Return the routes of objects for which no example stands here."""
        return {
            cell.path for cell in self.cells
            if "{" in cell.path and self.asks(cell) and cell.expected == ALLOWED
            and not _of(self._other, cell)
        } - ELSEWHERE  # fmt: skip

    def _who(self, cell: Cell) -> Player | None:
        who = self.player(cell.asker)
        return who if who.person or not cell.asker.room else None

    def _fault(self, cell: Cell, who: Player, path: str) -> Iterator[str]:
        answer = self.house.get(path, who, Accept="text/html")
        if answer.status not in GOOD:
            yield f"GET {path} as {cell.asker.name}: {answer.status}"
        policy = answer.headers.get("content-security-policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            yield f"GET {path} as {cell.asker.name}: no content security policy"

    def _ask(self, cell: Cell, who: Player, path: str, *, token: bool = True, **more: str) -> int:
        house = self.house
        session = house.session(who, halfway=cell.asker.halfway) if who.person else ""
        headers = {"Origin": ORIGIN, **more}
        if session:
            headers["Cookie"] = f"session={session}"
        if cell.method not in SAFE:
            headers["Content-Type"] = FORM
        body = f"csrf={form_token(session)}" if token and session else ""
        return house.ask(cell.method, path, PUBLIC, headers, body.encode()).status


def _of(examples: dict[str, str], cell: Cell) -> str:
    """Return the example for who asks, for how it is asked, or for the route at all."""
    keys = (f"{cell.asker.room} {cell.path}", f"{cell.method} {cell.path}", cell.path)
    return next((examples[key] for key in keys if key in examples), "")


def fill(path: str, values: str = "") -> str:
    """Return the address of a route with ``values``, one for each parameter, separated by ``|``."""
    given = iter(values.split("|") if values else ())
    return re.sub(r"\{\w+:(\w+)\}", lambda m: next(given, "7" if m[1] == "int" else "x"), path)


def _first(house: House, stream: str, actor: str) -> int:
    """Return the position of the first entry of ``actor`` on ``stream``."""
    rows = log.stream_entries(house.centre.reading, stream, 0, 1000)
    return next(row.idx for row in rows if act_of(row).actor == actor)


def _document(house: House, stream: str) -> str:
    rows = log.stream_entries(house.centre.reading, stream, 0, 1000)
    return next(doc["sha256"] for row in rows for doc in act_of(row).docs)


def _opening(house: House, member: str) -> str:
    task = tasks(house.app.shell, member)[0]
    return f"{task.case}|{task.step}|{task.code}"


def _own_examples(house: House) -> dict[str, str]:
    """Return own objects by route, or by room or method and route where they differ."""
    number = house.player("bidder").person.partition("-")[2]
    mine = _opening(house, house.player("resident_rep").person)
    return {
        "/staff/receipt/{index:int}": str(_first(house, "case/case-r115", OFFICER)),
        "/staff/objects/{kind:str}/{name:str}": "case|case-r115",
        f"{_OBJECT}/documents/{{sha256:str}}":
            f"case|case-r115|{_document(house, 'case/case-r115')}",
        f"{_OBJECT}/differences": "case|case-r115", "/staff/cases/{case:str}/guide": "case-r115",
        "/staff/draw/{case:str}": "case-r115", "/staff/steps/{case:str}": "case-r115",
        "/staff/act/{kind:str}": "case.draft", "/staff/papers/{of:str}/{name:str}": f"lot|{LIVE}",
        "/staff/dossiers/{case:str}": "case-r115",
        _LOT: LIVE, f"{_LOT}/live": LIVE, f"{_LOT}/viewing": LIVE,
        _LOOK: mine, f"{_LOOK}/fine": mine, f"{_LOOK}/doubt": mine, f"{_LOOK}/remark": mine,
        **dict.fromkeys(_AUDITED, AWARDED), "/audit/dossiers/{case:str}": "case-r115",
        _SEEN: f"registration|{LIVE}-{number}",
        f"{_SEEN}/entries": f"deposit|{LIVE}-{number}",
        "/api/v1/own/bids/{lot:str}": LIVE, "staff /api/v1/people/{person:str}": OFFICER,
        "/api/v1/lots/{lot:str}": AWARDED, "/api/v1/cases/{case:str}": "case-r109",
        "/api/v1/notices/{case:str}": "case-r109", "/api/v1/assets/{asset:str}": "asset-r109",
        "/api/v1/contracts/{contract:str}": f"lot-{AWARDED}",
        "/api/v1/panels/{case:str}": "case-r109", "/api/v1/orgs/{org:str}": "community-r109",
        "/api/v1/entries/{position:int}": "7",
    }  # fmt: skip


def _other_examples(house: House, own: Iterable[str]) -> dict[str, str]:
    """Return objects of others by route, as above; those of the routes in ``own`` at the least."""
    number = house.player("bidder").person.partition("-")[2]
    panel = house.centre.state("panel/case-r109")
    assert panel is not None
    stranger: str = panel.facets["panel"].members[0]
    theirs = _opening(house, stranger)
    paper = _document(house, "case/case-r109")
    return {
        **dict.fromkeys(own, "no-such|no-such"), "/api/v1/lots/{lot:str}/number": "no-such",
        "/staff/confirm/{kind:str}/{name:str}/{trigger:str}": "case|case-r109|publish",
        "/staff/receipt/{index:int}": str(_first(house, "case/case-r109", "officer-yi-r109")),
        _OBJECT: "case|case-r109", f"{_OBJECT}/differences": "case|case-r109",
        f"{_OBJECT}/documents/{{sha256:str}}": f"case|case-r109|{paper}",
        "/staff/cases/{case:str}/guide": "case-r109", "/staff/draw/{case:str}": "case-r109",
        "POST /staff/draw/{case:str}": "no-such",
        "/staff/import/returned/{sha256:str}": "0" * 64,
        "/staff/policy/{kind:str}/{name:str}": "policy|no-such",
        "/staff/papers/{of:str}/{name:str}": "lot|no-such",
        "/staff/papers/{of:str}/{name:str}/{kind:str}": f"lot|{AWARDED}|award_notice",
        "/staff/papers/{of:str}/{name:str}/{kind:str}/pdf": f"lot|{AWARDED}|award_notice",
        "/staff/scans/new/{of:str}/{name:str}/{kind:str}": f"lot|{AWARDED}|contract",
        "/staff/scans/{paper:str}": "no-such", "/staff/scans/{paper:str}/check": "no-such",
        "/staff/scans/{paper:str}/pages/{leaf:int}": "no-such|0",
        "/staff/scans/{paper:str}/return": "no-such", "/staff/dossiers/{case:str}": "case-r109",
        **{f"{_LOT}/{one}": "no-such" for one in ("register", "acknowledge", "viewing", "live",
                                                  "confirm", "bid")},
        f"{_LOT}/object": AWARDED, f"{_LOT}/deal/{{what:str}}": f"{AWARDED}|accept",
        "/bidder/receipts/{index:int}": str(_bid_of_another(house, number)),
        "/bidder/papers/{of:str}/{name:str}": "lot|no-such",
        "/bidder/papers/{of:str}/{name:str}/{kind:str}": f"lot|{AWARDED}|award_notice",
        "/bidder/papers/{of:str}/{name:str}/{kind:str}/pdf": f"lot|{AWARDED}|award_notice",
        **{f"{_LOOK}{one}": theirs for one in ("", "/fine", "/doubt", "/remark", "/sign",
                                               "/attend")},
        f"{_LOOK}/papers/{{n:int}}": f"{theirs}|0",
        f"{_LOOK}/papers/{{n:int}}/{{leaf:int}}": f"{theirs}|0|0",
        f"{_LOOK}/{{what:str}}": f"{theirs}|ask", "/watch/spoken/{step:str}": "O99",
        "/watch/done/{index:int}": str(_first(house, "panel/case-r109", stranger)),
        _SEEN: _registered(house, number),
        f"{_SEEN}/entries": f"roll|{LIVE}",
        f"{_SEEN}/documents/{{sha256:str}}": f"case|case-r109|{paper}",
        "/api/v1/people/{person:str}": "office-chen",
        "auditor /api/v1/people/{person:str}": "no-such",
        "/api/v1/entries/{position:int}": "99999999",
    }  # fmt: skip


def _bid_of_another(house: House, number: str) -> int:
    rows = log.stream_entries(house.centre.reading, f"lot/{AWARDED}", 0, 1000)
    actors = ((row.idx, act_of(row).actor) for row in rows)
    return next(
        idx for idx, actor in actors if actor.startswith("bidder-") and actor != f"bidder-{number}"
    )


def _registered(house: House, number: str) -> str:
    names = (state.name.partition("/")[2] for state in house.centre.states_of("registration"))
    begin = f"{LIVE}-"
    return "registration|" + next(
        name for name in names if name.startswith(begin) and name != f"{begin}{number}"
    )
