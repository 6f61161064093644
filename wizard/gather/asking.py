"""What gatherers may ask of whoever sits at the keyboard. The room `wizard/interview` is who asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from wizard.rulebase.model import Source

Check = Callable[[str], str | None]
"""Says what is wrong with an answer, in one sentence, or None."""


class NotNow(Exception):
    """Somebody else must answer, later: the source is neither tried nor failed."""


class Asker(Protocol):
    """Puts the question of a source. None is "I don't know": the source has failed, and the next best one is tried.

    Help, why, how, back and "not now" are its own business; all but help leave by an exception (NotNow is one), which
    a gatherer lets pass.
    """

    def text(
        self,
        source: Source,
        check: Check,
        *,
        default: str = "",
        path: bool = False,
        request: str | None = None,
    ) -> str | None:
        """What was typed or pasted. `request` is the text to send to those who can answer, else the source's own."""

    def choose(self, source: Source, choices: Sequence[tuple[str, str]], *, request: str | None = None) -> str | None:
        """The value of one of the (value, text) choices."""

    def paste(self, source: Source, check: Check, *, request: str | None = None) -> str | None:
        """Several lines of text."""

    def pick(self, question: str, choices: Sequence[tuple[str, str]]) -> str:
        """A question beside a source's own: one of the (value, text) choices, the first where nothing is chosen."""

    def line(self, question: str, check: Check) -> str | None:
        """A question beside a source's own: what was typed, None for nothing."""

    def tell(self, text: str) -> None:
        """Say something, above the questions."""
