"""``trading demo``: real listings to their real outcome, on a simulated clock."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from trading.base.clock import SimulatedClock, SystemClock
from trading.base.deadline import local_text
from trading.base.errors import SetupError
from trading.base.money import PriceUnit, format_yuan
from trading.centre import Centre
from trading.cli.checking import publish_all, replay_centre, verify_centre
from trading.cli.demo_serving import serve_demo
from trading.cli.output import FINDING, data_option, emit, guarded, json_option, say
from trading.demo import cast, stage
from trading.demo.company import Company, Story
from trading.demo.live import run_live
from trading.founding import found
from trading.listing.tables import lot as lots
from trading.outbox import Outbox
from trading.record.checkpoint import Checkpoint
from trading.store import log
from trading.store.home import CENTRE, Home
from trading.store.migrations import migrate_url
from trading.store.signer import create_keys
from trading.words.language import language, pick

ORIGIN = "demo.localhost/trading"


@click.command("demo")
@data_option
@click.option("--fresh", is_flag=True, help="先删除旧演示 / delete an old one first")
@click.option("--serve", is_flag=True, help="演完即开放浏览器访问 / serve it afterwards, live")
@click.option("--port", default=8000, type=click.IntRange(0, 65535), show_default=True)
@json_option
@guarded
def demo_command(data_dir: Path, port: int, *, fresh: bool, serve: bool, as_json: bool) -> None:
    """演示：真实标的从登记到鉴证 / Real listings from the register to the certificate."""
    if fresh:
        remove_old(data_dir, ORIGIN)
    there = (data_dir / CENTRE).exists()
    if there and not serve:
        raise SetupError(f"{data_dir} is in use; --fresh starts again", field="data")
    if not there:
        _make(data_dir, SystemClock().now_us() if serve else 0, as_json=as_json)
    if serve:
        serve_demo(Home.open(data_dir), port, fresh=not there, as_json=as_json)


def _make(data_dir: Path, served_us: int, *, as_json: bool) -> None:
    """Found the centre, play its year, verify and replay; up to ``served_us`` where it is given."""
    home = Home.create(data_dir, ORIGIN)
    create_keys(home)
    migrate_url(home.database_url)
    clock = SimulatedClock(stage.START_US)
    centre = Centre(home, clock)
    try:
        play(centre, clock, served_us, quiet=as_json)
        checkpoint = publish_all(centre)
        told = _tell(centre, checkpoint, as_json=as_json)
        verified = verify_centre(centre, quiet=as_json).ok
        replayed = replay_centre(centre, quiet=as_json)
    finally:
        centre.close()
    if as_json:
        emit({"ok": verified and replayed, "verified": verified, "replayed": replayed, **told})
    elif verified and replayed:
        say(
            f"数据在 {data_dir}；可运行 trading lot list --data {data_dir}",
            f"The data is in {data_dir}; try: trading lot list --data {data_dir}",
        )
    if not (verified and replayed):
        raise SystemExit(FINDING)


def play(centre: Centre, clock: SimulatedClock, served_us: int, *, quiet: bool) -> None:
    """Play the year; raise ``SetupError`` when this machine's clock stands before its end."""
    if SystemClock().now_us() < stage.END_US:
        raise SetupError("the clock of this machine stands before the demonstration", field="clock")
    parts = stage.parts(served_us)
    places = {part.script.community: part.script.lots[0].asset.place_zh for part in parts}
    found(
        centre, cast.orgs(places), cast.grants(places), simulated="demonstration of real listings"
    )
    company = Company(centre, clock)
    total = len(parts)

    def told(story: Story, part: stage.Part, number: int) -> Story:
        yield from story
        if not quiet:
            click.echo(f"  {local_text(clock.now_us())[:10]}  {number:>2}/{total}  {_title(part)}")

    if not quiet:
        say("一个中心的一年：", "A year of one centre:")
    stories = [
        (part.begin_us, told(part.way(company, part.script).run(), part, number))
        for number, part in enumerate(parts, 1)
    ]
    if not served_us:
        company.run(stories, stage.END_US)
        return
    run_live(company, stories, served_us)
    # What people were told in the year is there before anybody looks, not a minute later.
    Outbox(centre).run()


def _title(part: stage.Part) -> str:
    """Return the row of a case, its title, and what it shows."""
    said = pick(*part.way.said)
    return f"{part.script.key.upper()}  {part.script.title_zh}{f'  （{said}）' if said else ''}"


def _tell(centre: Centre, checkpoint: Checkpoint, *, as_json: bool) -> dict[str, Any]:
    with centre.reading.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(lots)).mappings()]
    refused = sum(1 for row in log.iterate(centre.reading) if b'"outcome":"refused"' in row.body)
    if not as_json:
        say("标的：", "Lots:")
        for row in rows:
            state = centre.state(f"lot/{row['lot']}")
            workflow = centre.kernel.catalogue.workflow(state.workflow) if state else None
            place = workflow.states[row["place"]] if workflow else None
            unit = PriceUnit.parse(row["price_unit"]).label(language())
            click.echo(
                f"  {row['lot']}  {pick(place.label_zh, place.label_en) if place else ''}  "
                f"{format_yuan(row['lead_fen'])} {unit}  {row['bids']} {pick('次出价', 'bids')}  "
                f"{local_text(row['ends_us'])}"
            )
        say(
            f"记录 {checkpoint.size} 条（其中拒绝 {refused} 条），校验点：",
            f"{checkpoint.size} entries, {refused} of them refusals; checkpoint:",
        )
        for line in checkpoint.text().rstrip().splitlines():
            click.echo(f"  {line}")
    return {
        "entries": checkpoint.size,
        "refused": refused,
        "root": checkpoint.root.hex(),
        "lots": rows,
    }


def remove_old(data_dir: Path, origin: str) -> None:
    """Delete what an earlier run made; raise ``SetupError`` where it is not of ``origin``."""
    if not data_dir.exists():
        return
    marker = data_dir / CENTRE
    if any(data_dir.iterdir()) and (not marker.exists() or Home.open(data_dir).origin != origin):
        raise SetupError(f"{data_dir} is another centre; it was not touched", field="data")
    shutil.rmtree(data_dir)
