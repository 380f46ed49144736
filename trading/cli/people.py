"""``trading user``, ``trading grant``, ``trading org``: who may act for whom."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import click

from trading.base.errors import NotFound, Refused, TradingError
from trading.centre import Centre, Personal
from trading.cli.output import (
    data_option,
    emit,
    fail,
    guarded,
    json_option,
    open_centre,
    pick,
    say,
)
from trading.engine.stream import Command, Stream
from trading.people.commands import CreateOrg, EndGrant, EnrolPerson, GiveGrant
from trading.people.rules import Orgs, Person
from trading.store.batch import Receipt

FOR_EVER_US = 2**53 - 1


@click.group("org")
def org_command() -> None:
    """组织机构 / Organisations."""


@org_command.command("list")
@data_option
@json_option
@guarded
def org_list(data_dir: Path, *, as_json: bool) -> None:
    """列出组织 / List the organisations."""
    centre = open_centre(data_dir)
    try:
        state = centre.state("orgs")
    finally:
        centre.close()
    orgs: Orgs = state.facets["orgs"] if state else Orgs()
    if as_json:
        emit(orgs.nodes)
        return
    for name, node in orgs.nodes.items():
        click.echo(f"{name}\t{node.level}\t{node.parent or '-'}\t{node.name_zh}")


@org_command.command("add")
@data_option
@click.option("--actor", required=True)
@click.argument("org")
@click.argument("parent")
@click.argument("level", type=click.Choice(["district", "street", "community", "group"]))
@click.argument("name_zh")
@json_option
@guarded
def org_add(
    data_dir: Path, actor: str, org: str, parent: str, level: Any, name_zh: str, *, as_json: bool
) -> None:
    """增加组织 / Add an organisation."""
    _do(data_dir, "org.create/1", CreateOrg(org, parent, level, name_zh), actor, as_json=as_json)


@click.group("grant")
def grant_command() -> None:
    """授权 / Grants."""


@grant_command.command("list")
@data_option
@click.argument("person")
@json_option
@guarded
def grant_list(data_dir: Path, person: str, *, as_json: bool) -> None:
    """列出一人的授权 / List the grants of a person."""
    centre = open_centre(data_dir)
    try:
        state: Stream | None = centre.state(f"person/{person}")
    finally:
        centre.close()
    held: Person = state.facets.get("person", Person()) if state else Person()
    if as_json:
        emit(held.grants)
        return
    for grant in held.grants:
        click.echo(f"{grant.role}\t{grant.org}\t{grant.from_us}\t{grant.to_us}")


@grant_command.command("give")
@data_option
@click.option("--actor", required=True, help="须由两人先后提出同样的授权 / two people must ask")
@click.option("--from-us", default=0, type=int)
@click.option("--to-us", default=FOR_EVER_US, type=int)
@click.argument("person")
@click.argument("role")
@click.argument("org")
@json_option
@guarded
def grant_give(
    data_dir: Path, actor: str, from_us: int, to_us: int, person: str, role: str, org: str,
    *, as_json: bool,
) -> None:  # fmt: skip
    """授予角色；第二人确认后生效 / Give a role; it counts when a second person asks the same."""
    data = GiveGrant(person, role, org, from_us, to_us)
    _do(data_dir, "grant.give/1", data, actor, as_json=as_json)


@grant_command.command("end")
@data_option
@click.option("--actor", required=True)
@click.argument("person")
@click.argument("role")
@click.argument("org")
@json_option
@guarded
def grant_end(
    data_dir: Path, actor: str, person: str, role: str, org: str, *, as_json: bool
) -> None:
    """收回角色 / End a role now."""
    _do(data_dir, "grant.end/1", EndGrant(person, role, org), actor, as_json=as_json)


@click.group("user")
def user_command() -> None:
    """人员 / People."""


@user_command.command("add")
@data_option
@click.option("--actor", required=True)
@click.option("--name", "full_name", required=True, help="姓名，加密保存 / name, kept encrypted")
@json_option
@guarded
def user_add(data_dir: Path, actor: str, full_name: str, *, as_json: bool) -> None:
    """登记一个人，返回其编号 / Register a person and return the id."""
    centre = open_centre(data_dir, writing=True)
    person = f"p-{secrets.token_hex(6)}"
    named = (Personal(person, "name", full_name),)
    try:
        receipt = centre.do("person.enrol/1", EnrolPerson(person), actor, "office", personal=named)
    except Refused as error:
        fail(error, as_json=as_json, centre=centre)
        raise
    finally:
        centre.close()
    if as_json:
        emit({"ok": True, "person": person, "receipt": receipt})
    else:
        say(f"已登记：{person}", f"Registered: {person}")


@user_command.command("show")
@data_option
@click.argument("person")
@json_option
@guarded
def user_show(data_dir: Path, person: str, *, as_json: bool) -> None:
    """查看一个人 / Show a person."""
    centre = open_centre(data_dir)
    try:
        state = centre.state(f"person/{person}")
        if state is None:
            raise NotFound(f"no person {person}", field="person")
        known: Person = state.facets.get("person", Person())
        name = centre.disclosed(known.name_digest) if known.name_digest else ""
    finally:
        centre.close()
    if as_json:
        emit({"person": person, "name": name, "grants": known.grants})
    else:
        click.echo(f"{person}\t{name or pick('（未登记姓名）', '(no name)')}")


def _do(data_dir: Path, kind: str, data: Command, actor: str, *, as_json: bool) -> None:
    centre = open_centre(data_dir, writing=True)
    try:
        receipt = _decide(centre, kind, data, actor, as_json=as_json)
    finally:
        centre.close()
    if as_json:
        emit({"ok": True, "receipt": receipt})
    elif receipt.outcome == "proposed":
        say("已提议，等待另一人确认", "Proposed; another person must ask for the same")
    else:
        say(f"已办理，存证编号 {receipt.hash[:16]}", f"Done, receipt {receipt.hash[:16]}")


def _decide(centre: Centre, kind: str, data: Command, actor: str, *, as_json: bool) -> Receipt:
    # A round trip checks the bounds that building a struct does not.
    checked = centre.parse(kind, centre.encode(data))
    try:
        return centre.do(kind, checked, actor, "office")
    except TradingError as error:
        fail(error, as_json=as_json, centre=centre)
        raise
