"""How commands speak: Chinese or English, people or ``--json``, and the three exit codes.

0 is ok, 1 a finding or a refusal, 2 wrong usage or an installation that cannot be used.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from trading.base.errors import LockMismatch, SetupError, TradingError, Unavailable
from trading.centre import Centre
from trading.store.faults import fault
from trading.store.home import Home
from trading.store.migrations import check_schema
from trading.words.explaining import explain, worded
from trading.words.language import language, pick

OK, FINDING, USAGE = 0, 1, 2


def say(zh: str, en: str) -> None:
    """Print one line in the chosen language."""
    click.echo(zh if language() == "zh" else en)


def emit(data: Any) -> None:
    """Print ``data`` as one JSON document."""
    click.echo(msgspec.json.encode(data, order="sorted").decode())


def progress(zh: str, en: str) -> None:
    """Print a line about work under way to standard error."""
    click.echo(pick(zh, en), err=True)


def fail(error: TradingError, *, as_json: bool, centre: Centre | None = None) -> NoReturn:
    """Tell ``error`` on standard error and leave with its exit code."""
    told = explain(error, centre)
    if as_json:
        emit({"ok": False, **told})
    else:
        click.echo(f"{pick('错误', 'Error')}: {told['message']}", err=True)
        if told.get("detail") and "rules" not in told:
            click.echo(f"  {worded(told['detail'])}", err=True)
        if told.get("rule"):
            click.echo(f"  [{told.get('field', '')}; {told['rule']}; {told['source']}]", err=True)
        for rule in told.get("rules", ()):
            click.echo(
                f"  - {rule['text']} [{rule['field']}; {rule['rule']}; {rule['source']}]", err=True
            )
    sys.exit(exit_code(error))


def exit_code(error: TradingError) -> int:
    """Return 1 for what was refused or found, 2 where the centre cannot be used as it is."""
    if isinstance(error, LockMismatch):
        return FINDING
    return USAGE if isinstance(error, SetupError | Unavailable) else FINDING


def misused(error: click.ClickException, *, as_json: bool) -> NoReturn:
    """Tell wrong usage and leave with status 2, or with what click has for it."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    with context.scope(cleanup=False) if context else contextlib.nullcontext():
        said = worded(error.format_message())
        if as_json:
            emit({"ok": False, "code": "usage", "message": said})
        else:
            if context:
                usage = context.get_usage().partition(":")[2]
                click.echo(f"{pick('用法', 'Usage')}:{usage}", err=True)
            click.echo(f"{pick('错误', 'Error')}: {said}", err=True)
    sys.exit(USAGE)


@contextlib.contextmanager
def telling(*, as_json: bool) -> Iterator[None]:
    """Turn every error into a message and an exit code; nobody meets a traceback of a fault.

    An error that is none of ours and none of the machine's is a mistake of this program: it is
    told as one, with all that helps to mend it, and never taken for a finding.
    """
    try:
        yield
    except (click.Abort, click.exceptions.Exit, BrokenPipeError):
        raise
    except click.ClickException as error:
        misused(error, as_json=as_json)
    except UnicodeError:
        fail(SetupError("a text or a file is not UTF-8"), as_json=as_json)
    except Exception as error:  # noqa: BLE001 - told as what it is
        found = fault(error)
        if found is None:
            traceback.print_exc()
            found = SetupError("a mistake of this program: pass on what stands above")
        fail(found, as_json=as_json)


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
        with telling(as_json=bool(options.get("as_json"))):
            return command(*args, **options)

    return run


def open_centre(data_dir: Path, *, writing: bool = False) -> Centre:
    """Open the centre of ``data_dir``; raise ``SetupError`` when it cannot be used.

    For ``writing`` database, files and signer must agree first.
    """
    centre = Centre(Home.open(data_dir))
    try:
        if writing:
            centre.check()
            centre.publishing = True
        else:
            check_schema(centre.reading)
    except BaseException:
        centre.close()
        raise
    return centre
