"""Reads the vectors of others; their sources and licences stand beside them."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[2] / "data" / "vectors"


def text(name: str) -> str:
    return (VECTORS / name).read_text(encoding="utf-8")


def document(name: str) -> Any:
    if name.endswith(".gz"):
        return json.loads(gzip.decompress((VECTORS / name).read_bytes()))
    return json.loads(text(name))


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text(name).splitlines()]


def golden_log() -> dict[str, bytes]:
    return {path: b64decode(data) for path, data in document("tlog_tiles_golden.json").items()}
