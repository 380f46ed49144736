"""Tokens that are forged, spent, run out or for another purpose are refused (INV-28)."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.web.service import run
from trading.base.errors import NotAuthenticated
from trading.base.units import DAY_US, SECOND_US
from trading.people.tokens import Claims, Tokens

NOW_US = 1_800_000_000 * SECOND_US
CLAIMS = Claims("id-1", "office-1", "staff", NOW_US + DAY_US)
ISSUER = "centre.example/log"


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path, ISSUER)


def _payload(**changed: Any) -> dict[str, Any]:
    payload = {
        "iss": ISSUER, "aud": "api", "sub": "office-1", "room": "staff", "jti": "id-1",
        "iat": NOW_US // SECOND_US, "exp": CLAIMS.until_us // SECOND_US, **changed,
    }  # fmt: skip
    return {name: value for name, value in payload.items() if value is not None}


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _signed(tokens: Tokens, header: dict[str, Any] | None = None, **changed: Any) -> str:
    key = tokens._key()
    head = {"kid": tokens._kid(key), **(header or {})}
    return jwt.encode(_payload(**changed), key, "EdDSA", headers=head)


def _public(tokens: Tokens) -> bytes:
    return tokens._key().public_key().public_bytes_raw()


Forge = Callable[[Tokens], str]
FORGED: dict[str, Forge] = {
    "empty": lambda _t: "",
    "no token": lambda _t: "hello",
    "two dots": lambda _t: "..",
    "huge": lambda _t: "A" * 100_000,
    "algorithm none": lambda t: (
        f"{_part({'alg': 'none', 'kid': t._kid(t._key())})}.{_part(_payload())}."
    ),
    "algorithm None": lambda t: (
        f"{_part({'alg': 'None', 'kid': t._kid(t._key())})}.{_part(_payload())}."
    ),
    "signature left out": lambda t: _signed(t).rpartition(".")[0] + ".",
    "signature changed": lambda t: _signed(t)[:-6] + "AAAAAA",
    "payload changed": lambda t: ".".join(
        (_signed(t).split(".")[0], _part(_payload(sub="office-2")), _signed(t).split(".")[2])
    ),
    "HMAC with the public key": lambda t: jwt.encode(
        _payload(), _public(t).hex(), "HS256", headers={"kid": t._kid(t._key())}
    ),
    "another key": lambda t: jwt.encode(
        _payload(), Ed25519PrivateKey.generate(), "EdDSA", headers={"kid": t._kid(t._key())}
    ),
    "key in the header": lambda t: jwt.encode(
        _payload(), Ed25519PrivateKey.generate(), "EdDSA",
        headers={"kid": t._kid(t._key()), "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"}},
    ),
    "unknown key id": lambda t: _signed(t, {"kid": "0" * 16}),
    "path as key id": lambda t: _signed(t, {"kid": "../../dev/null"}),
    "no key id": lambda t: jwt.encode(_payload(), t._key(), "EdDSA"),
    "critical header": lambda t: _signed(t, {"crit": ["exp"]}),
    "no end": lambda t: _signed(t, exp=None),
    "no issuer": lambda t: _signed(t, iss=None),
    "no audience": lambda t: _signed(t, aud=None),
    "no subject": lambda t: _signed(t, sub=None),
    "no id": lambda t: _signed(t, jti=None),
    "no begin": lambda t: _signed(t, iat=None),
    "no room": lambda t: _signed(t, room=None),
    "another issuer": lambda t: _signed(t, iss="other.example/log"),
    "another audience": lambda t: _signed(t, aud="invitation"),
    "two audiences": lambda t: _signed(t, aud=["api", "invitation"]),
    "run out by a second": lambda t: _signed(t, exp=NOW_US // SECOND_US),
    "end as a word": lambda t: _signed(t, exp="never"),
    "from the future": lambda t: _signed(t, iat=NOW_US // SECOND_US + 3600),
}  # fmt: skip


def test_a_sound_token_is_read(tokens: Tokens) -> None:
    assert tokens.read("api", tokens.mint("api", CLAIMS, NOW_US), NOW_US) == CLAIMS
    assert tokens.read("api", _signed(tokens), NOW_US) == CLAIMS


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_refused(tokens: Tokens, name: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.read("api", FORGED[name](tokens), NOW_US)


def test_two_processes_make_one_key_that_nobody_else_reads(tmp_path: Path) -> None:
    first, second = Tokens(tmp_path, ISSUER), Tokens(tmp_path, ISSUER)
    minted = first.mint("api", CLAIMS, NOW_US)
    assert second.read("api", minted, NOW_US) == CLAIMS
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


def test_a_token_of_an_old_key_is_refused(tmp_path: Path, tokens: Tokens) -> None:
    minted = tokens.mint("api", CLAIMS, NOW_US)
    (tmp_path / "tokens.pem").unlink()
    with pytest.raises(NotAuthenticated):
        Tokens(tmp_path, ISSUER).read("api", minted, NOW_US)


def test_a_reader_that_takes_any_algorithm_would_be_seen(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without a pinned algorithm and audience forgeries get through the table."""
    decode = jwt.decode

    def loose(token: str, *_given: Any, **_more: Any) -> dict[str, Any]:
        told: dict[str, Any] = decode(token, options={"verify_signature": False})
        return told

    monkeypatch.setattr("trading.people.tokens.jwt.decode", loose)
    through = 0
    for forge in FORGED.values():
        try:
            tokens.read("api", forge(tokens), NOW_US)
        except NotAuthenticated:
            continue
        through += 1
    assert through >= 5


def test_the_command_line_makes_and_revokes(founded: Path) -> None:
    person = f"office-{secrets.token_hex(2)}"
    made = run("access", "invite", person, "--data", founded, "--room", "staff", "--json")
    assert "/signin/setup/" in json.loads(made.stdout)["link"]
    code = run("access", "invite", "rep-1", "--data", founded, "--room", "representative", "--json")
    assert len(json.loads(code.stdout)["code"]) == 6
    token = json.loads(
        run("access", "token", person, "--data", founded, "--room", "staff", "--json").stdout
    )
    assert token["token"].count(".") == 2
    assert run("access", "revoke", token["id"], "--data", founded).returncode == 0
    assert run("access", "revoke", "no-such", "--data", founded).returncode == 1
    assert run("access", "disable", "nobody", "--data", founded).returncode == 1
