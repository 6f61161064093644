"""The wheel carries the program and its data inside one package, and runs from there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = ("rules", "reports")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    folder = tmp_path_factory.mktemp("wheel")
    order = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(order, cwd=ROOT, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.Path(path)


@pytest.fixture(scope="module")
def names(wheel: zipfile.Path) -> set[str]:
    return {name for name in wheel.root.namelist() if not name.endswith("/")}


@pytest.fixture
def installed(wheel: zipfile.Path, tmp_path: Path) -> Path:
    wheel.root.extractall(tmp_path / "site")
    return tmp_path / "site"


def files_of(folder: str) -> Iterator[str]:
    for path in (ROOT / folder).rglob("*"):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in parts):
            yield "/".join(parts)


def test_nothing_but_the_package_stands_at_the_top(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    (metadata,) = tops - {"wizard"}
    assert metadata.startswith("mailwhy-")
    assert metadata.endswith(".dist-info")


def test_every_file_of_the_package_is_in_it(names: set[str]) -> None:
    assert set(files_of("wizard")) <= names


@pytest.mark.parametrize("folder", DATA)
def test_the_data_lies_inside_the_package(names: set[str], folder: str) -> None:
    packed = {name for name in names if name.startswith(f"wizard/{folder}/")}
    assert packed == {f"wizard/{name}" for name in files_of(folder)}
    assert packed


@pytest.mark.parametrize(
    "folder", ["wizard/rules", "wizard/rules/facts", "wizard/rules/cases", "wizard/reports/templates", "wizard/words"]
)
def test_each_kind_of_data_is_there(names: set[str], folder: str) -> None:
    assert any(Path(name).parent.as_posix() == folder for name in names)


def test_it_holds_no_junk(names: set[str]) -> None:
    assert not {name for name in names if name.endswith(".pyc") or "/." in name or "/tests/" in name}


def test_it_carries_the_licence_and_the_command(wheel: zipfile.Path, names: set[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    (entry_points,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
    assert "mailwhy = wizard.cli:main" in wheel.root.read(entry_points).decode()


@pytest.mark.parametrize("folder", DATA)
def test_the_program_finds_its_data_in_it(installed: Path, folder: str) -> None:
    program = f"from wizard.data import data_folder; print(data_folder({folder!r}))"
    assert Path(run(installed, "-c", program).strip()) == installed / "wizard" / folder


def test_the_demo_runs_from_it(installed: Path) -> None:
    assert run(installed, "-m", "wizard", "demo")


def run(site: Path, *arguments: str) -> str:
    """Run Python outside the checkout, with the unpacked wheel before everything that is installed."""
    environment = {**os.environ, "PYTHONPATH": str(site)}
    answer = subprocess.run(
        [sys.executable, *arguments], cwd=site.parent, env=environment, check=False, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout
