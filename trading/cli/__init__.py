"""The command line: one file per group of commands."""

from __future__ import annotations

from importlib import import_module

import click

# name of the command -> module that holds it; loaded only when asked for.
COMMANDS = {
    "init": "init",
    "demo": "demo",
    "serve": "serve",
    "import": "imports",
    "lot": "lot",
    "draw": "draw",
    "log": "history",
    "replay": "replay",
    "definitions": "definitions",
    "backup": "copies",
    "restore": "copies",
    "user": "people",
    "grant": "people",
    "org": "organisations",
    "correct": "corrections",
    "desk": "desk",
    "notifications": "notifications",
    "doctor": "doctor",
}


class Lazy(click.Group):
    """A group that imports a command's module when the command is used."""

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


@click.group(cls=Lazy)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="语言 / language")
@click.version_option(package_name="trading")
def main(lang: str | None) -> None:
    """社区公共资源交易中心 / A trading centre that nobody can cheat."""
    del lang
