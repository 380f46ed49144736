"""``trading evidence``: a bundle that Python alone verifies, and that no change survives."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.conftest import command, told
from trading.cli.output import open_centre
from trading.papers import verifier
from trading.papers.evidence import write_evidence

LOT = "case-r034-1"
Tamper = Callable[[Path], None]


@pytest.fixture(scope="session")
def packed(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the evidence of a certified lot with an objection."""
    out = tmp_path_factory.mktemp("evidence") / "lot.zip"
    found = told(command("evidence", LOT, "--data", played, "--out", out, "--json"))
    assert (found["lacking"], found["closed"], found["unpublished"]) == (0, 0, 0)
    assert found["documents"] > 8
    return out


@pytest.fixture
def bundle(packed: Path, tmp_path: Path) -> Path:
    """Return the bundle, unpacked for this test."""
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path / "bundle")
    return tmp_path / "bundle"


def verify(bundle: Path, *words: object) -> tuple[int, str]:
    """Return status and output of the bundle's own verifier, run by a bare Python."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(bundle / "verify.py"), *map(str, words)],
        capture_output=True, text=True, timeout=60, check=False, cwd=bundle,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def listed_anew(bundle: Path, path: str) -> None:
    """Write the digests of ``path`` into the index, as whoever cheats would."""
    index = bundle / "digests.csv"
    content = (bundle / path).read_bytes()
    sm3 = subprocess.run(
        ["openssl", "dgst", "-sm3", "-r"], input=content, capture_output=True, check=True
    ).stdout.decode()[:64]
    lines = [
        f"{path},{len(content)},{sha256(content).hexdigest()},{sm3}"
        if line.startswith(f"{path},")
        else line
        for line in index.read_text(encoding="utf-8").splitlines()
    ]
    index.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_bundle_verifies_with_the_standard_library_alone(bundle: Path, played: Path) -> None:
    code, said = verify(bundle, "--vkey", played / "keys/log.vkey")
    assert (code, said[:3]) == (0, "OK ")
    assert "NOTE" not in said
    code, said = verify(bundle)
    assert code == 0
    assert "NOTE the key came with the bundle" in said


def test_the_page_tells_every_document_and_how_to_check(bundle: Path) -> None:
    page = (bundle / "index.html").read_text(encoding="utf-8")
    assert "verify.py" in page
    for path in (bundle / "documents").iterdir():
        assert f"documents/{path.name}" in page
    assert "<script" not in page


def test_the_same_record_gives_the_same_bundle(packed: Path, played: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    assert command("evidence", LOT, "--data", played, "--out", again).exit_code == 0
    assert again.read_bytes() == packed.read_bytes()


def test_evidence_holds_under_the_checkpoint_it_began_with(played: Path, tmp_path: Path) -> None:
    """The log goes on while a bundle is written: neither its root nor its documents come later."""
    centre = open_centre(played)
    earlier = (centre.home.log_dir / "checkpoints/2048").read_bytes()
    with (tmp_path / "lot.zip").open("wb") as target:
        contents = write_evidence(centre, "case-r096-1", target, closed=True, note=earlier)
    with zipfile.ZipFile(tmp_path / "lot.zip") as archive:
        archive.extractall(tmp_path / "bundle")
    assert (tmp_path / "bundle/checkpoint").read_bytes() == earlier
    assert contents.entries > 0
    assert contents.unpublished > 0
    code, said = verify(tmp_path / "bundle", "--vkey", played / "keys/log.vkey")
    assert (code, said[:3]) == (0, "OK ")


def _document(bundle: Path) -> None:
    path = min((bundle / "documents").iterdir())
    path.write_bytes(path.read_bytes() + b" ")


def _document_listed(bundle: Path) -> None:
    _document(bundle)
    listed_anew(bundle, f"documents/{min((bundle / 'documents').iterdir()).name}")


def _entries(bundle: Path, change: Callable[[list[str]], list[str]]) -> None:
    path = bundle / "entries.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    listed_anew(bundle, "entries.jsonl")


def _bid(lines: list[str]) -> int:
    return next(n for n, line in enumerate(lines) if "bid_accepted/1" in line)


def _entry(bundle: Path) -> None:
    def change(lines: list[str]) -> list[str]:
        at = _bid(lines)
        lines[at] = lines[at].replace("price_fen", "price_fem", 1)
        return lines

    _entries(bundle, change)


def _entry_gone(bundle: Path) -> None:
    _entries(bundle, lambda lines: [*lines[: _bid(lines)], *lines[_bid(lines) + 1 :]])


def _blinded(bundle: Path) -> None:
    def change(lines: list[str]) -> list[str]:
        at = next(n for n, line in enumerate(lines) if json.loads(line)["salt"])
        line = json.loads(lines[at])
        line["salt"] = "00" * 32
        lines[at] = json.dumps(line)
        return lines

    _entries(bundle, change)


def _checkpoint(bundle: Path) -> None:
    path = bundle / "checkpoint"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[1] = str(int(lines[1]) - 1)
    path.write_text("\n".join(lines), encoding="utf-8")
    listed_anew(bundle, "checkpoint")


def _definition(bundle: Path) -> None:
    path = min((bundle / "definitions").iterdir())
    body = json.loads(path.read_text(encoding="utf-8"))
    body["surplus"] = 1
    path.write_text(json.dumps(body), encoding="utf-8")
    listed_anew(bundle, f"definitions/{path.name}")


def _stranger(bundle: Path) -> None:
    (bundle / "extra.txt").write_text("x", encoding="utf-8")


def _missing(bundle: Path) -> None:
    (bundle / "index.html").unlink()


def _key(bundle: Path) -> None:
    path = bundle / "log.vkey"
    path.write_text(path.read_text(encoding="utf-8").replace("localhost", "elsewhere"), "utf-8")
    listed_anew(bundle, "log.vkey")


def test_the_verifier_reads_its_arguments(bundle: Path, played: Path) -> None:
    vkey = played / "keys/log.vkey"
    other = bundle.parent / "other.vkey"
    other.write_text(vkey.read_text().replace("localhost", "elsewhere"), encoding="utf-8")
    assert verifier.main([str(bundle), "--vkey", str(vkey)]) == 0
    assert verifier.main(["--vkey", str(other), str(bundle)]) == 1
    assert verifier.main([str(bundle), "--vkey", str(bundle / "none")]) == 1


def test_signatures_are_those_of_rfc_8032() -> None:
    key = bytes.fromhex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
    good = bytes.fromhex(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )
    assert verifier.signed(key, b"\xaf\x82", good)
    assert not verifier.signed(key, b"\xaf\x83", good)
    assert not verifier.signed(key, b"\xaf\x82", good[:-1] + b"\xff")
    assert not verifier.signed(b"\xff" * 32, b"\xaf\x82", good)
    assert not verifier.signed(key, b"\xaf\x82", b"\x02" + bytes(63))


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (_document, "does not have its SHA-256"),
        (_document_listed, "does not have the digest that it is named by"),
        (_entry, "is not in the log at this place"),
        (_entry_gone, "does not follow the entry before it"),
        (_blinded, "is not in the log at this place"),
        (_checkpoint, "the signature does not verify"),
        (_definition, "is not what was entered in the log"),
        (_stranger, "extra.txt: is not in the index of digests"),
        (_missing, "index.html: is missing"),
        (_key, "is not signed by this key"),
    ],
)
def test_a_tampered_bundle_fails_and_says_where(
    bundle: Path, tamper: Tamper, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(bundle)
    code, told_ = verify(bundle)
    assert verifier.main([str(bundle)]) == 1
    assert capsys.readouterr().out == told_
    assert (code, told_[:5]) == (1, "FAIL ")
    assert said in told_


def test_the_first_bad_entry_is_named(bundle: Path) -> None:
    lines = (bundle / "entries.jsonl").read_text(encoding="utf-8").splitlines()
    index = json.loads(lines[_bid(lines)])["index"]
    _entry(bundle)
    assert f"FAIL entry {index}: " in verify(bundle)[1]


def test_an_empty_folder_is_no_bundle(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    code, said = verify(bundle, tmp_path / "none")
    assert (code, said[:5]) == (1, "FAIL ")


def test_what_is_not_public_yet_stays_out_unless_asked_for(played: Path, tmp_path: Path) -> None:
    out, lot = tmp_path / "live.zip", "case-r137-1"
    found = told(command("evidence", lot, "--data", played, "--out", out, "--json"))
    assert found["closed"] > 0
    with zipfile.ZipFile(out) as archive:
        assert b"registration.submit" not in archive.read("entries.jsonl")
    more = told(command("evidence", lot, "--data", played, "--out", out, "--closed", "--json"))
    assert more["closed"] == 0
    assert more["entries"] > found["entries"]
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "live")
    assert verify(tmp_path / "live")[0] == 0


def test_no_such_lot_and_no_place_to_write(played: Path, tmp_path: Path) -> None:
    assert command("evidence", "none", "--data", played, "--out", tmp_path / "x").exit_code == 1
    assert list(tmp_path.iterdir()) == []
    nowhere = tmp_path / "none" / "x.zip"
    assert command("evidence", LOT, "--data", played, "--out", nowhere).exit_code == 2
