"""The door of every room: passwords, second factors, invitations, bidders, one's own account.

Source: decision 20; security brief, INV-26.
"""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.shell import Shell
from trading.web.signin import counter, demo, inviting, own, passkeys, passwords, setting_up
from trading.web.signin.keys import Keys


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of this room."""
    keys = Keys(shell)
    shell.door.bearer = keys.bearer
    return [
        *passwords.routes(shell, keys),
        *setting_up.routes(shell, keys),
        *inviting.routes(shell, keys),
        *counter.routes(shell, keys),
        *passkeys.routes(shell, keys),
        *own.routes(shell, keys),
        *demo.routes(shell),
    ]
