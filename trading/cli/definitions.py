"""``trading definitions``: workflows, policy packs, calendars, vote tables."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import click

from trading import centre as wiring
from trading import founding
from trading.base import assets
from trading.base.errors import SetupError
from trading.cli.output import FINDING, data_option, emit, guarded, json_option, open_centre, say
from trading.engine import coverage, diagram, diff, lock
from trading.engine.builtin import BUILTIN, EnterDefinition
from trading.engine.catalogue import Definition
from trading.engine.definitions import Workflow
from trading.words.language import language, pick


@click.group("definitions")
def definitions_command() -> None:
    """流程与政策定义 / Workflows and policies."""


@definitions_command.command("check")
@click.option("--coverage", "covered", is_flag=True, help="规则与权限的证明 / what is proven")
@json_option
@guarded
def check(*, covered: bool, as_json: bool) -> None:
    """检查全部定义和锁 / Check every definition and the lock."""
    shipped = founding.shipped(wiring.registry())
    founding.check_lock(shipped)
    if covered:
        workflows = [found for _kind, found in shipped if isinstance(found, Workflow)]
        _tell_coverage([BUILTIN, *workflows], as_json=as_json)
    elif as_json:
        emit({"ok": True, "definitions": founding.digests(shipped)})
    else:
        say(f"{len(shipped)} 个定义全部通过", f"all {len(shipped)} definitions hold")


def proven_edges() -> dict[str, tuple[str, ...]]:
    """Return what the tests of this release proved of every edge."""
    return coverage.parse(assets.read_text("templates/coverage/vectors.toml"))


def _tell_coverage(workflows: list[Workflow], *, as_json: bool) -> None:
    found = list(coverage.coverage(workflows, wiring.registry().roles, proven_edges()))
    gaps = sum(not one.whole for one in found)
    if as_json:
        emit({"edges": found, "gaps": gaps, "ok": not gaps})
    else:
        for one in found:
            mark = "" if one.known else pick("  [权限未证明]", "  [permission not proven]")
            click.echo(f"{one.edge}{mark}")
            for rule in one.rules:
                bad = rule in one.unproven
                click.echo(f"    {rule}{pick('  [未证明]', '  [not proven]') if bad else ''}")
        rules = sum(len(one.rules) for one in found)
        say(
            f"{len(found)} 条流转、{rules} 条规则各由一例单独证明，缺 {gaps} 条",
            f"{len(found)} edges, {rules} rules, each refusing alone in a vector; {gaps} gaps",
        )
    if gaps:
        sys.exit(FINDING)


@definitions_command.command("lock")
@guarded
def lock_new() -> None:
    """锁定新版本；已锁定的不得改动 / Lock new versions; what is locked may not change."""
    shipped = founding.digests(founding.shipped(wiring.registry()))
    path = Path(str(assets.asset_root())) / founding.LOCK_PATH
    locked = lock.parse(path.read_text(encoding="utf-8")) if path.exists() else {}
    extended = lock.extended(locked, shipped)
    path.write_text(lock.format(extended), encoding="utf-8")
    say(f"新锁定 {len(extended) - len(locked)} 个", f"locked {len(extended) - len(locked)} more")


@definitions_command.command("show")
@click.argument("name")
@json_option
@guarded
def show(name: str, *, as_json: bool) -> None:
    """显示一个定义，如 lot_ascending@1 / Show one definition."""
    definition = _named(name)
    if as_json:
        emit({"id": definition.id, "digest": definition.digest, "body": definition.body})
        return
    click.echo(f"{definition.id}  sha256:{definition.digest}")
    if isinstance(definition, Workflow):
        for place, state in definition.states.items():
            click.echo(f"  [{place}] {pick(state.label_zh, state.label_en)}")
            for edge in definition.transitions:
                if edge.source == place:
                    needs = " ".join((*edge.all_guards, *(f"!{g}" for g in edge.unless)))
                    twice = pick("（两人）", " (two people)") if edge.persons > 1 else ""
                    roles = ",".join(edge.roles)
                    click.echo(f"    {edge.trigger} -> {edge.dest}  {roles}{twice}  {needs}")
        return
    for line in _plain(definition.body):
        click.echo(f"  {line}")


@definitions_command.command("diagram")
@click.argument("name")
@guarded
def draw(name: str) -> None:
    """输出 Mermaid 状态图 / Print a Mermaid diagram."""
    definition = _named(name)
    if not isinstance(definition, Workflow):
        raise click.BadParameter("only a workflow has a diagram", param_hint="NAME")
    click.echo(diagram.mermaid(definition, language()))


@definitions_command.command("diff")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@guarded
def compare(file: Path) -> None:
    """用通俗的话说明与现行版本的差异 / Tell in plain words how FILE differs."""
    found = _differences(*_against_shipped(_read(file)))
    for line in found or [pick("与现行版本没有差异", "no difference")]:
        click.echo(line)


@definitions_command.command("install")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@data_option
@click.option("--actor", required=True, help="须两人先后安装 / two people must install it")
@json_option
@guarded
def install(file: Path, data_dir: Path, actor: str, *, as_json: bool) -> None:
    """检查、说明差异、在以往案件上试行，两人确认后登记 / Check, explain, try, and enter."""
    kind, definition = _read(file)
    opened = open_centre(data_dir, writing=True)
    try:
        opened.refresh()
        old = opened.newest(kind, definition.id.partition("@")[0])
        told = _differences(old, definition)
        tried = opened.try_out(kind, definition)
        data = EnterDefinition(kind, definition.id, definition.digest, definition.body)  # type: ignore[arg-type]
        receipt = opened.do("definition.enter/1", data, actor, "office")
    finally:
        opened.close()
    if as_json:
        emit({"ok": True, "outcome": receipt.outcome, "differences": told, "trial": tried})
        return
    for line in told:
        click.echo(f"  {line}")
    say(
        f"在以往 {tried.commands} 个办理上试行，{tried.different} 个结果会不同",
        f"tried on {tried.commands} past commands: {tried.different} would be decided differently",
    )
    if receipt.outcome == "proposed":
        say("已提议，等待另一人安装同一文件", "Proposed; another person must install the same file")
    else:
        say(f"已登记 {definition.id}", f"Entered {definition.id}")


def _named(name: str) -> Definition:
    for _kind, definition in founding.shipped(wiring.registry()):
        if name in {definition.id, definition.id.partition("@")[0]}:
            return definition
    raise click.BadParameter("no definition has this name", param_hint="NAME")


def _read(file: Path) -> tuple[str, Definition]:
    text = file.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{file.name}: {error}", field="file") from error
    for kind, table in (("workflow", "workflow"), ("pack", "pack"), ("votes", "rules")):
        if table in raw:
            return kind, founding.read_definition(kind, text, wiring.registry())
    return "calendar", founding.read_definition("calendar", text, wiring.registry())


def _against_shipped(read: tuple[str, Definition]) -> tuple[Definition | None, Definition]:
    kind, definition = read
    name = definition.id.partition("@")[0]
    before = [
        d
        for k, d in founding.shipped(wiring.registry())
        if k == kind and d.id.partition("@")[0] == name
    ]
    return (before[-1] if before else None), definition


def _differences(old: Definition | None, new: Definition) -> list[str]:
    if old is None:
        return [pick(f"新定义 {new.id}", f"new definition {new.id}")]
    if isinstance(old, Workflow) and isinstance(new, Workflow):
        return diff.differences(old, new, language())
    return diff.body_differences(old.body, new.body, language())


def _plain(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [line for key in value for line in _plain(value[key], f"{path}.{key}".strip("."))]
    return [f"{path}: {value}"]
