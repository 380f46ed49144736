"""``trading evidence``: what happened to a lot, with proofs, for somebody without a network."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from trading.base.errors import SetupError
from trading.cli.output import data_option, emit, guarded, json_option, open_centre, say
from trading.papers.evidence import write_evidence
from trading.store.faults import words


@click.command("evidence")
@click.argument("lot")
@data_option
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="写入的 ZIP 文件 / the ZIP to write",
)  # fmt: skip
@click.option(
    "--closed", is_flag=True,
    help="连同尚未公开的内容，不得外传 / with what is not public yet; not to be passed on",
)  # fmt: skip
@json_option
@guarded
def evidence_command(lot: str, data_dir: Path, out: Path, closed: bool, *, as_json: bool) -> None:
    """一个标的的离线证据包 / The offline evidence of one lot: entries, proofs, documents."""
    centre = open_centre(data_dir)
    part = out.with_name(f".{out.name}.part")
    try:
        centre.refresh()
        with part.open("wb") as target:
            found = write_evidence(centre, lot, target, closed=closed)
        part.replace(out)
    except OSError as error:
        raise SetupError(words(error)) from None
    finally:
        part.unlink(missing_ok=True)
        centre.close()
    if as_json:
        emit({"file": str(out), **msgspec.to_builtins(found)})
        return
    say(
        f"{out}：{found.entries} 条记录，{found.documents} 份文件"
        f"（另有 {found.lacking} 份只有摘要），{found.definitions} 个定义",
        f"{out}: {found.entries} entries, {found.documents} documents ({found.lacking} more by "
        f"digest only), {found.definitions} definitions",
    )
    if found.closed or found.unpublished:
        say(
            f"未收入：{found.closed} 个尚未公开的对象，{found.unpublished} 条尚未签发的记录",
            f"left out: {found.closed} objects not public yet, {found.unpublished} entries not "
            "signed yet",
        )
    say(
        "解压后运行 python3 -I verify.py --vkey 公钥文件",
        "unpack it and run python3 -I verify.py --vkey FILE",
    )
