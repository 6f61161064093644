"""Small random rule bases and facts, and a naive evaluator that shares nothing with the engine or the planner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

from wizard.rulebase.base import RuleBase, close_conditions, close_when
from wizard.rulebase.conditions import Condition
from wizard.rulebase.derive import Derivation
from wizard.rulebase.model import CONFIDENCES, COSTS, FactType, Finding, Rule, Source, Wording

TEXTS = {"en": "x", "ja": "x"}
TIMES = ("2024-05-01T10:00:00", "2024-05-01T10:00:31", "2024-05-01T11:00:00", "yesterday")


@dataclass(frozen=True)
class Shape:
    """How large a base is, and what it has in it."""

    facts: int = 8
    findings: int = 6
    rules: int = 3
    derived: int = 0
    literal: float = 0.0
    """How often a test lists `unavailable`."""
    words: int = 4
    kinds: tuple[str, ...] = ("words", "words", "seconds", "text")


def random_base(random: Random, shape: Shape) -> RuleBase:
    """A rule base of that shape; its `when` and derived facts have no circles, its `instead_of` neither."""
    facts: dict[str, FactType] = {}
    sources = [f"s{n}" for n in range(max(2, shape.facts - 1))]
    for number in range(shape.facts):
        name = f"f{number}"
        kind = random.choice(shape.kinds)
        values = tuple(f"v{n}" for n in range(random.randint(2, shape.words))) if kind == "words" else ()
        when = (
            (_condition(random, random.choice(list(facts.values())), shape),) if facts and random.random() < 0.3 else ()
        )
        given_by = tuple(random.sample(sources, random.randint(1, 2)))
        facts[name] = FactType(name, "attempt", kind, TEXTS, values, when, given_by)
    for number in range(shape.derived):
        kind = _derived(random, f"d{number}", facts)
        if kind:
            facts[kind.name] = kind
    findings = [_finding(random, number, facts, shape) for number in range(shape.findings)]
    order = [finding.id for finding in findings if finding.role == "outcome"]
    random.shuffle(order)
    used = {source for fact in facts.values() for source in fact.sources}
    return RuleBase(
        facts,
        {name: _source(random, name, [f for f in facts if not facts[f].derive]) for name in sources if name in used},
        {finding.id: finding for finding in findings},
        tuple(order),
    )


def _source(random: Random, name: str, facts: list[str]) -> Source:
    needs = tuple(random.sample(facts, random.choice((0, 0, 0, 1, 1, 2))))
    return Source(name, "any", random.choice(COSTS), random.randint(1, 14), TEXTS, needs=needs)


def _condition(random: Random, kind: FactType, shape: Shape) -> Condition:
    if random.random() < shape.literal:
        others = tuple(random.sample(kind.values, random.randint(0, len(kind.values) - 1))) if kind.values else ()
        return Condition(kind.name, "is", (*others, random.choice(("unavailable", "none"))))
    if kind.type == "seconds" and random.random() < 0.8:
        return Condition(kind.name, random.choice(("at least", "under")), number=float(random.choice((5, 20, 300))))
    if kind.type != "words":
        return Condition(kind.name, "given")
    listed = tuple(random.sample(kind.values, random.randint(1, len(kind.values) - 1)))
    return Condition(kind.name, random.choice(("is", "is", "not")), listed)


def _derived(random: Random, name: str, facts: dict[str, FactType]) -> FactType | None:
    operator = random.choice(("any_of", "equal", "within", "later", "longer"))
    types = {"any_of": ("text", "words"), "equal": ("words", "text"), "longer": ("seconds",)}.get(operator, ("text",))
    timed = operator in ("within", "later")
    able = [f.name for f in facts.values() if f.type in types and not (timed and f.derive)]
    if len(able) < 2:
        return None
    operands = tuple(random.sample(able, 2))
    relation = operator != "any_of"
    kind = FactType(name, "attempt", "words" if relation else "text", TEXTS, ("yes", "no") if relation else ())
    return kind._replace(derive=Derivation(operator, operands, 60.0 if operator == "within" else 0.0))


def _finding(random: Random, number: int, facts: dict[str, FactType], shape: Shape) -> Finding:
    name = f"finding-{number}"
    closed: dict[str, tuple[Condition, ...]] = {}
    for fact in facts:
        close_when(fact, facts, closed)
    confidences = sorted(random.choices(CONFIDENCES, k=random.randint(1, shape.rules)), key=CONFIDENCES.index)
    rules = []
    for index, confidence in enumerate(confidences):
        tested = random.sample(list(facts.values()), random.randint(1, 3))
        conditions = tuple(_condition(random, kind, shape) for kind in tested)
        rules.append(Rule(name, confidence, conditions, close_conditions(conditions, closed), {}, None, index))
    by_words = [fact for fact in facts.values() if fact.type == "words" and not fact.derive]
    remedies_by = random.choice(by_words) if by_words and random.random() < 0.3 else None
    texts = {"other": "x"} | ({remedies_by.values[0]: "y"} if remedies_by else {})
    return Finding(
        name,
        role=random.choice(("outcome", "outcome", "cause")),
        fate=None,
        cites=(),
        rules=tuple(rules),
        words={"en": Wording("x", "x", {"user": texts})},
        instead_of=(f"finding-{random.randrange(number)}",) if number and random.random() < 0.4 else (),
        remedies_by=remedies_by.name if remedies_by else None,
    )


def values_of(base: RuleBase, kind: FactType) -> list[object]:
    """One value for each thing that rules tell apart of a fact, or more."""
    if kind.type == "words":
        return [*kind.values, "unavailable"]
    if kind.type == "seconds":
        return [1, 5, 19.5, 20, 1000, "none", "unavailable"]
    return [*TIMES, "none", "unavailable"]


def random_facts(random: Random, base: RuleBase) -> dict[str, object]:
    """Some facts, known or unavailable, without regard to whether they apply."""
    open_share = random.choice((0.0, 0.2, 0.6))
    kinds = [kind for kind in base.facts.values() if not kind.derive and random.random() >= open_share]
    return {kind.name: random.choice(values_of(base, kind)) for kind in kinds}


def completions(base: RuleBase, facts: dict[str, object], still_open: bool = False) -> Iterator[dict[str, object]]:
    """Every way of completing these facts; with `still_open` also those in which some stay open."""
    names = [kind.name for kind in base.facts.values() if not kind.derive and kind.name not in facts]
    choices = [apart(base, name) + ([None] if still_open else []) for name in names]
    for choice in product(*choices):
        added = {name: value for name, value in zip(names, choice, strict=True) if value is not None}
        yield {**facts, **added}


def apart(base: RuleBase, fact: str) -> list[object]:
    """One value for each thing that the rules of this base tell apart of a fact."""
    found: dict[object, object] = {}
    for value in values_of(base, base.facts[fact]):
        found.setdefault(base.symbol(fact, value), value)
    return list(found.values())


# The naive evaluator


def judge(base: RuleBase, condition: Condition, facts: dict[str, object]) -> bool | None:
    """A condition with all that its fact presupposes: yes, no, None for open."""
    presupposed = conjunction(judge(base, one, facts) for one in base.facts[condition.fact].when)
    if presupposed is False:
        return False
    value = value_of(base, condition.fact, facts)
    if value is None:
        return None
    return conjunction([presupposed, _holds(condition, value)])


def conjunction(answers: Iterable[bool | None]) -> bool | None:
    answers = list(answers)
    if False in answers:
        return False
    return None if None in answers else True


def _holds(condition: Condition, value: object) -> bool:
    match condition.op:
        case "is":
            return value in condition.words
        case "not":
            return value != "unavailable" and value not in condition.words
        case "given":
            return value not in ("none", "unavailable")
        case "at least":
            return not isinstance(value, str) and value >= condition.number
        case "under":
            return not isinstance(value, str) and value < condition.number
    raise AssertionError(condition.op)


def value_of(base: RuleBase, fact: str, facts: dict[str, object]) -> object:
    derivation = base.facts[fact].derive
    if derivation is None:
        return facts.get(fact)
    values = [_operand(base, operand, facts) for operand in derivation.operands]
    if derivation.operator == "any_of":
        known = [value for value in values if value not in (None, "none", "unavailable")]
        if known:
            return known[0]
        return None if None in values else "unavailable" if "unavailable" in values else "none"
    if "none" in values:
        return "no"
    if None in values:
        return None
    if "unavailable" in values or ("yesterday" in values and derivation.operator in ("within", "later")):
        return "unavailable"
    left, right = values
    if derivation.operator == "within":
        times = sorted(TIMES.index(str(value)) for value in values)
        return "yes" if times[0] == times[1] or times == [0, 1] else "no"
    return "yes" if (left == right if derivation.operator == "equal" else left > right) else "no"


def _operand(base: RuleBase, fact: str, facts: dict[str, object]) -> object:
    applies = conjunction(judge(base, one, facts) for one in base.facts[fact].when)
    if applies is None:
        return None
    return value_of(base, fact, facts) if applies else "none"


def naive_firing(base: RuleBase, facts: dict[str, object]) -> dict[str, tuple[str, list[int]]]:
    """Finding → its confidence and the indices of its rules that fire."""
    fired: dict[str, tuple[str, list[int]]] = {}
    for finding in base.findings.values():
        firing = [r for r in finding.rules if all(judge(base, c, facts) is True for c in r.conditions)]
        if firing:
            ranked = sorted(firing, key=lambda rule: (CONFIDENCES.index(rule.confidence), rule.index))
            fired[finding.id] = (ranked[0].confidence, [rule.index for rule in ranked])
    return fired


def naive_conclusion(base: RuleBase, facts: dict[str, object]) -> tuple[str, str, str] | None:
    """The conclusion's finding, confidence and choice of remedy."""
    fired = naive_firing(base, facts)
    for name in base.order:
        if name in fired and not any(name in base.findings[other].instead_of for other in fired):
            return (name, fired[name][0], _remedy(base, base.findings[name], facts))
    return None


def _remedy(base: RuleBase, finding: Finding, facts: dict[str, object]) -> str:
    texts = finding.words["en"].remedies["user"]
    applies = finding.remedies_by and all(judge(base, one, facts) for one in base.facts[finding.remedies_by].when)
    value = facts.get(finding.remedies_by) if applies else None
    return str(value) if value in texts else "other"
