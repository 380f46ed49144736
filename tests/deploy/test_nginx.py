"""A real nginx before a real service: TLS, forged headers, limits, and what may be kept."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.deploy.programs import program
from tests.style.layout import ROOT
from tests.support.rooms import Rooms
from tests.web.certificate import make_certificate
from tests.web.service import until
from trading.demo import stage
from trading.demo.live import Bidders

CONFIGURATION = ROOT / "deploy/nginx/trading.conf"
NGINX = program("nginx")
BODY_BYTES_MAX = 22 * 1024 * 1024


@pytest.fixture
def proxied(rooms: Rooms, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Run nginx before a founded centre; give the addresses by TLS and without."""
    with proxying(rooms, tmp_path) as urls:
        yield urls


@contextlib.contextmanager
def proxying(rooms: Rooms, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Run nginx as it is configured before ``rooms`` until the block ends."""
    plain, secure = _free_port(), _free_port()
    certificate, key = make_certificate(tmp_path)
    text = CONFIGURATION.read_text()
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
        ("    listen [::]:80;\n", ""), ("    listen [::]:443 ssl http2;\n", ""),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{rooms.url.rpartition(':')[2]};"),
        ("/etc/ssl/trading/fullchain.pem", str(certificate)),
        ("/etc/ssl/trading/privkey.pem", str(key)),
        ("/var/cache/nginx/trading", str(tmp_path / "cache")),
    ):  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "trading.conf").write_text(text)
    account = "user root;" if os.geteuid() == 0 else ""
    scratch = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"{account} daemon off; pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log;"
        f"events {{}} http {{ access_log off; {scratch} include {tmp_path}/trading.conf; }}"
    )
    with subprocess.Popen(
        [NGINX, "-p", tmp_path, "-c", main], stderr=subprocess.DEVNULL
    ) as running:
        _wait(secure)
        try:
            yield f"https://127.0.0.1:{secure}", f"http://127.0.0.1:{plain}"
        finally:
            running.terminate()


def test_the_service_is_met_by_tls_alone_and_nothing_forged_gets_in(
    proxied: tuple[str, str], rooms: Rooms
) -> None:
    secure, plain = proxied
    with httpx.Client(verify=False) as client:
        assert client.get(f"{secure}/healthz").json() == {"status": "alive"}
        moved = client.get(f"{plain}/lots?page=2")
        assert moved.status_code == 308
        assert moved.headers["Location"] == "https://127.0.0.1/lots?page=2"
        forged = {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"}
        assert client.get(f"{secure}/metrics", headers=forged).status_code == 404
        assert client.get(f"{rooms.url}/metrics").status_code == 200
        large = client.post(f"{secure}/healthz", content=b"x" * (BODY_BYTES_MAX + 1))
        assert large.status_code == 413


def test_the_checkpoint_is_fresh_and_whoever_floods_is_held_back(
    proxied: tuple[str, str], rooms: Rooms
) -> None:
    secure, _plain = proxied
    # The ticks of the service publish; whoever else tries may find them at it.
    until((rooms.home.log_dir / "checkpoint").exists, 30)
    with httpx.Client(verify=False) as client:
        first = client.get(f"{secure}/log/checkpoint")
        assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-store")
        asked = [client.get(f"{secure}/healthz").status_code for _ in range(250)]
    assert set(asked) == {200, 429}


def test_what_never_changes_is_kept_and_the_service_is_asked_once(
    demo_rooms: Rooms, tmp_path: Path
) -> None:
    whole, partial = "/log/tile/0/000", "/log/checkpoint"
    with proxying(demo_rooms, tmp_path) as (secure, _plain), httpx.Client(verify=False) as client:
        first = client.get(secure + whole)
        assert (first.status_code, first.headers["Cache-Control"][-9:]) == (200, "immutable")
        shutil.move(demo_rooms.home.log_dir / "tile/0/000", tmp_path / "moved")
        assert client.get(demo_rooms.url + whole).status_code == 404
        assert client.get(secure + whole).content == first.content
        shown = client.get(secure + partial).content
        (demo_rooms.home.log_dir / "checkpoint").write_bytes(b"another")
        assert client.get(secure + partial).content == b"another" != shown


def test_a_bid_comes_through_it_while_the_stream_stays_open(
    demo_rooms: Rooms, tmp_path: Path
) -> None:
    lot = f"case-{stage.LIVE[0]}-1"
    with (
        proxying(demo_rooms, tmp_path) as (secure, _plain),
        httpx.Client(verify=False, timeout=20) as client,
        client.stream("GET", f"{secure}/live/lots/{lot}") as stream,
    ):
        assert stream.status_code == 200
        lines = stream.iter_lines()
        assert any(line.startswith("event: snapshot") for line in itertools.islice(lines, 10))
        assert Bidders(demo_rooms.centre).bid_once() == 1
        assert any('"bid":true' in line for line in itertools.islice(lines, 20))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < until, "nginx does not listen"
            time.sleep(0.02)
        else:
            return
