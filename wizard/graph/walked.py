"""The way that a case took, for the picture."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.case import Step
from wizard.diagnosis import conclusion_of, known_of, state_of
from wizard.engine import Engine
from wizard.facts import UNAVAILABLE
from wizard.graph.picture import Walk
from wizard.rulebase.firing import standing


def walked(steps: Sequence[Step], engine: Engine) -> Walk:
    """Which sources were tried, what is known of the attempt that concludes, what was found."""
    base = engine.base
    state = state_of(steps, engine)
    focus = conclusion_of(state, engine).focus
    tried = [step for step in steps if step.source in base.sources]
    gave = {step.source for step in tried if step.facts or step.rows}
    known = known_of(state, focus.row, engine) if focus else {}
    values = base.derive({name: fact.value for name, fact in known.items()})
    return Walk(
        sources=tuple(dict.fromkeys(step.source for step in tried)),
        failed=frozenset(step.source for step in tried) - gave,
        facts=frozenset(name for name, value in values.items() if value != UNAVAILABLE),
        findings=frozenset(one.finding for one in standing(base, focus.fired)) if focus else frozenset(),
        conclusion=focus.outcome.finding if focus and focus.outcome else None,
    )
