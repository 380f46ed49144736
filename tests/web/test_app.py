"""The application by itself: answers, refusals and headers, without a server around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar, get
from sqlalchemy import text

from tests.web.answer import Answer
from trading.base.clock import SystemClock
from trading.base.errors import GuardFailed, IntegrityFault, StorageBusy, TradingError
from trading.base.units import MINUTE_US
from trading.centre import Centre
from trading.jobs import Ticks
from trading.record.tiles import ENTRIES, Tile
from trading.store.home import Home
from trading.store.publish import LEASE_US, Publisher
from trading.web.app import HEADERS, create_app
from trading.web.health import FRESH_US, Health
from trading.web.problems import Problems

Open = Callable[..., Centre]
LOCAL = ("127.0.0.1", 50000)


class MovedClock(SystemClock):
    """A machine's clock that tests move: the record's time, and the wall beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead_us = 0
        self.wall_us = 0

    def now_us(self) -> int:
        """Return the present instant, moved."""
        return super().now_us() + self.ahead_us

    def drift_us(self) -> int:
        """Return by how much the wall clock was moved."""
        return self.wall_us


def ask(
    app: Any,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    client: tuple[str, int] | None = LOCAL,
    scheme: str = "http",
) -> Answer:
    """Ask the application for a path exactly as a server would hand it over."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": scheme, "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [(k.lower().encode(), v.encode())
                                     for k, v in {"Host": "localhost", **(headers or {})}.items()],
        "client": client, "server": ("localhost", 80), "state": {}, "extensions": {},
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    answered = {k.decode().lower(): v.decode() for k, v in sent[0]["headers"]}
    return Answer(sent[0]["status"], answered, b"".join(m.get("body", b"") for m in sent[1:]))


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def centre(home: Home, open_centre: Open, clock: MovedClock) -> Centre:
    centre = open_centre(home, clock)
    centre.writer.tick()
    publisher = Publisher(centre.engine, centre.reading, home, clock)
    while publisher.publish_once():
        pass
    return centre


@pytest.fixture
def app(centre: Centre, home: Home) -> Litestar:
    return create_app(centre, home)


def _size(centre: Centre) -> int:
    with centre.reading.connect() as connection:
        return int(connection.execute(text("SELECT size FROM projection_head")).scalar_one())


def test_a_head_request_has_the_headers_and_no_body(app: Litestar) -> None:
    for path in ("/log/checkpoint", "/healthz", "/readyz", "/metrics"):
        whole, head = ask(app, path), ask(app, path, "HEAD")
        assert (whole.status, head.status, head.body) == (200, 200, b"")
        assert head.headers.keys() == whole.headers.keys()
        assert int(head.headers["content-length"]) > 0


def test_each_kind_of_file_has_its_type_and_its_cache_rule(
    app: Litestar, home: Home, centre: Centre
) -> None:
    size = _size(centre)
    full = home.log_dir / "tile/0/x001/000"
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_bytes(b"\0" * 8192)
    body = home.log_dir / "bodies/000/7.json"
    body.parent.mkdir(parents=True)
    body.write_bytes(b"{}")
    checked = {
        "checkpoint": ("text/plain; charset=utf-8", "no-store"),
        f"checkpoints/{size}": ("text/plain; charset=utf-8", "immutable"),
        Tile(0, 0, size).path: ("application/octet-stream", "max-age=60"),
        Tile(ENTRIES, 0, size).path: ("application/octet-stream", "max-age=60"),
        "tile/0/x001/000": ("application/octet-stream", "immutable"),
        "bodies/000/7.json": ("application/octet-stream", "max-age=60"),
    }
    for name, (media_type, cache) in checked.items():
        answer = ask(app, f"/log/{name}")
        assert (answer.status, answer.body) == (200, (home.log_dir / name).read_bytes()), name
        assert answer.headers["content-type"] == media_type
        assert cache in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        "/log", "/log/", "/log/tile", "/log/tile/0", "/log/tile/0/0", "/log/tile/00/000",
        "/log/tile/0/000.p/0", "/log/tile/0/000.p/256", "/log/tile/64/000", "/log/tile/-1/000",
        "/log/tile/0/x000/000", "/log/tile/0/999", "/log/tile/../checkpoint",
        "/log/tile/0/../0/000", "/log/tile//0/000", "/log/tile/0/000\0", "/log/checkpoints/-1",
        "/log/checkpoints/01", "/log/checkpoints/99999", "/log/checkpoints/..", "/log/bodies/..",
        "/log/bodies/../../keys/log.key", "/log/bodies/.hidden", "/log/bodies/a/../b",
        "/log/bodies/out", "/log/bodies/folder", "/log/.new", "/log/bodies/" + "a/" * 9 + "b",
        "/schema", "/schema/openapi.json", "/static", "/keys/log.key", "/log/bodies/a\\..\\b",
    ],
)  # fmt: skip
def test_nothing_else_is_served(app: Litestar, home: Home, path: str) -> None:
    (home.log_dir / "bodies/folder").mkdir(parents=True)
    (home.log_dir / "bodies/out").symlink_to(home.key_path)
    answer = ask(app, path)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["type"] == "urn:trading:error:not_found"
    assert answer.headers["cache-control"] == "no-store"


def test_every_answer_has_the_headers(app: Litestar) -> None:
    for path, method in (("/healthz", "GET"), ("/nowhere", "GET"), ("/healthz", "POST")):
        answer = ask(app, path, method)
        for name, value in HEADERS.items():
            assert answer.headers[name.lower()] == value
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers
    assert "strict-transport-security" in ask(app, "/healthz", scheme="https").headers


def test_a_method_that_is_not_there_is_a_problem(app: Litestar) -> None:
    answer = ask(app, "/healthz", "DELETE")
    assert answer.status == 405
    assert answer.json["type"] == "urn:trading:error:method_not_allowed"
    assert "GET" in answer.headers["allow"]


def test_problems_speak_the_language_of_the_caller(app: Litestar) -> None:
    chinese = ask(app, "/nowhere")
    english = ask(app, "/nowhere", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert chinese.json["title"] != english.json["title"]
    assert english.json["title"] == "There is no such object"
    assert (chinese.headers["content-language"], english.headers["content-language"]) == (
        "zh", "en",
    )  # fmt: skip


SECRET = "password=hunter2 at 10.0.0.1"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError(SECRET), 500, "error"),
        (IntegrityFault(SECRET), 500, "integrity_fault"),
        (StorageBusy(SECRET, retry_after_seconds=7), 503, "storage_busy"),
        (GuardFailed("refused", guards=("price_v1",), receipt=SECRET), 409, "guard_failed"),
    ],
)
def test_an_error_is_a_problem_that_tells_nothing_of_ours(
    error: Exception, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    problems = Problems()

    @get("/fails", sync_to_thread=False)
    def fails() -> None:
        raise error

    handlers: Any = {TradingError: problems.answer, Exception: problems.answer}
    app = Litestar([fails], exception_handlers=handlers, openapi_config=None, logging_config=None)
    answer = ask(app, "/fails")
    assert (answer.status, answer.json["status"]) == (status, status)
    assert answer.json["type"] == f"urn:trading:error:{code}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert b"hunter2" not in answer.body
    assert problems.refusals == ({"guard_failed": 1} if code == "guard_failed" else {})
    if status == 503:
        assert answer.headers["retry-after"] == "7"
    if status == 409:
        assert answer.json["guards"] == ["price_v1"]
    else:
        assert "/fails" in caplog.text
    if isinstance(error, RuntimeError):
        assert "RuntimeError" in caplog.text
        assert "hunter2" not in caplog.text


def test_it_is_ready_while_all_is_well(app: Litestar) -> None:
    assert (ask(app, "/readyz").status, ask(app, "/readyz").json) == (200, {"status": "ready"})


def _reasons(app: Litestar) -> list[str]:
    answer = ask(app, "/readyz")
    if answer.status == 200:
        return []
    assert answer.status == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "retry-after" in answer.headers
    return [reason["code"] for reason in answer.json["reasons"]]


def test_a_silent_writer_is_a_reason(app: Litestar, centre: Centre, clock: MovedClock) -> None:
    clock.ahead_us += 11_000_000
    assert _reasons(app) == ["writer_silent"]
    centre.writer.tick()
    clock.ahead_us += 2 * FRESH_US
    assert "writer_silent" not in _reasons(app)


def test_entries_that_nobody_publishes_are_a_reason(
    app: Litestar, centre: Centre, clock: MovedClock
) -> None:
    clock.ahead_us += MINUTE_US
    centre.writer.tick()  # records the outage
    clock.ahead_us += 31_000_000
    with centre.engine.begin() as connection:
        connection.execute(text("UPDATE private_alive SET at_us = :now"), {"now": clock.now_us()})
    assert _reasons(app) == ["publisher_behind"]


def test_a_clock_that_was_moved_is_a_reason(app: Litestar, clock: MovedClock) -> None:
    clock.wall_us = -500_001
    assert _reasons(app) == ["clock_drifted"]
    clock.wall_us = 500_000
    clock.ahead_us += 2 * FRESH_US
    assert _reasons(app) == []


def test_a_clock_before_the_last_entry_is_a_reason(app: Litestar, clock: MovedClock) -> None:
    clock.ahead_us -= MINUTE_US
    assert _reasons(app) == ["clock_drifted"]


def test_a_head_of_another_time_is_a_reason(app: Litestar, centre: Centre) -> None:
    with centre.engine.begin() as connection:
        connection.execute(text("UPDATE projection_head SET at_us = at_us - 1"))
    assert _reasons(app) == ["integrity_fault"]


def test_another_schema_is_a_reason(app: Litestar, centre: Centre) -> None:
    with centre.engine.begin() as connection:
        connection.execute(text("UPDATE private_schema_version SET version_num = '9999'"))
    assert _reasons(app) == ["setup_error"]


def test_a_database_that_is_gone_is_a_reason(
    app: Litestar, centre: Centre, home: Home, clock: MovedClock
) -> None:
    centre.close()
    away = home.path / "away.sqlite3"
    for suffix in ("", "-wal", "-shm"):
        found = Path(f"{home.database_path}{suffix}")
        if found.exists():
            found.rename(f"{away}{suffix}")
    home.database_path.mkdir()
    assert _reasons(app) == ["storage_down"]
    assert b"trading_database_up 0.0" in ask(app, "/metrics").body
    home.database_path.rmdir()
    away.rename(home.database_path)
    clock.ahead_us += 2 * FRESH_US
    assert _reasons(app) == []


def test_a_damaged_checkpoint_is_a_reason(app: Litestar, home: Home) -> None:
    shown = home.log_dir / "checkpoint"
    shown.write_bytes(shown.read_bytes().replace(b"audit", b"adult"))
    assert _reasons(app) == ["bad_note"]


def test_readiness_asks_at_most_once_a_second(
    centre: Centre, home: Home, clock: MovedClock
) -> None:
    health = Health(centre, home)
    assert health.complaints() == ()
    clock.wall_us = 600_000
    assert health.complaints() == ()
    with health._lock:  # the database keeps somebody else waiting
        clock.ahead_us += 2 * FRESH_US
        assert health.complaints() == ()
    assert [found.code for found in health.complaints()] == ["clock_drifted"]


def test_metrics_are_for_this_machine_alone(app: Litestar) -> None:
    assert ask(app, "/metrics").status == 200
    assert ask(app, "/metrics", client=("::1", 1)).status == 200
    for client in (("192.0.2.1", 1), ("proxy", 1), None):
        assert ask(app, "/metrics", client=client).status == 404
    for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP"):
        assert ask(app, "/metrics", headers={name: "127.0.0.1"}).status == 404


def test_metrics_tell_what_there_is(centre: Centre, home: Home, clock: MovedClock) -> None:
    ticks = Ticks(centre, Publisher(centre.engine, centre.reading, home, centre.clock))
    app = create_app(centre, home, ticks)
    ask(app, "/nowhere")
    (home.log_dir / "checkpoint").unlink()
    clock.ahead_us += LEASE_US  # of the publisher that made the fixture
    ticks.publish()
    lines = ask(app, "/metrics").body.decode().splitlines()
    size = _size(centre)
    assert f"trading_entries_total {size}.0" in lines
    assert f"trading_tree_size {size}.0" in lines
    assert "trading_publisher_lag_seconds 0.0" in lines
    assert "trading_clock_drift_ms 0.0" in lines
    assert "trading_queue_depth 0.0" in lines
    assert 'trading_refusals_total{code="not_found"} 1.0' in lines
    assert "trading_publish_seconds_count 1.0" in lines


def test_two_applications_share_nothing(centre: Centre, home: Home) -> None:
    one, other = create_app(centre, home), create_app(centre, home)
    ask(one, "/nowhere")
    assert b'{code="not_found"}' in ask(one, "/metrics").body
    assert b'{code="not_found"}' not in ask(other, "/metrics").body
