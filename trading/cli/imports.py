"""``trading import``: sheets in."""

from __future__ import annotations

from pathlib import Path

import click

from trading.base.errors import InvalidInput, Refused
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
from trading.imports import listings, sheet

EVERY = 500


@click.group("import")
def import_command() -> None:
    """从表格导入 / Import from a sheet (CSV or XLSX)."""


@import_command.command("listings")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@data_option
@click.option("--org", required=True, help="资产所属组织 / organisation that owns the assets")
@click.option("--actor", required=True, help="经办人 / person who enters them")
@click.option("--dry-run", is_flag=True, help="只检查，不写入 / check only")
@json_option
@guarded
def import_listings(
    file: Path, data_dir: Path, org: str, actor: str, *, dry_run: bool, as_json: bool
) -> None:
    """导入标的；被拒的行连同原因写回同样的表 / Import listings; refused rows come back."""
    header, rows = sheet.read(file)
    centre = open_centre(data_dir, writing=not dry_run)
    added = present = 0
    refused: list[tuple[sheet.Row, str, str]] = []
    try:
        for n, row in enumerate(rows, 1):
            if n % EVERY == 0:
                progress(f"{n}/{len(rows)} 行", f"{n}/{len(rows)} rows")
            try:
                listing = listings.parse(row, org)
                if dry_run or listings.enter(centre, listing, actor):
                    added += 1
                else:
                    present += 1
            except (InvalidInput, Refused) as error:
                refused.append((row, *listings.reason_of(error)))
    finally:
        centre.close()
    returned = file.with_name(f"{file.stem}.refused{file.suffix}")
    if refused and not dry_run:
        sheet.write(returned, header, refused)
    if as_json:
        emit({
            "ok": not refused, "added": added, "present": present,
            "refused": [
                {"id": row.get("id", ""), "field": field, "reason": why}
                for row, field, why in refused
            ],
        })  # fmt: skip
    else:
        say(
            f"可导入 {added} 行，已存在 {present} 行，拒绝 {len(refused)} 行",
            f"{added} rows in, {present} were there, {len(refused)} refused",
        )
        for row, field, why in refused:
            click.echo(f"  {row.get('id', '?')}: {field}: {why}", err=True)
        if refused and not dry_run:
            click.echo(f"  -> {returned}", err=True)
    if refused:
        raise SystemExit(FINDING)
