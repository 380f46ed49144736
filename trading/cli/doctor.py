"""``trading doctor``: is this machine, and this data directory, fit to serve; if not, what to do.

This module imports nothing of the program before it has looked whether SQLite is there: it must
also run where nothing else does. Source: decisions 14 and 15, section 7.
"""

from __future__ import annotations

import os
import shutil
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from trading.record.chains import Finding as Difference
    from trading.store.home import Home

OK, WARN, FAIL = "ok", "warn", "fail"
MARKS = {OK: ("正常", "ok"), WARN: ("注意", "warn"), FAIL: ("故障", "FAIL")}
DISK_FAIL_BYTES = 512 * 1024**2
DISK_WARN_BYTES = 5 * 1024**3
CERTIFICATE_WARN_DAYS = 30
PROGRAM_SECONDS = 5
HEAD_WARN_US = 10_000_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and in both languages what it means and what to do about it."""

    check: str
    status: str
    zh: str
    en: str
    do_zh: str = ""
    do_en: str = ""


@click.command("doctor")
@click.option(
    "--data", "data_dir", type=click.Path(path_type=Path, file_okay=False), required=True,
    help="数据目录 / data directory",
)  # fmt: skip
@click.option("--tls-cert", type=click.Path(path_type=Path), help="证书链（PEM）/ certificates")
@click.option("--tls-key", type=click.Path(path_type=Path), help="私钥（PEM）/ private key")
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS",
              help="可信反向代理地址，可重复 / address of a trusted proxy")  # fmt: skip
@click.option(
    "--accept-clock", is_flag=True,
    help="已对照别的钟表，确认本机时间无误（一小时内有效）/ this machine's time is right",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON 输出 / print JSON")
def doctor_command(
    data_dir: Path, tls_cert: Path | None, tls_key: Path | None, proxies: tuple[str, ...], *,
    accept_clock: bool, as_json: bool,
) -> None:  # fmt: skip
    """检查本机和数据目录 / Check this machine and a data directory."""
    wheel = check_wheel(find_spec("pysqlite3") is not None)
    if wheel.status == FAIL:
        click.echo(f"{wheel.zh} {wheel.do_zh}\n{wheel.en} {wheel.do_en}", err=True)
        sys.exit(2)
    from trading.cli.output import FINDING, USAGE, emit
    from trading.cli.surroundings import surroundings
    from trading.words.language import pick

    usable, found = examine(data_dir, tls_cert, tls_key, accept_clock=accept_clock)
    found = [wheel, *found, *surroundings(proxies)]
    worst = max((one.status for one in found), key=[OK, WARN, FAIL].index)
    if as_json:
        emit({"ok": worst != FAIL, "checks": [asdict(one) for one in found]})
    for one in () if as_json else found:
        click.echo(f"[{pick(*MARKS[one.status])}] {one.check}: {pick(one.zh, one.en)}")
        if one.do_zh:
            click.echo(f"    -> {pick(one.do_zh, one.do_en)}")
    if not usable:
        sys.exit(USAGE)
    sys.exit(FINDING if worst == FAIL else 0)


def examine(
    data_dir: Path, tls_cert: Path | None = None, tls_key: Path | None = None, *,
    accept_clock: bool = False,
) -> tuple[bool, list[Finding]]:  # fmt: skip
    """Run every check that can be run; tell first whether the directory can be used at all.

    With ``accept_clock`` whoever asks vouches for the clock of this machine.
    """
    from trading.base.clock import SystemClock
    from trading.base.errors import SetupError
    from trading.store.home import Home
    from trading.store.leap import accept_clock as accept

    found = [check_sqlite(), check_clock()]
    if tls_cert or tls_key:
        found.append(check_tls(tls_cert, tls_key))
    try:
        home = Home.open(data_dir)
    except SetupError as error:
        do = "按提示处理后重试", "do what it says and try again"
        return False, [*found, _failed("home", error, *do)]
    found.append(Finding("home", OK, f"{data_dir}：{home.origin}", f"{data_dir}: {home.origin}"))
    if accept_clock:
        accept(home, SystemClock().now_us())
    found += [check_disk(data_dir), check_keys(home), *_of_database(home)]
    return True, found


def check_wheel(there: bool) -> Finding:
    """Check that the program has a SQLite of its own; where no wheel exists say what to do."""
    if there:
        return Finding("pysqlite3", OK, "已安装。", "is installed.")
    return Finding(
        "pysqlite3", FAIL, "缺少 pysqlite3。", "pysqlite3 is missing.",
        "请重新安装本软件；如无适用的安装包，先装编译器和 SQLite 3.51.3 以上版本的源码后执行 "
        "pip install --no-binary pysqlite3 pysqlite3，或改用 PostgreSQL 所在的 Linux 主机。",
        "Install the program again; where no wheel exists install a compiler and SQLite 3.51.3 or "
        "newer, then run: pip install --no-binary pysqlite3 pysqlite3.",
    )  # fmt: skip


def check_sqlite() -> Finding:
    """Check the version of SQLite."""
    import pysqlite3

    from trading.store.engine import SQLITE_VERSION_MIN

    found, wanted = pysqlite3.sqlite_version, ".".join(map(str, SQLITE_VERSION_MIN))
    if pysqlite3.sqlite_version_info >= SQLITE_VERSION_MIN:
        return Finding("sqlite", OK, f"SQLite {found}", f"SQLite {found}")
    return Finding(
        "sqlite", FAIL, f"SQLite {found} 太旧，断电时可能丢数据", f"SQLite {found} may lose data",
        f"升级 pysqlite3，使 SQLite 不低于 {wanted}", f"upgrade pysqlite3 to SQLite {wanted}",
    )  # fmt: skip


def check_clock() -> Finding:
    """Check that a time service keeps the clock: chrony, or what systemd reports."""
    for command, good in (
        (("chronyc", "-c", "tracking"), lambda said: not said.endswith("Not synchronised")),
        (("timedatectl", "show", "-p", "NTPSynchronized", "--value"), lambda said: said == "yes"),
    ):
        said = _ask(command)
        if said is not None and good(said):
            return Finding("clock", OK, f"已对时（{command[0]}）", f"is kept by {command[0]}")
        if said is not None:
            return _unkept_clock(f"{command[0]} 报告未对时", f"{command[0]} says it is not set")
    return _unkept_clock("没有找到对时服务", "no time service was found")


def _unkept_clock(zh: str, en: str) -> Finding:
    return Finding(
        "clock", WARN, zh, en, "安装并启用 chrony；时钟偏差超过 0.5 秒会停止办理",
        "install and enable chrony; half a second of drift stops all decisions",
    )  # fmt: skip


def check_disk(data_dir: Path, free_bytes: int = -1) -> Finding:
    """Check the space left on the disk of ``data_dir``; ``free_bytes`` if it is known."""
    free = free_bytes if free_bytes >= 0 else shutil.disk_usage(data_dir).free
    status = FAIL if free < DISK_FAIL_BYTES else WARN if free < DISK_WARN_BYTES else OK
    do = ("清理磁盘或扩容；满盘时一律停止办理", "free space: a full disk stops all decisions")
    told = f"{free // 1024**2} MiB"
    return Finding(
        "disk", status, f"剩余 {told}", f"{told} free", *(("", "") if status == OK else do)
    )


def check_keys(home: Home) -> Finding:
    """Check that the log's key is there and is that of its public line; rights were checked."""
    from trading.base.errors import TradingError
    from trading.store.signer import Signer

    try:
        Signer(home)
        _ = home.mac_key
    except TradingError as error:
        return _failed("keys", error, "从封存的备份恢复 keys/", "put keys/ back from its backup")
    return Finding("keys", OK, "密钥齐全，仅属主可读", "are complete and for the owner alone")


