"""Proof that the interview leads: every walk ends well, nothing is asked twice or idly, in the technote's order.

The log's part of a walk is a row of the rule base's own cases, so every row is walked on from; chance decides what the
sources after it give. With `MAILWHY_WALKS=N` there are N walks a row instead of one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice, product

import pytest
from walks import Explorer, Facts, Taken, Walk

from wizard.conclusion import conclude
from wizard.data import data_folder
from wizard.engine import Engine
from wizard.facts import Fact, Value
from wizard.interview.why import why
from wizard.planner import next_steps
from wizard.rows import About, Row
from wizard.rulebase.base import RuleBase
from wizard.rulebase.cases import load_cases
from wizard.rulebase.firing import best
from wizard.rulebase.model import COSTS, Rule
from wizard.words import LANGUAGES

WALKS_A_ROW = int(os.environ.get("MAILWHY_WALKS", "1"))
MOST_COMPLETIONS = 200
"""Combinations of answers tried to show that a question can make a difference."""


@pytest.fixture(scope="module")
def explorer(engine: Engine) -> Explorer:
    return Explorer(engine.base, load_cases(data_folder("rules"), engine.base))


@pytest.fixture(scope="module")
def walks(explorer: Explorer) -> list[Walk]:
    found = [
        explorer.on_row(row, f"{number}.{seed}", success)
        for number, row in enumerate(explorer.rows())
        for seed, success in zip(range(WALKS_A_ROW), _chances(number), strict=False)
    ]
    found += [explorer.random(seed) for seed in range(40 * WALKS_A_ROW)]
    return [*found, explorer.walk(lambda _source, _outcomes, _facts: {})]


def _chances(number: int) -> Iterator[float]:
    """How often a source succeeds: now nothing more is known, now everything, now chance decides."""
    chances = (0.6, 0.0, 1.0)
    while True:
        yield from chances[number % 3 :] + chances[: number % 3]


def test_every_walk_ends_in_a_conclusion_or_with_a_next_step(
    explorer: Explorer, walks: list[Walk], capsys: pytest.CaptureFixture[str]
) -> None:
    base, fire = explorer.base, explorer.engine.fire
    ends: Counter[str] = Counter()
    for walk in walks:
        outcome = best(base, fire(walk.facts))
        left = next_steps(base, fire, walk.facts, walk.tried - walk.unanswered)
        assert outcome or left, [step.gather.source.name for step in walk.steps]
        ends[outcome.finding if outcome else "no conclusion, with a next step"] += 1
    with capsys.disabled():
        print(f"\n{len(walks)} walks over {len(explorer.rows())} rows of the log, {len(ends)} different ends")
    assert len(ends) > 30


def test_no_question_comes_twice(walks: list[Walk]) -> None:
    for walk in walks:
        twice = [name for name, times in Counter(walk.questions).items() if times > 1]
        assert not twice, walk.questions


def test_with_nothing_known_the_steps_come_in_the_technotes_order_within_each_cost_class(explorer: Explorer) -> None:
    walk = explorer.walk(lambda _source, _outcomes, _facts: {})
    order = [(COSTS.index(step.gather.source.cost), step.gather.source.step) for step in walk.steps]
    assert len(order) > 3
    assert order == sorted(order)


def test_every_question_is_the_least_of_what_could_be_tried(explorer: Explorer, walks: list[Walk]) -> None:
    """The planner's first step is not dearer than any other that is possible then."""
    for walk in walks[::10]:
        for step in walk.steps:
            possible = next_steps(explorer.base, explorer.engine.fire, step.before, step.tried)
            costs = [COSTS.index(one.source.cost) for one in possible]
            assert COSTS.index(step.gather.source.cost) <= min(costs, default=len(COSTS))


def test_no_question_is_idle(explorer: Explorer, walks: list[Walk]) -> None:
    seen: set[object] = set()
    questions = 0
    for walk in walks:
        for step in walk.steps:
            source = step.gather.source
            state = (source.name, frozenset(step.gather.wanted.items()), frozenset(step.before.items()))
            if source.cost in ("user", "others") and state not in seen:
                seen.add(state)
                questions += 1
                assert any(_matters(step, finding, explorer) for finding in _hanging(step)), (
                    source.name,
                    step.gather.wanted,
                    step.before,
                )
    assert questions > 100


def _hanging(step: Taken) -> list[str]:
    return list(dict.fromkeys(finding for findings in step.gather.wanted.values() for finding in findings))


def _matters(step: Taken, finding: str, explorer: Explorer) -> bool:
    """Whether some completion of the facts lets the answer change the conclusion, its confidence or its remedy."""
    base = explorer.base
    for rule in base.findings[finding].rules:
        for completion in islice(_completions(rule, step.before, explorer), MOST_COMPLETIONS):
            asked = [name for name in completion if name in _served_by(step, base)]
            then = _end(completion, explorer.engine)
            without = {name: value for name, value in completion.items() if name not in asked or name in step.before}
            if asked and then != _end(without, explorer.engine):
                return True
    return _chooses_remedy(step, finding, explorer)


def _chooses_remedy(step: Taken, finding: str, explorer: Explorer) -> bool:
    by = explorer.base.findings[finding].remedies_by
    return by is not None and by in _served_by(step, explorer.base)


def _served_by(step: Taken, base: RuleBase) -> set[str]:
    """The facts that the question gives, and all that can be had only with these."""
    found = set(step.gather.wanted) | set(base.given_by(step.gather.source.name))
    while True:
        more = {
            name
            for name, kind in base.facts.items()
            for source in kind.sources
            if set(base.sources[source].needs) & found
        }
        more |= {name for name, kind in base.facts.items() if kind.derive and set(kind.derive.operands) & found}
        if more <= found:
            return found
        found |= more


def _completions(rule: Rule, before: Facts, explorer: Explorer) -> Iterator[Facts]:
    """What is known, with the facts that a rule asks for given values on which it fires."""
    base = explorer.base
    known = base.derive(before)
    asks = {fact: allowed for fact, allowed in base.allowed_by(rule).items() if fact not in known}
    given = {
        fact: [explorer.value(fact, symbol) for symbol in base.domains[fact] if symbol in allowed]
        for fact, allowed in asks.items()
    }
    for choice in product(*given.values()):
        yield {**before, **dict(zip(given, choice, strict=True))}


def _end(facts: Facts, engine: Engine) -> tuple[str, str, str] | None:
    outcome = best(engine.base, engine.fire(facts))
    if outcome is None:
        return None
    return outcome.finding, outcome.confidence, engine.base.findings[outcome.finding].remedy_key(facts)


def test_every_walked_step_is_said_in_every_language(explorer: Explorer, walks: list[Walk]) -> None:
    base = explorer.base
    for lang in LANGUAGES:
        said: set[str] = set()
        for walk in walks:
            for step in walk.steps:
                source = step.gather.source
                texts = [source.title[lang]]
                if source.cost in ("user", "others"):
                    assert source.question is not None
                    assert source.help is not None
                    texts += [source.question[lang], source.help[lang]]
                assert all(text.strip() and "{" not in text for text in texts)
                said.update(texts)
        for walk in walks[::5]:
            for step in walk.steps[-2:]:
                row = Row("x", About(), {name: _fact(name, value) for name, value in step.before.items()})
                text = why(step.gather, conclude(explorer.engine, [row], lambda _: {}), base, lang)
                assert text
                assert "{" not in text
        assert len(said) > 20


def _fact(name: str, value: Value) -> Fact:
    return Fact(name, value, "answer")
