"""Idempotency: a key is unique per actor, and a retry gets the same receipt (decision 11).

The digest of the body is keyed and stays in a private table; it never enters a leaf.
"""

from __future__ import annotations

import hmac
from hashlib import blake2b

from sqlalchemy import Connection

from trading.base.errors import KeyReused, TradingError
from trading.engine.context import Envelope
from trading.record.entry import REFUSED, encode
from trading.store.batch import Batch, Item, Receipt, receipt_of, refusal
from trading.store.statements import Statements

TOKEN_BYTES = 16
MAC_BYTES = 32


def token_of(env: Envelope, mac_key: bytes) -> tuple[bytes, bytes]:
    """Return the token of (account, key) and the MAC of what was asked; empty without a key.

    Keyed BLAKE2b (RFC 7693) is a MAC by itself, and short inputs do not give up the interpreter.
    """
    if not env.key:
        return b"", b""
    who = f"{env.account}\0{env.key}".encode()
    said = env.kind.encode() + b"\0" + encode((env.data, env.docs, env.facts, env.role))
    return (
        blake2b(who, digest_size=TOKEN_BYTES, key=mac_key).digest(),
        blake2b(said, digest_size=MAC_BYTES, key=mac_key).digest(),
    )


class Known:
    """The keys of a batch that were used before, in the record or earlier in the batch."""

    def __init__(
        self, sql: Statements, connection: Connection, batch: Batch, items: list[Item]
    ) -> None:
        """Look all keys of ``items`` up at once."""
        self._sql = sql
        self._connection = connection
        self._batch = batch
        tokens = [item.token for item in items if item.token]
        rows = sql.known(connection, tokens) if tokens else ()
        self._stored = {bytes(token): (bytes(mac), idx) for token, mac, idx in rows}

    def answer(self, item: Item) -> Receipt | TradingError | None:
        """Return what a repeated key is answered with, None for a new one."""
        before = self._batch.tokens.get(item.token) or self._stored.get(item.token)
        if before is None:
            return None
        mac, index = before
        if not hmac.compare_digest(mac, item.mac):
            return KeyReused("the key came back with another body", field="key")
        if index >= self._batch.first:
            sealed = self._batch.entries[index - self._batch.first]
            receipt = receipt_of(index, sealed.body, sealed.hash)
        else:
            body, leaf_hash = self._sql.one(self._connection, self._sql.entry_at, index)
            receipt = receipt_of(index, bytes(body), bytes(leaf_hash))
        return refusal(receipt) if receipt.outcome == REFUSED else receipt
