"""``trading act``: any act of any person, so that a centre can work from the command line alone.

What is asked stands in a JSON file of the command's own fields, as ``data`` of the API. The rules,
two persons and receipts are those of everybody else.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
from msgspec import inspect

from trading.base.errors import InvalidInput, NotFound, Refused
from trading.centre import registry
from trading.cli.acting import tell
from trading.cli.output import data_option, emit, fail, guarded, json_option, open_centre
from trading.engine.registry import ENGINE
from trading.record.entry import Document
from trading.words.language import pick

PAPER_BYTES_MAX = 20 * 1024 * 1024


@click.group("act")
def act_command() -> None:
    """办理：任何人的任何一件事 / Act: whatever anybody may do."""


@act_command.command("kinds")
@click.argument("kind", required=False, default="")
@json_option
@guarded
def act_kinds(kind: str, *, as_json: bool) -> None:
    """列出可办的事；给出名称则列出其字段 / List the kinds, or the fields of one."""
    known = registry().commands
    if not kind:
        names = sorted(name for name, spec in known.items() if not spec.clock)
        emit(names) if as_json else click.echo("\n".join(names))
        return
    if kind not in known:
        raise _unknown(kind, known)
    fields = _fields(known[kind].struct)
    if as_json:
        emit(fields)
        return
    for field in fields:
        optional = "" if field["required"] else pick("（可省略）", " (optional)")
        click.echo(f"{field['name']}: {field['type']}{optional}")


@act_command.command("do")
@click.argument("kind")
@click.argument("file", type=click.File("rb"))
@data_option
@click.option("--actor", required=True, help="办理人编号 / who acts")
@click.option("--role", required=True, help="以何角色 / in which role")
@click.option("--paper", "papers", multiple=True, metavar="NAME=PATH",
              help="附件，可重复 / a document, may be repeated")  # fmt: skip
@click.option("--fact", "facts", multiple=True, metavar="NAME=true|false",
              help="经办核对的事实，可重复 / a fact that was checked, may be repeated")  # fmt: skip
@click.option("--key", default="", help="请求编号，重复提交得同一回执 / idempotency key")
@json_option
@guarded
def act_do(  # noqa: PLR0917 - one parameter for each option; click passes them by name
    kind: str, file: Any, data_dir: Path, actor: str, role: str, papers: tuple[str, ...],
    facts: tuple[str, ...], key: str, *, as_json: bool,
) -> None:  # fmt: skip
    """办理一件事，内容取自 JSON 文件（- 为标准输入）/ Act; what is asked stands in FILE."""
    known = registry()
    if kind not in known.commands:
        raise _unknown(kind, known.commands)
    if known.roles.get(role) == ENGINE:
        raise InvalidInput("the roles of the engine are nobody's", field="role", rule="role")
    read = [_paper(paper) for paper in papers]
    checked = dict(_fact(fact) for fact in facts)
    centre = open_centre(data_dir, writing=True)
    try:
        data = centre.parse(kind, file.read())
        receipt = centre.do(
            kind, data, actor, role, key=key, facts=checked,
            docs=tuple(Document(name, sha256(content).hexdigest()) for name, content, _ in read),
            files=tuple((content, media_type) for _, content, media_type in read),
        )  # fmt: skip
    except Refused as error:
        fail(error, as_json=as_json, centre=centre)
        raise
    finally:
        centre.close()
    tell(receipt, as_json=as_json)


def _unknown(kind: str, known: Iterable[str]) -> NotFound:
    """Return what to say of a kind that there is not: which one was meant, if that can be told."""
    wanted = kind if "/" in kind else f"{kind}/1"
    meant = [wanted] if wanted in known else get_close_matches(wanted, known, 1)
    if meant:
        return NotFound(f"no act {kind}: did you mean {meant[0]}", field="kind")
    return NotFound(f"no act {kind}", field="kind")


def _paper(given: str) -> tuple[str, bytes, str]:
    """Return name, content and media type of a document given as NAME=PATH."""
    name, _equals, path = given.partition("=")
    if not name or not path:
        raise click.UsageError("--paper is NAME=PATH")
    file = Path(path)
    if file.stat().st_size > PAPER_BYTES_MAX:
        raise InvalidInput("the paper is too large", field=name, bytes_max=PAPER_BYTES_MAX)
    return name, file.read_bytes(), mimetypes.guess_type(path)[0] or "application/octet-stream"


def _fact(given: str) -> tuple[str, bool]:
    name, _equals, held = given.partition("=")
    if not name or held not in {"true", "false"}:
        raise click.UsageError("--fact is NAME=true or NAME=false")
    return name, held == "true"


def _fields(struct: type) -> list[dict[str, Any]]:
    """Return the fields of a command as a person fills them in."""
    found = inspect.type_info(struct)
    assert isinstance(found, inspect.StructType)
    return [
        {"name": field.encode_name, "type": _named(field.type), "required": field.required}
        for field in found.fields
    ]


def _named(kind: inspect.Type) -> str:
    """Return a type in the words of JSON."""
    if isinstance(kind, inspect.LiteralType):
        return " | ".join(map(str, kind.values))
    if isinstance(kind, inspect.VarTupleType):
        return f"[{_named(kind.item_type)}, ...]"
    if isinstance(kind, inspect.UnionType):
        return " | ".join(_named(one) for one in kind.types)
    if isinstance(kind, inspect.StructType):
        inner = ", ".join(f"{f.encode_name}: {_named(f.type)}" for f in kind.fields)
        return f"{{{inner}}}"
    return type(kind).__name__.removesuffix("Type").lower()
