"""``trading user`` and ``trading grant``: who may act for whom."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import click

from trading.base.deadline import local_text
from trading.base.errors import NotFound, Refused
from trading.base.units import FOR_EVER_US
from trading.centre import Personal
from trading.cli.acting import Instant, PersonName, act
from trading.cli.output import data_option, emit, fail, guarded, json_option, open_centre, say
from trading.engine.stream import Stream
from trading.people.commands import (
    EndGrant,
    EnrolPerson,
    GiveGrant,
    LinkAccounts,
    SetPhone,
    UnlinkAccount,
)
from trading.people.organisations import Orgs
from trading.people.rules import Grant, Person, grants_on
from trading.words.language import pick

_actor = click.option("--actor", required=True)
_twice = click.option(
    "--actor", required=True, help="须由两人先后提出 / two people must ask for the same"
)


@click.group("grant")
def grant_command() -> None:
    """授权 / Grants."""


@grant_command.command("list")
@data_option
@click.option("--org", default="", help="在此组织有权的人 / who may act for this organisation")
@click.option("--at", "at_us", type=Instant(), help="此时有效的 / those that held then")
@click.argument("person", required=False, default="")
@json_option
@guarded
def grant_list(data_dir: Path, org: str, at_us: int | None, person: str, *, as_json: bool) -> None:
    """列出授权：某人的，或某组织的 / List the grants of a person or on an organisation."""
    if bool(person) == bool(org):
        raise click.UsageError("give a person or --org")
    centre = open_centre(data_dir)
    try:
        if org:
            state = centre.state("orgs")
            tree: Orgs = state.facets["orgs"] if state else Orgs()
            if org not in tree.nodes:
                raise NotFound(f"no organisation {org}", field="org")
            seen_us = centre.clock.now_us() if at_us is None else at_us
            rows = [
                (known.name.partition("/")[2], grant)
                for known in centre.states_of("person")
                for grant in grants_on(_known(known), tree, org, seen_us)
            ]
        else:
            named = centre.state(f"person/{person}")
            if named is None:
                raise NotFound(f"no person {person}", field="person")
            rows = [(person, grant) for grant in _known(named).grants]
    finally:
        centre.close()
    if at_us is not None:
        rows = [(who, grant) for who, grant in rows if grant.from_us <= at_us < grant.to_us]
    if as_json:
        emit([_told(who, grant) for who, grant in rows])
        return
    for who, grant in rows:
        begins = local_text(grant.from_us) if grant.from_us else pick("自始", "from the start")
        ends = pick("长期", "no end") if grant.to_us == FOR_EVER_US else local_text(grant.to_us)
        line = f"{who}\t{grant.role}\t{grant.org}\t{begins}\t{ends}"
        for_whom = f"\t{pick('代理', 'for')} {grant.deputy_of}" if grant.deputy_of else ""
        click.echo(line + for_whom)


def _known(state: Stream | None) -> Person:
    found: Person = state.facets.get("person", Person()) if state else Person()
    return found


def _told(who: str, grant: Grant) -> dict[str, Any]:
    fields = ("role", "org", "from_us", "to_us", "deputy_of")
    return {"person": who, **{field: getattr(grant, field) for field in fields}}


@grant_command.command("give")
@data_option
@_twice
@click.option("--from", "from_us", default=0, type=Instant(), help="起始 / first instant")
@click.option("--to", "to_us", default=FOR_EVER_US, type=Instant(), help="截止（不含）/ end")
@click.option("--deputy-of", default="", help="代理何人，须有截止 / for whom; needs an end")
@click.argument("person")
@click.argument("role")
@click.argument("org")
@json_option
@guarded
def grant_give(  # noqa: PLR0917 - click passes by name
    data_dir: Path, actor: str, from_us: int, to_us: int, deputy_of: str, person: str, role: str,
    org: str, *, as_json: bool,
) -> None:  # fmt: skip
    """授予角色；第二人确认后生效 / Give a role; it counts when a second person asks the same."""
    data = GiveGrant(person, role, org, from_us, to_us, deputy_of)
    act(data_dir, "grant.give/1", data, actor, as_json=as_json)


@grant_command.command("end")
@data_option
@_actor
@click.argument("person")
@click.argument("role")
@click.argument("org")
@json_option
@guarded
def grant_end(
    data_dir: Path, actor: str, person: str, role: str, org: str, *, as_json: bool
) -> None:
    """收回角色 / End a role now."""
    act(data_dir, "grant.end/1", EndGrant(person, role, org), actor, as_json=as_json)


@click.group("user")
def user_command() -> None:
    """人员 / People."""


@user_command.command("add")
@data_option
@_actor
@click.option(
    "--name",
    "full_name",
    required=True,
    type=PersonName(),
    help="姓名，加密保存 / name, kept encrypted",
)
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
        known = _known(state)
        name = centre.disclosed(known.name_digest) if known.name_digest else ""
    finally:
        centre.close()
    if as_json:
        emit({"person": person, "name": name, "grants": known.grants, "accounts": known.accounts})
    else:
        click.echo(f"{person}\t{name or pick('（未登记姓名）', '(no name)')}")


@user_command.command("phone")
@data_option
@_actor
@click.option("--phone", prompt="电话 / telephone", hide_input=True)
@click.argument("person")
@json_option
@guarded
def user_phone(data_dir: Path, actor: str, phone: str, person: str, *, as_json: bool) -> None:
    """登记联系电话，加密保存 / Make a telephone known; it is kept encrypted."""
    sealed = (Personal(person, "phone", phone),)
    act(data_dir, "person.set_phone/1", SetPhone(person), actor, as_json=as_json, personal=sealed)


@user_command.command("link")
@data_option
@_actor
@click.argument("person")
@click.argument("same_as")
@json_option
@guarded
def user_link(data_dir: Path, actor: str, person: str, same_as: str, *, as_json: bool) -> None:
    """登记两个账号为同一人 / Record that two accounts are one human."""
    act(data_dir, "person.link/1", LinkAccounts(person, same_as), actor, as_json=as_json)


@user_command.command("unlink")
@data_option
@_twice
@click.argument("person")
@click.argument("reason_zh")
@json_option
@guarded
def user_unlink(data_dir: Path, actor: str, person: str, reason_zh: str, *, as_json: bool) -> None:
    """撤销同一人的登记 / Record that the account stands alone after all."""
    act(data_dir, "person.unlink/1", UnlinkAccount(person, reason_zh), actor, as_json=as_json)
