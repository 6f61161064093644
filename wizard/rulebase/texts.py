"""Texts with `{fact.name}` placeholders, in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wizard.rulebase.model import LANGUAGES, Texts
from wizard.rulebase.yaml_marks import Node, RuleError, Table, Word, check_keys, table, word

_PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")


def placeholders(text: str) -> frozenset[str]:
    """The facts that a text shows.

    >>> sorted(placeholders("It took {log.seconds} s, from {sender.address}."))
    ['log.seconds', 'sender.address']
    """
    return frozenset(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced in one pass, so that a value is never read for placeholders itself.

    >>> fill("{a} and {b}", {"a": "{b}", "b": "x"})
    '{b} and x'
    """
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def read_text(node: Node, name: str) -> Word:
    """A text whose braces are all placeholders. Raises RuleError."""
    text = word(node, name)
    rest = _PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        raise RuleError(text.at, f"{name} has a brace that is not a placeholder {{fact.name}}")
    return text


def read_texts(node: Node, name: str) -> Texts:
    """One text by language, showing the same facts in each. Raises RuleError."""
    found = table(node, name)
    check_keys(found, name, required=LANGUAGES)
    texts = {language: read_text(found.value(language), f"{name} ({language})") for language in LANGUAGES}
    same_placeholders(texts, name)
    return {language: str(text) for language, text in texts.items()}


def same_placeholders(texts: Mapping[str, Word], name: str) -> None:
    """Raises RuleError at the first text that does not show the same facts as the one before it."""
    shown: frozenset[str] | None = None
    for language, text in texts.items():
        if shown is not None and placeholders(text) != shown:
            odd = ", ".join(sorted(placeholders(text) ^ shown))
            raise RuleError(text.at, f"{name} does not show the same facts in every language: {odd} ({language})")
        shown = placeholders(text)


def optional_texts(found: Table, key: str, name: str) -> Texts | None:
    """The texts under `key`, or None where there is no such key."""
    node = found.maybe(key)
    return None if node is None else read_texts(node, f"{key} of {name}")
