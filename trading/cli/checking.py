"""Verify and replay for the commands: the same checks, told as progress and findings."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable

import click
import msgspec

from trading.base.errors import SetupError
from trading.centre import PROJECTIONS, Centre, registry
from trading.cli.output import pick, say, worded
from trading.record import replay, verify
from trading.record.checkpoint import Checkpoint
from trading.record.note import PublicKey
from trading.store import log
from trading.store.audit import verify_log
from trading.store.home import Home
from trading.store.publish import Publisher
from trading.store.reveal import publish_bodies
from trading.store.signer import published, read_vkey

BEHIND_SECONDS = 2


def verify_centre(centre: Centre, *, quiet: bool = False, saved: bytes = b"",
                  vkeys: Iterable[PublicKey] = (), workers: int = 0) -> bool:  # fmt: skip
    """Verify database and published files of ``centre`` against each other; tell the result."""
    home: Home = centre.home
    centre.engine.dispose()  # the check may divide this process: no connection is open then
    report = verify_log(
        home.log_dir, tuple(vkeys) or (read_vkey(home),), engine=centre.reading, saved=saved,
        progress=meter(pick("核验", "verify")), workers=workers,
    )  # fmt: skip
    if not quiet:
        tell_report(report)
    return report.ok


def publish_all(centre: Centre) -> Checkpoint:
    """Publish and sign everything committed, and the bodies it opened; return the checkpoint.

    Raises ``SetupError`` when there is nothing to sign.
    """
    publisher = Publisher(centre.engine, centre.reading, centre.home, centre.clock)
    while publisher.publish_once() is not None:
        pass
    shown = published(centre.home)
    if shown is None:
        raise SetupError("nothing was published", field="log")
    publish_bodies(centre.reading, centre.home, shown.size)
    return shown


def tell_report(report: verify.Report) -> None:
    """Print the first line OK or FAIL, what was covered, and every finding."""
    if report.ok:
        say(
            f"核验通过：{report.size} 条，根 {report.root[:16]}…，未公开 {report.closed} 条",
            f"OK  verified {report.size} entries, root {report.root[:16]}…, {report.closed} closed",
        )
    else:
        say("核验不通过：", "FAIL  the log does not verify:")
    for finding in report.findings:
        click.echo(f"  #{finding.index} {finding.code}: {worded(finding.detail)}")
    if report.more:
        say("  （还有更多）", "  (and more)")


def replay_centre(
    centre: Centre,
    *,
    quiet: bool = False,
    lot: str = "",
    until_index: int | None = None,
    until_us: int | None = None,
) -> bool:
    """Decide the whole record again and compare states and projections; tell the result."""
    known = registry()
    told = meter(pick("重放", "replay"))
    size = log.head(centre.reading).size
    report = replay.replay(
        log.iterate(centre.reading), known, until_index=until_index, until_us=until_us,
        streams=(f"lot/{lot}",) if lot else (), progress=lambda done: told(done, size),
    )  # fmt: skip
    findings: list[verify.Finding] = []
    if report.ok and not lot and until_index is None and until_us is None:
        findings = _compare(centre, report)
    if not quiet:
        tell_replay(report, findings)
    return report.ok and not findings


def _compare(centre: Centre, report: replay.ReplayReport) -> list[verify.Finding]:
    """Compare the final fold with the stored states and projections."""
    centre.refresh()
    stored = log.stored_states(centre.reading)
    findings = list(replay.compare_states(report.states, stored, centre.row_of))
    for projection in PROJECTIONS:
        key = [column.name for column in projection.table.primary_key]
        findings += replay.compare_rows(
            projection.table.name, key, projection.rows(report.states),
            log.projection_rows(centre.reading, projection),
        )  # fmt: skip
    return findings


def tell_replay(report: replay.ReplayReport, findings: list[verify.Finding]) -> None:
    """Print the first line OK or FAIL and the first difference or every finding."""
    if report.ok and not findings:
        say(
            f"重放一致：{report.size} 条逐一重判，状态与数据相同",
            f"OK  replayed {report.size} entries; states and projections are equal",
        )
        return
    say("重放不一致：", "FAIL  replay differs:")
    if report.difference is not None:
        found = report.difference
        click.echo(f"  #{found.index} {found.stream} {found.field}")
        click.echo(f"    {pick('应为', 'expected')} {found.expected}")
        click.echo(f"    {pick('实为', 'found')} {found.found}")
    for finding in findings:
        click.echo(f"  #{finding.index} {finding.code}: {worded(finding.detail)}")


def meter(name: str) -> Callable[[int, int], None]:
    """Return a progress line for work that lasts, on a terminal only."""
    if not sys.stderr.isatty():
        return lambda _done, _size: None
    started = time.monotonic()
    shown = [started]

    def tell(done: int, size: int) -> None:
        now = time.monotonic()
        if now - started < BEHIND_SECONDS or now - shown[0] < 1:
            return
        shown[0] = now
        click.echo(f"{name} {done}/{size}", err=True)

    return tell


def as_json(report: verify.Report) -> dict[str, object]:
    """Return a report for ``--json``."""
    return {"ok": report.ok, **msgspec.to_builtins(report)}
