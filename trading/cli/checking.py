"""Verify and replay for the commands: the same checks, told as progress and findings."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterable, Iterator

import click
import msgspec

from trading.base.errors import IntegrityFault, SetupError
from trading.centre import PROJECTIONS, Centre, registry
from trading.cli.output import say
from trading.record import replay, verify
from trading.record.chains import FINDINGS_MAX, Findings
from trading.record.checkpoint import Checkpoint
from trading.record.note import PublicKey
from trading.store import log
from trading.store.audit import verify_log
from trading.store.backup import mark_verified
from trading.store.holdings import compare_documents
from trading.store.home import Home
from trading.store.migrations import check_schema
from trading.store.reveal import compare_bodies
from trading.store.signer import read_vkey, signed_note
from trading.store.start import check_agreement, check_store
from trading.store.state import StateCodec
from trading.words.explaining import worded
from trading.words.language import pick

BEHIND_SECONDS = 2


def verify_centre(centre: Centre, *, quiet: bool = False, saved: bytes = b"",
                  vkeys: Iterable[PublicKey] = (), workers: int = 0) -> verify.Report:  # fmt: skip
    """Verify database and published files of ``centre`` against each other; tell the result."""
    home: Home = centre.home
    check_schema(centre.reading)
    centre.engine.dispose()  # the check may divide this process: no connection is open then
    report = verify_log(
        home.log_dir, tuple(vkeys) or (read_vkey(home),), engine=centre.reading, saved=saved,
        progress=meter(pick("核验", "verify")), workers=workers,
    )  # fmt: skip
    beside = Findings()
    for finding in _beside(centre):
        beside.add(finding.code, finding.index, finding.detail)
    report = msgspec.structs.replace(
        report, findings=report.findings + beside.kept, more=report.more or beside.more
    )
    if not quiet:
        tell_report(report)
    return report


def _beside(centre: Centre) -> Iterator[verify.Finding]:
    """Yield what is wrong with the signer's memory, the documents and the revealed bodies."""
    home = centre.home
    if signed_note(home) or not home.read_only_reason():  # a restored copy has no memory yet
        try:
            check_agreement(centre.reading, home, check_store)
        except IntegrityFault as fault:
            yield verify.Finding("signer", -1, fault.detail)
    yield from compare_documents(centre.reading)
    yield from compare_bodies(centre.reading, home.log_dir)


def lift(centre: Centre, *, quiet: bool) -> bool:
    """Let a restored copy that verifies write again, once all of it was decided again as well.

    Its states are sealed with the key of this directory, which may be a new one: a backup has none.
    """
    if not centre.home.read_only_reason():
        return True
    if not replay_centre(centre, quiet=quiet):
        return False
    codec = StateCodec(centre.kernel.registry, centre.home.mac_key)
    log.seal_states(centre.engine, codec)
    mark_verified(centre.home)
    return True


def publish_all(centre: Centre) -> Checkpoint:
    """Publish and sign everything committed, and the bodies it opened; return the checkpoint.

    Raises ``SetupError`` when there is nothing to sign.
    """
    shown = centre.publish()
    if shown is None:
        raise SetupError("nothing was published", field="log")
    return shown


def tell_report(report: verify.Report) -> None:
    """Print the first line OK or FAIL, what was covered, and every finding."""
    if report.ok:
        say(
            f"核验通过：已签发 {report.size} 条，未签发 {report.unpublished} 条，"
            f"根 {report.root[:16]}…，内容封存 {report.closed} 条",
            f"OK  verified {report.size} signed entries and {report.unpublished} not signed yet, "
            f"root {report.root[:16]}…, {report.closed} closed",
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
    check_schema(centre.reading)
    known = registry()
    told = meter(pick("重放", "replay"))
    size = log.head(centre.reading).size
    again = replay.Again(iter(()), known)
    report = replay.replay(
        log.iterate(centre.reading), known, until_index=until_index, until_us=until_us,
        streams=(f"lot/{lot}",) if lot else (), progress=lambda done: told(done, size),
        after=again,
    )  # fmt: skip
    findings: list[verify.Finding] = []
    if report.ok and not lot and until_index is None and until_us is None:
        report, findings = _compare_as_it_grows(centre, again, report)
    if not quiet:
        tell_replay(report, findings)
    return report.ok and not findings


def _compare_as_it_grows(
    centre: Centre, again: replay.Again, report: replay.ReplayReport
) -> tuple[replay.ReplayReport, list[verify.Finding]]:
    """Compare with one moment of the store, once what came until then is decided again too.

    What is stored moves with a record that is being written; a difference between two moments
    would be none.
    """
    with log.moment(centre.reading) as still:
        later = log.iterate(still, report.size)
        report = replay.replay(later, centre.kernel.registry, after=again)
        return report, _compare(centre, still, report) if report.ok else []


def _compare(
    centre: Centre, still: log.Moment, report: replay.ReplayReport
) -> list[verify.Finding]:
    """Compare the final fold with the stored states and projections of one moment."""
    centre.refresh()
    findings = list(replay.compare_states(report.states, log.stored_states(still), centre.row_of))
    for projection in PROJECTIONS:
        key = [column.name for column in projection.table.primary_key]
        findings += replay.compare_rows(
            projection.table.name, key, projection.rows(report.states),
            log.projection_rows(still, projection),
        )  # fmt: skip
    if not centre.home.read_only_reason():
        codec = StateCodec(centre.kernel.registry, centre.home.mac_key)
        for name in itertools.islice(log.unsealed_states(still, codec), FINDINGS_MAX):
            findings.append(verify.Finding("seal", -1, f"{name} was stored by somebody else"))
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
