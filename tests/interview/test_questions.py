"""How many questions a case takes, over the scenes of the end-to-end tests: it may not grow unnoticed.

The user knows of each case what the scene asks about (an address, a sender), where the log is, and nothing else.
"""

from __future__ import annotations

import os
import shlex
import statistics
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from room import Room

sys.path.insert(0, str(Path(__file__).parents[1] / "end_to_end"))

from playing import Scene, scenes, written

from wizard.diagnosis import conclusion_of, state_of
from wizard.engine import Engine
from wizard.errors import InputError
from wizard.gather.base import DnsOptions
from wizard.interview.console import Line, Menu
from wizard.interview.guide import Guide, Request

MEDIAN, MEAN, MOST = 2, 3.0, 8
EVERY = max(1, int(os.environ.get("MAILWHY_SCENES", "3")))
"""Every how manieth scene is led through."""


@dataclass
class Knowing:
    """Answers what is known, and for the rest says "I don't know"."""

    known: dict[str, str]
    asked: list[str] = field(default_factory=list)
    plain: bool = True

    def line(self, line: Line) -> str:
        again = line.question in self.asked  # what was known has not helped
        self.asked.append(line.question)
        reply = "" if again else next((text for part, text in self.known.items() if part in line.question), "")
        wrong = line.check(reply) if line.check else None
        if wrong:
            raise InputError("usage", message=wrong, command="")
        return reply

    def menu(self, menu: Menu) -> str:
        values = [value for value, _ in menu.items]
        if "report" in values:
            return "report"
        self.asked.append(menu.question)
        return ""

    def tell(self, text: str) -> None:
        """Nobody listens."""

    def redraw(self, text: str) -> None:
        """Nobody looks."""


def known(scene: Scene, folder: Path) -> dict[str, str] | None:
    """What the user knows; None for a scene that is about more than an address or a sender."""
    asked = shlex.split(scene.ask)
    options = dict(zip(asked[::2], asked[1::2], strict=False))
    who = options.get("--sender-ip") or options.get("--sender")
    if len(asked) != 2 or who is None or list(scene.files) != ["mail.log"]:
        return None
    path = folder / "mail.log"
    path.write_text(written(scene.files["mail.log"]), encoding="utf-8")
    return {"Who sent the mail": who, "Where is the gateway's mail log": str(path)}


def test_the_median_number_of_questions(engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts: list[int] = []
    questions: Counter[str] = Counter()
    concluded = 0
    for number, scene in enumerate(list(scenes())[::EVERY]):
        folder = tmp_path / str(number)
        folder.mkdir()
        what = known(scene, folder)
        if what is None:
            continue
        console, room = Knowing(what), Room(engine, folder)
        guide = Guide(engine, "en", console, room.memory, room.site, None)
        try:
            steps = guide.lead(Request(None, (), DnsOptions(), True, None))
        except InputError:  # a log that cannot be used at all
            continue
        counts.append(len(console.asked))
        questions.update(console.asked)
        concluded += conclusion_of(state_of(steps, engine), engine).confidence is not None
    median, mean = statistics.median(counts), statistics.mean(counts)
    with capsys.disabled():
        print(f"\nquestions a case: median {median}, mean {mean:.1f}, most {max(counts)}, over {len(counts)} scenes")
        print(f"{concluded} of them concluded; by question:")
        for question, times in questions.most_common():
            print(f"  {times:4} {question[:80]}")
    assert median <= MEDIAN
    assert mean <= MEAN
    assert max(counts) <= MOST
