"""What stands around the program on this machine: fonts, drawing library, proxies, units, nginx.

Part of ``trading doctor``. What is not installed here is not asked for, but for what the papers
need. Source: issue "the rooms", running it.
"""

from __future__ import annotations

import ipaddress
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from trading.cli.doctor import FAIL, OK, WARN, Finding

UNITS = Path("/etc/systemd/system")
NGINX = Path("/etc/nginx/nginx.conf")
# A proxy is one machine, or the network of a container; whoever is in it may claim any address.
TRUSTED_MAX = 65_536
ASKED_SECONDS = 30


def surroundings(
    proxies: tuple[str, ...] = (), units: Path = UNITS, nginx: Path = NGINX
) -> Iterator[Finding]:
    """Yield what was found around the program."""
    yield check_fonts()
    yield check_drawing()
    yield from (check_proxy(proxy) for proxy in proxies)
    yield from check_units(sorted(units.glob("trading*.service")))
    yield from check_nginx(nginx)


def check_fonts() -> Finding:
    """Check that Chinese on papers is drawn as itself and not as empty boxes."""
    do = "apt-get install fontconfig fonts-noto-cjk"
    code, said = _asked(("fc-list", ":lang=zh", "family"))
    if code == 0 and said:
        return Finding("fonts", OK, "有中文字体", "there is one for Chinese")
    return Finding(
        "fonts", WARN, "没有找到中文字体，文书会显示为方框",
        "none for Chinese: papers would show boxes", do, do,
    )  # fmt: skip


def check_drawing() -> Finding:
    """Check that the library that draws papers can be loaded."""
    try:
        import weasyprint
    except OSError:
        do = "apt-get install libpango-1.0-0 libpangoft2-1.0-0"
        return Finding(
            "papers", WARN, "缺少排版库 Pango，文书无法生成",
            "Pango is missing: no paper can be drawn", do, do,
        )  # fmt: skip
    told = f"WeasyPrint {weasyprint.__version__}"
    return Finding("papers", OK, told, told)


def check_proxy(given: str) -> Finding:
    """Check that ``--proxy`` names a machine, and not half of the world."""
    try:
        network = ipaddress.ip_network(given)
    except ValueError:
        return Finding(
            "proxy", FAIL, f"{given} 不是网络地址", f"{given} is no address",
            "写成 127.0.0.1 这样的地址", "write an address, as 127.0.0.1",
        )  # fmt: skip
    if network.num_addresses > TRUSTED_MAX:
        return Finding(
            "proxy", FAIL, f"{given} 范围过大：其中任何人都能冒充来源地址",
            f"{given} is too wide: anybody in it can forge an address",
            "只写反向代理自己的地址", "name the address of the proxy itself",
        )  # fmt: skip
    return Finding("proxy", OK, f"信任 {given}", f"{given} is believed")


def check_units(units: Iterable[Path]) -> Iterator[Finding]:
    """Check the units of ours that are installed, where systemd can be asked."""
    for unit in units:
        code, said = _asked(("systemd-analyze", "verify", "--man=no", str(unit)))
        if code is None:
            continue
        if code == 0 and not said:
            yield Finding("unit", OK, f"{unit.name} 正确", f"{unit.name} is sound")
        else:
            first = said.partition("\n")[0]
            yield Finding(
                "unit", FAIL, f"{unit.name}：{first}", f"{unit.name}: {first}",
                f"执行 systemd-analyze verify {unit}", f"run: systemd-analyze verify {unit}",
            )  # fmt: skip


def check_nginx(configuration: Path) -> Iterator[Finding]:
    """Check the configuration of nginx, where there is one."""
    if not configuration.exists():
        return
    code, said = _asked(("nginx", "-t", "-q", "-c", str(configuration)))
    if code == 0:
        yield Finding("nginx", OK, "配置正确", "has a sound configuration")
    elif code is not None:
        first = said.partition("\n")[0]
        yield Finding("nginx", FAIL, f"配置有误：{first}", f"does not take it: {first}",
                      "执行 nginx -t 查明", "run: nginx -t")  # fmt: skip


def _asked(command: tuple[str, ...]) -> tuple[int | None, str]:
    """Return how a program ended and what it said; None where it is not installed or hangs."""
    program = shutil.which(command[0])
    if program is None:
        return None, ""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command of this machine
            (program, *command[1:]), capture_output=True, text=True, check=False,
            timeout=ASKED_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None, ""
    return done.returncode, (done.stdout + done.stderr).strip()
