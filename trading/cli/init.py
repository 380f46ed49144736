"""``trading init``: make a centre."""

from __future__ import annotations

from pathlib import Path

import click

from trading.base.errors import SetupError
from trading.centre import Centre, registry
from trading.cli.checking import publish_all
from trading.cli.output import data_option, emit, guarded, json_option, say
from trading.founding import check_people, first_people, found
from trading.store.engine import reading_engine
from trading.store.home import Home
from trading.store.migrations import migrate_url, revision
from trading.store.signer import check_signed, create_keys
from trading.store.start import check_start

ORIGIN = "localhost/trading"


@click.command("init")
@data_option
@click.option("--db", "db_url", default="", help="PostgreSQL URL；省略则用内置 SQLite")
@click.option("--origin", default=ORIGIN, show_default=True, help="日志名称 / name of the log")
@click.option(
    "--people",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="首批组织和授权（TOML）/ first organisations and grants",
)
@json_option
@guarded
def init_command(
    data_dir: Path, db_url: str, origin: str, people: Path | None, *, as_json: bool
) -> None:
    """建立交易中心；再次运行不作任何改动 / Make a centre; a second run changes nothing."""
    text = people.read_text(encoding="utf-8") if people else _default_people()
    orgs, grants = first_people(text)
    check_people(orgs, grants, registry())
    home = Home.create(data_dir, origin, db_url)
    _check_first(home)
    create_keys(home)
    migrate_url(home.database_url)
    centre = Centre(home)
    try:
        _refuse_simulated(centre)
        fresh = found(centre, orgs, grants)
        publish_all(centre)
    finally:
        centre.close()
    if as_json:
        emit({"ok": True, "created": fresh, "vkey": home.vkey_path.read_text().strip()})
        return
    if fresh:
        say(f"交易中心已建立：{data_dir}", f"The centre is ready: {data_dir}")
    else:
        say(f"已存在，未作改动：{data_dir}", f"The centre exists; nothing changed: {data_dir}")
    click.echo(home.vkey_path.read_text().strip())


def _check_first(home: Home) -> None:
    """Raise, before anything is written, where database, log and keys do not belong together."""
    engine = reading_engine(home.database_url)
    try:
        if revision(engine) is not None:
            check_start(engine, home)
        elif check_signed(home) is not None:
            raise SetupError(f"the database of {home.path} is empty and its log is not")
    finally:
        engine.dispose()


def _refuse_simulated(centre: Centre) -> None:
    if centre.simulated:
        raise SetupError("this log runs on a simulated clock and is for demonstration only")


def _default_people() -> str:
    return (
        '[[org]]\norg = "district"\nparent = ""\nlevel = "district"\nname_zh = "本区"\n'
        '[[grant]]\nperson = "office-1"\nrole = "office"\norg = "district"\n'
        '[[grant]]\nperson = "office-2"\nrole = "office"\norg = "district"\n'
    )
