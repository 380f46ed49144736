"""Every sentence of the pages has its English, and no catalogue keeps one that nobody says."""

from __future__ import annotations

import ast
import hashlib
import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from tests.style.layout import ROOT, python_files
from trading.web.templates import environment

PAGES = ROOT / "templates" / "pages"
_HAN = re.compile(r"[一-鿿]")
_JINJA = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def _templates() -> list[Path]:
    return sorted(PAGES.rglob("*.html"))


def _said() -> set[str]:
    found: set[str] = set()
    for path in _templates():
        source = path.read_text(encoding="utf-8")
        options = {"silent": "false", "extensions": "jinja2.ext.do", "trimmed": "false"}
        for _line, message, _comments, _context in extract(
            "jinja2.ext:babel_extract", io.BytesIO(source.encode()), {"_": None}, (), options
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found | set(_in_python())


def _in_python() -> Iterator[str]:
    for path in python_files("trading/web", "trading/papers"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "gettext"}:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def _catalogues() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(PAGES.glob("*/en.po")):
        for message in read_po(io.BytesIO(path.read_bytes())):
            if message.id:
                assert not message.fuzzy, f"{path.parent.name}: {message.id}"
                told = found.setdefault(str(message.id), str(message.string))
                assert told == message.string, f"two English texts for {message.id}"
    return found


def test_every_sentence_of_the_pages_has_its_english() -> None:
    english = _catalogues()
    assert sorted(text for text in _said() if not english.get(text)) == []


def test_no_catalogue_keeps_what_nobody_says() -> None:
    assert sorted(_catalogues().keys() - _said()) == []


def test_values_are_the_same_in_both_languages() -> None:
    slots = re.compile(r"%\((\w+)\)s")
    wrong = [
        zh for zh, en in _catalogues().items() if set(slots.findall(zh)) != set(slots.findall(en))
    ]
    assert wrong == []


def test_no_template_says_chinese_without_the_catalogue() -> None:
    found = []
    for path in _templates():
        bare = _JINJA.sub(" ", path.read_text(encoding="utf-8"))
        bare = bare.replace("（", " ").replace("）", " ")
        if _HAN.search(bare):
            found.append(f"{path.relative_to(ROOT)}: {_HAN.search(bare)}")
    assert found == []


@pytest.mark.parametrize("path", _templates(), ids=lambda path: str(path.relative_to(PAGES)))
def test_every_template_can_be_read_and_holds_no_script_or_style(path: Path) -> None:
    environment().get_template(str(path.relative_to(PAGES)))
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)
    assert "|safe" not in source.replace(" ", "")


def test_what_others_wrote_is_what_its_names_say() -> None:
    wanted = tomllib.loads((ROOT / "requirements/vendor.toml").read_text())
    folder = ROOT / "trading/web/static/vendor"
    names = {target for package in wanted.values() for target in package["files"].values()}
    assert {path.name for path in folder.iterdir()} == names
    for package in wanted.values():
        for target, digest in package["kept"].items():
            assert hashlib.sha256((folder / target).read_bytes()).hexdigest() == digest, target
