"""Questions on the terminal: the only importer of questionary.

Every question accepts "I don't know" (an empty line, or the choice that says so) and `?` for help. What comes back is
what was typed; validation answers as one types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wizard.rulebase.model import Source
from wizard.words import Lang, words

Check = Callable[[str], str | None]
"""Says what is wrong with an answer, in one sentence, or None."""


class Asker:
    """Asks in one language. Raises KeyboardInterrupt on Ctrl-C, EOFError where the terminal closes."""

    def __init__(self, lang: Lang) -> None:
        self.say: Mapping[str, str] = words("interview", lang)
        self.lang = lang

    def tell(self, text: str) -> None:
        """Print something to the user, above the questions."""
        import questionary

        questionary.print(text)

    def text(self, source: Source, check: Check, *, path: bool = False) -> str | None:
        """The answer to a source's question as typed, None for "I don't know"."""
        import questionary

        question, help_text = self._texts(source)
        make: Any = questionary.path if path else questionary.text
        while True:
            typed: str = make(
                question,
                instruction=f"({self.say['hint']}) " if not path else None,
                validate=lambda text: text.strip() in {"", "?"} or check(text.strip()) or True,
                qmark="?",
            ).unsafe_ask()
            if typed.strip() != "?":
                return typed.strip() or None
            self.tell(help_text)

    def choose(self, source: Source, choices: Sequence[tuple[str, str]]) -> str | None:
        """One of (value, text) for a source's question, None for "I don't know"."""
        import questionary

        question, help_text = self._texts(source)
        offered = [questionary.Choice(text, value) for value, text in choices]
        offered += [questionary.Choice(self.say["dont-know"], ""), questionary.Choice(self.say["help"], "?")]
        while True:
            chosen: str = questionary.select(question, choices=offered, instruction=self.say["arrows"]).unsafe_ask()
            if chosen != "?":
                return chosen or None
            self.tell(help_text)

    def paste(self, source: Source) -> str | None:
        """Several lines, to an empty one; None for nothing."""
        question, help_text = self._texts(source)
        self.tell(f"{question}\n{help_text}\n{self.say['paste']}")
        lines: list[str] = []
        while True:
            try:
                line = input()
            except EOFError:
                break
            if not line.strip():
                break
            lines.append(line)
        return "\n".join(lines) or None

    def _texts(self, source: Source) -> tuple[str, str]:
        question = (source.question or source.title)[self.lang]
        return question, (source.help or source.how or source.title)[self.lang]
