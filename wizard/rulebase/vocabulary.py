"""The vocabulary: `rules/facts/*.yaml`, facts and the sources they come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from wizard.facts import UNAVAILABLE
from wizard.rulebase.base import close_when
from wizard.rulebase.conditions import NONE
from wizard.rulebase.derive import OPERATORS, RELATION_VALUES, Derivation
from wizard.rulebase.model import COSTS, GIVEN, NUMBERS, SCOPES, TEXTS, FactType, Source, number
from wizard.rulebase.read_conditions import read_conditions
from wizard.rulebase.texts import optional_texts, read_texts
from wizard.rulebase.yaml_marks import (
    Node,
    Place,
    Rows,
    RuleError,
    Table,
    Word,
    check_keys,
    one_of,
    rows,
    table,
    word,
    words,
)

FACT_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
PLAIN_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_STEP = re.compile(r"S([1-9]|1[0-4])")
_TYPES = (*NUMBERS, *TEXTS)


class Vocabulary(NamedTuple):
    """Facts and sources by name, and where each is declared."""

    facts: Mapping[str, FactType]
    sources: Mapping[str, Source]
    places: Mapping[str, Place]


def read_vocabulary(files: Iterable[Table]) -> Vocabulary:
    """The vocabulary that these files declare together. Raises RuleError."""
    declared_facts: Table = Table()
    declared_sources: Table = Table()
    for file in files:
        check_keys(file, "a file of facts", optional=("facts", "sources"))
        _gather(file.maybe("facts"), "fact", FACT_NAME, declared_facts)
        _gather(file.maybe("sources"), "source", PLAIN_NAME, declared_sources)
    places = {str(name): name.at for name in (*declared_facts, *declared_sources)}
    kinds = {str(name): _fact(name, node, declared_sources) for name, node in declared_facts.items()}
    facts = {name: _depend(kind, _table(declared_facts, name), kinds) for name, kind in kinds.items()}
    sources = {str(name): _source(name, node, facts) for name, node in declared_sources.items()}
    refuse_cycles(facts, lambda name: [c.fact for c in facts[name].when], places, "its own when")
    refuse_cycles(facts, lambda name: _behind(name, facts), places, "itself")
    unused = set(sources) - {source for kind in facts.values() for source in kind.sources}
    for name in sorted(unused):
        raise RuleError(places[name], f"no fact comes from the source {name}")
    return Vocabulary(facts, sources, places)


def refuse_cycles(
    names: Iterable[str], further: Callable[[str], Iterable[str]], places: Mapping[str, Place], what: str
) -> None:
    """Raises RuleError where following `further` from a name leads back to it."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " → ".join((*path[path.index(name) :], name))
            raise RuleError(places[name], f"{name} depends on {what}: {circle}")
        if name not in done:
            for follower in further(name):
                visit(follower, (*path, name))
            done.add(name)

    for name in names:
        visit(name, ())


def _behind(name: str, facts: Mapping[str, FactType]) -> list[str]:
    """What a derived fact is derived from, and what its operands hang on."""
    derivation = facts[name].derive
    if derivation is None:
        return []
    whens = [c.fact for operand in derivation.operands for c in close_when(operand, facts, {})]
    return [*derivation.operands, *whens]


def _gather(node: Node | None, kind: str, pattern: re.Pattern[str], into: Table) -> None:
    if node is None:
        return
    for name, declaration in table(node, f"{kind}s").items():
        if not pattern.fullmatch(name):
            raise RuleError(name.at, f"{name} cannot be the name of a {kind}")
        for earlier in into:
            if earlier == name:
                raise RuleError(name.at, f"the {kind} {name} is already declared at {earlier.at}")
        into[name] = declaration


def _table(declared: Table, name: str) -> Table:
    return table(declared.value(name), name)


def _fact(name: Word, node: Node, sources: Table) -> FactType:
    found = table(node, name)
    optional = ("values", "when", "sources", "derive", "words")
    check_keys(found, name, required=("scope", "label"), optional=optional)
    if ("sources" in found) == ("derive" in found):
        raise RuleError(name.at, f"{name} must have either sources or derive")
    kind, values = _kind(name, found)
    return FactType(
        str(name),
        scope=one_of(word(found.value("scope"), "scope"), SCOPES, "scope"),
        type=kind,
        label=read_texts(found.value("label"), f"label of {name}"),
        values=values,
        sources=tuple(one_of(s, sources, "source") for s in _listed(found, "sources")),
        words=_words(name, found.maybe("words"), values),
    )


def _kind(name: Word, found: Table) -> tuple[str, tuple[str, ...]]:
    if "derive" in found:
        if "values" in found:
            raise RuleError(name.at, f"{name} is derived: leave values out")
        relation = "any_of" not in table(found.value("derive"), "derive")
        return ("words", RELATION_VALUES) if relation else ("text", ())
    if "values" not in found:
        raise RuleError(name.at, f"{name} has no values")
    node = found.value("values")
    if isinstance(node, Rows):
        return "words", tuple(_value(value, name) for value in words(node, f"values of {name}"))
    return one_of(word(node, "values"), _TYPES, "type of values"), ()


