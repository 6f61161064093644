"""What can be typed at any question in place of an answer: `?` alone for help and a menu, or `?why` and the like."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

MENU, ANSWER, DONT_KNOW, LATER = "menu", "answer", "dont-know", "later"
WHY, HOW, BACK, ANSWERS, STOP = "why", "how", "back", "answers", "stop"
NAMED = (WHY, HOW, BACK, ANSWERS, LATER, STOP)
"""Those that have a word of their own, `command.NAME` in the program's words."""


def command_in(typed: str, say: Mapping[str, str]) -> str | None:
    """The command that a typed text is, None for an answer. English words are understood in every language.

    >>> command_in(" ? ", {}), command_in("?why", {}), command_in("why", {})
    ('menu', 'why', None)
    """
    text = unicodedata.normalize("NFKC", typed).strip().casefold()
    if not text.startswith("?"):
        return None
    word = text[1:].strip()
    found = {say.get(f"command.{name}", name): name for name in NAMED} | {name: name for name in NAMED}
    return found.get(word, MENU)


def spelt(say: Mapping[str, str]) -> str:
    """All of them, for the help."""
    return say["list"].join(f"?{say[f'command.{name}']}" for name in NAMED)
