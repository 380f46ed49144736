"""The coverage gate, inside pytest so that pytest's own closing line stays the last."""

from __future__ import annotations

import io
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

WHOLE_PERCENT_MIN = 95.0
PURE_PERCENT_MIN = 100.0


class CoverageGate:
    """Fails the session if the whole or the pure modules are covered too little.

    Branches count. The pure modules decide who wins; a branch that no test took is a rule that
    nobody has seen at work.
    """

    def __init__(self, settings: Path, pure: list[Path]) -> None:
        """Judge what coverage, set up by the file ``settings``, has measured."""
        self._settings = settings
        self._pure = [str(path) for path in pure]
        self._lines: list[str] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Judge after pytest-cov has combined what every process has measured."""
        result = yield
        measured = coverage.Coverage(config_file=str(self._settings))
        measured.load()
        whole_is_enough = self._judge(measured, "the whole", WHOLE_PERCENT_MIN, None)
        pure_is_enough = self._judge(measured, "pure modules", PURE_PERCENT_MIN, self._pure)
        if not (whole_is_enough and pure_is_enough):
            session.testsfailed += 1
        return result

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found, and where a pure module has gaps."""
        terminalreporter.section("coverage gate")
        for line in self._lines:
            terminalreporter.line(line)

    def _judge(
        self, measured: coverage.Coverage, name: str, percent_min: float, include: list[str] | None
    ) -> bool:
        report = io.StringIO()
        percent = measured.report(include=include, file=report, show_missing=True)
        enough = percent >= percent_min
        word = "reached" if enough else "MISSED"
        self._lines.append(f"{name}: {percent:.2f} % of {percent_min:.0f} % {word}")
        if include is not None and not enough:
            self._lines.extend(report.getvalue().splitlines())
        return enough
