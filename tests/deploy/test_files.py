"""Both proxies say who asks, let events flow, and keep the numbers of this machine to itself."""

from __future__ import annotations

from tests.style.layout import ROOT

NGINX = (
    "X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme", "proxy_buffering off",
    "location = /metrics", "client_max_body_size 22m", "ssl_protocols TLSv1.2",
)  # fmt: skip
CADDY = (
    "X-Forwarded-For {remote_host}",
    "flush_interval -1",
    "respond /metrics 404",
    "max_size 22MB",
)


def test_the_proxies_do_what_the_service_relies_on() -> None:
    for file, wanted in (("nginx/trading.conf", NGINX), ("caddy/Caddyfile", CADDY)):
        text = (ROOT / "deploy" / file).read_text(encoding="utf-8")
        assert [one for one in wanted if one not in text] == [], file
