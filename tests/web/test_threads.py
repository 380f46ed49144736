"""A path with two methods answers both from threads."""

from __future__ import annotations

import threading

from litestar import Litestar, get, post
from litestar.testing import TestClient

from trading.web.threads import in_thread


def test_a_path_with_two_methods_answers_both_from_threads() -> None:
    @get("/", sync_to_thread=True)
    def read() -> str:
        return threading.current_thread().name

    @post("/", sync_to_thread=True)
    def write() -> str:
        return threading.current_thread().name

    app = Litestar([in_thread(read), in_thread(write)], openapi_config=None)
    with TestClient(app) as client:
        assert "AnyIO worker" in client.get("/").text
        assert "AnyIO worker" in client.post("/").text
