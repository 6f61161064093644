"""The loop, the same for both modes: infer, settled?, else gather from the next source that the planner names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from wizard.case import State, Step, replay
from wizard.conclusion import Conclusion, conclude
from wizard.engine import Engine
from wizard.facts import UNAVAILABLE, Fact, Value
from wizard.gather.base import Desk, Gatherer
from wizard.planner import Exhausted, Gather, Settled, attempt_key, plan
from wizard.rows import About, Row

EXHAUSTED = "exhausted"
"""The step that says which facts no source could give."""
MOST_STEPS = 500

NOBODY = Row("nothing", About(), {})
"""The row that stands for the case itself while no log has been searched."""


def diagnose(
    steps: Sequence[Step],
    engine: Engine,
    gatherers: Mapping[str, Gatherer],
    desk: Desk,
    allowed: Collection[str],
    keep: Callable[[list[Step]], None] = lambda _: None,
) -> list[Step]:
    """Add steps until the conclusion is settled or nothing allowed can change it; `keep` is told after each.

    Raises InputError from a gatherer that was given something unreadable.
    """
    steps = list(steps)
    for _ in range(MOST_STEPS):
        state = replay(steps)
        values = focus_values(conclusion_of(state, engine))
        next_one = plan(engine.base, engine.fire, values, state.tried, allowed)
        if isinstance(next_one, Settled):
            break
        if isinstance(next_one, Exhausted):
            if all(values.get(name) == UNAVAILABLE for name in next_one.facts):
                break
            steps.append(Step(EXHAUSTED, facts=tuple(Fact(name, UNAVAILABLE, "option") for name in next_one.facts)))
            continue
        steps.append(_try(next_one, values, state, engine, gatherers, desk))
        keep(steps)
    return steps


def _try(
    step: Gather,
    values: Mapping[str, Value],
    state: State,
    engine: Engine,
    gatherers: Mapping[str, Gatherer],
    desk: Desk,
) -> Step:
    source = step.source
    key = attempt_key(engine.base, source, values)
    gathered = gatherers[source.gatherer](source, state.facts, desk)
    return Step(source.name, key[1], gathered.facts, gathered.rows, gathered.coverage)


def conclusion_of(state: State, engine: Engine) -> Conclusion:
    """What the case's facts and rows amount to."""
    return conclude(engine, state.rows or (NOBODY,), state.facts)


def focus_values(conclusion: Conclusion) -> dict[str, Value]:
    """The facts of the attempt meant, with the case's."""
    return dict(conclusion.focus.values) if conclusion.focus else {}