def check_tls(certificate: Path | None, key: Path | None) -> Finding:
    """Check that certificate and key belong together, are private and last for a while."""
    if certificate is None or key is None:
        return Finding(
            "tls", FAIL, "证书和私钥须同时给出", "certificate and key go together",
            "同时给出 --tls-cert 和 --tls-key", "give both --tls-cert and --tls-key",
        )  # fmt: skip
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        days = _days_left(certificate)
    except (OSError, ValueError, ssl.SSLError):
        return Finding(
            "tls", FAIL, "证书或私钥无法读取，或两者不配",
            "cannot be read or do not belong together",
            "检查两个 PEM 文件", "check both PEM files",
        )  # fmt: skip
    if stat.S_IMODE(key.stat().st_mode) & _OTHERS:
        return Finding(
            "tls", FAIL, "私钥可被他人读取", "the key can be read by others",
            f"执行 chmod 0600 {key}", f"run: chmod 0600 {key}",
        )  # fmt: skip
    status = FAIL if days < 0 else WARN if days < CERTIFICATE_WARN_DAYS else OK
    do = ("", "") if status == OK else ("续期证书", "renew the certificate")
    return Finding("tls", status, f"证书剩余 {days} 天", f"valid for {days} more days", *do)


def _days_left(certificate: Path) -> int:
    from cryptography import x509

    from trading.base.clock import SystemClock
    from trading.base.units import DAY_US, SECOND_US

    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    ends_us = int(found.not_valid_after_utc.timestamp()) * SECOND_US
    return (ends_us - SystemClock().now_us()) // DAY_US


