"""One audit in a process of its own: ``python -m tests.bench.audit verify|replay|start DIR``.

What is timed is what the commands `trading log verify` and `trading replay` do with a data
directory, database included; and from opening a centre to its first decision.
"""

from __future__ import annotations

import contextlib
import resource
import sys
import time
from pathlib import Path

import msgspec

from tests.bench.history import Audit
from tests.support.market import RunningClock, bid_envelope, lots_of
from trading.base.errors import Refused
from trading.centre import Centre
from trading.cli.checking import replay_centre, verify_centre
from trading.store.home import Home
from trading.store.log import entries, head


def main(what: str, directory: Path) -> None:
    """Do ``what`` and print how long it took and how much memory."""
    started = time.perf_counter()
    home = Home.open(directory)
    centre = Centre(home, RunningClock(0))
    before = head(centre.reading)
    ok = True
    if what == "verify":
        ok = verify_centre(centre, quiet=True).ok
    elif what == "replay":
        ok = replay_centre(centre, quiet=True)
    else:
        ok = _decide(centre, home, before.size)
    seconds = time.perf_counter() - started
    centre.close()
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.buffer.write(msgspec.json.encode(Audit(before.size, seconds, memory_mb, ok)))


def _decide(centre: Centre, home: Home, size: int) -> bool:
    """Let the centre decide one command: a refusal is a decision, and an entry."""
    centre.close()
    (last,) = entries(centre.reading, size - 1, 1)
    opened = Centre(home, RunningClock(last.at_us))
    with contextlib.suppress(Refused):
        opened.writer.execute(bid_envelope(opened, lots_of(1, 256)[0], 0, f"first-{size}"))
    decided = head(opened.reading).size == size + 1
    opened.close()
    return decided


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
