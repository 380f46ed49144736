"""Local policy packs: what a community changes of the generic one."""

from __future__ import annotations

import msgspec

from tests.support.acts import STAFF
from tests.support.trade import Trade
from trading.engine.builtin import EnterDefinition
from trading.engine.policy import Pack
from trading.engine.registry import Registry
from trading.founding import shipped

OFFICE = (STAFF["office"], "office-peng")


def local_pack(registry: Registry, name: str, **values: str | int | bool) -> Pack:
    """Return pack ``name`` (with version), which changes ``values`` of the generic pack."""
    packs = {d.id: d for kind, d in shipped(registry) if kind == "pack"}
    generic = packs["cn-collective@1"]
    assert isinstance(generic, Pack)
    replace = msgspec.structs.replace
    changed = {key: replace(generic.values[key], value=value) for key, value in values.items()}
    return replace(generic, id=name, extends="cn-collective@1", values=changed)


def enter(trade: Trade, pack: Pack) -> None:
    """Enter ``pack`` in the log by two persons."""
    data = EnterDefinition("pack", pack.id, pack.digest, pack.body)
    for person in OFFICE:
        trade.centre.do("definition.enter/1", data, person, "office")
