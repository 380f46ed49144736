"""``trading import``: sheets in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from trading.base.errors import TradingError
from trading.centre import Centre
from trading.cli.output import (
    FINDING,
    data_option,
    emit,
    guarded,
    json_option,
    open_centre,
    progress,
    say,
)
from trading.imports.assets import ASSETS
from trading.imports.contracts import CONTRACTS
from trading.imports.kinds import Kind, Setting
from trading.imports.listings import LISTINGS
from trading.imports.roster import ROSTER
from trading.imports.run import Import, Report
from trading.imports.sheet import Refusals, Sheet
from trading.words.explaining import explain
from trading.words.language import language, messages, pick

PACK = "cn-collective"
EVERY = 1000
SHOWN_MAX = 50
_SHEET = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.group("import")
def import_command() -> None:
    """从表格导入 / Import from a sheet (CSV or XLSX)."""


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every import takes."""
    for option in (
        json_option,
        click.option("--dry-run", is_flag=True, help="只检查，不写入 / check only"),
        click.option("--pack", default=PACK, show_default=True, help="政策包 / policy pack"),
        click.option("--actor", required=True, help="经办人 / person who enters them"),
        click.option("--org", required=True, help="所属组织 / organisation that owns them"),
        data_option,
        _SHEET,
    ):
        command = option(command)
    return command


def _command(name: str, kind: Kind, told: str) -> None:
    @import_command.command(name, help=told)
    @_options
    @guarded
    def command(
        file: Path, data_dir: Path, org: str, actor: str, pack: str, *, dry_run: bool, as_json: bool
    ) -> None:
        _run(kind, file, data_dir, Setting(org, pack, file.parent), actor,
             dry_run=dry_run, as_json=as_json)  # fmt: skip


_command("listings", LISTINGS, "导入标的 / Import listings; refused rows come back")
_command("assets", ASSETS, "导入资产台账 / Import assets; refused rows come back")
_command("contracts", CONTRACTS, "导入纸质合同 / Import contracts; refused rows come back")
_command("roster", ROSTER, "导入居民代表名单 / Import the roster of representatives, whole")


def _run(
    kind: Kind, file: Path, data_dir: Path, setting: Setting, actor: str, *,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    sheet = Sheet(file)
    centre = open_centre(data_dir, writing=not dry_run)
    try:
        importing = Import(centre, kind, setting, actor, dry_run=dry_run)
        report = importing.run(sheet, lambda error: _told(error, centre), _meter())
    finally:
        centre.close()
    returned = Refusals(sheet).path if report.refused and not dry_run else None
    _say(report, returned, as_json=as_json)
    if report.refused:
        raise SystemExit(FINDING)


def _say(report: Report, returned: Path | None, *, as_json: bool) -> None:
    if as_json:
        emit({
            "ok": not report.refused, "added": report.added, "present": report.present,
            "refused_count": report.refused, "returned": str(returned or ""),
            "refused": [msgspec.to_builtins(one._asdict()) for one in report.told],
        })  # fmt: skip
        return
    say(
        f"可导入 {report.added} 行，已存在 {report.present} 行，拒绝 {report.refused} 行",
        f"{report.added} rows in, {report.present} were there, {report.refused} refused",
    )
    for one in report.told[:SHOWN_MAX]:
        where = pick(f"第{one.line}行", f"line {one.line}")
        click.echo(f"  {where} {one.id} {one.field}: {one.reason}", err=True)
    if returned is not None:
        click.echo(f"  -> {returned}", err=True)


def _told(error: TradingError, centre: Centre) -> tuple[str, str]:
    """Return the field and the reason of a refused row in the words of the reader."""
    texts, said = messages(language()), explain(error, centre)
    rules = said.get("rules", ())
    if rules:
        return rules[0]["field"], pick("；", "; ").join(rule["text"] for rule in rules)
    named = texts.get(f"row_{error.params.get('rule', '')}")
    return said.get("field", ""), named or said["message"]


def _meter() -> Callable[[int, int], None]:
    """Return a progress that speaks every thousand rows."""
    spoken = 0

    def told(done: int, count: int) -> None:
        nonlocal spoken
        if done // EVERY > spoken:
            spoken = done // EVERY
            progress(f"{done}/{count} 行", f"{done}/{count} rows")

    return told
