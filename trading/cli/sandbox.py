"""``trading sandbox``: a simulated centre for those who write programs, with a clock to set."""

from __future__ import annotations

import os
from pathlib import Path

import click

from trading.base.clock import SystemClock
from trading.base.deadline import local_text
from trading.base.errors import SetupError
from trading.base.units import SECOND_US
from trading.centre import Centre
from trading.cli.demo import remove_old
from trading.cli.demo_serving import free_port
from trading.cli.output import data_option, emit, guarded, json_option, say
from trading.cli.serve import serve_centre
from trading.demo.sandbox import ORIGIN, Sandbox, clock_of, make
from trading.store.home import CENTRE, Home


@click.command("sandbox")
@data_option
@click.option("--fresh", is_flag=True, help="先删除旧沙箱 / delete an old one first")
@click.option("--port", default=8000, type=click.IntRange(0, 65535), show_default=True)
@json_option
@guarded
def sandbox_command(data_dir: Path, port: int, *, fresh: bool, as_json: bool) -> None:
    """沙箱：给程序试用的模拟中心，时钟可往前拨 / A simulated centre to try programs on."""
    if fresh:
        remove_old(data_dir, ORIGIN)
    home = Home.open(data_dir) if (data_dir / CENTRE).exists() else make(data_dir)
    if home.origin != ORIGIN:
        raise SetupError(f"{data_dir} is no sandbox", field="data")
    with home.serving(), free_port(port) as (listener, options):
        clock = clock_of(home)
        centre = Centre(home, clock, worker="serve-1")
        try:
            centre.check()
            centre.refresh()
            sandbox = Sandbox(centre, clock, SystemClock())
            url = f"http://localhost:{options.port}"
            serve_centre(
                centre, options, listener,
                lambda: _tell(url, clock.now_us(), as_json=as_json), sandbox=sandbox,
            )  # fmt: skip
        finally:
            centre.close()


def _tell(url: str, now_us: int, *, as_json: bool) -> None:
    if as_json:
        emit({"ok": True, "url": url, "pid": os.getpid(), "now_us": now_us})
        return
    say(f"沙箱已开放：{url} （按 Ctrl+C 停止）", f"The sandbox is open: {url} (Ctrl+C stops it)")
    shown = local_text(now_us - now_us % SECOND_US)
    say(f"沙箱时间：{shown}", f"Its time: {shown}")
    say(f"选一个身份：{url}/signin/demo", f"Choose who you are: {url}/signin/demo")
    api = f"{url}/api/v1/sandbox"
    say(f"凭证：{api}/people ；拨钟：PUT {api}/clock",
        f"Tokens: {api}/people ; set the clock: PUT {api}/clock")  # fmt: skip
