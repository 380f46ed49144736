"""A service in a process of its own over a market in bidding, as ``trading serve`` runs one.

Only the clock is another: the market's, which runs from where it stood. The limits of rate are
on, and so high that nobody meets them unless told otherwise.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.support.market import RunningClock
from trading.centre import Centre
from trading.cli.serve import DRAIN_SECONDS, Options, listening, serve_centre
from trading.store.home import Home
from trading.web.limits import RATES, Rate

ROOT = Path(__file__).parents[2]
PLENTY = {scope: Rate(1_000_000, 1_000_000) for scope in ("account", "session", "lot", "address")}


@contextlib.contextmanager
def served(home: Home, clock: RunningClock) -> Iterator[int]:
    """Serve the centre of ``home`` by ``clock``; give the port."""
    given = [str(home.path), *map(str, clock.told())]
    program = [sys.executable, "-m", "tests.support.serving", *given]
    with subprocess.Popen(
        program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            assert process.wait(30) == 0


def main(path: str, now_us: str, since_us: str) -> None:
    """Serve the centre at ``path`` until standard input ends; print the port first."""
    clock = RunningClock(int(now_us))
    clock.run(int(since_us))
    RATES.update(PLENTY)
    centre = Centre(Home.open(Path(path)), clock, worker="serve-1")
    options = Options("127.0.0.1", 0, 1, None, None, (), DRAIN_SECONDS)
    threading.Thread(target=_until_told, daemon=True).start()
    with listening(options) as listener:
        port = listener.getsockname()[1]
        serve_centre(centre, options, listener, lambda: print(port, flush=True))
    centre.close()


def _until_told() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(*sys.argv[1:])
