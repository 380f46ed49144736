"""What holds for every test: no other machine is reached, and chance repeats itself in CI."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.deploy.programs import absent
from tests.style.coverage_gate import CoverageGate
from tests.style.layout import pure_files
from tests.support import verifier
from tests.support.browser import browser, contexts, desktop, missing, phone
from tests.support.postgres import postgres_server, postgres_url
from tests.support.rooms import (
    demo_once,
    demo_rooms,
    founded_once,
    rooms,
    sandbox,
    sandbox_once,
    serve_rooms,
    year_once,
)

__all__ = [
    "browser",
    "contexts",
    "demo_once",
    "demo_rooms",
    "desktop",
    "founded_once",
    "phone",
    "postgres_server",
    "postgres_url",
    "rooms",
    "sandbox",
    "sandbox_once",
    "serve_rooms",
    "year_once",
]

NETWORKS = (socket.AF_INET, socket.AF_INET6)
LONGEST = (
    "tests/web/test_all_pages.py",
    "tests/test_bench_smoke.py",
    "tests/cli/test_demo_serving.py",
    "tests/papers/test_dossier.py",
)

# No deadline: a shared machine is slow now and then, and a slow example is not a wrong one.
settings.register_profile(
    "dev", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "ci", settings.get_profile("dev"), max_examples=100, derandomize=True, print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that `make test` uses."""
    parser.addoption(
        "--coverage-gate",
        action="store_true",
        help="fail unless the coverage of the whole and of the pure modules is high enough",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Install the gate if it was asked for."""
    if config.getoption("--coverage-gate") and not hasattr(config, "workerinput"):
        gate = CoverageGate(config.rootpath / "pyproject.toml", pure_files())
        config.pluginmanager.register(gate, "coverage_gate")


def pytest_report_header() -> list[str]:
    """Say which outside software takes part in this run, and which cannot."""
    found = verifier.python()
    told = f"with {found}" if found else "NOT RUN, no Python >= 3.12 can be had here"
    lacking = ", ".join(missing())
    seen = f"PAGES FAIL, missing here: {lacking}" if lacking else "with the Chromium of the machine"
    gone = ", ".join(absent())
    around = f"NOT RUN, missing here: {gone}" if gone else "nginx, caddy and systemd take part"
    return [
        f"independent verifier: {told}", f"browser: {seen}", f"deployment: {around}",
    ]  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens a browser, and begin with the longest: files are shared among processes."""
    items.sort(key=lambda item: item.nodeid.partition("::")[0] not in LONGEST)
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Refuse every connection to another machine: the tests need none and shall never make one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _loopback(getattr(socket.socket, name)))
        yield


def _loopback(original: Any) -> Any:
    def guarded(self: socket.socket, *arguments: Any) -> Any:
        if self.family in NETWORKS and not _is_local(arguments[-1][0]):
            message = f"a test tried to reach another machine: {arguments[-1][0]}"
            raise PermissionError(message)
        return original(self, *arguments)

    return guarded


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
