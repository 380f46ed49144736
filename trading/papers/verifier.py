"""Verify an evidence bundle with Python's standard library alone: ``python3 verify.py [FOLDER]``.

Every file is compared with the index of digests, the checkpoint's Ed25519 signature is verified,
and from its root every entry is proved to lie at its place of the log; chains, documents and
definitions follow from the entries. Give the key line that you got elsewhere, ``--vkey FILE``:
with the one in the bundle alone the bundle only agrees with itself, and the answer says so.

The first thing that does not hold is told as ``FAIL <where>: <what>``, exit status 1.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

INDEX, ENTRIES, CHECKPOINT, VKEY = "digests.csv", "entries.jsonl", "checkpoint", "log.vkey"
SELF = {INDEX, "verify.py"}
HASH_HEX = 64
# Ed25519, RFC 8032, section 5.1: the field, the order of the base point, and the curve.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) >> 2, P)
Point = tuple[int, int, int, int]


class FailError(Exception):
    """Something does not hold: ``where`` it stands, and ``what`` it is."""

    def __init__(self, where: str, what: str) -> None:
        """Keep both."""
        super().__init__(f"{where}: {what}")


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node (RFC 6962)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to, nothing where it has no such shape."""
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if not last:
            return b""
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while node and not node & 1:
                node >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        node >>= 1
        last >>= 1
    return b"" if last else found


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _add(found, point)
        point = _add(point, point)
        scalar >>= 1
    return found


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) >> 3, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (not x and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = _point(BASE_Y.to_bytes(32, "little"))


def signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether ``signature`` is that of the Ed25519 ``key`` over ``message``."""
    at, commitment = _point(key), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if BASE is None or at is None or commitment is None or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + key + message).digest()
    left = _times(scalar, BASE)
    right = _add(commitment, _times(int.from_bytes(hashed, "little") % ORDER, at))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def check_files(folder: Path) -> int:
    """Compare every file with the index of digests; return how many there are."""
    with (folder / INDEX).open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    named = {row["path"] for row in rows}
    there = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } - SELF
    for row in rows:
        path = row["path"]
        if path not in there:
            raise FailError(path, "is missing")
        content = (folder / path).read_bytes()
        if hashlib.sha256(content).hexdigest() != row["sha256"]:
            raise FailError(path, "does not have its SHA-256")
        if "sm3" in hashlib.algorithms_available and row["sm3"] != _sm3(content):
            raise FailError(path, "does not have its SM3")
    if there - named:
        raise FailError(min(there - named), "is not in the index of digests")
    return len(rows)


def _sm3(content: bytes) -> str:
    return hashlib.new("sm3", content).hexdigest()


def check_checkpoint(folder: Path, vkey: str) -> tuple[int, bytes]:
    """Verify the signature of the checkpoint by the key line; return size and root."""
    name, _, rest = vkey.strip().partition("+")
    key = base64.b64decode(rest.partition("+")[2])[1:]
    text, _, lines = (folder / CHECKPOINT).read_text(encoding="utf-8").rpartition("\n\n")
    text += "\n"
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
    for line in lines.splitlines():
        _dash, signer, encoded = line.split(" ")
        data = base64.b64decode(encoded)
        if signer == name and data[:4] == key_id:
            if not signed(key, text.encode(), data[4:]):
                raise FailError(CHECKPOINT, "the signature does not verify")
            origin, size, root = text.splitlines()
            if origin != name:
                raise FailError(CHECKPOINT, "is that of another log")
            return int(size), base64.b64decode(root)
    raise FailError(CHECKPOINT, "is not signed by this key")


def check_entry(line: dict[str, Any], size: int, root: bytes) -> tuple[bytes, str]:
    """Prove one entry to lie at its place; return its body and its leaf hash."""
    where, index = f"entry {line['index']}", line["index"]
    body = line["body"].encode()
    leaf = body
    if line["salt"]:
        blind = hashlib.sha256(bytes.fromhex(line["salt"]) + body).hexdigest()
        leaf = json.dumps({"blind": blind, "v": "trading.entry/1"}, separators=(",", ":")).encode()
    hashed = leaf_hash(leaf)
    proof = [bytes.fromhex(one) for one in line["proof"]]
    if not 0 <= index < size or root_of(index, size, hashed, proof) != root:
        raise FailError(where, "is not in the log at this place")
    return body, hashed.hex()


def check_entries(folder: Path, size: int, root: bytes) -> list[dict[str, Any]]:
    """Prove every entry, and that each stream is whole from its first entry; return the bodies."""
    last: dict[str, tuple[int, str]] = {}
    found: list[dict[str, Any]] = []
    before = -1
    for text in (folder / ENTRIES).read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        where = f"entry {line['index']}"
        body, hashed = check_entry(line, size, root)
        said = json.loads(body)
        seq, prev = last.get(said["stream"], (0, "0" * HASH_HEX))
        if line["index"] <= before or said["seq"] != seq + 1:
            raise FailError(where, "does not follow the entry before it")
        if said["prev"] != prev:
            raise FailError(where, "does not continue its stream")
        last[said["stream"]], before = (said["seq"], hashed), line["index"]
        found.append(said)
    return found


def check_named(folder: Path, bodies: list[dict[str, Any]]) -> tuple[int, int]:
    """Check that documents are those that entries name; return how many, and how many lack."""
    named = {doc["sha256"] for body in bodies for doc in body.get("in", {}).get("docs", ())}
    there = {path.name.partition(".")[0]: path for path in (folder / "documents").glob("*")}
    for digest, path in sorted(there.items()):
        where = path.relative_to(folder).as_posix()
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise FailError(where, "does not have the digest that it is named by")
        if digest not in named:
            raise FailError(where, "is named by no entry")
    return len(there), len(named - there.keys())


def check_definitions(folder: Path, bodies: list[dict[str, Any]]) -> int:
    """Check that definitions are those that were entered in the log; return how many."""
    entered = {
        f"{body['in']['data']['kind']}-{body['in']['data']['name']}.json": body["in"]["data"]
        for body in bodies
        if body["kind"] == "definition.enter/1" and body["out"]["outcome"] == "done"
    }
    found = sorted((folder / "definitions").glob("*.json"))
    for path in found:
        data = entered.get(path.name)
        if data is None or json.loads(path.read_text(encoding="utf-8")) != data["body"]:
            raise FailError(f"definitions/{path.name}", "is not what was entered in the log")
    return len(found)


def verify(folder: Path, vkey: str) -> str:
    """Verify the bundle in ``folder``; return what was found good, raise ``FailError``."""
    files = check_files(folder)
    size, root = check_checkpoint(folder, vkey)
    bodies = check_entries(folder, size, root)
    documents, lacking = check_named(folder, bodies)
    definitions = check_definitions(folder, bodies)
    return (
        f"{len(bodies)} entries of a log of {size}, {documents} documents ({lacking} named and not "
        f"included), {definitions} definitions, {files} files"
    )


def main(arguments: list[str]) -> int:
    """Verify as asked on the command line; print ``OK`` or ``FAIL``, and return the status."""
    own = Path(__file__).resolve().parent
    given = arguments[arguments.index("--vkey") + 1 :][:1] if "--vkey" in arguments else []
    rest = [one for one in arguments if one != "--vkey" and one not in given]
    folder = Path(rest[0]) if rest else own
    try:
        vkey = Path(given[0] if given else folder / VKEY).read_text(encoding="utf-8")
        told = verify(folder, vkey)
    except FailError as error:
        sys.stdout.write(f"FAIL {error}\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        sys.stdout.write(f"FAIL bundle: {type(error).__name__}: {error}\n")
        return 1
    sys.stdout.write(f"OK {told}\n")
    if not given:
        sys.stdout.write("NOTE the key came with the bundle; compare it: " + vkey.strip() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
