"""``trading org``: the organisations, as they are and as they were on any day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trading.base.deadline import local_text
from trading.base.units import FOR_EVER_US
from trading.cli.acting import Instant, act
from trading.cli.output import data_option, emit, guarded, json_option, open_centre
from trading.people.commands import CloseOrg, CreateOrg, MergeOrg, RenameOrg
from trading.people.organisations import RANKS, Orgs, exists, name_at
from trading.words.language import pick

_actor = click.option("--actor", required=True)
_twice = click.option(
    "--actor", required=True, help="须由两人先后提出 / two people must ask for the same"
)


@click.group("org")
def org_command() -> None:
    """组织机构 / Organisations."""


@org_command.command("list")
@data_option
@click.option("--at", "at_us", type=Instant(), help="此时存在的组织 / those that existed then")
@json_option
@guarded
def org_list(data_dir: Path, at_us: int | None, *, as_json: bool) -> None:
    """列出组织，已撤销、已合并的也列出 / List the organisations, those that are no more too."""
    centre = open_centre(data_dir)
    try:
        state = centre.state("orgs")
        now_us = centre.clock.now_us()
    finally:
        centre.close()
    orgs: Orgs = state.facets["orgs"] if state else Orgs()
    seen_us = now_us if at_us is None else at_us
    found = {
        org: node for org, node in orgs.nodes.items() if at_us is None or exists(orgs, org, at_us)
    }
    if as_json:
        emit(found)
        return
    for org, node in found.items():
        line = f"{org}\t{node.level}\t{node.parent or '-'}\t{name_at(node, seen_us)}"
        if node.to_us < FOR_EVER_US:
            line += f"\t{pick('止于', 'until')} {local_text(node.to_us)}"
        click.echo(f"{line}\t-> {node.successor}" if node.successor else line)


@org_command.command("add")
@data_option
@_actor
@click.argument("org")
@click.argument("parent")
@click.argument("level", type=click.Choice(list(RANKS)))
@click.argument("name_zh")
@json_option
@guarded
def org_add(
    data_dir: Path, actor: str, org: str, parent: str, level: Any, name_zh: str, *, as_json: bool
) -> None:
    """增加组织 / Add an organisation."""
    data = CreateOrg(org, parent, level, name_zh)
    act(data_dir, "org.create/1", data, actor, as_json=as_json)


@org_command.command("rename")
@data_option
@_actor
@click.argument("org")
@click.argument("name_zh")
@json_option
@guarded
def org_rename(data_dir: Path, actor: str, org: str, name_zh: str, *, as_json: bool) -> None:
    """更名；原名保留 / Rename; the former name stays on record."""
    act(data_dir, "org.rename/1", RenameOrg(org, name_zh), actor, as_json=as_json)


@org_command.command("merge")
@data_option
@_twice
@click.argument("org")
@click.argument("into")
@json_option
@guarded
def org_merge(data_dir: Path, actor: str, org: str, into: str, *, as_json: bool) -> None:
    """并入另一组织（村改社区）/ Merge into another, which takes over what it owned."""
    act(data_dir, "org.merge/1", MergeOrg(org, into), actor, as_json=as_json)


@org_command.command("close")
@data_option
@_twice
@click.argument("org")
@json_option
@guarded
def org_close(data_dir: Path, actor: str, org: str, *, as_json: bool) -> None:
    """撤销组织 / Close an organisation."""
    act(data_dir, "org.close/1", CloseOrg(org), actor, as_json=as_json)
