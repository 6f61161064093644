"""The shipped rule base, a log, and a user at a machine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from room import LOG, Room

from wizard.data import data_folder
from wizard.engine import Engine
from wizard.rulebase.load import load


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(load(data_folder("rules")))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return Path(shutil.copy(LOG, tmp_path))


@pytest.fixture
def room(engine: Engine, tmp_path: Path) -> Room:
    return Room(engine, tmp_path)


@pytest.fixture
def second_room(engine: Engine, tmp_path: Path) -> Callable[[], Room]:
    return lambda: Room(engine, tmp_path / "elsewhere")
