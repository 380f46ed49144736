"""The phones of the demonstration: a device key for each representative, the same every time.

Real keys are drawn on the device and never leave it; these exist so that a demonstration and the
tests leave the same record whenever they are run.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trading.base.signature import fingerprint
from trading.observing.rules import DEVICE_KEY, Statement, statement_bytes
from trading.observing.watching import StateStep


def device_key(person: str) -> Ed25519PrivateKey:
    """Return the private key in the phone of ``person``."""
    return Ed25519PrivateKey.from_private_bytes(sha256(f"phone of {person}".encode()).digest())


def public_key(person: str) -> str:
    """Return the raw public key (hex) in the phone of ``person``."""
    return device_key(person).public_key().public_bytes_raw().hex()


def signed(said: StateStep, member: str) -> StateStep:
    """Return what ``member`` states, signed by the own phone."""
    statement = Statement(
        member, said.verdict, DEVICE_KEY, lot=said.lot, except_lots=tuple(sorted(said.except_lots))
    )
    message = statement_bytes(said.case, said.step, said.shown, statement, said.reason_zh)
    signature = device_key(member).sign(message).hex()
    device = fingerprint(public_key(member))
    return msgspec.structs.replace(said, assurance=DEVICE_KEY, device=device, signature=signature)
