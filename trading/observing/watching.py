"""Commands of the watch: open a step, state it, and waive it for one lot."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from trading.base.text import Digest, Id, LongText
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command, States
from trading.listing.rules import case_of_lot
from trading.observing.commands import panel_stream
from trading.observing.facts import signing_device, stated
from trading.observing.rules import StatementMade, Step, StepOpened, Verdict
from trading.observing.waivers import StepWaived, WaiveStep

LOTS_MAX = 20
OptionalLot = Annotated[str, Meta(max_length=64)]


class OpenStep(Command, frozen=True):
    """Open a step for lots of the notice over the digest of what is shown."""

    case: Id
    step: Step
    shown: Digest
    lots: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=LOTS_MAX)]


class StateStep(Command, frozen=True):
    """State a step over the digest of what the screen showed.

    Once for all lots of the opening but ``except_lots``; for one of those later, by ``lot``.
    ``device`` is the fingerprint of the own device whose ``signature`` this bears, both in hex.
    """

    case: Id
    step: Step
    shown: Digest
    verdict: Verdict
    assurance: Literal["device_key", "session_code", "paper", "assisted"]
    lot: OptionalLot = ""
    except_lots: Annotated[tuple[Id, ...], Meta(max_length=LOTS_MAX)] = ()
    reason_zh: LongText = ""
    device: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$(?!\n)")] = ""
    signature: Annotated[str, Meta(pattern=r"^[0-9a-f]*$(?!\n)", max_length=160)] = ""


def _open(context: Context) -> Effect:
    data: OpenStep = context.data
    return Effect((StepOpened(data.step, data.shown, data.lots, context.at_us),))


def _state(context: Context) -> Effect:
    data: StateStep = context.data
    device = signing_device(context)
    public_key = device.public_key if device else ""
    return Effect((StatementMade(data.step, data.shown, stated(context), public_key),))


def _waive(context: Context) -> Effect:
    return Effect((StepWaived(context.data.step, context.data.reason),))


def _lots(env: Envelope, _states: States) -> tuple[str, ...]:
    return tuple(f"lot/{lot}" for lot in env.data.lots)


def _own(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"person/{env.actor}",)


def _panel(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"panel/{case_of_lot(env.data.lot)}",)


COMMANDS = (
    CommandSpec("panel.open_step/1", OpenStep, panel_stream, "open_step", _open, reads=_lots),
    CommandSpec("panel.state/1", StateStep, panel_stream, "state", _state, reads=_own),
    CommandSpec("lot.waive/1", WaiveStep, lambda data: f"lot/{data.lot}", "waive", _waive,
                reads=_panel),
)  # fmt: skip
