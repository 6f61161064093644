"""Cases: sets of facts that each finding is tried on, with the exact set of findings that must stand.

```yaml
connection-rejected:
  - name: rejected by the reputation of the address
    facts: {log.connection: seen, log.verdict: REJECT, log.reason: reputation}
    findings: {connection-rejected: certain}
```
Facts that are not named are open. Findings are those that stand: not those in whose stead another one stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wizard.facts import Value
from wizard.rulebase.base import RuleBase
from wizard.rulebase.model import CONFIDENCES
from wizard.rulebase.yaml_marks import (
    Node,
    Place,
    Rows,
    RuleError,
    Table,
    check_keys,
    one_of,
    read,
    rows,
    table,
    word,
    words,
)


class RuleCase(NamedTuple):
    """One case beside the finding that it is about; `findings` is identifier → confidence."""

    finding: str
    name: str
    facts: dict[str, Value]
    findings: dict[str, str]
    at: Place


def load_cases(folder: Path, base: RuleBase) -> tuple[RuleCase, ...]:
    """The cases in the folder `cases` of the rule folder `folder`. Raises RuleError."""
    found: list[RuleCase] = []
    for path in sorted((folder / "cases").glob("*.yaml")):
        for name, node in read(path).items():
            finding = one_of(name, base.findings, "finding")
            found.extend(_case(item, finding, base) for item in rows(node, f"the cases of {finding}"))
    return tuple(found)


def _case(node: Node, finding: str, base: RuleBase) -> RuleCase:
    found = table(node, f"a case of {finding}")
    check_keys(found, f"a case of {finding}", required=("name", "facts", "findings"))
    return RuleCase(
        finding,
        str(word(found.value("name"), "name")),
        _facts(table(found.value("facts"), "facts"), base),
        {
            one_of(name, base.findings, "finding"): one_of(word(confidence, "confidence"), CONFIDENCES, "confidence")
            for name, confidence in table(found.value("findings"), "findings").items()
        },
        found.at,
    )


def _facts(found: Table, base: RuleBase) -> dict[str, Value]:
    facts = {one_of(name, base.facts, "fact"): _value(name, node, base) for name, node in found.items()}
    known = base.derive(facts)
    for name in found:
        derivation = base.facts[name].derive
        if derivation:
            operands = ", ".join(derivation.operands)
            raise RuleError(name.at, f"{name} is derived; give {operands} instead")
        if base.applies(name, known) is False:
            raise RuleError(name.at, f"{name} does not apply here: its when contradicts the other facts of the case")
    return facts


def _value(name: str, node: Node, base: RuleBase) -> Value:
    kind = base.facts[name]
    if isinstance(node, Rows) and kind.type == "addresses":
        return tuple(str(member) for member in words(node, name))
    try:
        return kind.parse(str(word(node, name)))
    except ValueError as error:
        raise RuleError(node.at, f"{name} cannot have this value: {error}") from error


def uncovered(base: RuleBase, cases: Sequence[RuleCase]) -> list[str]:
    """What the cases leave untried: a rule that none fires, a finding without a near miss. One sentence each."""
    missing: list[str] = []
    for name in sorted(base.findings, key=base.rank):
        own = [case for case in cases if case.finding == name]
        fired = [base.derive(case.facts) for case in own if name in case.findings]
        if not fired:
            missing.append(f"{name}: no case in which it is found")
        for rule in base.findings[name].rules:
            if fired and not any(rule.judge(facts) for facts in fired):
                missing.append(f"{name}: no case fires its {rule.confidence} rule number {rule.index + 1}")
        if all(name in case.findings for case in own):
            missing.append(f"{name}: no near miss, a case in which it is not found")
    return missing
