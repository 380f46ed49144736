"""Serving a demonstration: real time goes on where its year ended, and somebody always bids.

Nothing but this serves the log of a demonstration, and it serves no other. Source: decisions
brief, section 7.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator

import click

from trading.base.clock import LiveClock, SystemClock
from trading.base.errors import SetupError
from trading.centre import Centre
from trading.cli.output import emit, say
from trading.cli.serve import DECOY_PACK, DRAIN_SECONDS, Options, listening, serve_centre
from trading.demo import stage
from trading.demo.cast import Player
from trading.demo.live import Bidders, players
from trading.store.home import Home
from trading.store.upkeep import Limits
from trading.words.language import pick

HOST = "127.0.0.1"
PORTS_TRIED = 20


def serve_demo(home: Home, port: int, *, fresh: bool, as_json: bool) -> None:
    """Serve ``home`` on ``port``, or on the next that is free, until a signal asks to stop.

    A ``fresh`` one was acted out just now; of another the time since counts as an outage. Raises
    ``SetupError`` for a centre that is no demonstration.
    """
    with home.serving(), free_port(port) as (listener, options):
        acted_us = SystemClock().now_us() if fresh else 0
        centre = Centre(
            home, LiveClock(acted_us), worker="serve-1", limits=Limits(decoy_pack=DECOY_PACK)
        )
        bidders = Bidders(centre)
        began = False
        try:
            if not centre.simulated:
                raise SetupError(f"{home.path} is no demonstration", field="data")
            centre.check()
            centre.refresh()
            cast = players(centre, stage.LIVE[0])

            def announce() -> None:
                nonlocal began
                began = True
                bidders.start()
                _tell(f"http://localhost:{options.port}", cast, as_json=as_json)

            serve_centre(centre, options, listener, announce, demo=cast)
        finally:
            if began:
                bidders.stop()
            centre.close()


@contextlib.contextmanager
def free_port(port: int) -> Iterator[tuple[socket.socket, Options]]:
    """Give a socket on ``port`` or one of the next, and say so when it is another."""
    for tried in range(port, port + PORTS_TRIED):
        options = Options(HOST, tried, 1, None, None, (), DRAIN_SECONDS)
        with contextlib.ExitStack() as stack:
            try:
                listener = stack.enter_context(listening(options))
            except SetupError:
                if tried == port + PORTS_TRIED - 1:
                    raise
                continue
            found = listener.getsockname()[1]
            if port and found != port:
                said = (
                    f"端口 {port} 已被占用，改用 {found}",
                    f"port {port} is taken: {found} is used",
                )
                click.echo(pick(*said), err=True)
            yield listener, Options(HOST, found, 1, None, None, (), DRAIN_SECONDS)
            return


def _tell(url: str, cast: tuple[Player, ...], *, as_json: bool) -> None:
    if as_json:
        emit({"ok": True, "url": url, "pid": os.getpid(), "cast": cast})
        return
    say(
        f"演示已开放：{url} （按 Ctrl+C 停止）",
        f"The demonstration is open: {url} (Ctrl+C stops it)",
    )
    say(f"选一个身份进去看：{url}/signin/demo", f"Choose who you are: {url}/signin/demo")
    for player in cast:
        click.echo(f"  {pick(player.title_zh, player.title_en)}  {player.person}")
