"""A terminal as the interview needs it: lines, menus, and saying something. Questions go to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from wizard.gather.asking import Check


@dataclass(frozen=True, slots=True)
class Line:
    """Something to be typed or pasted; `hint` stands below the question. `check` says what is wrong, as one types."""

    question: str
    hint: str = ""
    check: Check | None = None
    default: str = ""
    path: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """One of several (value, text) to be chosen; `default` is the value pointed at first."""

    question: str
    items: tuple[tuple[str, str], ...]
    default: str | None = None


class Console(Protocol):
    """Raises KeyboardInterrupt on Ctrl-C, EOFError where the terminal closes or Ctrl-D is typed."""

    plain: bool
    """Whether nothing may be redrawn: no colours, no moving cursor."""

    def line(self, line: Line) -> str:
        """What was typed, as it was typed: whole lines where they were pasted."""

    def menu(self, menu: Menu) -> str:
        """The value of what was chosen."""

    def tell(self, text: str) -> None:
        """Print a text and a line end."""

    def redraw(self, text: str) -> None:
        """Write the present line anew, where lines can be redrawn."""


def console(say: Mapping[str, str], *, plain: bool = False) -> Console:
    """The console for this terminal: a plain one for `TERM=dumb`, or where the user wants that (screen readers)."""
    if plain or os.environ.get("TERM", "") in {"dumb", "unknown"}:
        from wizard.interview.plain import PlainConsole

        return PlainConsole(say, sys.stdin, sys.stderr)
    from wizard.interview.terminal import Terminal

    return Terminal(say)
