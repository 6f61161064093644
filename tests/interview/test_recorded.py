"""Recorded sessions: any saved case is a script of what was answered, and can be led through again.

`sessions/FINDING.json` are case files of which only the answers were kept. To add one, save a case with `--case`, and
run `python tests/interview/test_recorded.py CASE > tests/interview/sessions/FINDING.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
SESSIONS = sorted((FOLDER / "sessions").glob("*.json"))


def answers_of(case: dict[str, Any]) -> dict[str, Any]:
    """A case file with nothing but its questions."""
    from wizard.data import data_folder
    from wizard.rulebase.load import load

    sources = load(data_folder("rules")).sources
    asked = [step for step in case["steps"] if step["source"] in sources and _asks(sources[step["source"]].cost)]
    return {**case, "steps": asked}


def _asks(cost: str) -> bool:
    return cost in ("user", "others")


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
def test_a_recorded_session_takes_the_same_way_again(path: Path, room: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from wizard.casefile.file import load
    from wizard.diagnosis import ASKED, conclusion_of, state_of
    from wizard.interview.history import typed_in

    monkeypatch.chdir(FOLDER)
    base = room.engine.base
    recorded = load(path).steps
    questions = [(base.sources[step.source].question["en"], typed_in(step) or "") for step in recorded]
    steps = room.answer([*questions, ("What next?", "Show the report")])
    asked = [step.source for step in steps if step.source in base.sources and base.sources[step.source].cost in ASKED]
    assert asked == [step.source for step in recorded]
    focus = conclusion_of(state_of(steps, room.engine), room.engine).focus
    assert focus is not None
    assert focus.outcome is not None
    assert focus.outcome.finding == path.stem


if __name__ == "__main__":
    case = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(answers_of(case), ensure_ascii=False, indent=1) + "\n")
