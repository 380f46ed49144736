"""Which Ed25519 signatures count: the rule is pinned, as implementations differ at the edge."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.record.vectors import document
from trading.base.errors import BadNote
from trading.record.note import PublicKey


def accepts(key: str, message: bytes, signature: str) -> bool:
    try:
        PublicKey("k", bytes.fromhex(key)).verify(message, bytes.fromhex(signature))
    except BadNote:
        return False
    return True


def test_wycheproof() -> None:
    groups = document("ed25519/wycheproof_ed25519_test.json.gz")["testGroups"]
    verdicts = {
        case["tcId"]: (
            accepts(group["publicKey"]["pk"], bytes.fromhex(case["msg"]), case["sig"]),
            case["result"] == "valid",
        )
        for group in groups
        for case in group["tests"]
    }
    assert len(verdicts) == 151
    assert {tc for tc, (found, expected) in verdicts.items() if found != expected} == set()
    assert sum(found for found, _ in verdicts.values()) == 88


CASES: list[dict[str, Any]] = document("ed25519/cctv_ed25519vectors.json.gz")


def test_the_equation_is_checked_without_cofactor_and_r_byte_for_byte() -> None:
    """RFC 8032 allows more; Go and OpenSSL agree on this rule, so verifiers will not differ.

    A low-order residue passes only where the cofactor is multiplied in. Keys of low order and
    keys spelled beyond the field prime pass: our keys come from the policy file, never from a note.
    """
    assert len(CASES) == 914
    for case in CASES:
        flags = set(case["flags"] or ())
        expected = not flags & {"low_order_residue", "non_canonical_R"}
        assert accepts(case["key"], case["msg"].encode(), case["sig"]) == expected, case["number"]


def test_the_edge_cases_hold_both_verdicts() -> None:
    accepted = sum(accepts(c["key"], c["msg"].encode(), c["sig"]) for c in CASES)
    assert accepted == 208


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65, 128])
def test_a_signature_has_64_bytes(length: int) -> None:
    assert not accepts("00" * 32, b"", "00" * length)
