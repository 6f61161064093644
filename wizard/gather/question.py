"""Any question whose answer is one fact of the vocabulary: a new one needs no Python."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.facts import UNAVAILABLE, Fact
from wizard.gather.answers import answer
from wizard.gather.asking import Check
from wizard.gather.base import Desk, Gathered
from wizard.rulebase.model import FactType, Source
from wizard.words import Lang, sentence


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask for each fact that the source gives, that is not known yet, and that applies."""
    values = {name: fact.value for name, fact in facts.items() if fact.value != UNAVAILABLE}
    for line in desk.base.told_with(source, values, desk.lang):
        desk.asker.tell(line)
    found = []
    for name in desk.base.given_by(source.name):
        if name in values or desk.base.applies(name, desk.base.derive(values)) is False:
            continue
        kind = desk.base.facts[name]
        text = _ask(kind, source, desk)
        if text is not None:
            values[name] = kind.parse(text)
            found.append(answer(name, values[name], text))
    return Gathered(tuple(found))


def _ask(kind: FactType, source: Source, desk: Desk) -> str | None:
    if kind.values:
        choices = [(value, kind.words[value][desk.lang] if value in kind.words else value) for value in kind.values]
        return desk.asker.choose(source, choices)
    return desk.asker.text(source, _check(kind, desk.lang))


def _check(kind: FactType, lang: Lang) -> Check:
    def check(text: str) -> str | None:
        try:
            kind.parse(text)
        except ValueError:
            return sentence("interview", "wrong.number", lang, text=text)
        return None

    return check
