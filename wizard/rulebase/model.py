"""What a rule base is made of. Nothing here knows a fact or finding by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from wizard.facts import UNAVAILABLE, Value
from wizard.rulebase.conditions import NONE, Condition, judge_all
from wizard.rulebase.derive import Derivation

LANGUAGES = ("en", "ja")
CONFIDENCES = ("certain", "likely", "possible")
"""Of rules and findings, highest first."""
COSTS = ("free", "outward", "user", "others")
"""Of sources, in the planner's order: logs and options; DNS and the probe; a question; other people."""
ROLES = ("outcome", "cause", "advice")
FATES = ("refused", "refused-for-now", "lost", "held", "pending", "arrived", "unknown")
NOTHING = "nothing"
"""In place of a fate: that there is no conclusion."""
SCOPES = ("case", "address", "attempt")
ADDRESSEES = ("gateway-admin", "sender-admin", "user")
"""Whom a remedy is for."""
NUMBERS = ("seconds", "count")
TEXTS = ("text", "address", "addresses")
GIVEN = "given"
OTHER = "other"

Texts = Mapping[str, str]
"""One text by language."""
Symbol = str | int
"""A value as rules tell it apart: a word, `given` for any text, an interval's number, `none`, `unavailable`."""


class FactType(NamedTuple):
    """A fact of the vocabulary. `values` are the words of a `words` fact; `when` says where it applies at all."""

    name: str
    scope: str
    type: str
    label: Texts
    values: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    sources: tuple[str, ...] = ()
    derive: Derivation | None = None
    words: Mapping[str, Texts] = MappingProxyType({})

    def parse(self, text: str) -> Value:
        """The value that a written `text` (an answer, a case file) means. Raises ValueError.

        >>> FactType("s", "attempt", "seconds", {}).parse("20")
        20
        """
        if text == UNAVAILABLE:
            return text
        if self.type == "words":
            by_fold = {value.casefold(): value for value in self.values}
            if text.casefold() in by_fold:
                return by_fold[text.casefold()]
            raise ValueError(f"{text!r} is not one of {', '.join(self.values)}")
        if text == NONE:
            return text
        if self.type in NUMBERS:
            return number(text)
        return tuple(text.replace(",", " ").split()) if self.type == "addresses" else text


def number(text: str) -> int | float:
    """A plain decimal number. Raises ValueError.

    >>> number("20"), number("0.5")
    (20, 0.5)
    """
    if not text.isascii() or not text.replace(".", "", 1).isdigit():
        raise ValueError(f"{text!r} is not a number")
    return float(text) if "." in text else int(text)


class Source(NamedTuple):
    """Where facts come from: one step of the technote (`step`, its number) by one gatherer.

    `needs` must be known before it can be tried; `uses` are taken where known, and when they change it is worth another
    try. `question`, `help` and `how` say how to get it; `request` is the text to send to the people it depends on.
    `shows` are facts that help to answer: told with the question as far as they are known.
    """

    name: str
    gatherer: str
    cost: str
    step: int
    title: Texts
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    question: Texts | None = None
    help: Texts | None = None
    how: Texts | None = None
    request: Texts | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to a finding. `conditions` are as written; `closed` has the `when` of their facts too, as far as it goes.

    `index` counts the rules of the finding from 0, the most confident first. `detail` adds to the finding's.
    """

    finding: str
    confidence: str
    conditions: tuple[Condition, ...]
    closed: tuple[Condition, ...]
    detail: Mapping[str, str]
    fate: str | None
    index: int

    def judge(self, facts: Mapping[str, Value]) -> bool | None:
        """Whether it fires on `facts` (with what is derived from them): yes, no, or None for open."""
        return judge_all(self.closed, facts)


class Note(NamedTuple):
    """An extra sentence of the explanation, said where its conditions hold."""

    conditions: tuple[Condition, ...]
    closed: tuple[Condition, ...]
    text: Texts


class Wording(NamedTuple):
    """The words of a finding in one language; `remedies` by addressee, then by value of `remedies_by` or `other`."""

    title: str
    explanation: str
    remedies: Mapping[str, Mapping[str, str]]


class Finding(NamedTuple):
    """What can be found out about a mail, with the rules that find it and the words that say it.

    `explains`: the fates of a conclusion beside which it is worth looking for, though it changes no conclusion;
    `nothing` where there is none.
    """

    id: str
    role: str
    fate: str | None
    cites: tuple[str, ...]
    rules: tuple[Rule, ...]
    words: Mapping[str, Wording]
    yields: str | None = None
    explains: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()
    detail: Mapping[str, str] = MappingProxyType({})
    evidence: tuple[str, ...] = ()
    remedies_by: str | None = None
    notes: tuple[Note, ...] = ()
    limits: Texts | None = None

    def detail_of(self, rules: Iterable[int]) -> dict[str, str]:
        """Detail key → fact, for the rules (by index) that fired; where two differ the earlier one holds."""
        detail = dict(self.detail)
        for index in sorted(rules, reverse=True):
            detail.update(self.rules[index].detail)
        return detail

    @property
    def details(self) -> dict[str, tuple[str, ...]]:
        """Detail key → the facts that may stand there, the finding's own first."""
        found: dict[str, tuple[str, ...]] = {}
        for detail in (self.detail, *(rule.detail for rule in self.rules)):
            for key, fact in detail.items():
                found[key] = tuple(dict.fromkeys((*found.get(key, ()), fact)))
        return found

    def shown_facts(self, rules: Iterable[int]) -> tuple[str, ...]:
        """The facts whose evidence is shown for the rules (by index) that fired: of `if`, `detail` and `evidence`."""
        rules = tuple(rules)
        tested = [condition.fact for index in rules for condition in self.rules[index].conditions]
        return tuple(dict.fromkeys([*tested, *self.detail_of(rules).values(), *self.evidence]))

    def remedy_key(self, facts: Mapping[str, Value]) -> str:
        """Which of the remedies by `remedies_by` these facts select: a value that has its own, or `other`."""
        value = facts.get(self.remedies_by) if self.remedies_by else None
        return value if isinstance(value, str) and value in self.remedy_keys else OTHER

    @property
    def remedy_keys(self) -> frozenset[str]:
        """The values of `remedies_by` that have remedies of their own."""
        wordings = list(self.words.values())[:1]
        return frozenset(key for w in wordings for choice in w.remedies.values() for key in choice if key != OTHER)

    def remedies(self, language: str, facts: Mapping[str, Value]) -> dict[str, str]:
        """Addressee → text of the remedies that these facts select, placeholders not yet filled."""
        key = self.remedy_key(facts)
        choices = self.words[language].remedies
        chosen = {whom: choice.get(key, choice.get(OTHER)) for whom, choice in choices.items()}
        return {whom: text for whom, text in chosen.items() if text is not None}
