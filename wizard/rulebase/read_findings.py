"""Findings: `rules/*.yaml`, each with its rules and its words in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from wizard.rulebase.base import close_conditions
from wizard.rulebase.conditions import Condition
from wizard.rulebase.guarantee import check_shown, guaranteed
from wizard.rulebase.model import CONFIDENCES, FATES, LANGUAGES, NOTHING, ROLES, FactType, Finding, Note, Rule, Texts
from wizard.rulebase.read_conditions import read_conditions
from wizard.rulebase.read_wording import read_wordings
from wizard.rulebase.texts import optional_texts, read_text, same_placeholders
from wizard.rulebase.vocabulary import PLAIN_NAME, read_cites
from wizard.rulebase.yaml_marks import (
    Node,
    Place,
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

_DETAIL_KEY = re.compile(r"[a-z][a-z_]*")
_OPTIONAL = (
    *CONFIDENCES,
    "evidence",
    "remedies_by",
    "notes",
    "limits",
    "fate",
    "yields",
    "explains",
    "instead_of",
    "detail",
)


class Terms(NamedTuple):
    """What findings are written in: the facts, and the `when` of each followed to its end."""

    facts: Mapping[str, FactType]
    when_closed: Mapping[str, tuple[Condition, ...]]

    def close(self, conditions: Iterable[Condition]) -> tuple[Condition, ...]:
        """The conditions and all that they presuppose."""
        return close_conditions(conditions, self.when_closed)


class Declared(NamedTuple):
    """A finding as read, where it stands, and where its rules do."""

    finding: Finding
    at: Place
    rules_at: tuple[Place, ...]


def read_findings(files: Iterable[Table], terms: Terms) -> dict[str, Declared]:
    """The findings that these files declare together, by identifier. Raises RuleError."""
    declared: dict[str, Declared] = {}
    for file in files:
        for name, node in file.items():
            if not PLAIN_NAME.fullmatch(name):
                raise RuleError(name.at, f"{name} cannot be the identifier of a finding")
            if name in declared:
                raise RuleError(name.at, f"the finding {name} is already declared at {declared[name].at}")
            declared[str(name)] = _finding(name, table(node, name), terms)
    return declared


def _finding(name: Word, found: Table, terms: Terms) -> Declared:
    check_keys(found, name, required=("role", "cites", *LANGUAGES), optional=_OPTIONAL)
    role = one_of(word(found.value("role"), "role"), ROLES, "role")
    rules, rules_at = _rules(name, found, terms)
    if not rules:
        raise RuleError(name.at, f"{name} has no rule: write certain, likely or possible")
    remedies_by = _remedies_by(found, terms.facts)
    known = [guaranteed(rule.closed, terms.facts) for rule in rules]
    always = frozenset.intersection(*known)
    finding = Finding(
        str(name),
        role=role,
        fate=_fate(found, name, needed=role == "outcome"),
        cites=read_cites(found),
        rules=rules,
        words=read_wordings(found, name, terms.facts, remedies_by, always),
        yields=_yields(found, role),
        explains=_explains(found, role),
        instead_of=tuple(str(other) for other in _listed(found, "instead_of")),
        detail=_detail(found, terms.facts),
        evidence=tuple(one_of(fact, terms.facts, "fact") for fact in _listed(found, "evidence")),
        remedies_by=None if remedies_by is None else remedies_by.name,
        notes=_notes(found, name, terms, always),
        limits=_limits(found, name, terms.facts, always),
    )
    return Declared(finding, name.at, rules_at)


def _rules(name: str, found: Table, terms: Terms) -> tuple[tuple[Rule, ...], tuple[Place, ...]]:
    rules: list[Rule] = []
    places: list[Place] = []
    for confidence in CONFIDENCES:
        node = found.maybe(confidence)
        for item in () if node is None else rows(node, f"{confidence} of {name}"):
            rule = table(item, f"a rule of {name}")
            check_keys(rule, f"a rule of {name}", required=("if",), optional=("detail", "fate"))
            conditions = read_conditions(rule.value("if"), f"the if of {name}", terms.facts)
            rules.append(
                Rule(
                    str(name),
                    confidence,
                    conditions,
                    closed=terms.close(conditions),
                    detail=_detail(rule, terms.facts),
                    fate=_fate(rule, name, needed=False),
                    index=len(rules),
                )
            )
            places.append(rule.at)
    return tuple(rules), tuple(places)


def _fate(found: Table, name: str, needed: bool) -> str | None:
    node = found.maybe("fate")
    if node is not None:
        return one_of(word(node, "fate"), FATES, "fate")
    if needed:
        raise RuleError(found.at, f"{name} is an outcome and has no fate")
    return None


def _yields(found: Table, role: str) -> str | None:
    node = found.maybe("yields")
    if node is None:
        return None
    if role != "outcome":
        raise RuleError(node.at, "yields is for outcomes; only they conclude")
    return one_of(word(node, "yields"), ("mail",), "kind of yields")


def _explains(found: Table, role: str) -> tuple[str, ...]:
    fates = _listed(found, "explains")
    if fates and role == "advice":
        raise RuleError(fates[0].at, "explains is for causes and outcomes; advice explains nothing")
    return tuple(one_of(fate, (*FATES, NOTHING), "fate") for fate in fates)


def _listed(found: Table, key: str) -> tuple[Word, ...]:
    node = found.maybe(key)
    return () if node is None else words(node, key)


def _detail(found: Table, facts: Mapping[str, FactType]) -> dict[str, str]:
    node = found.maybe("detail")
    detail: dict[str, str] = {}
    for key, fact in {} if node is None else table(node, "detail").items():
        if not _DETAIL_KEY.fullmatch(key):
            raise RuleError(key.at, f"{key} cannot be a key of detail: small letters and _ only")
        detail[str(key)] = one_of(word(fact, f"detail {key}"), facts, "fact")
    return detail


def _remedies_by(found: Table, facts: Mapping[str, FactType]) -> FactType | None:
    node = found.maybe("remedies_by")
    if node is None:
        return None
    fact = facts[one_of(word(node, "remedies_by"), facts, "fact")]
    if fact.type != "words":
        raise RuleError(node.at, f"remedies can only hang on a fact with words as values, not on {fact.name}")
    return fact


def _limits(found: Table, name: str, facts: Mapping[str, FactType], always: frozenset[str]) -> Texts | None:
    texts = optional_texts(found, "limits", name)
    if texts is not None:
        check_shown(table(found.value("limits"), "limits").values(), always, facts, name)
    return texts


def _notes(found: Table, name: str, terms: Terms, always: frozenset[str]) -> tuple[Note, ...]:
    node = found.maybe("notes")
    return tuple(_note(item, name, terms, always) for item in (() if node is None else rows(node, "notes")))


def _note(node: Node, name: str, terms: Terms, always: frozenset[str]) -> Note:
    found = table(node, f"a note of {name}")
    check_keys(found, f"a note of {name}", required=("if", *LANGUAGES))
    conditions = read_conditions(found.value("if"), f"the if of a note of {name}", terms.facts)
    closed = terms.close(conditions)
    texts = {language: read_text(found.value(language), f"a note of {name}") for language in LANGUAGES}
    same_placeholders(texts, f"a note of {name}")
    check_shown(texts.values(), always | guaranteed(closed, terms.facts), terms.facts, f"a note of {name}")
    return Note(conditions, closed, {language: str(text) for language, text in texts.items()})
