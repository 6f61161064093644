"""When the mail was sent (S5)."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.facts import Fact
from wizard.gather.answers import answer, checked
from wizard.gather.base import Desk, Gathered
from wizard.gather.windows import window_facts
from wizard.rulebase.model import Source
from wizard.typed.when import read_when


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask for a moment, a day or a stretch of time."""
    typed = desk.asker.text(source, checked(lambda text: read_when(text, desk.now.astimezone(), desk.lang), desk.lang))
    if typed is None:
        return Gathered()
    return Gathered((*window_facts(typed, facts, desk), answer("search.key", "given", typed)))
