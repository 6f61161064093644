"""What is written in several places about the set-up says the same everywhere, and names no private package index."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLAG = "-DPyEval_CallObject=PyObject_CallObject"
LOCKED = sorted((ROOT / "requirements").glob("*.txt"))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["README.md", "pyproject.toml", "tools/set_up.py", "tools/check_wheel.sh", "wizard/engine.py"]
)
def test_the_flag_of_the_engine_is_the_same_everywhere(name: str) -> None:
    assert set(re.findall(r"-DPyEval_CallObject=\w+", text(name))) == {FLAG}


def test_the_lock_names_only_the_public_index() -> None:
    sources = set(re.findall(r"\b(?:registry|url|path|editable) = \"([^\"]*)\"", text("uv.lock")))
    places = {re.sub(r"^(https://files\.pythonhosted\.org)/.*", r"\1", source) for source in sources}
    assert places == {"https://pypi.org/simple", "https://files.pythonhosted.org", "."}


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.name)
def test_what_pip_installs_is_what_uv_locks(path: Path) -> None:
    """`make lock-check` says it exactly; this says it without a network and in a moment."""
    locked = re.findall(r'^name = "(.*)"\nversion = "(.*)"$', text("uv.lock"), re.MULTILINE)
    hashes = set(re.findall(r"sha256:[0-9a-f]{64}", text("uv.lock")))
    exported = path.read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==([^ ]+)", exported, re.MULTILINE)
    assert pins
    assert set(pins) <= set(locked)
    assert set(re.findall(r"sha256:[0-9a-f]{64}", exported)) <= hashes


def test_the_set_up_destroys_no_folder_of_others(tmp_path: Path) -> None:
    """A folder that is no environment is left alone, with a sentence that says so."""
    (tmp_path / "mine.txt").touch()
    order = [sys.executable, str(ROOT / "tools" / "set_up.py"), "--venv", str(tmp_path)]
    answer = subprocess.run(order, check=False, capture_output=True, text=True)
    assert answer.returncode == 1
    assert answer.stderr == f"{tmp_path} exists and is no virtual environment: move it away, or name another folder.\n"
    assert (tmp_path / "mine.txt").exists()
