"""Commands of devices: add an own key, confirm another's, revoke one."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from trading.base.signature import Algorithm, fingerprint
from trading.base.text import Digest, Id
from trading.engine.context import Context, Envelope
from trading.engine.registry import CommandSpec, Effect
from trading.engine.stream import Command, States
from trading.people.devices import DeviceAdded, DeviceConfirmed, DeviceRevoked

PublicKey = Annotated[str, Meta(pattern=r"^([0-9a-f]{64}|04[0-9a-f]{128})$(?!\n)")]


class AddDevice(Command, frozen=True):
    """Add the raw public key, in hex, of an own device."""

    person: Id
    algorithm: Algorithm
    public_key: PublicKey


class ConfirmDevice(Command, frozen=True):
    """Confirm, from the same roster of ``org``, a fingerprint that one has compared."""

    person: Id
    org: Id
    fingerprint: Digest


class RevokeDevice(Command, frozen=True):
    """Revoke a device that was lost or replaced."""

    person: Id
    fingerprint: Digest


def _person(data: Any) -> str:
    return f"person/{data.person}"


def _add(context: Context) -> Effect:
    data: AddDevice = context.data
    event = DeviceAdded(fingerprint(data.public_key), data.algorithm, data.public_key)
    return Effect((event,))


def _confirm(context: Context) -> Effect:
    return Effect((DeviceConfirmed(context.data.fingerprint, context.env.actor),))


def _revoke(context: Context) -> Effect:
    return Effect((DeviceRevoked(context.data.fingerprint, context.at_us),))


def _roster(env: Envelope, _states: States) -> tuple[str, ...]:
    return (f"roster/{env.data.org}",)


COMMANDS = (
    CommandSpec("person.add_device/1", AddDevice, _person, "add_device", _add,
                owner=lambda _data: ""),
    CommandSpec("person.confirm_device/1", ConfirmDevice, _person, "confirm_device", _confirm,
                reads=_roster),
    CommandSpec("person.revoke_device/1", RevokeDevice, _person, "revoke_device", _revoke),
)  # fmt: skip
