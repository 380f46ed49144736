"""``trading correct``: put right what was keyed wrongly."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from trading.centre import registry
from trading.cli.acting import act
from trading.cli.output import data_option, guarded, json_option
from trading.engine.corrections import CorrectFact


def _value(facet: str, field: str, typed: str) -> int | str:
    """Return what was typed in the field's own type; an unknown field is left to be refused."""
    declared = registry().corrections.get(facet)
    if declared is None or field not in declared.fields:
        return typed
    try:
        found: int | str = msgspec.convert(typed, declared.fields[field], strict=False)
    except msgspec.ValidationError:
        return typed
    return found


@click.command("correct")
@data_option
@click.option("--actor", required=True, help="须由两人先后提出 / two people must ask for the same")
@click.option("--role", required=True)
@click.option("--entry", required=True, type=int, help="有误的一条在该对象中的序号 / its number")
@click.option("--old", required=True, help="原值 / what was recorded")
@click.option("--new", required=True, help="更正为 / what is right")
@click.option("--reason", "reason_zh", required=True, help="原因 / why")
@click.argument("stream")
@click.argument("field")
@json_option
@guarded
def correct_command(  # noqa: PLR0917 - click passes by name
    data_dir: Path, actor: str, role: str, entry: int, old: str, new: str, reason_zh: str,
    stream: str, field: str, *, as_json: bool,
) -> None:  # fmt: skip
    """更正录入有误的一项，如 asset/a-1 name_zh / Correct one keyed fact of an object."""
    facet = stream.partition("/")[0]
    before, after = _value(facet, field, old), _value(facet, field, new)
    data = CorrectFact(stream, facet, field, entry, before, after, reason_zh)
    act(data_dir, "fact.correct/1", data, actor, role, as_json=as_json)
