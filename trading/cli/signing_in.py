"""``trading access``: invitations, disabled accounts, and tokens of programs."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import update

from trading.base.errors import NotFound
from trading.centre import Centre
from trading.cli.auditing import access_key, access_reveal
from trading.cli.output import data_option, emit, guarded, json_option, open_centre, say
from trading.people.credential_tables import token as tokens
from trading.web.shell import Shell
from trading.web.signin.inviting import ROOMS
from trading.web.signin.keys import Keys

DAYS_MAX = 366
_room = click.option("--room", type=click.Choice(ROOMS), required=True, help="房间 / which room")


@click.group("access")
def access_command() -> None:
    """登录：邀请、停用、程序凭证 / Signing in: invitations, ends, tokens."""


@access_command.command("invite")
@data_option
@click.argument("person")
@_room
@click.option("--url", default="http://localhost:8000", show_default=True, help="网址 / address")
@json_option
@guarded
def access_invite(data_dir: Path, person: str, room: str, url: str, *, as_json: bool) -> None:
    """发出邀请链接；居民代表另有六位数字 / Make a link; representatives get six digits too."""
    centre = open_centre(data_dir, writing=True)
    try:
        chosen = next(one for one in ROOMS if one == room)
        path, code = _keys(centre).invite(person, chosen)
    finally:
        centre.close()
    link = f"{url.rstrip('/')}{path}"
    if as_json:
        emit({"ok": True, "link": link, "code": code})
        return
    say(f"链接：{link}", f"Link: {link}")
    if code:
        say(f"六位数字（另行告知本人）：{code}", f"Six digits (tell them another way): {code}")


@access_command.command("disable")
@data_option
@click.argument("person")
@click.option("--undo", is_flag=True, help="恢复 / let in again")
@json_option
@guarded
def access_disable(data_dir: Path, person: str, *, undo: bool, as_json: bool) -> None:
    """停用账户并结束其全部会话 / Disable an account and end all its sessions."""
    centre = open_centre(data_dir, writing=True)
    try:
        keys = _keys(centre)
        if keys.accounts.find(person) is None:
            raise NotFound("there is no such account", field="person")
        ended = 0
        if undo:
            keys.accounts.disable(person, disabled=False)
        else:
            ended = keys.disable(person)
    finally:
        centre.close()
    if as_json:
        emit({"ok": True, "ended": ended})
    else:
        say(f"已办理，结束会话 {ended} 个", f"Done; {ended} sessions ended")


@access_command.command("token")
@data_option
@click.argument("person")
@_room
@click.option("--days", default=30, type=click.IntRange(1, DAYS_MAX), show_default=True)
@json_option
@guarded
def access_token(data_dir: Path, person: str, room: str, days: int, *, as_json: bool) -> None:
    """给程序一个凭证（只显示一次）/ Mint a token for a program, shown once."""
    centre = open_centre(data_dir, writing=True)
    try:
        chosen = next(one for one in ROOMS if one == room)
        minted = _keys(centre).mint(person, chosen, days)
    finally:
        centre.close()
    if as_json:
        emit({"ok": True, "id": minted.id, "token": minted.token})
    else:
        click.echo(minted.token)


@access_command.command("revoke")
@data_option
@click.argument("token_id")
@json_option
@guarded
def access_revoke(data_dir: Path, token_id: str, *, as_json: bool) -> None:
    """撤销程序凭证 / Revoke a token by its id."""
    centre = open_centre(data_dir, writing=True)
    try:
        with centre.engine.begin() as connection:
            known = update(tokens).where(tokens.c.id == token_id)
            done = connection.execute(known.values(revoked_us=centre.clock.now_us())).rowcount
    finally:
        centre.close()
    if not done:
        raise NotFound("there is no such token", field="token_id")
    emit({"ok": True}) if as_json else say("已撤销", "Revoked")


access_command.add_command(access_key)
access_command.add_command(access_reveal)


def _keys(centre: Centre) -> Keys:
    return Keys(Shell(centre, centre.home))
