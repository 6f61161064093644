"""A folder of rule files → the rule base, checked.

`facts/*.yaml` is the vocabulary, `*.yaml` the findings, `order.yaml` the outcomes with the worst first, `cases/*.yaml`
what each finding is to be tried on (see `wizard.rulebase.cases`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wizard.rulebase.base import RuleBase, close_when
from wizard.rulebase.check import check_instead_of, check_rules_can_fire, read_order
from wizard.rulebase.conditions import Condition
from wizard.rulebase.read_findings import Terms, read_findings
from wizard.rulebase.vocabulary import read_vocabulary
from wizard.rulebase.yaml_marks import RuleError, Table, read, read_any, words

ORDER = "order.yaml"


def load(folder: Path) -> RuleBase:
    """The rule base in `folder`. Raises RuleError, which names file and line, at the first thing that is wrong.

    Gatherers are named in it as words; whether there is one of that name is for the caller to check.
    """
    if not folder.is_dir():
        raise RuleError(folder, "there is no such folder of rules")
    vocabulary = read_vocabulary(_read_all(folder / "facts"))
    when_closed: dict[str, tuple[Condition, ...]] = {}
    for name in vocabulary.facts:
        close_when(name, vocabulary.facts, when_closed)
    rule_files = (read(path) for path in _files(folder) if path.name != ORDER)
    declared = read_findings(rule_files, Terms(vocabulary.facts, when_closed))
    check_instead_of(declared)
    order = read_order(words(read_any(folder / ORDER), ORDER), declared)
    findings = {name: one.finding for name, one in declared.items()}
    base = RuleBase(vocabulary.facts, vocabulary.sources, findings, order)
    check_rules_can_fire(base, declared)
    return base


def _read_all(folder: Path) -> Iterable[Table]:
    return (read(path) for path in _files(folder))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))
