"""The loop, the same for both modes: infer, settled?, else gather from the next source that the planner names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import zip_longest

from wizard.case import State, Step, replay
from wizard.conclusion import ARRIVED, MEANT, Conclusion, conclude
from wizard.engine import Engine
from wizard.facts import UNAVAILABLE, Fact, Value
from wizard.gather.base import Choice, Desk, Gatherer
from wizard.planner import Exhausted, Gather, Key, Settled, attempt_key, plan
from wizard.rows import About, Row, reference

EXHAUSTED = "exhausted"
"""The step that says which facts no source could give."""
MOST_STEPS = 500
ASKED = ("user", "others")
"""The cost classes whose sources are questions."""

NOBODY = Row("nothing", About(), {})
"""The row that stands for the case itself while no log has been searched."""


def diagnose(
    steps: Sequence[Step],
    engine: Engine,
    gatherers: Mapping[str, Gatherer],
    desk: Desk,
    allowed: Collection[str],
    keep: Callable[[list[Step]], None] = lambda _: None,
    before: Callable[[Turn], None] = lambda _: None,
    passed_over: Set[Key] = frozenset(),
) -> list[Step]:
    """Add steps until the conclusion is settled or nothing allowed can change it; `before` is told of each step that is
    to be taken, `keep` of all after each. `passed_over` are sources not to be turned to this time.

    Raises InputError from a gatherer that was given something unreadable.
    """
    steps = list(steps)
    for _ in range(MOST_STEPS):
        state = state_of(steps, engine)
        conclusion = conclusion_of(state, engine)
        focus = conclusion.focus
        row = focus.row if focus else NOBODY
        values = dict(focus.values) if focus else {}
        next_one = plan(
            engine.base, engine.fire, values, state.tried | passed_over, allowed, undecided(conclusion, engine)
        )
        if isinstance(next_one, Settled):
            break
        if isinstance(next_one, Exhausted):
            if all(values.get(name) == UNAVAILABLE for name in next_one.facts):
                break
            lost = tuple(Fact(name, UNAVAILABLE, "option") for name in next_one.facts)
            steps.append(Step(EXHAUSTED, facts=lost, address=row.about.ip, attempt=row.attempt))
            continue
        source = next_one.source
        inputs = attempt_key(engine.base, source, values)[1]
        desk.choices = choices_of(conclusion)
        before(Turn(next_one, inputs, tuple(steps)))
        gathered = gatherers[source.gatherer](source, known_of(state, row, engine), desk)
        about = (row.about.ip, row.attempt)
        steps.append(Step(source.name, inputs, gathered.facts, gathered.rows, gathered.coverage, *about))
        keep(steps)
    return steps


@dataclass(frozen=True, slots=True)
class Turn:
    """What is about to be tried: the planner's step, the inputs it is tried with, the steps so far."""

    gather: Gather
    inputs: tuple[Value | None, ...]
    steps: tuple[Step, ...]

    @property
    def key(self) -> Key:
        """Under which it counts as tried."""
        return (self.gather.source.name, self.inputs)


def undecided(conclusion: Conclusion, engine: Engine) -> dict[str, frozenset[str]]:
    """The fact which attempt is meant, with the findings that hang on it, where that makes a difference."""
    findings = frozenset(one.outcome.finding for one in conclusion.choices if one.outcome)
    return {MEANT: findings} if findings and MEANT in engine.base.facts else {}


def choices_of(conclusion: Conclusion) -> tuple[Choice, ...]:
    """The attempts among which the user may choose, for the question."""
    return tuple(
        Choice(reference(one.row), one.row, one.outcome.finding, one.fate == ARRIVED)
        for one in conclusion.choices
        if one.outcome
    )


def answered(state: State, engine: Engine) -> frozenset[Key]:
    """The sources tried, but for questions that nobody could answer: that may have changed."""
    sources = engine.base.sources
    unanswered = {
        (step.source, step.inputs)
        for step in state.steps
        if not step.facts and step.source in sources and sources[step.source].cost in ASKED
    }
    return state.tried - unanswered


def state_of(steps: Sequence[Step], engine: Engine) -> State:
    """The state that steps lead to, without searches whose inputs have changed since: their facts are open again. What
    was searched with an input that is not known any more stays found.
    """
    state = replay(steps)
    case = {name: fact.value for name, fact in state.facts_of(NOBODY, scope_of(engine)).items()}
    return replay([step for step in steps if step.rows is None or not _is_stale(step, case, engine)])


def _is_stale(step: Step, case: Mapping[str, Value], engine: Engine) -> bool:
    source = engine.base.sources.get(step.source)
    now = attempt_key(engine.base, source, case)[1] if source else step.inputs
    return any(one is not None and one != before for one, before in zip_longest(now, step.inputs))


def conclusion_of(state: State, engine: Engine) -> Conclusion:
    """What the case's facts and rows amount to."""
    return conclude(engine, state.rows or (NOBODY,), state.known(scope_of(engine)))


def known_of(state: State, row: Row, engine: Engine) -> dict[str, Fact]:
    """All that is known of a row: what the case knows that holds for it, and its own facts."""
    return {**state.facts_of(row, scope_of(engine)), **row.facts}


def scope_of(engine: Engine) -> Callable[[str], str]:
    """A fact's scope by its name; what an old case knows that the vocabulary does not is the case's."""
    facts = engine.base.facts
    return lambda name: facts[name].scope if name in facts else "case"


def focus_values(conclusion: Conclusion) -> dict[str, Value]:
    """The facts of the attempt meant, with the case's."""
    return dict(conclusion.focus.values) if conclusion.focus else {}
