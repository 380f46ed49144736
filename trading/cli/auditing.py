"""``trading access key`` and ``reveal``: what auditors read, for the supervising body alone."""

from __future__ import annotations

from pathlib import Path

import click

from trading.base.deadline import local_text
from trading.cli.output import data_option, emit, guarded, json_option, open_centre, say
from trading.people.reading import Read, Reads, make_key, read_key
from trading.words.language import pick


@click.command("key")
@data_option
@click.option(
    "--out", required=True, type=click.Path(path_type=Path),
    help="私钥写到此处，交监督机构保管 / where the private key goes",
)  # fmt: skip
@json_option
@guarded
def access_key(data_dir: Path, out: Path, *, as_json: bool) -> None:
    """生成审计查阅记录的密钥，私钥不留在中心 / Make the key to which auditors' reads are sealed."""
    centre = open_centre(data_dir)
    try:
        make_key(centre.home.keys_dir, out)
    finally:
        centre.close()
    if as_json:
        emit({"ok": True, "key": str(out)})
    else:
        say(f"私钥已写入 {out}，请移交监督机构", f"Hand {out} over to the supervising body")


@click.command("reveal")
@data_option
@click.option("--key", "key_path", required=True, type=click.Path(path_type=Path))
@json_option
@guarded
def access_reveal(data_dir: Path, key_path: Path, *, as_json: bool) -> None:
    """用私钥查看审计人员查阅过什么 / Show what auditors read, with the private key."""
    private = read_key(key_path)
    centre = open_centre(data_dir)
    try:
        found = list(Reads(centre.engine, centre.clock, centre.home.keys_dir).reveal(private))
    finally:
        centre.close()
    if as_json:
        reads = [one for one in found if isinstance(one, Read)]
        emit({"reads": reads, "missing": [one for one in found if not isinstance(one, Read)]})
        return
    for one in found:
        if isinstance(one, Read):
            click.echo(f"{one.number}\t{local_text(one.at_us)}\t{one.person}\t{one.what}")
        else:
            click.echo(f"{one}\t{pick('缺失，或此钥打不开', 'missing, or not for this key')}")
