"""``trading draw``: draw a panel again from the record alone, or a sample by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import msgspec
from sqlalchemy import func, select

from trading.centre import Centre
from trading.cli.output import FINDING, data_option, emit, guarded, json_option, open_centre, say
from trading.listing.rules import case_of_lot
from trading.listing.tables import lot as lots
from trading.observing.proof import DrawCheck, check_draw
from trading.observing.sampling import half_interval_sample, legacy_sample
from trading.store.log import stream_entries
from trading.words.language import pick

PAGE = 500
FINDINGS = {
    "commitment": ("公开的种子与封存时的摘要不符", "the seed is not the one committed to"),
    "digest": ("名册与其自身摘要不符", "the roster does not have its own digest"),
    "roster": ("名册与封存种子时的摘要不符", "the roster is not the one committed to"),
    "rested": ("轮休人员与规则不符", "others rested than the rule says"),
    "order": ("排序与种子、报数不符", "the order is not that of seed and number"),
    "seats": ("入选人员与抽样规则不符", "others were seated than the rule says"),
}


@click.group("draw")
def draw_command() -> None:
    """抽取居民代表 / Draws of representatives."""


@draw_command.command("check")
@click.argument("case", metavar="CASE|LOT")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="数据目录 / data folder")
@click.option(
    "--entries",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="条目文件，每行一条 / a file of entries, one a line",
)
@json_option
@guarded
def draw_check(case: str, data_dir: Path | None, entries: Path | None, *, as_json: bool) -> None:
    """仅凭记录重新抽取并比对 / Draw again from the record alone and compare."""
    if (data_dir is None) == (entries is None):
        raise click.UsageError(
            pick("请给出 --data 或 --entries 之一", "either --data or --entries")
        )
    bodies, named = _stored(data_dir, case) if data_dir else (_lines(entries), case)
    found = check_draw(bodies, named)
    if as_json:
        emit(msgspec.to_builtins(found))
    else:
        _tell(found)
    if found.findings:
        raise SystemExit(FINDING)


@draw_command.command("sample")
@click.argument("population", type=click.IntRange(1, 100_000))
@click.argument("size", type=click.IntRange(1, 100_000))
@click.option("--legacy", is_flag=True, help="旧的整数间隔法 / the older integer rule")
@json_option
@guarded
def draw_sample(population: int, size: int, *, legacy: bool, as_json: bool) -> None:
    """半距起点等距抽样的序号，用于核对纸质抽样 / Positions of a sample, to check paper."""
    positions = (legacy_sample if legacy else half_interval_sample)(population, size)
    emit(positions) if as_json else click.echo(" ".join(map(str, positions)))


@draw_command.command("waivers")
@data_option
@json_option
@guarded
def draw_waivers(data_dir: Path, *, as_json: bool) -> None:
    """各单位豁免的观察环节 / How many steps were waived, by organisation."""
    query = (
        select(lots.c.org, func.count().label("lots"), func.sum(lots.c.waived).label("waived"))
        .where(lots.c.waived > 0).group_by(lots.c.org).order_by(lots.c.org)
    )  # fmt: skip
    centre = open_centre(data_dir)
    try:
        with centre.reading.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
    finally:
        centre.close()
    if as_json:
        emit(rows)
        return
    for row in rows:
        said = (f"{row['lots']} 个标的，{row['waived']} 个环节",
                f"{row['lots']} lots, {row['waived']} steps")  # fmt: skip
        click.echo(f"{row['org']}  {pick(*said)}")


def _lines(entries: Path | None) -> Iterator[bytes]:
    assert entries is not None
    with entries.open("rb") as lines:
        yield from (line.strip() for line in lines if line.strip())


def _stored(data_dir: Path, named: str) -> tuple[Iterable[bytes], str]:
    """Return the entries of a draw and its case; one panel watches every lot of the case."""
    centre = open_centre(data_dir)
    try:
        case = case_of_lot(named) if centre.state(f"lot/{named}") else named
        panel = centre.state(f"panel/{case}")
        rosters = (f"roster/{panel.facets['panel'].org}",) if panel else ()
        return [body for s in (f"panel/{case}", *rosters) for body in _bodies(centre, s)], case
    finally:
        centre.close()


def _bodies(centre: Centre, stream: str) -> Iterator[bytes]:
    after = 0
    while rows := stream_entries(centre.reading, stream, after, PAGE):
        yield from (row.body for row in rows)
        after = rows[-1].seq


def _tell(found: DrawCheck) -> None:
    out, barred, rested = len(found.excluded), len(found.barred), len(found.rested)
    say(f"名册摘要 {found.roster_digest}", f"roster {found.roster_digest}")
    say(
        f"排除 {out} 人，报名关联 {barred} 人，轮休 {rested} 人",
        f"excluded {out}, barred by registrations {barred}, rested {rested}",
    )
    say(f"种子 {found.seed}，报数 {found.number}", f"seed {found.seed}, number {found.number}")
    say(
        f"N={found.population} n={found.size}，排序键 SHA-256(种子‖报数‖代表)，"
        "第 i 席取 ceil(N/n·(i+1/2))",
        f"N={found.population} n={found.size}, order SHA-256(seed, number, member), "
        "seat i is ceil(N/n * (i + 1/2))",
    )
    for seat in found.seats_found:
        click.echo(f"  {seat.position:>4}  {seat.member}")
    for name in found.findings:
        click.echo(f"{pick('不符', 'MISMATCH')}  {pick(*FINDINGS[name])}", err=True)
    if not found.findings:
        say("核对一致", "OK  the draw comes out the same")
