"""Every sentence of the specification about logs, as a scene: what fires, and what only nearly does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from playing import Scene, play, scenes, wrong

from wizard.data import data_folder
from wizard.rulebase.load import load

ALL = list(scenes())
NOT_FROM_LOGS = {"ask-sender-admin"}


@pytest.mark.parametrize("scene", ALL, ids=str)
def test_scene(scene: Scene, tmp_path: Path) -> None:
    found = wrong(scene, play(scene, tmp_path))
    assert not found, "\n".join([scene.says, *found])


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(map(str, ALL)).items() if count > 1] == []


def test_every_finding_that_a_log_can_decide_fires_and_nearly_fires() -> None:
    base = load(data_folder("rules"))
    table = {
        name: (sum(name in one.fires for one in ALL), sum(name in one.near for one in ALL))
        for name, finding in base.findings.items()
        if name not in NOT_FROM_LOGS and _decided_by_logs(base, name)
    }
    print("\n".join(f"{name:32} fires {fires:3}  near miss {near:3}" for name, (fires, near) in table.items()))
    assert {name for name, (fires, near) in table.items() if not (fires and near)} == set()


def _decided_by_logs(base: object, name: str) -> bool:
    """Whether some rule of the finding rests on facts from logs alone, or on the case's own."""
    findings = base.findings  # type: ignore[attr-defined]
    return any(
        all(condition.fact.startswith(("log.", "late.", "sender.source")) for condition in rule.conditions)
        for rule in findings[name].rules
    )
