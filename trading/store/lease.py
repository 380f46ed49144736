"""Leases with a fencing token: a slow holder that was taken for dead does no harm.

The token grows whenever the holder changes, so whoever comes back late sees that it lost.
Source: security brief, section 1, decision 6.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_TAKE = text(
    "INSERT INTO private_lease (name, holder, token, until_us) "
    "VALUES (:name, :holder, 1, :until_us) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_us = excluded.until_us, "
    "token = private_lease.token + CASE WHEN private_lease.holder = excluded.holder "
    "THEN 0 ELSE 1 END "
    "WHERE private_lease.holder = excluded.holder OR private_lease.until_us <= :now_us "
    "RETURNING token"
)
_HELD = text(
    "SELECT 1 FROM private_lease WHERE name = :name AND holder = :holder AND token = :token"
)
_RELEASE = text(
    "UPDATE private_lease SET until_us = 0 "
    "WHERE name = :name AND holder = :holder AND token = :token"
)


def take(connection: Connection, name: str, holder: str, now_us: int, until_us: int) -> int:
    """Take or renew the lease ``name`` and return its token; 0 while another holds it.

    ``holder`` is unique to one process; the lease ends at ``until_us`` unless it is renewed.
    """
    given = {"name": name, "holder": holder, "now_us": now_us, "until_us": until_us}
    return connection.execute(_TAKE, given).scalar() or 0


def held(connection: Connection, name: str, holder: str, token: int) -> bool:
    """Tell whether nobody has taken the lease since it was taken with ``token``."""
    given = {"name": name, "holder": holder, "token": token}
    return connection.execute(_HELD, given).scalar() is not None


def release(connection: Connection, name: str, holder: str, token: int) -> None:
    """End the lease at once, if it is still held with ``token``."""
    connection.execute(_RELEASE, {"name": name, "holder": holder, "token": token})
