"""What the doctor says of fonts, the drawing library, proxies, units and nginx."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from trading.cli.doctor import FAIL, OK, WARN, Finding
from trading.cli.surroundings import (
    check_drawing,
    check_fonts,
    check_nginx,
    check_proxy,
    check_units,
    surroundings,
)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _program(folder: Path, name: str, does: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)


def _statuses(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.check, one.status) for one in found]


def test_papers_need_a_chinese_font(programs: Path) -> None:
    assert (check_fonts().status, "fonts-noto-cjk" in check_fonts().do_zh) == (WARN, True)
    _program(programs, "fc-list", "exit 0")
    assert check_fonts().status == WARN
    _program(programs, "fc-list", "echo Noto Serif CJK SC")
    assert check_fonts() == Finding("fonts", OK, "有中文字体", "there is one for Chinese")


def test_papers_need_pango(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert check_drawing().status == OK
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library pango')\n")
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    found = check_drawing()
    assert (found.status, "libpango-1.0-0" in found.do_en) == (WARN, True)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("127.0.0.1", OK), ("::1", OK), ("10.88.0.0/16", OK), ("10.0.0.0/8", FAIL),
        ("0.0.0.0/0", FAIL), ("proxy.example", FAIL),
    ],
)  # fmt: skip
def test_a_proxy_is_one_machine_or_a_small_network(given: str, status: str) -> None:
    found = check_proxy(given)
    assert (found.status, bool(found.do_zh)) == (status, status == FAIL)


def test_installed_units_are_checked_where_systemd_can_be_asked(
    programs: Path, tmp_path: Path
) -> None:
    unit = tmp_path / "trading.service"
    unit.write_text("")
    assert list(check_units([unit])) == []
    _program(programs, "systemd-analyze", "exit 0")
    assert _statuses(list(check_units([unit]))) == [("unit", OK)]
    _program(programs, "systemd-analyze", "echo Unknown key; exit 1")
    (found,) = check_units([unit])
    assert (found.status, found.en) == (FAIL, "trading.service: Unknown key")


def test_a_configured_nginx_is_asked(programs: Path, tmp_path: Path) -> None:
    configuration = tmp_path / "nginx.conf"
    _program(programs, "nginx", "exit 0")
    assert list(check_nginx(configuration)) == []
    configuration.write_text("")
    assert _statuses(list(check_nginx(configuration))) == [("nginx", OK)]
    _program(programs, "nginx", "echo unexpected end of file >&2; exit 1")
    (found,) = check_nginx(configuration)
    assert (found.status, found.do_en) == (FAIL, "run: nginx -t")
    (programs / "nginx").unlink()
    assert list(check_nginx(configuration)) == []


def test_everything_around_is_looked_at(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "trading.service").write_text("")
    (tmp_path / "nginx.conf").write_text("")
    for name in ("systemd-analyze", "nginx"):
        _program(programs, name, "exit 0")
    found = surroundings(("127.0.0.1",), tmp_path, tmp_path / "nginx.conf")
    assert [one.check for one in found] == ["fonts", "papers", "proxy", "unit", "nginx"]


def test_a_program_that_cannot_be_started_is_as_if_it_were_not_there(programs: Path) -> None:
    _program(programs, "fc-list", "exit 0")
    (programs / "fc-list").write_bytes(b"no program")
    assert check_fonts().status == WARN
