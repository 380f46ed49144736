"""The units start what the program can do, and are given no more than they need."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from tests.style.layout import ROOT
from trading.cli import main

UNITS = ROOT / "deploy/systemd"
SERVICES = sorted(UNITS.rglob("*.service"))
PROGRAM = "/opt/trading/bin/trading"
COMMAND = re.compile(rf"^ExecStart=(?:/bin/sh -c 'exec )?{PROGRAM} (.+)$", re.MULTILINE)
HARDENING = {
    "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "ProtectSystem": "strict",
    "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "UMask": "0077",
    "SystemCallFilter": "@system-service", "StateDirectoryMode": "0700", "User": "trading",
}  # fmt: skip


def settings(unit: Path) -> dict[str, str]:
    """Return the settings of a unit, each as it stands first."""
    pairs = re.findall(r"^(\w+)=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(reversed(pairs))


def commands() -> list[tuple[str, list[str]]]:
    """Return every call of the program in a unit, as words."""
    return [
        (str(path.relative_to(UNITS)), shlex.split(said.rstrip("'")))
        for path in sorted(UNITS.rglob("*"))
        if path.is_file()
        for said in COMMAND.findall(path.read_text(encoding="utf-8"))
    ]


def test_every_unit_calls_the_program() -> None:
    assert {name for name, _words in commands()} == {
        "trading.service", "trading.service.d/postgres.conf", "trading-backup.service",
    }  # fmt: skip


@pytest.mark.parametrize(("unit", "words"), commands())
def test_what_a_unit_calls_is_a_command_with_such_options(unit: str, words: list[str]) -> None:
    name, *rest = words
    found = main.get_command(click.Context(main), name)
    assert found is not None
    found.make_context(name, rest)
    with pytest.raises(click.NoSuchOption):
        found.make_context(name, [*rest, "--no-such-option"])


def test_a_service_is_given_no_more_than_it_needs() -> None:
    assert SERVICES
    for service in SERVICES:
        held = settings(service)
        assert {key: held.get(key) for key in HARDENING} == HARDENING, service.name


def test_the_service_behind_a_proxy_listens_on_this_machine_alone() -> None:
    (words,) = [words for unit, words in commands() if unit == "trading.service"]
    assert words[words.index("--host") + 1] == "127.0.0.1"
    assert "--proxy" in words
