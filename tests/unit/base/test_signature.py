"""Signatures of devices in every form that browsers and phones make, and none that they do not."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from trading.base.signature import Algorithm, fingerprint, is_key, verify

MESSAGE = "已核对".encode()
ED = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
P256 = ec.derive_private_key(12345, ec.SECP256R1())
ED_KEY = ED.public_key().public_bytes_raw().hex()
P256_KEY = P256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()
DER = P256.sign(MESSAGE, ec.ECDSA(SHA256()))
RAW = b"".join(part.to_bytes(32) for part in decode_dss_signature(DER))


@pytest.mark.parametrize(
    ("algorithm", "key", "signature"),
    [("ed25519", ED_KEY, ED.sign(MESSAGE)), ("p256", P256_KEY, DER), ("p256", P256_KEY, RAW)],
    ids=["ed25519", "p256-der", "p256-raw"],
)
def test_a_signature_holds_for_its_message_alone(
    algorithm: Algorithm, key: str, signature: bytes
) -> None:
    assert is_key(algorithm, key)
    assert verify(algorithm, key, MESSAGE, signature.hex())
    assert not verify(algorithm, key, MESSAGE + b"!", signature.hex())
    turned = bytes([signature[0], signature[1] ^ 1, *signature[2:]])
    assert not verify(algorithm, key, MESSAGE, turned.hex())


def test_the_example_of_rfc_8032_holds() -> None:
    key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    signature = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert verify("ed25519", key, b"\x72", signature)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [("ed25519", P256_KEY), ("p256", ED_KEY), ("p256", "04" + "00" * 64), ("ed25519", "xy"),
     ("ed25519", "")],
)  # fmt: skip
def test_what_is_no_key_verifies_nothing(algorithm: Algorithm, key: str) -> None:
    assert not is_key(algorithm, key)
    assert not verify(algorithm, key, MESSAGE, RAW.hex())


@pytest.mark.parametrize("signature", ["", "00", "zz", "00" * 64, "30" * 70])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    assert not verify("p256", P256_KEY, MESSAGE, signature)
    assert not verify("ed25519", ED_KEY, MESSAGE, signature)


def test_the_fingerprint_is_that_of_the_raw_key() -> None:
    assert fingerprint("00" * 32) == (
        "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
    )
