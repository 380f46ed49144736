"""``trading log history``: one lot told by the published files alone, on any machine."""

from __future__ import annotations

from pathlib import Path

import click

from trading.base.deadline import local_text
from trading.base.errors import NotFound
from trading.centre import registry
from trading.cli.log import log_command, read_vkeys, verified
from trading.cli.output import FINDING, emit, guarded, json_option, say
from trading.record.entry import DONE
from trading.record.history import LOT, Act, History, history
from trading.record.tiles import TileReader
from trading.store.reveal import reveal_from
from trading.store.signer import log_reader
from trading.words.language import language, messages, pick


@log_command.command("history")
@click.argument("lot")
@click.option(
    "--tiles", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True,
    help="日志目录 / directory of the files",
)  # fmt: skip
@click.option(
    "--vkey", "vkey_file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True, help="公钥文件，须从别处取得 / key line, got elsewhere than from the log",
)  # fmt: skip
@json_option
@guarded
def log_history(lot: str, tiles: Path, vkey_file: Path, *, as_json: bool) -> None:
    """只凭公开文件：谁、按哪条规则、在谁面前办了什么 / Who decided what, from the files alone."""
    report = verified(tiles, read_vkeys(vkey_file), quiet=as_json)
    if not report.ok:
        if as_json:
            emit({"ok": False, "findings": report.findings})
        raise SystemExit(FINDING)
    leaves = TileReader(log_reader(tiles), report.size).entries()
    told = history(leaves, lot, reveal_from(tiles))
    if not any(act.stream == f"{LOT}{lot}" for act in told.acts):
        raise NotFound(f"no lot {lot}", field="lot")
    if as_json:
        emit({"ok": True, "size": report.size, "root": report.root, "history": told})
        return
    _tell(told)


def _tell(told: History) -> None:
    for bound in told.bound:
        click.echo(f"  {bound.kind} {bound.name} sha256:{bound.digest}")
    texts, sources = messages(language()), registry().guards
    for act in told.acts:
        click.echo(
            f"{act.index:>7}  {local_text(act.at_us)}  {_who(act)}  {act.kind}  "
            f"{act.stream}  {_move(act)}"
        )
        for name, held in act.rules.items():
            source = sources[name].source if name in sources else "decision 16"
            # The texts say what a rule wants; they are read by whoever did not fulfil it.
            wants = f"  {texts.get(name, '')}" if name in act.failed else ""
            click.echo(f"           {'✓' if held else '✗'} {name} [{source}]{wants}")
        for paper in act.docs:
            click.echo(f"           {pick('附件', 'paper')} {paper['name']} {paper['sha256']}")
    say(f"未公开 {told.closed} 条", f"{told.closed} entries stay closed")


def _who(act: Act) -> str:
    return f"{act.actor}（{act.role}）" if act.actor else pick("（未公开）", "(closed)")


def _move(act: Act) -> str:
    move = act.source if act.source == act.dest else f"{act.source} -> {act.dest}"
    return move if act.outcome == DONE else f"{move} [{act.code or act.outcome}]"
