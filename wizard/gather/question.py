"""Any question whose answer is one fact of the vocabulary: a new one needs no Python."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.facts import Fact
from wizard.gather.answers import answer
from wizard.gather.base import Desk, Gathered
from wizard.rulebase.model import FactType, Source


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask for each fact that the source gives and that is not known yet."""
    given = [desk.base.facts[name] for name in desk.base.given_by(source.name) if name not in facts]
    said = [(kind, _ask(kind, source, desk)) for kind in given]
    return Gathered(tuple(answer(kind.name, kind.parse(text), text) for kind, text in said if text is not None))


def _ask(kind: FactType, source: Source, desk: Desk) -> str | None:
    if kind.values:
        choices = [(value, kind.words[value][desk.lang] if value in kind.words else value) for value in kind.values]
        return desk.asker.choose(source, choices)

    def check(text: str) -> str | None:
        try:
            kind.parse(text)
        except ValueError as error:
            return str(error)
        return None

    return desk.asker.text(source, check)
