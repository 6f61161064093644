"""The documentation's examples are what they say: files that load, rules that fire."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.data import data_folder
from wizard.engine import Engine
from wizard.errors import InputError
from wizard.rulebase.base import RuleBase
from wizard.rulebase.cases import RuleCase, load_cases, uncovered
from wizard.rulebase.firing import standing
from wizard.rulebase.load import load
from wizard.words import sentence

DOCS = Path(__file__).parent.parent / "docs"
WHOLE_FILE = re.compile(r"^```yaml (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
"""A fenced block that names the file it is the whole of."""


def whole_files(page: str, folder: str) -> Iterator[tuple[str, str]]:
    """The files that a page shows whole below `folder`: path in it, content."""
    for name, content in WHOLE_FILE.findall((DOCS / page).read_text(encoding="utf-8")):
        if name.startswith(f"{folder}/"):
            yield name.removeprefix(f"{folder}/"), content


def write(files: Iterator[tuple[str, str]], into: Path) -> list[str]:
    written = []
    for name, content in files:
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert not path.exists(), f"{name} would take the place of a file that is there"
        path.write_text(content, encoding="utf-8")
        written.append(name)
    return written


def try_cases(base: RuleBase, cases: tuple[RuleCase, ...]) -> None:
    engine = Engine(base)
    for case in cases:
        assert {one.finding: one.confidence for one in standing(base, engine.fire(case.facts))} == case.findings, (
            case.at
        )


def test_the_rule_base_in_the_rules_page_is_sound(tmp_path: Path) -> None:
    assert len(write(whole_files("rules.md", "small"), tmp_path)) == 4
    base = load(tmp_path)
    cases = load_cases(tmp_path, base)
    try_cases(base, cases)
    assert uncovered(base, cases) == []


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_folder("rules"), tmp_path / "rules"))


def test_the_new_finding_in_the_rules_page_joins_the_shipped_ones(shipped: Path) -> None:
    before = set(load(shipped).findings)
    write(whole_files("rules.md", "rules"), shipped)
    base = load(shipped)
    [name] = set(base.findings) - before
    cases = load_cases(shipped, base)
    assert [one for one in uncovered(base, cases) if one.startswith(f"{name}:")] == []
    try_cases(base, cases)  # the shipped cases too: the example must disturb none


def test_the_mistake_in_the_rules_page_is_reported_so(shipped: Path) -> None:
    page = (DOCS / "rules.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"^> (The rule file .*)$", page, re.MULTILINE)
    [relayed] = [content for name, content in whole_files("rules.md", "rules") if name == "relayed.yaml"]
    (shipped / "relayed.yaml").write_text(relayed.replace("log.verdict: RELAY", "log.verdit: RELAY"), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load(shipped)
    said = sentence("errors", refused.value.key, "en", **refused.value.values)
    assert said.replace(f"{shipped}/", "rules/") == shown
