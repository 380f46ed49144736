"""The tree holds what belongs to the project, and nothing of the machine that it was made on."""

from __future__ import annotations

import re
import tomllib

from tests.style import checks
from tests.style.layout import DOT_NAMES, ROOT, tracked_files

TOP = {
    *DOT_NAMES,
    *("deploy", "docs", "policies", "requirements", "templates", "tests", "trading"),
    *("workflows", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"),
    *("SECURITY.md", "pyproject.toml"),
}
LOCKS_OF_OTHER_TOOLS = {
    *("uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "package-lock.json"),
    ".python-version",
}
TEXT = {".toml", ".md", ".txt", ".in", ".yml", ".yaml", ".sh", ".cfg", ".service", ""}
BYTES_MAX = 2_000_000


def test_there_are_files_to_check() -> None:
    assert {ROOT / "pyproject.toml", ROOT / "trading/base/errors.py"} <= set(tracked_files())


def test_the_top_level_holds_what_was_agreed() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked_files()} - TOP == set()


def test_no_lock_of_another_tool_is_kept() -> None:
    assert [path for path in tracked_files() if path.name in LOCKS_OF_OTHER_TOOLS] == []


def test_no_file_is_huge() -> None:
    assert [path for path in tracked_files() if path.stat().st_size > BYTES_MAX] == []


def test_no_text_names_a_place_of_one_machine_or_leaves_work_open() -> None:
    found = []
    for path in tracked_files():
        if path.suffix in TEXT and not path.is_relative_to(ROOT / "tests/data"):
            source = path.read_text(encoding="utf-8")
            for check in (checks.machine_places, checks.open_ends):
                found += [f"{path.relative_to(ROOT)}:{line}" for line in check(source)]
    assert found == []


def test_the_locked_requirements_name_no_host_and_pin_every_package_by_hash() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text()
        assert not re.search(r"://|--(?:extra-)?index|--find-links|--trusted", text), path.name
        entries = re.split(r"\n(?=[a-z])", text.strip())
        assert entries, path.name
        for entry in entries:
            assert re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==", entry), f"{path.name}: {entry[:60]}"
            assert "--hash=sha256:" in entry, f"{path.name}: {entry[:60]}"


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = (ROOT / "requirements/runtime.txt").read_text()
    for dependency in project["project"]["dependencies"]:
        name = re.split(r"[<>=;\[ ]", dependency)[0]
        assert re.search(rf"^{re.escape(name)}==", locked, re.MULTILINE), name
    for name in re.findall(r"^[a-z0-9.-]+==[^ ]+", locked, re.MULTILINE):
        assert name in (ROOT / "requirements/dev.txt").read_text(), f"{name} differs in dev.txt"


def test_every_ignored_rule_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.pydocstyle]")]
    rules = [line for line in section.splitlines() if re.match(r'\s+"[A-Z]+[0-9]*"', line)]
    assert len(rules) > 10
    assert [line for line in rules if "#" not in line] == []
