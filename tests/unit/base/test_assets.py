"""The data folders are found in the tree, in an installed package and in a zip file."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from trading.base import assets
from trading.base.errors import SetupError

TREE = Path(__file__).parents[3]
READ = "from trading.base import assets; print(assets.iter_dir('policies')); print(assets.__file__)"


def test_the_tree_is_the_root_where_nothing_was_shipped() -> None:
    assert Path(str(assets.asset_root())) == TREE


def test_a_shipped_folder_comes_before_the_tree(tmp_path: Path) -> None:
    (tmp_path / "_assets").mkdir()
    assert assets._root(tmp_path, TREE) == tmp_path / "_assets"


def test_a_shipped_folder_may_lie_in_a_zip_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "trading.zip", "w") as archive:
        archive.writestr("_assets/policies/a.toml", "x = 1")
    with zipfile.ZipFile(tmp_path / "trading.zip") as archive:
        root = assets._root(zipfile.Path(archive), TREE)
        assert root.joinpath("policies", "a.toml").read_text() == "x = 1"


def test_names_are_sorted_and_chosen_by_their_end() -> None:
    names = assets.iter_dir("policies")
    assert list(names) == sorted(path.name for path in (TREE / "policies").iterdir())
    assert assets.iter_dir("policies", ".no-such-end") == ()


def test_text_and_bytes_of_a_file_are_the_same() -> None:
    path = next(path for path in sorted((TREE / "policies").rglob("*.toml")))
    name = path.relative_to(TREE).as_posix()
    assert assets.read_text(name).encode() == assets.read_bytes(name) == path.read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "trading/__init__.py",
        "pyproject.toml",
        "/etc/passwd",
        "policies/../pyproject.toml",
        "policies//a.toml",
        "policies/./a.toml",
        "policies\\a.toml",
        "policies/..\\a.toml",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    for read in (assets.read_text, assets.read_bytes, assets.iter_dir):
        with pytest.raises(SetupError) as refused:
            read(name)
        assert refused.value.params == {"path": name}


def test_a_missing_file_and_a_missing_folder_are_named() -> None:
    with pytest.raises(SetupError, match="file") as no_file:
        assets.read_text("policies/none.toml")
    with pytest.raises(SetupError, match="folder") as no_folder:
        assets.iter_dir("policies/none")
    assert no_file.value.params == {"path": "policies/none.toml"}
    assert no_folder.value.params == {"path": "policies/none"}


@pytest.mark.package
def test_the_wheel_carries_the_data_folders_and_finds_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*build, "--directory", tmp_path], cwd=TREE, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "installed")
    for folder in assets.FOLDERS:
        shipped = {name for name in names if name.startswith(f"trading/_assets/{folder}/")}
        assert shipped, f"{folder} is missing in the wheel"
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]
    for place in (tmp_path / "installed", wheel):
        # -S keeps the tree out: only the wheel is on the path.
        script = f"import sys; sys.path.insert(0, {str(place)!r}); {READ}"
        done = subprocess.run(
            [sys.executable, "-S", "-c", script],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        )
        listed, origin = done.stdout.splitlines()
        assert origin.startswith(str(place))
        assert listed == str(assets.iter_dir("policies"))