def _value(value: Word, name: str) -> str:
    if value in (GIVEN, UNAVAILABLE) or value.startswith(("not ", "at least ", "under ")) or set("[],{}") & set(value):
        raise RuleError(value.at, f"{value} cannot be a value of {name}: it has a meaning of its own in conditions")
    return str(value)


def _listed(found: Table, key: str) -> tuple[Word, ...]:
    node = found.maybe(key)
    return () if node is None else words(node, key)


def _words(name: str, node: Node | None, values: tuple[str, ...]) -> dict[str, Mapping[str, str]]:
    if node is None:
        return {}
    known = (*values, NONE, UNAVAILABLE)
    return {
        one_of(value, known, f"value of {name}"): read_texts(texts, f"words of {name} ({value})")
        for value, texts in table(node, f"words of {name}").items()
    }


def _depend(kind: FactType, found: Table, kinds: Mapping[str, FactType]) -> FactType:
    when = found.maybe("when")
    derive = found.maybe("derive")
    return kind._replace(
        when=() if when is None else read_conditions(when, f"when of {kind.name}", kinds),
        derive=None if derive is None else _derivation(kind.name, table(derive, "derive"), kinds),
    )


def _derivation(name: str, found: Table, kinds: Mapping[str, FactType]) -> Derivation:
    if len(found) != 1:
        raise RuleError(found.at, f"derive of {name} must have exactly one operator")
    [(key, node)] = found.items()
    operator = one_of(key, OPERATORS, "operator")
    members = [word(member, f"an operand of {operator}") for member in rows(node, operator)]
    bound = 0.0
    if operator == "within" and members:
        bound = _bound(members.pop())
    if operator != "any_of" and len(members) != 2:
        shape = "[fact, fact, seconds]" if operator == "within" else "[fact, fact]"
        raise RuleError(node.at, f"{operator} takes {shape}")
    operands = tuple(one_of(member, kinds, "fact") for member in members)
    _check_types(operator, [kinds[operand] for operand in operands], node.at)
    return Derivation(operator, operands, bound)


def _bound(member: Word) -> float:
    try:
        return float(number(member))
    except ValueError as error:
        raise RuleError(member.at, f"within takes [fact, fact, seconds]: {error}") from error


def _check_types(operator: str, operands: list[FactType], at: Place) -> None:
    numeric = {operand.type in NUMBERS for operand in operands}
    if operator == "longer" and numeric != {True}:
        raise RuleError(at, "longer relates two numbers")
    timeless = any(operand.type in ("words", "addresses") for operand in operands)
    if operator in ("within", "later") and (len(numeric) > 1 or timeless):
        raise RuleError(at, f"{operator} relates two times (text) or two numbers")
    if operator == "equal" and (len(numeric) > 1 or len({o.type == "addresses" for o in operands}) > 1):
        raise RuleError(at, "equal relates two facts of the same kind")


def _source(name: Word, node: Node, facts: Mapping[str, FactType]) -> Source:
    found = table(node, name)
    optional = ("needs", "uses", "shows", "cites", "question", "help", "how", "request")
    check_keys(found, f"the source {name}", required=("gatherer", "cost", "step", "title"), optional=optional)
    cost = one_of(word(found.value("cost"), "cost"), COSTS, "cost")
    if cost in ("user", "others"):
        check_keys(found, f"the source {name} (cost {cost})", required=("question", "help"), optional=tuple(found))
    step = word(found.value("step"), "step")
    if not _STEP.fullmatch(step):
        raise RuleError(step.at, f"the step {step} is none of the technote's (S1 to S14)")
    return Source(
        str(name),
        gatherer=str(word(found.value("gatherer"), "gatherer")),
        cost=cost,
        step=int(step[1:]),
        title=read_texts(found.value("title"), f"title of {name}"),
        needs=tuple(one_of(fact, facts, "fact") for fact in _listed(found, "needs")),
        uses=tuple(one_of(fact, facts, "fact") for fact in _listed(found, "uses")),
        shows=tuple(one_of(fact, facts, "fact") for fact in _listed(found, "shows")),
        cites=read_cites(found),
        question=optional_texts(found, "question", name),
        help=optional_texts(found, "help", name),
        how=optional_texts(found, "how", name),
        request=optional_texts(found, "request", name),
    )


def read_cites(found: Table) -> tuple[str, ...]:
    """What a source or finding cites: steps of the technote (S1–S14) and documents by name. Raises RuleError."""
    cites = _listed(found, "cites")
    for cite in cites:
        if re.fullmatch(r"S\d+", cite) and not _STEP.fullmatch(cite):
            raise RuleError(cite.at, f"{cite} is none of the technote's steps (S1 to S14)")
    return tuple(str(cite) for cite in cites)
