"""Passing scenes of organisations, grants and accounts."""

from __future__ import annotations

from tests.support.acts import ALL_ROUNDER, ORG, OTHER_ORG, Act, staff
from tests.support.trade import Places, Scene
from tests.trade.vectors.build import Break, Vector, both, data, facet, given, stream, vector
from trading.base.units import FOR_EVER_US
from trading.engine.stream import Command
from trading.people import commands

_FOUNDING = stream("definitions", place="founding")
_OFFICE = "office-chen"


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors of every edge of organisations and people."""

    def at(kind: str, command: Command, *breaks: Break, role: str = "office") -> Vector:
        act = Act(kind, command, role, role) if role == "writer" else staff(kind, command, role)
        scene = Scene(act, places.states["founded"], places.now_us("founded"))
        return both(*breaks)(vector(scene))

    def found(kind: str, command: Command, *breaks: Break) -> Vector:
        return at(kind, command, _FOUNDING, *breaks, role="writer")

    add = commands.CreateOrg("group-one", ORG, "group", "一组")
    give = commands.GiveGrant("new-person", "auditor", ORG, 0, FOR_EVER_US)
    enrol, sealed = commands.EnrolPerson("new-person"), given(sd=("digest-of-a-name",))
    known = data(person=ALL_ROUNDER)
    phone, himself = commands.SetPhone("bidder-101"), given(actor="bidder-101", role="bidder")
    linked = facet(f"person/{_OFFICE}", "person", accounts=("office-peng", _OFFICE))
    unlink = commands.UnlinkAccount(_OFFICE, "登记有误")
    return [
        found("org.create/1", add),
        at("org.create/1", add),
        at("org.rename/1", commands.RenameOrg(ORG, "甲新社区")),
        at("org.merge/1", commands.MergeOrg(ORG, OTHER_ORG)),
        at("org.close/1", commands.CloseOrg(ORG)),
        found("grant.give/1", give),
        at("grant.give/1", give),
        found("grant.give/1", give, known),
        at("grant.give/1", give, known),
        at("grant.end/1", commands.EndGrant(ALL_ROUNDER, "auditor", ORG)),
        found("person.enrol/1", enrol, sealed),
        at("person.enrol/1", enrol, sealed),
        found("person.enrol/1", enrol, known, sealed),
        at("person.enrol/1", enrol, known, sealed),
        at("person.set_phone/1", phone, sealed, himself),
        at("person.set_phone/1", phone, sealed, data(person=ALL_ROUNDER), himself,
           given(actor=ALL_ROUNDER)),
        at("person.link/1", commands.LinkAccounts(_OFFICE, "office-peng")),
        at("person.unlink/1", unlink, linked),
    ]  # fmt: skip
