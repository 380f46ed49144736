"""A desk where toys are traded: their commands, spelled shortly, and a kernel that folds them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from tests.support import toy
from tests.support.toy import Toy
from trading.engine import builtin
from trading.engine.builtin import EnterDefinition, Found
from trading.engine.catalogue import Catalogue
from trading.engine.context import Envelope
from trading.engine.kernel import Decision, Kernel
from trading.engine.registry import Registry, Subject
from trading.engine.stream import Command, Stream
from trading.record.entry import DONE, FORMAT, Body, In, Out, seal

SALT = b"s" * 32


def kernel(*, live: bool = True, subjects: Iterable[Subject] = (toy.TOY,)) -> Kernel:
    """Return a kernel that knows toys and the built-in workflow, and no definition yet."""
    catalogue = Catalogue(live=live)
    catalogue.add_workflow(builtin.BUILTIN)
    return Kernel(Registry((builtin.SUBJECT, *subjects)), catalogue)


_numbers = itertools.count(1)


def env(
    kind: str, data: Command, actor: str, role: str, *, received_us: int = toy.START_US, **more: Any
) -> Envelope:
    """Return a command with an id of its own."""
    more.setdefault("account", actor)
    more.setdefault("salt", SALT)
    return Envelope(kind, data, actor, role, received_us, f"cmd-{next(_numbers):08d}", **more)


def entering(kind: Any, definition: Any, actor: str = "writer", role: str = "writer") -> Envelope:
    """Return the command that enters a definition."""
    data = EnterDefinition(kind, definition.id, definition.digest, definition.body)
    return env("definition.enter/1", data, actor, role)


def founding() -> list[Envelope]:
    """Return the commands that found a centre that trades in toys."""
    entered = [entering(kind, definition) for kind, definition in toy.DEFINITIONS]
    return [*entered, env("centre.found/1", Found("toys.example/log"), "writer", "writer")]


def make(name: str = "a", *, org: str = "org-1", **more: Any) -> Envelope:
    """Make a toy."""
    return env("toy.make/1", toy.Make(name, org), "maker-1", "maker", **more)


def put_up(name: str = "a", *, sale_us: int = toy.SALE_US, **more: Any) -> Envelope:
    """Put a toy up for sale."""
    return env("toy.put_up/1", toy.PutUp(name, sale_us), "clerk-1", "clerk", **more)


def bid(price_fen: int, name: str = "a", *, actor: str = "bidder-1", **more: Any) -> Envelope:
    """Bid for a toy."""
    return env("toy.bid/1", toy.Bid(name, price_fen), actor, "bidder", **more)


def nudge(name: str = "a", *others: str, **more: Any) -> Envelope:
    """Nudge a toy and others."""
    return env("toy.nudge/1", toy.Nudge(name, others), "maker-1", "maker", **more)


def broken(how: str, name: str = "a", **more: Any) -> Envelope:
    """Run into a fault of the code."""
    return env("toy.break/1", toy.Break(name, how), "maker-1", "maker", **more)


def act(
    kind: str, name: str = "a", *, actor: str = "clerk-1", note: str = "", **more: Any
) -> Envelope:
    """Do ``toy.<kind>`` as a clerk."""
    return env(f"toy.{kind}/1", toy.Name(name, note), actor, "clerk", **more)


def put(secret: str, vault: str = "v", **more: Any) -> Envelope:
    """Put a secret into a vault."""
    return env("vault.put/1", toy.Put(vault, secret), "maker-1", "maker", **more)


class Desk:
    """A kernel with its fold and nothing else: no writer, no database, a clock set by hand."""

    def __init__(self, *, live: bool = True, founded: bool = True) -> None:
        self.kernel = kernel(live=live)
        self.states: dict[str, Stream] = {}
        self.bodies: list[bytes] = []
        self.now_us = toy.START_US
        for command in founding() if founded else ():
            assert self.do(command).outcome == DONE

    def decide(self, command: Envelope) -> Decision:
        """Decide without folding."""
        return self.kernel.decide(command, self.states, self.now_us)

    def do(self, command: Envelope) -> Decision:
        """Decide and fold, as the writer does."""
        decision = self.decide(command)
        for number, part in enumerate(decision.parts, 1):
            self._fold(command, part.before, part.out, (number, len(decision.parts)))
        if decision.outcome == DONE:
            self.kernel.learn(command)
        return decision

    def toy(self, name: str = "a") -> Toy:
        """Return what is known of a toy."""
        found: Toy = self.states[f"toy/{name}"].facets["toy"]
        return found

    def stream(self, name: str = "toy/a") -> Stream:
        """Return a state."""
        return self.states[name]

    def _fold(self, command: Envelope, before: Stream, out: Out, part: tuple[int, int]) -> None:
        given = In(command.actor, command.role, command.data, command.received_us)
        body = Body(
            FORMAT, command.kind, before.name, before.seq + 1, before.hash, command.cmd, part,
            self.now_us, out, given if part[0] == 1 else None,
        )  # fmt: skip
        sealed = seal(body, "public", b"")
        self.bodies.append(sealed.body)
        self.states[before.name] = self.kernel.evolve(before, out, self.now_us, sealed.hash.hex())


def run(*commands: Envelope) -> Desk:
    """Return a desk that decided ``commands``, all of which were done."""
    desk = Desk()
    for command in commands:
        assert desk.do(command).outcome == DONE, command
    return desk
