"""What only the rule base as a whole can show to be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wizard.rulebase.base import RuleBase
from wizard.rulebase.read_findings import Declared
from wizard.rulebase.vocabulary import refuse_cycles
from wizard.rulebase.yaml_marks import RuleError, Word, one_of, suggestion


def check_instead_of(declared: Mapping[str, Declared]) -> None:
    """Raises RuleError: instead of a finding that does not exist, or round in a circle."""
    places = {name: one.at for name, one in declared.items()}
    for name, one in declared.items():
        for other in one.finding.instead_of:
            if other not in declared:
                hint = suggestion(other, declared)
                raise RuleError(one.at, f"{name} stands instead_of {other}: there is no such finding{hint}")
    refuse_cycles(declared, lambda name: declared[name].finding.instead_of, places, "its own instead_of")


def read_order(listed: Iterable[Word], declared: Mapping[str, Declared]) -> tuple[str, ...]:
    """The catalogue order. Raises RuleError where it does not hold each outcome, and nothing else."""
    outcomes = {name for name, one in declared.items() if one.finding.role == "outcome"}
    order = tuple(one_of(name, outcomes, "outcome") for name in listed)
    for name in sorted(outcomes.difference(order)):
        raise RuleError(declared[name].at, f"the outcome {name} is not in order.yaml")
    return order


def check_rules_can_fire(base: RuleBase, declared: Mapping[str, Declared]) -> None:
    """Raises RuleError at a rule whose conditions, with the `when` of its facts, contradict each other."""
    for name, one in declared.items():
        for rule, at in zip(one.finding.rules, one.rules_at, strict=True):
            for fact, symbols in base.allowed_by(rule).items():
                if not symbols:
                    raise RuleError(at, f"this rule of {name} can never fire: nothing satisfies all it asks of {fact}")
