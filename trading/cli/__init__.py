"""The command line: one file per group of commands."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import click

# name of the command -> module that holds it; loaded only when asked for.
COMMANDS = {
    "init": "init",
    "demo": "demo",
    "sandbox": "sandbox",
    "serve": "serve",
    "import": "imports",
    "act": "act",
    "case": "cases",
    "lot": "lot",
    "contract": "contracts",
    "draw": "draw",
    "log": "history",
    "replay": "replay",
    "definitions": "definitions",
    "backup": "copies",
    "restore": "copies",
    "user": "people",
    "grant": "people",
    "org": "organisations",
    "access": "signing_in",
    "correct": "corrections",
    "desk": "desk",
    "notifications": "notifications",
    "evidence": "evidence",
    "doctor": "doctor",
}


class Lazy(click.Group):
    """A group that imports a command's module when the command is used."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; what is wrong with the words themselves is told in the language of the reader."""
        from trading.cli.output import telling
        from trading.words.language import speaking

        words = extra.get("args") or (args[0] if args else None) or sys.argv[1:]
        for stream in (sys.stdout, sys.stderr):
            # A terminal that cannot write Chinese shows codes, and no command fails for it.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        with _ending(), speaking(_asked(words)), telling(as_json="--json" in words):
            sys.exit(super().main(*args, **{**extra, "standalone_mode": False}) or 0)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of ``cmd_name``."""
        del ctx
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        found: click.Command = getattr(
            import_module(f"trading.cli.{module}"), f"{cmd_name}_command"
        )
        return found


def _asked(words: Sequence[str]) -> str:
    """Return the language that the words of a command line ask for, empty where they ask none."""
    for place, word in enumerate(words):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang" and place + 1 < len(words):
            return words[place + 1]
        if not word.startswith("-"):
            break
    return ""


@contextlib.contextmanager
def _ending() -> Iterator[None]:
    """End as click does where a person breaks off or a reader of the output goes away."""
    try:
        yield
    except click.Abort:
        click.echo("", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


@click.group(cls=Lazy)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="语言 / language")
@click.version_option(package_name="trading")
def main(lang: str | None) -> None:
    """社区公共资源交易中心 / A trading centre that nobody can cheat."""
    del lang
