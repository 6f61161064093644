"""The planner: nothing idle is asked, nothing that matters is left out, and the order is computed, not written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from random_bases import Shape, apart, completions, judge, naive_conclusion, random_base

from wizard.engine import Engine
from wizard.planner import Exhausted, Gather, Key, Settled, attempt_key, next_steps, plan
from wizard.rulebase.base import RuleBase
from wizard.rulebase.firing import Fired, best
from wizard.rulebase.load import load
from wizard.rulebase.model import COSTS, Source

SMALL = Path(__file__).parent / "rulebase" / "small"
AUTO = ("free", "outward")


class Walk:
    """One case: facts are gathered from a hidden truth as the planner says, until it is settled."""

    def __init__(self, base: RuleBase, truth: dict[str, object], failing: Collection[str] = ()) -> None:
        """`failing` are sources that give nothing, or as "source fact" not that fact."""
        self.base, self.truth, self.failing = base, truth, failing
        self.engine = Engine(base)
        self.facts: dict[str, object] = {}
        self.tried: set[Key] = set()
        self.asked: list[str] = []

    def next(self, allowed: tuple[str, ...] = COSTS) -> Gather | Exhausted | Settled:
        return plan(self.base, self.engine.fire, self.facts, self.tried, allowed)

    def take(self, step: Gather | Exhausted) -> None:
        if isinstance(step, Exhausted):
            assert not set(step.facts) & set(self.facts)
            self.facts.update(dict.fromkeys(step.facts, "unavailable"))
            return
        key = attempt_key(self.base, step.source, self.facts)
        assert key not in self.tried, "asked twice"
        self.tried.add(key)
        self.asked.append(step.source.name)
        self.facts.update({f: v for f, v in self.truth.items() if self._learns(f, step.source)})

    def _learns(self, fact: str, source: Source) -> bool:
        if {source.name, f"{source.name} {fact}"} & set(self.failing):
            return False
        applies = all(judge(self.base, one, self.truth) for one in self.base.facts[fact].when)
        return source.name in self.base.facts[fact].sources and applies

    def run(self, allowed: tuple[str, ...] = COSTS) -> list[str]:
        while not isinstance(step := self.next(allowed), Settled):
            self.take(step)
        return self.asked


def random_walk(random: Random, base: RuleBase) -> Walk:
    truth = {
        kind.name: random.choice([value for value in apart(base, kind.name) if value != "unavailable"])
        for kind in base.facts.values()
        if not kind.derive
    }
    return Walk(base, truth, [name for name in base.sources if random.random() < 0.2])


def mattering(base: RuleBase, facts: dict[str, object], still_open: bool) -> set[str]:
    """The open facts of which two values lead to different conclusions, in some way of completing the others."""
    ends = {
        tuple(sorted(end.items(), key=str)): naive_conclusion(base, end) for end in completions(base, facts, still_open)
    }
    found: set[str] = set()
    for name in base.facts:
        by_others: dict[tuple[object, ...], set[object]] = {}
        for end, conclusion in ends.items():
            by_others.setdefault(tuple(item for item in end if item[0] != name), set()).add(conclusion)
        if name not in facts and any(len(conclusions) > 1 for conclusions in by_others.values()):
            found.add(name)
    return found


def serving(base: RuleBase, facts: dict[str, object], ends: set[str]) -> set[str]:
    """Those facts, and what is needed to get at them: by their sources, or to know whether they apply."""
    found = set(ends)
    while True:
        more = {need for fact in found for source in base.facts[fact].sources for need in base.sources[source].needs}
        more |= {condition.fact for fact in found for condition in base.when_closed[fact]}
        if more <= found:
            return found - set(facts)
        found |= more


@pytest.mark.parametrize(
    ("shape", "bases"),
    [
        (Shape(facts=4, findings=4, rules=2, words=3, kinds=("words",)), 300),
        (Shape(facts=4, findings=5, rules=2, words=2), 300),
        (Shape(facts=3, findings=6, rules=3, words=3, literal=0.15, kinds=("words",)), 200),
    ],
)
def test_each_question_matters_and_none_is_left_out(shape: Shape, bases: int) -> None:
    questions = 0
    for seed in range(bases):
        random = Random(seed)
        base = random_base(random, shape)
        walk = random_walk(random, base)
        while True:
            step = walk.next()
            if isinstance(step, Settled):
                ends = {naive_conclusion(base, end) for end in completions(base, walk.facts)}
                assert ends == {naive_conclusion(base, walk.facts)}
                break
            if isinstance(step, Gather):
                questions += 1
                live = {fact: value for fact, value in walk.facts.items() if fact not in step.wanted}
                matters = mattering(base, live, still_open=shape.literal > 0)
                assert set(step.wanted) <= serving(base, live, matters)
                assert all(step.wanted.values())
            walk.take(step)
    assert questions > bases / 2


def test_with_derived_facts_too_nothing_is_left_out() -> None:
    for seed in range(60):
        random = Random(seed)
        base = random_base(random, Shape(facts=3, findings=4, rules=2, words=2, derived=2, kinds=("words", "text")))
        walk = random_walk(random, base)
        walk.run()
        ends = {naive_conclusion(base, end) for end in completions(base, walk.facts)}
        assert ends == {naive_conclusion(base, walk.facts)}


def shuffled(random: Random, base: RuleBase) -> RuleBase:
    """The same rules in another order, everywhere where order has no meaning."""

    def mixed(items: dict[str, object]) -> dict[str, object]:
        names = list(items)
        random.shuffle(names)
        return {name: items[name] for name in names}

    findings = {}
    for name, finding in mixed(dict(base.findings)).items():
        rules = list(finding.rules)
        random.shuffle(rules)
        findings[name] = finding._replace(rules=tuple(replace(rule, index=i) for i, rule in enumerate(rules)))
    return RuleBase(mixed(dict(base.facts)), mixed(dict(base.sources)), findings, base.order)


def test_shuffling_rules_changes_nothing() -> None:
    for seed in range(60):
        random = Random(seed)
        base = random_base(random, Shape(derived=2, literal=0.1))
        one = random_walk(random, base)
        other = Walk(shuffled(random, base), one.truth, one.failing)
        while True:
            step = one.next()
            assert step == other.next()
            if isinstance(step, Settled):
                break
            one.take(step)
            other.take(step)


def test_every_walk_ends_in_every_mode() -> None:
    for seed in range(60):
        random = Random(seed)
        base = random_base(random, Shape(facts=20, findings=15, derived=3, literal=0.1))
        for allowed in (COSTS, AUTO, ()):
            walk = random_walk(random, base)
            asked = walk.run(allowed)
            assert {base.sources[name].cost for name in asked} <= set(allowed)


# The walk of a small base, by hand

TRUTH: dict[str, object] = {
    "log.files": "mail.log",
    "sender.domain": "partner.example",
    "sender.given": "192.0.2.1",
    "sender.seen": ("192.0.2.1",),
    "log.connection": "seen",
    "log.verdict": "ACCEPT",
    "log.seconds": 31,
    "log.opened": "2024-05-01T10:00:00",
    "log.lost": "2024-05-01T10:00:31",
    "reverse_dns": "timeout",
    "hand_test.result": "accepted",
}


def small(**changes: dict[str, object]) -> RuleBase:
    """The small base with sources changed: `dns={"cost": "user"}`."""
    base = load(SMALL)
    changed = {name: base.sources[name]._replace(**change) for name, change in changes.items()}
    return RuleBase(base.facts, {**base.sources, **changed}, base.findings, base.order)


def test_the_walk_goes_by_cost_and_step() -> None:
    walk = Walk(small(), TRUTH)
    assert walk.run() == ["option", "logs", "dns"]
    assert best(walk.base, walk.engine.fire(walk.facts)) == Fired("banner-timeout", "likely", (0,), "refused-for-now")


def test_a_source_that_fails_makes_the_next_one_be_tried() -> None:
    truth = {**TRUTH, "log.connection": "none"}
    del truth["sender.given"]
    assert Walk(small(), truth).run() == ["option", "earlier-mail", "logs", "ask-test"]
    failing = ["earlier-mail"]
    assert Walk(small(), truth, failing).run() == ["option", "earlier-mail", "ask-test", "ask-admin"]
    assert Walk(small(), truth, failing).run(AUTO) == ["option", "earlier-mail"]


def test_changing_what_a_source_costs_or_needs_changes_the_walk() -> None:
    truth = {**TRUTH, "log.connection": "none"}
    assert Walk(small(), truth).run() == ["option", "logs", "ask-test"]
    assert Walk(small(logs={"cost": "others"}), truth).run() == ["option", "dns", "ask-test", "logs"]
    needy = small(logs={"needs": ("log.files", "sender.domain")})
    silent = ["option sender.domain", "dns"]
    assert Walk(needy, truth, silent).run() == ["option", "dns", "ask-domain", "logs", "ask-test"]


def test_what_only_a_dearer_source_needs_is_put_off() -> None:
    base = small(**{"ask-admin": {"needs": ("sender.domain",)}, "earlier-mail": {"needs": ("log.files",)}})
    walk = Walk(base, TRUTH, ["option sender.given", "option sender.domain", "earlier-mail"])
    assert walk.run() == ["option", "earlier-mail", "ask-test", "ask-domain", "ask-admin", "logs", "dns"]


def test_why_names_the_findings_that_hang_on_the_answer() -> None:
    walk = Walk(small(), TRUTH)
    walk.facts = {"log.connection": "none", "sender.given": "192.0.2.1"}
    step = walk.next()
    assert isinstance(step, Gather)
    assert (step.source.name, step.wanted) == ("ask-test", {"hand_test.result": ("remote-problem",)})
    walk.facts = {}
    step = walk.next()
    assert isinstance(step, Gather)
    assert set(step.wanted) == {"log.files", "sender.domain", "sender.given"}
    assert "connection-rejected" in step.wanted["log.files"]


def test_a_rule_that_is_overruled_whenever_it_fires_asks_nothing() -> None:
    walk = Walk(small(), TRUTH)
    walk.facts = {
        **{name: TRUTH[name] for name in ("log.files", "sender.given", "log.connection", "log.seconds")},
        "log.verdict": "REJECT",
        "log.reason": "list",
    }
    assert walk.next() == Settled()


def test_an_explanation_is_looked_for_but_nobody_is_asked_for_it() -> None:
    rejected = {**{name: TRUTH[name] for name in ("log.files", "sender.given", "log.connection", "log.seconds")}}
    rejected |= {"log.verdict": "REJECT", "log.reason": "list"}
    for cost, expected in (("outward", ["dns"]), ("user", []), ("others", [])):
        base = small(dns={"cost": cost})
        cause = base.findings["reverse-dns-missing"]._replace(explains=("refused-for-now",))
        walk = Walk(RuleBase(base.facts, base.sources, {**base.findings, cause.id: cause}, base.order), TRUTH)
        walk.facts = dict(rejected)
        assert [step.source.name for step in next_steps(walk.base, walk.engine.fire, rejected, set())] == expected
        assert walk.run() == expected
        assert "reverse_dns" not in walk.facts or expected


def test_the_remedy_too_must_be_settled() -> None:
    walk = Walk(small(), {**TRUTH, "log.reason": "reputation"})
    walk.facts = {**TRUTH, "log.verdict": "REJECT"}
    step = walk.next()
    assert isinstance(step, Gather)
    assert (step.source.name, step.wanted) == ("logs", {"log.reason": ("connection-rejected",)})


def test_a_source_is_tried_again_when_what_it_uses_has_changed() -> None:
    walk = Walk(small(logs={"needs": ("log.files",), "uses": ("sender.address",)}), {})
    walk.facts = {"log.files": "mail.log", "log.connection": "unavailable"}
    logs = walk.base.sources["logs"]
    walk.tried = {attempt_key(walk.base, logs, walk.facts), ("option", ())}
    assert not any(step.source is logs for step in next_steps(walk.base, walk.engine.fire, walk.facts, walk.tried))
    walk.facts["sender.given"] = "unavailable"
    assert attempt_key(walk.base, logs, walk.facts) in walk.tried
    walk.facts["sender.given"] = "192.0.2.1"
    step = walk.next()
    assert isinstance(step, Gather)
    assert step.source is logs


def test_sources_that_need_each_other_are_exhausted_not_followed_for_ever() -> None:
    base = small(
        option={"needs": ("sender.domain",)},
        **{"ask-domain": {"needs": ("sender.given",)}, "ask-admin": {"needs": ("sender.domain",)}},
    )
    walk = Walk(base, TRUTH)
    assert walk.run() == []
    assert walk.facts["log.connection"] == "unavailable"


def test_next_steps_draws_on_people_where_auto_does_not() -> None:
    truth = {name: value for name, value in TRUTH.items() if name not in ("sender.given", "sender.domain")}
    walk = Walk(small(), truth)
    assert walk.run(AUTO) == ["option"]
    steps = next_steps(walk.base, walk.engine.fire, walk.facts, walk.tried)
    assert [step.source.name for step in steps] == ["ask-domain", "ask-test", "ask-admin"]
    assert "log.connection" not in {fact for step in steps for fact in step.wanted}


def test_nothing_is_next_once_the_conclusion_can_no_longer_change() -> None:
    walk = Walk(small(), {**TRUTH, "log.verdict": "REJECT", "log.reason": "list"})
    walk.run()
    assert next_steps(walk.base, walk.engine.fire, walk.facts, walk.tried) == []
