"""Which findings fire: rules compiled to durable_rules, which alone decides. The only importer of it.

durable_rules is used in the one way that docs/decisions/0002-durable-rules.md found safe: one flat message per
inference, whose properties are short words or small whole numbers; every rule one path of conditions on it; at most
60 rules and a catch-all in a ruleset; no timers, sessions, joins or states.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from wizard.errors import InputError
from wizard.facts import UNAVAILABLE, Value
from wizard.rulebase.base import RuleBase
from wizard.rulebase.conditions import NONE
from wizard.rulebase.firing import Fired
from wizard.rulebase.model import CONFIDENCES, NUMBERS, Rule, Symbol

RULES_A_CHUNK = 60
PROPERTIES_A_CHUNK = 200
REMEMBERED = 10_000
"""How many distinct sets of facts an engine remembers the answer to, so that a hostile log cannot fill the memory."""

_INSTALL = "CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject pip install --no-cache-dir durable-rules==2.0.28"
_ALWAYS = "always"
_CODES = {NONE: -1, UNAVAILABLE: -2}
"""How a numeric fact that is no number enters a message: as whole numbers below every interval's."""

_Ruleset = dict[str, Any]
_Message = dict[str, Symbol]


class EngineFailure(RuntimeError):
    """durable_rules gave no answer. The engine has dropped it and will build it anew."""


class Engine:
    """Fires the rules of one rule base. For one thread: a durable_rules host shared by threads fails.

    Building takes some 20 ms and is put off to the first inference.
    """

    def __init__(self, base: RuleBase) -> None:
        self.base = base
        self._rules = base.rules
        self._tested = tuple(sorted({condition.fact for rule in self._rules for condition in rule.closed}))
        self._words: list[dict[Value, Symbol]] = [
            {word: word for word in (*base.facts[fact].values, UNAVAILABLE)} for fact in self._tested
        ]
        self._remembered: dict[tuple[Symbol | None, ...], tuple[Fired, ...]] = {}
        self._host: _Host | None = None

    def fire(self, facts: Mapping[str, Value]) -> tuple[Fired, ...]:
        """The findings that hold on these facts and what is derived from them, in catalogue order.

        Raises ValueError for a value of a tested fact that the vocabulary does not have, InputError where durable_rules
        is not built, EngineFailure where it does not answer.
        """
        known = self.base.derive(facts)
        symbols = tuple(self._symbols(known))
        if symbols not in self._remembered:
            while len(self._remembered) >= REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[symbols] = self._infer(dict(zip(self._tested, symbols, strict=True)))
        return self._remembered[symbols]

    def _symbols(self, known: Mapping[str, Value]) -> Iterator[Symbol | None]:
        for fact, words in zip(self._tested, self._words, strict=True):
            value = known.get(fact)
            yield None if value is None else words.get(value) or self.base.symbol(fact, value)

    def _infer(self, symbols: Mapping[str, Symbol | None]) -> tuple[Fired, ...]:
        if self._host is None:
            self._host = _Host(self.base, self._rules)
        try:
            fired = self._host.infer(symbols)
        except BaseException:
            self._host = None
            raise
        return tuple(_summarised(self.base, [self._rules[number] for number in sorted(fired)]))


def _summarised(base: RuleBase, rules: Sequence[Rule]) -> Iterable[Fired]:
    by_finding: dict[str, list[Rule]] = {}
    for rule in rules:
        by_finding.setdefault(rule.finding, []).append(rule)
    for name in sorted(by_finding, key=base.rank):
        ranked = sorted(by_finding[name], key=lambda rule: (CONFIDENCES.index(rule.confidence), rule.index))
        fate = ranked[0].fate or base.findings[name].fate
        yield Fired(name, ranked[0].confidence, tuple(rule.index for rule in ranked), fate)