def _of_database(home: Home) -> Iterator[Finding]:
    """Check the database as far as it answers."""
    from trading.base.clock import SystemClock
    from trading.store.engine import check_durable, reading_engine
    from trading.store.holdings import compare_documents
    from trading.store.leap import check_leap
    from trading.store.migrations import check_schema
    from trading.store.start import check_agreement
    from trading.store.triggers import compare_triggers

    engine = reading_engine(home.database_url)
    verify = "运行 trading log verify 查明", "run `trading log verify`"
    restore = "停止办理，从备份恢复后核验", "stop; restore a backup and verify it"
    checks: tuple[tuple[str, Callable[[], None], str, str, str, str], ...] = (
        ("durability", lambda: check_durable(engine), "断电不丢数据", "a power cut loses nothing",
         "改回所列的数据库设置", "put the setting back"),
        ("schema", lambda: check_schema(engine), "与本版本一致", "is that of this release",
         "按所列提示处理", "do what it says"),
        ("triggers", lambda: compare_triggers(engine), "只增触发器完好", "are as they should be",
         *verify),
        ("log", lambda: check_agreement(engine, home), "数据库、日志、签名一致",
         "database, files and signer agree", *verify),
        ("time", lambda: check_leap(engine, home, SystemClock().now_us()),
         "与最后的记录相接", "goes on from the last entry", "对照别的钟表；无误则加 --accept-clock",
         "look at another clock; if it is right add --accept-clock"),
        ("documents", lambda: _nothing(compare_documents(engine)), "内容与摘要相符",
         "have their digests", *restore),
    )  # fmt: skip
    try:
        first = check_database(engine)
        yield first
        if first.status == FAIL:
            return
        for name, check, zh, en, do_zh, do_en in checks:
            found = _guarded(name, check, zh, en, (do_zh, do_en))
            yield found
            if name == "schema" and found.status == FAIL:
                return
        yield check_openings(engine, home, restore)
        yield _guarded_head(engine, home, verify)
    finally:
        engine.dispose()


def _guarded_head(engine: Engine, home: Home, do: tuple[str, str]) -> Finding:
    from trading.store.faults import fault

    try:
        return check_head(engine, home)
    except Exception as error:
        found = fault(error)
        if found is None:
            raise
        return _failed("head", found, *do)


