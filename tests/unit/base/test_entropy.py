"""Random bytes: each handed out once, to threads and to forks alike."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from trading.base.entropy import DRAWN_BYTES, SystemEntropy


def test_every_byte_is_handed_out_once() -> None:
    entropy = SystemEntropy()

    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(entropy, [32] * 2048))

    assert all(len(found) == 32 for found in drawn)
    assert len(set(drawn)) == len(drawn)


def test_more_than_is_kept_is_drawn_at_once() -> None:
    assert len(SystemEntropy()(DRAWN_BYTES + 1)) == DRAWN_BYTES + 1


def test_a_fork_draws_its_own() -> None:
    entropy = SystemEntropy()
    entropy(1)
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, entropy(32))
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reader, 32) != entropy(32)
