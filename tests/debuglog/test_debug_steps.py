"""The steps of the set-up: complete, the same in both languages, and in the appliance's order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from wizard.debuglog import ask
from wizard.debuglog.ask import as_text, walk

STEPS = yaml.safe_load((Path(ask.__file__).parent / "steps.yaml").read_text(encoding="utf-8"))["steps"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_walk(lang: str) -> None:
    steps = walk(lang, ".partner.test", "bob@partner.test", "alice@corp.test", 5)
    typed = [step.type for step in steps if step.type]
    assert typed[:7] == ["logconfig", "new", "7", "inj_partner_test", ".partner.test", "5", "commit"]
    assert typed[7:] == ["tail inj_partner_test", "logconfig"]
    text = as_text(steps)
    assert "bob@partner.test" in text
    assert not re.search(r"\{[a-z]+\}|[、。] ", text)
    assert "   number of injection sessions: 5\n" in text


def test_both_languages_say_the_same() -> None:
    for step in STEPS:
        assert set(step) == {"type", "prompt", "en", "ja"}
        found = [set(re.findall(r"\{([a-z]+)\}", step[lang])) for lang in ("en", "ja")]
        assert found[0] == found[1]


def test_host_cannot_add_lines_to_what_is_typed() -> None:
    steps = walk("en", "203.0.113.7\ncommit", "bob@partner.test", "alice@corp.test")
    assert all("\n" not in step.type for step in steps)
