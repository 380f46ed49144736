"""Templates of a centre's own: none gets out, lasts, grows, or makes markup that runs (INV-32)."""

from __future__ import annotations

import resource
from pathlib import Path

import jinja2
import pytest

from tests.papers.payloads import CANARY, ESCAPES, HOGS, MARKUP
from trading import papers
from trading.base.errors import InvalidInput, TradingError, Unavailable
from trading.centre import Centre
from trading.papers import printing
from trading.press import child
from trading.press.child import Gate, Parcel
from trading.press.limits import MEBIBYTE, PDF, TEMPLATE, Limits
from trading.press.sandbox import check_markup, fill

R033, URL = "lot/case-r033-1", "https://centre.example"
ROOM = 256 * 1024
LEAKS = ("&lt;class", "<class", "root:", "__globals__", "&lt;function", "built-in", "environ",
         "&lt;Cycler", "mappingproxy", "method", CANARY)  # fmt: skip


def shown(template: str) -> str:
    """Return what a template makes in the sandbox; empty where it was refused."""
    values = {"paper": {"qr": "<svg></svg>", "title": "x"}}
    try:
        return fill({"x.html": template}, "x.html", values, ROOM)
    except InvalidInput:
        return ""


def leaks(text: str) -> bool:
    """Tell whether ``text`` shows anything of the process."""
    return any(leak in text for leak in LEAKS)


@pytest.mark.parametrize("payload", ESCAPES)
def test_no_template_gets_out(payload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    assert not leaks(shown(payload))


def test_without_the_sandbox_the_same_templates_do_get_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    plain = jinja2.Environment(autoescape=True)
    found = 0
    for payload in ESCAPES:
        try:
            found += leaks(plain.from_string(payload).render(paper={"qr": ""}))
        except Exception:  # noqa: BLE001 - a payload may fail in any way where nothing holds it
            continue
    assert found > 30


@pytest.mark.parametrize("payload", MARKUP)
def test_no_template_makes_markup_that_runs_or_loads(payload: str) -> None:
    assert shown(payload) == ""


def test_markup_of_papers_is_let_through() -> None:
    check_markup('<p class="x">a<br>b &lt;script&gt;</p><a href="/check/1">c</a>')


@pytest.mark.parametrize("payload", HOGS)
def test_no_template_lasts_or_grows(payload: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    head = {"sources": {"x.html": payload}, "name": "x.html", "values": {}}
    with pytest.raises(TradingError) as caught:
        child.run("template", Parcel(head), TEMPLATE)
    assert isinstance(caught.value, InvalidInput | Unavailable)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert int(after.ru_utime - before.ru_utime) <= 2


def test_the_child_sees_neither_environment_nor_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADING_SECRET", CANARY)
    local = "file:" + "/" * 3 + "etc/hostname"
    head = {"markup": f'<p>x</p><img src="{local}">', "css": "@import 'http://x/';"}
    first = child.run("pdf", Parcel(head), PDF).blobs[0]
    assert first.startswith(b"%PDF-")
    assert CANARY.encode() not in first
    assert Path("/etc/hostname").read_bytes().strip() not in first
    assert set(child._KEPT).isdisjoint({"TRADING_SECRET", "HOME", "PYTHONPATH"})


def test_a_child_that_lasts_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_START", "import time; time.sleep(60)")
    with pytest.raises(Unavailable):
        child.run("template", Parcel({}), Limits(1, MEBIBYTE, 1, ROOM))


def test_a_child_that_says_nonsense_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("print('x' * 100)", "", "raise SystemExit(3)"):
        monkeypatch.setattr(child, "_START", text)
        with pytest.raises(Unavailable):
            child.run("template", Parcel({}), TEMPLATE)


def test_too_many_at_once_are_turned_away() -> None:
    gate = Gate(at_once=1, waiting_max=0)
    with gate.passing(1), pytest.raises(Unavailable), gate.passing(1):
        pass
    slow = Gate(at_once=1, waiting_max=1)
    with slow.passing(1), pytest.raises(Unavailable), slow.passing(0):
        pass
    with slow.passing(0):
        pass


def _own(centre: Centre, name: str, text: str) -> Path:
    folder = centre.home.templates_dir / "papers"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


GOOD = (
    '{% extends "base.html" %}{% block body %}<p>本中心专用：{{ lot.title }}，'
    "{{ award.price.figures }}</p>{% endblock %}"
)


def test_a_template_of_the_centre_stands_in_for_the_shipped_one(own: Centre) -> None:
    _own(own, "deal_confirmation.html", GOOD)
    assert "本中心专用" in papers.html(own, "deal_confirmation", R033, URL)
    assert "本中心专用" not in papers.html(own, "contract", R033, URL)


@pytest.mark.parametrize("bad", [HOGS[0], ESCAPES[2], MARKUP[0], "{% if %}", HOGS[1]])
def test_the_last_template_that_worked_serves(own: Centre, bad: str) -> None:
    _own(own, "deal_confirmation.html", GOOD)
    first = papers.html(own, "deal_confirmation", R033, URL)
    _own(own, "deal_confirmation.html", bad)
    printing._kept.clear()
    assert papers.html(own, "deal_confirmation", R033, URL) == first
    assert papers.render(own, "deal_confirmation", R033, URL).startswith(b"%PDF-")


def test_where_none_ever_worked_the_shipped_one_serves(own: Centre) -> None:
    shipped = papers.html(own, "deal_confirmation", R033, URL)
    _own(own, "deal_confirmation.html", "{{ nothing }}")
    assert papers.html(own, "deal_confirmation", R033, URL) == shipped


def test_templates_that_are_no_text_or_too_large_are_left_out(own: Centre) -> None:
    shipped = papers.html(own, "deal_confirmation", R033, URL)
    path = _own(own, "deal_confirmation.html", "x" * (printing.SOURCE_BYTES_MAX + 1))
    assert papers.html(own, "deal_confirmation", R033, URL) == shipped
    path.write_bytes(b"\xff\xfe")
    assert papers.html(own, "deal_confirmation", R033, URL) == shipped
