"""Consent before anything leaves the machine to a host that nobody has named."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.facts import Fact
from wizard.interview.console import Console, Menu
from wizard.interview.foreign import REACHING
from wizard.rulebase.model import Source
from wizard.words import Lang, sentence, words


class Consent:
    """Asks once a run whether the name server may be asked; a host that a source needs by name was named by the user.

    `given` is what was answered; a name server that was named (`named`) needs no asking.
    """

    def __init__(self, console: Console, lang: Lang, *, named: bool) -> None:
        self.console = console
        self.lang: Lang = lang
        self.given: bool | None = True if named else None
        self.asked = False

    def __call__(self, source: Source, facts: Mapping[str, Fact]) -> bool:
        """Whether a source of cost `outward` may be turned to."""
        if any(REACHING.get(need) == "host" and need in facts for need in source.needs):
            return True
        if self.given is None:
            self.given, self.asked = self._ask(source), True
        return self.given

    def _ask(self, source: Source) -> bool:
        say = words("interview", self.lang)
        question = sentence("interview", "consent.question", self.lang, purpose=source.title[self.lang])
        items = (("yes", say["consent.yes"]), ("no", say["consent.no"]))
        return self.console.menu(Menu(question, items, "yes")) == "yes"
