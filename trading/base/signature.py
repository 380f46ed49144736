"""Signatures of people's own devices, as browsers make them.

WebCrypto exports keys in raw form (32 bytes of Ed25519, the 65 bytes of an uncompressed P-256
point) and signs ECDSA as 64 bytes r‖s; other devices sign ECDSA in DER. Both are taken.
Source: RFC 8032, FIPS 186-5, W3C Web Cryptography; decision 18.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Literal, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

Algorithm = Literal["ed25519", "p256"]
_Key: TypeAlias = Ed25519PublicKey | ec.EllipticCurvePublicKey
_RAW_BYTES = 64


def fingerprint(public_key: str) -> str:
    """Return the SHA-256 (hex) of a public key in hex, by which people compare it."""
    return sha256(bytes.fromhex(public_key)).hexdigest()


def is_key(algorithm: Algorithm, public_key: str) -> bool:
    """Tell whether ``public_key`` (hex) is a key of ``algorithm``."""
    return _load(algorithm, public_key) is not None


def verify(algorithm: Algorithm, public_key: str, message: bytes, signature: str) -> bool:
    """Tell whether ``signature`` (hex) is one of ``message`` by ``public_key`` (hex)."""
    key = _load(algorithm, public_key)
    try:
        signed = bytes.fromhex(signature)
        if isinstance(key, Ed25519PublicKey):
            key.verify(signed, message)
        elif key is not None:
            key.verify(_der(signed), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return key is not None


def _load(algorithm: Algorithm, public_key: str) -> _Key | None:
    try:
        raw = bytes.fromhex(public_key)
        if algorithm == "ed25519":
            return Ed25519PublicKey.from_public_bytes(raw)
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        return None


def _der(signature: bytes) -> bytes:
    if len(signature) != _RAW_BYTES:
        return signature
    half = _RAW_BYTES // 2
    return encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
