"""``trading backup`` and ``trading restore``."""

from __future__ import annotations

from pathlib import Path

import click

from trading.cli.output import data_option, emit, guarded, json_option, say
from trading.store.backup import backup, restore
from trading.store.home import Home

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("backup")
@click.argument("target", type=_FOLDER)
@data_option
@click.option("--include-keys", is_flag=True, help="连同私钥 / the private keys as well")
@json_option
@guarded
def backup_command(target: Path, data_dir: Path, *, include_keys: bool, as_json: bool) -> None:
    """在线备份到新目录 TARGET / Back up into the new folder TARGET while serving."""
    made = backup(Home.open(data_dir), target, include_keys=include_keys)
    if as_json:
        emit({"ok": True, "entries": made.entries, "keys": made.keys})
        return
    say(f"已备份 {made.entries} 条到 {target}", f"backed up {made.entries} entries to {target}")
    if not made.keys:
        say(
            "备份里没有 keys/log.key（签发用）、keys/mac.key（封存状态用）和 "
            "keys/subjects.sqlite3（没有它，姓名等个人信息谁也打不开）：请另行封存",
            "Not in it: keys/log.key (signs), keys/mac.key (seals states) and "
            "keys/subjects.sqlite3 (without it nobody can open names): keep them sealed, apart",
        )


@click.command("restore")
@click.argument("source", type=_FOLDER)
@data_option
@click.option("--db", "db_url", default="", help="PostgreSQL 备份恢复到此空库 / empty database")
@json_option
@guarded
def restore_command(source: Path, data_dir: Path, db_url: str, *, as_json: bool) -> None:
    """从备份恢复；核验前只读 / Restore; read-only until verified."""
    home = restore(source, data_dir, db_url)
    if as_json:
        emit({"ok": True, "read_only": home.read_only_reason()})
        return
    say(
        f"已恢复到 {data_dir}，现为只读；运行 trading log verify --data {data_dir}，"
        "核验和重放都通过后可写",
        f"Restored to {data_dir}, read-only until `trading log verify --data {data_dir}` has "
        "verified and replayed it",
    )