class _Host:
    """The compiled rules, by number, in chunks of rulesets."""

    def __init__(self, base: RuleBase, rules: Sequence[Rule]) -> None:
        self._base = base
        self._fired: list[int] = []
        self._host = _quiet_host()
        self._property = {name: f"f{number}" for number, name in enumerate(sorted(base.facts))}
        self._chunks: list[tuple[str, tuple[str, ...]]] = []
        paths = [base.allowed_by(rule) for rule in rules]
        for number, members in enumerate(_chunked(paths)):
            name = f"chunk{number}"
            self._host.set_rulesets({name: self._ruleset({rule: paths[rule] for rule in members})})
            self._chunks.append((name, tuple(sorted({fact for rule in members for fact in paths[rule]}))))

    def _ruleset(self, paths: Mapping[int, Mapping[str, frozenset[Symbol]]]) -> _Ruleset:
        ruleset = {f"rule{number}": self._rule(number, self._tests(path)) for number, path in paths.items()}
        ruleset[_ALWAYS] = self._rule(-1, [{_ALWAYS: 1}])
        return ruleset

    def _rule(self, number: int, tests: list[dict[str, Any]]) -> dict[str, Any]:
        return {"all": [{"m": {"$and": tests}}], "run": _recorder(self._fired, number)}

    def _tests(self, path: Mapping[str, frozenset[Symbol]]) -> list[dict[str, Any]]:
        return [test for fact in sorted(path) for test in self._test(fact, path[fact])]

    def _test(self, fact: str, allowed: frozenset[Symbol]) -> list[dict[str, Any]]:
        """One of several values is "none of the others": an "or" of tests would fire twice or need joins."""
        name = self._property[fact]
        if len(allowed) == 1:
            return [{name: self._code(fact, symbol)} for symbol in allowed]
        others = [self._code(fact, symbol) for symbol in self._base.domains[fact] if symbol not in allowed]
        return [{"$ex": {name: 1}}, *({"$neq": {name: code}} for code in others)]

    def _code(self, fact: str, symbol: Symbol) -> Symbol:
        if self._base.facts[fact].type in NUMBERS and isinstance(symbol, str):
            return _CODES[symbol]
        return symbol

    def infer(self, symbols: Mapping[str, Symbol | None]) -> set[int]:
        """The numbers of the rules that fire. Raises EngineFailure."""
        fired: set[int] = set()
        for chunk, facts in self._chunks:
            known = ((fact, symbols[fact]) for fact in facts)
            message: _Message = {self._property[f]: self._code(f, symbol) for f, symbol in known if symbol is not None}
            fired |= self._ask(chunk, {**message, _ALWAYS: 1})
        return fired

    def _ask(self, chunk: str, message: _Message) -> set[int]:
        self._fired.clear()
        try:
            self._host.assert_fact(chunk, message)
        finally:
            self._host.retract_fact(chunk, message)
        if self._fired.count(-1) != 1:
            raise EngineFailure("durable_rules did not run the rule that always fires")
        return set(self._fired) - {-1}


def _chunked(paths: Sequence[Mapping[str, object]]) -> list[list[int]]:
    """Rules by number, in runs that stay within what one ruleset can hold."""
    chunks: list[list[int]] = [[]]
    facts: set[str] = set()
    for number, path in enumerate(paths):
        if len(chunks[-1]) == RULES_A_CHUNK or len(facts | path.keys()) > PROPERTIES_A_CHUNK:
            chunks.append([])
            facts = set()
        chunks[-1].append(number)
        facts |= path.keys()
    return chunks


def _recorder(into: list[int], number: int) -> Callable[[object], None]:
    def record(_closure: object) -> None:
        into.append(number)

    return record


def _quiet_host() -> Any:
    """A host without timer threads. Raises InputError where durable_rules is not built for this Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from durable import engine
    except ImportError as error:
        raise InputError("engine-not-built", command=_INSTALL, reason=str(error)) from error

    # Its own clock warns on Python 3.12 and later; where warnings are errors every inference would silently be empty.
    engine._unix_now = time.time

    class QuietHost(engine.Host):  # type: ignore[misc]
        def _run(self) -> None:
            pass

    return QuietHost()
