"""How commands speak: Chinese or English, people or ``--json``, and the three exit codes.

0 is ok, 1 a finding or a refusal, 2 wrong usage or an installation that cannot be used.
"""

from __future__ import annotations

import functools
import os
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from trading.base import assets
from trading.base.errors import SetupError, TradingError, Unavailable
from trading.centre import Centre
from trading.store.home import Home

OK, FINDING, USAGE = 0, 1, 2
LANGUAGES = ("zh", "en")


def language() -> str:
    """Return ``zh`` or ``en``: ``--lang``, else TRADING_LANG, else the locale, else Chinese."""
    context = click.get_current_context(silent=True)
    chosen = (context.find_root().params.get("lang") if context else None) or os.environ.get(
        "TRADING_LANG", ""
    )
    if chosen in LANGUAGES:
        return str(chosen)
    return "en" if os.environ.get("LANG", "").startswith("en") else "zh"


def say(zh: str, en: str) -> None:
    """Print one line in the chosen language."""
    click.echo(zh if language() == "zh" else en)


def pick(zh: str, en: str) -> str:
    """Return the text of the chosen language."""
    return zh if language() == "zh" else en


def emit(data: Any) -> None:
    """Print ``data`` as one JSON document."""
    click.echo(msgspec.json.encode(data, order="sorted").decode())


def progress(zh: str, en: str) -> None:
    """Print a line about work under way to standard error."""
    click.echo(pick(zh, en), err=True)


@functools.cache
def messages(lang: str) -> dict[str, str]:
    """Return the message catalogue of ``lang``: text by code or guard name."""
    found: dict[str, str] = tomllib.loads(assets.read_text(f"templates/messages/{lang}.toml"))
    return found


def explain(error: TradingError, centre: Centre | None = None) -> dict[str, Any]:
    """Return code, message, and for refusals every rule with its field, text and source."""
    texts = messages(language())
    told: dict[str, Any] = {"code": error.code, "message": texts.get(error.code, error.detail)}
    if error.detail != error.code:
        told["detail"] = error.detail
    if error.params.get("field"):
        told["field"] = error.params["field"]
    if error.params.get("rule"):
        told["rule"] = error.params["rule"]
        told["source"] = "decision 25"
    reason = error.params.get("reason")
    if isinstance(reason, str) and reason in texts:
        told["message"] = texts[reason]
    guards = error.params.get("guards")
    if centre is not None and isinstance(guards, tuple):
        known = centre.kernel.registry.guards
        told["rules"] = [
            {
                "rule": name,
                "text": texts.get(name, name),
                "field": known[name].field if name in known else "actor",
                "source": known[name].source if name in known else "decision 16",
            }
            for name in guards
        ]
    receipt = error.params.get("receipt")
    if receipt is not None:
        told["receipt"] = msgspec.to_builtins(receipt)
    return told


def fail(error: TradingError, *, as_json: bool, centre: Centre | None = None) -> None:
    """Tell ``error`` on standard error and leave with its exit code."""
    told = explain(error, centre)
    if as_json:
        emit({"ok": False, **told})
    else:
        click.echo(f"{pick('错误', 'Error')}: {told['message']}", err=True)
        if told.get("detail"):
            click.echo(f"  {told['detail']}", err=True)
        if told.get("rule"):
            click.echo(f"  [{told.get('field', '')}; {told['rule']}; {told['source']}]", err=True)
        for rule in told.get("rules", ()):
            click.echo(
                f"  - {rule['text']} [{rule['field']}; {rule['rule']}; {rule['source']}]", err=True
            )
    sys.exit(USAGE if isinstance(error, SetupError | Unavailable) else FINDING)


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--data DIR``, the data directory of the centre."""
    return click.option(
        "--data",
        "data_dir",
        type=click.Path(path_type=Path, file_okay=False),
        required=True,
        help="数据目录 / data directory",
    )(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="JSON 输出 / print JSON")(command)


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn every error of this project into a message and an exit code."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except TradingError as error:
            fail(error, as_json=bool(options.get("as_json")))
            return None

    return run


def open_centre(data_dir: Path, *, writing: bool = False) -> Centre:
    """Open the centre of ``data_dir``; raise ``SetupError`` when it cannot be used.

    For ``writing`` database, files and signer must agree first.
    """
    centre = Centre(Home.open(data_dir))
    if writing:
        try:
            centre.check()
            centre.publishing = True
        except BaseException:
            centre.close()
            raise
    return centre
