"""Devices: the keys with which people sign what they saw.

A person adds the key of an own device; two others of the same roster compare its fingerprint and
confirm it; from then on it signs. A new phone is an entry, and so is a lost one.
Source: decision 18.
"""

from __future__ import annotations

import msgspec

from trading.base.signature import Algorithm, fingerprint, is_key
from trading.engine.context import Context
from trading.engine.registry import GuardSpec
from trading.engine.stream import Event, Facet

CONFIRMATIONS = 2
"""How many others must have compared a fingerprint."""
DEVICES_MAX = 8
replace = msgspec.structs.replace
_RULE = "decision 18"


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A device key in hex, who confirmed it, and since when it is revoked (0: it is not)."""

    algorithm: Algorithm
    public_key: str
    confirmed_by: tuple[str, ...] = ()
    revoked_us: int = 0

    @property
    def usable(self) -> bool:
        """Tell whether what this device signs counts."""
        return len(self.confirmed_by) >= CONFIRMATIONS and not self.revoked_us


class Devices(Facet, frozen=True):
    """The devices of one person by fingerprint."""

    known: dict[str, Device] = {}  # noqa: RUF012 - copied by msgspec


class DeviceAdded(Event, frozen=True, tag="device_added/1"):
    """A person added the key of an own device."""

    fingerprint: str
    algorithm: Algorithm
    public_key: str


class DeviceConfirmed(Event, frozen=True, tag="device_confirmed/1"):
    """Another person compared the fingerprint with that on the device."""

    fingerprint: str
    by: str


class DeviceRevoked(Event, frozen=True, tag="device_revoked/1"):
    """The device signs no longer."""

    fingerprint: str
    at_us: int


def device_added(devices: Devices | None, event: DeviceAdded) -> Devices:
    """Fold an added device."""
    known = devices.known if devices else {}
    return Devices({**known, event.fingerprint: Device(event.algorithm, event.public_key)})


def device_confirmed(devices: Devices, event: DeviceConfirmed) -> Devices:
    """Fold a confirmation."""
    device = devices.known[event.fingerprint]
    confirmed = replace(device, confirmed_by=(*device.confirmed_by, event.by))
    return Devices({**devices.known, event.fingerprint: confirmed})


def device_revoked(devices: Devices, event: DeviceRevoked) -> Devices:
    """Fold a revocation: what the device signed before still stands."""
    revoked = replace(devices.known[event.fingerprint], revoked_us=event.at_us)
    return Devices({**devices.known, event.fingerprint: revoked})


def _oneself(context: Context) -> bool:
    return bool(context.env.actor == context.data.person)


def _key_sound(context: Context) -> bool:
    return is_key(context.data.algorithm, context.data.public_key)


def _device_new(context: Context) -> bool:
    known = (context.find(Devices) or Devices()).known
    return fingerprint(context.data.public_key) not in known and len(known) < DEVICES_MAX


def _named(context: Context) -> Device | None:
    return (context.find(Devices) or Devices()).known.get(context.data.fingerprint)


def _device_live(context: Context) -> bool:
    device = _named(context)
    return device is not None and not device.revoked_us


def _confirms_another(context: Context) -> bool:
    return bool(context.env.actor != context.data.person)


def _confirms_once(context: Context) -> bool:
    device = _named(context)
    return device is None or context.env.actor not in device.confirmed_by


def _same_roster(context: Context) -> bool:
    return context.fact("same_roster") is True


def _oneself_or_office(context: Context) -> bool:
    return context.env.role == "office" or _oneself(context)


GUARDS = (
    GuardSpec("oneself_v1", _oneself, "person", _RULE),
    GuardSpec("key_sound_v1", _key_sound, "public_key", _RULE),
    GuardSpec("device_new_v1", _device_new, "public_key", _RULE),
    GuardSpec("device_live_v1", _device_live, "fingerprint", _RULE),
    GuardSpec("confirms_another_v1", _confirms_another, "person", _RULE),
    GuardSpec("confirms_once_v1", _confirms_once, "fingerprint", _RULE),
    GuardSpec("same_roster_v1", _same_roster, "org", _RULE),
    GuardSpec("oneself_or_office_v1", _oneself_or_office, "person", _RULE),
)
