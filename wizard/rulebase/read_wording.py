"""The words of a finding: title, explanation and remedies, the same in every language."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.rulebase.guarantee import check_shown
from wizard.rulebase.model import ADDRESSEES, LANGUAGES, OTHER, FactType, Wording
from wizard.rulebase.texts import read_text, same_placeholders
from wizard.rulebase.yaml_marks import Node, RuleError, Table, Word, check_keys, one_of, table

_Key = tuple[str, ...]


def read_wordings(
    found: Table, name: str, facts: Mapping[str, FactType], remedies_by: FactType | None, always: frozenset[str]
) -> dict[str, Wording]:
    """Language → words of the finding `name`. `always` are the facts that each of its rules guarantees.

    Raises RuleError: a text, language or addressee missing or unknown, remedies by a value that the fact does not have,
    a placeholder that is not guaranteed or not in every language.
    """
    texts = {language: _texts(found.value(language), name, language, remedies_by) for language in LANGUAGES}
    first = texts[LANGUAGES[0]]
    for language, others in texts.items():
        for key in (*first, *others):
            if (key in first) != (key in others):
                at = table(found.value(language), language).at
                raise RuleError(at, f"{' '.join(key)} of {name} is not there in every language")
    for key in first:
        label = f"{' '.join(key)} of {name}"
        same_placeholders({language: others[key] for language, others in texts.items()}, label)
        chosen = remedies_by is not None and len(key) == 3 and key[-1] != OTHER
        known = always | {remedies_by.name} if remedies_by and chosen else always
        check_shown([others[key] for others in texts.values()], known, facts, name)
    return {language: _wording(others) for language, others in texts.items()}


def _wording(texts: Mapping[_Key, Word]) -> Wording:
    remedies: dict[str, dict[str, str]] = {}
    for key, text in texts.items():
        if key[0] == "remedies":
            remedies.setdefault(key[1], {})[key[2]] = str(text)
    return Wording(str(texts["title",]), str(texts["explanation",]), remedies)


def _texts(node: Node, name: str, language: str, remedies_by: FactType | None) -> dict[_Key, Word]:
    """Every text by its path: ("title",), ("explanation",), ("remedies", addressee, value or `other`)."""
    found = table(node, f"{language} of {name}")
    check_keys(found, f"{language} of {name}", required=("title", "explanation", "remedies"))
    texts: dict[_Key, Word] = {
        (key,): read_text(found.value(key), f"{key} of {name} ({language})") for key in ("title", "explanation")
    }
    remedies = table(found.value("remedies"), f"remedies of {name}")
    if not remedies:
        raise RuleError(remedies.at, f"{name} has no remedy")
    check_keys(remedies, f"remedies of {name}", optional=ADDRESSEES)
    for whom, remedy in remedies.items():
        texts.update(_remedy(remedy, str(whom), name, remedies_by))
    return texts


def _remedy(node: Node, whom: str, name: str, remedies_by: FactType | None) -> dict[_Key, Word]:
    label = f"the remedy for {whom} of {name}"
    if isinstance(node, Word):
        return {("remedies", whom, OTHER): read_text(node, label)}
    choices = table(node, label)
    if remedies_by is None:
        raise RuleError(choices.at, f"{label} depends on a value, but {name} has no remedies_by")
    known = {*remedies_by.values, OTHER}
    texts: dict[_Key, Word] = {}
    for value, text in choices.items():
        texts["remedies", whom, one_of(value, known, f"value of {remedies_by.name}")] = read_text(text, label)
    if OTHER not in choices:
        raise RuleError(choices.at, f"{label} has no {OTHER}, for a value that is not listed or not known")
    return texts
