"""``trading log``: verify the published log."""

from __future__ import annotations

from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import click

from trading.base.errors import InvalidInput, NotFound, SetupError, StorageDown
from trading.cli.checking import as_json as report_json
from trading.cli.checking import lift, meter, tell_report, verify_centre
from trading.cli.output import FINDING, emit, guarded, json_option, open_centre
from trading.record.note import PublicKey
from trading.record.tiles import ReadFile
from trading.record.verify import Report, verify
from trading.store.audit import verify_log
from trading.store.reveal import reveal_from
from trading.words.language import pick

TIMEOUT_SECONDS = 10
FILE_BYTES_MAX = 32 * 1024 * 1024


@click.group("log")
def log_command() -> None:
    """公开日志 / The published log."""


@log_command.command("verify")
@click.option(
    "--data", "data_dir", type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="数据目录：连同数据库一起核验 / with the database",
)  # fmt: skip
@click.option("--tiles", default="", help="日志目录或网址 / directory or URL of the files")
@click.option(
    "--vkey", "vkey_file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="公钥文件，须从别处取得 / key line, got elsewhere than from the log",
)  # fmt: skip
@click.option(
    "--since", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="此前保存的校验点 / a checkpoint saved before",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(min=0), default=0,
    help="进程数，0 为自动 / processes, 0 for as many as pay",
)  # fmt: skip
@json_option
@guarded
def log_verify(
    data_dir: Path | None, tiles: str, vkey_file: Path | None, since: Path | None, workers: int,
    *, as_json: bool,
) -> None:  # fmt: skip
    """核验签名、数据块、条目、规范形式和链 / Verify signature, tiles, entries, chains."""
    saved = since.read_bytes() if since else b""
    vkeys = read_vkeys(vkey_file)
    if (data_dir is None) == (not tiles):
        raise SetupError("give either --data or --tiles", field="data")
    if data_dir is not None:
        centre = open_centre(data_dir)
        try:
            report = verify_centre(centre, quiet=as_json, saved=saved, vkeys=vkeys, workers=workers)
            ok = report.ok and lift(centre, quiet=as_json)
        finally:
            centre.close()
    else:
        report = _verify_files(tiles, vkeys, saved, workers)
        ok = report.ok
        if not as_json:
            tell_report(report)
    if as_json:
        emit({**report_json(report), "ok": ok})
    if not ok:
        raise SystemExit(FINDING)


def _verify_files(tiles: str, vkeys: tuple[PublicKey, ...], saved: bytes, workers: int) -> Report:
    if not vkeys:
        raise SetupError("files are verified with a key from elsewhere: --vkey", field="vkey")
    if urlsplit(tiles).scheme in {"http", "https"}:
        told = meter(pick("核验", "verify"))
        return verify(_fetcher(tiles.rstrip("/")), vkeys, saved=saved, progress=told)
    folder = Path(tiles)
    if not folder.is_dir():
        raise SetupError(f"no directory {tiles}", field="tiles")
    return _verify_folder(folder, vkeys, saved, workers)


def verified(folder: Path, vkeys: tuple[PublicKey, ...], *, quiet: bool) -> Report:
    """Verify the files below ``folder`` and tell the result; return the report."""
    report = _verify_folder(folder, vkeys, b"", 0)
    if not quiet:
        tell_report(report)
    return report


def _verify_folder(
    folder: Path, vkeys: tuple[PublicKey, ...], saved: bytes, workers: int
) -> Report:
    return verify_log(
        folder, vkeys, saved=saved, reveal=reveal_from(folder),
        progress=meter(pick("核验", "verify")), workers=workers,
    )  # fmt: skip


def read_vkeys(path: Path | None) -> tuple[PublicKey, ...]:
    """Return the keys of a file, one a line; lines that begin with # are words."""
    if path is None:
        return ()
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        found = tuple(PublicKey.parse(line) for line in lines if line and not line.startswith("#"))
    except (InvalidInput, UnicodeError):
        found = ()
    if not found:
        raise click.BadParameter("no key of a log is in this file", param_hint="--vkey")
    return found


def _fetcher(base: str) -> ReadFile:
    def _read(path: str) -> bytes:
        try:
            # The scheme is http or https: the caller has looked.
            with urlopen(f"{base}/{path}", timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                data: bytes = answer.read(FILE_BYTES_MAX)
                return data
        except HTTPError as error:
            raise NotFound("no such file in the log", path=path) from error
        except (URLError, OSError) as error:
            raise StorageDown("the log does not answer", path=path) from error

    return _read