def check_database(engine: Engine) -> Finding:
    """Check that the database can be reached, and say which it is."""
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    question = "sqlite_version()" if engine.dialect.name == "sqlite" else "version()"
    try:
        with engine.connect() as connection:
            said = str(connection.execute(text(f"SELECT {question}")).scalar_one())
    except SQLAlchemyError:
        return Finding(
            "database", FAIL, "数据库没有应答", "does not answer",
            "启动数据库，检查 centre.toml 中的地址和账号",
            "start it; check address and account in centre.toml",
        )  # fmt: skip
    told = f"{engine.dialect.name}: {said.split(' on ', maxsplit=1)[0]}"
    return Finding("database", OK, told, told)


def check_openings(engine: Engine, home: Home, do: tuple[str, str]) -> Finding:
    """Check that every personal field named by the record can be opened, or was erased."""
    from trading.store.holdings import compare_openings, erased
    from trading.store.openings import SubjectKeys

    keys = SubjectKeys(home.subjects_path)
    found = _guarded("openings", lambda: _nothing(compare_openings(engine, keys)), "", "", do)
    if found.status == FAIL:
        return found
    gone = erased(engine)
    zh, en = f"个人信息均可打开，已删除 {gone} 项", f"can all be opened; {gone} were erased"
    return Finding("openings", OK, zh, en)


def check_head(engine: Engine, home: Home) -> Finding:
    """Check the age of the last entry, whether it was published, and that it is not ahead."""
    from sqlalchemy import text

    from trading.base.clock import SystemClock
    from trading.base.deadline import local_text
    from trading.base.units import SECOND_US
    from trading.store.signer import published
    from trading.store.upkeep import Limits

    with engine.connect() as connection:
        size, at_us = connection.execute(text("SELECT size, at_us FROM projection_head")).one()
    now_us = SystemClock().now_us()
    shown = published(home)
    first = shown.size if shown else 0
    if size == 0:
        return Finding(
            "head",
            WARN,
            "记录为空",
            "the record is empty",
            "运行 trading init",
            "run `trading init`",
        )
    told = f"{size}, {local_text(at_us)}"
    if at_us > now_us + Limits().drift_us:
        return Finding(
            "head", FAIL, f"最后一条记录（{told}）晚于本机时钟 {(at_us - now_us) // SECOND_US} 秒",
            f"the last entry ({told}) is {(at_us - now_us) // SECOND_US} s ahead of the clock",
            "校准本机时钟", "set the clock of this machine",
        )  # fmt: skip
    if first < size and now_us - at_us > HEAD_WARN_US:
        return Finding(
            "head", WARN, f"{size - first} 条记录尚未公布", f"{size - first} entries not published",
            "启动 trading serve", "start `trading serve`",
        )  # fmt: skip
    return Finding("head", OK, f"最后一条记录：{told}", f"last entry: {told}")


def _nothing(found: Iterator[Difference]) -> None:
    from trading.base.errors import IntegrityFault

    first = next(found, None)
    if first is not None:
        raise IntegrityFault(first.detail, more=sum(1 for _ in found))


def _guarded(
    name: str, check: Callable[[], None], zh: str, en: str, do: tuple[str, str]
) -> Finding:
    from trading.store.faults import fault

    try:
        check()
    except Exception as error:
        found = fault(error)
        if found is None:
            raise
        return _failed(name, found, *do)
    return Finding(name, OK, zh, en)


def _failed(name: str, error: Any, do_zh: str, do_en: str) -> Finding:
    from trading.words.details import in_chinese

    return Finding(name, FAIL, in_chinese(error.detail), error.detail, do_zh, do_en)


def _ask(command: tuple[str, ...]) -> str | None:
    """Return the last line that a program says, None where it is missing or does not work."""
    program = shutil.which(command[0])
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command of this machine
            (program, *command[1:]), capture_output=True, text=True, check=True,
            timeout=PROGRAM_SECONDS, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip().rpartition("\n")[2]
