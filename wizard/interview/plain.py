"""A console that only ever prints lines and reads lines: for dumb terminals and screen readers."""

from __future__ import annotations

import select
from collections.abc import Mapping
from typing import TextIO

from wizard.interview.console import Line, Menu
from wizard.interview.screen import wrapped
from wizard.words import PLACEHOLDER

MOST_LINES = 20_000
_PAUSE = 0.1
"""Seconds after which a paste is over."""


class PlainConsole:
    """Reads from one stream and writes to another."""

    plain = True

    def __init__(self, say: Mapping[str, str], source: TextIO, sink: TextIO) -> None:
        self.say = say
        self._source = source
        self._sink = sink

    def tell(self, text: str) -> None:
        """Print a text and a line end."""
        print(text, file=self._sink, flush=True)

    def redraw(self, text: str) -> None:
        """Nothing: a line once printed stays."""

    def line(self, line: Line) -> str:
        """What was typed, else the default; asks again until it is acceptable."""
        while True:
            self.tell(wrapped(line.question))
            if line.hint:
                self.tell(wrapped(f"({line.hint})"))
            self._prompt(f"[{line.default}] > " if line.default else "> ")
            typed = self._read() or line.default
            wrong = line.check(typed) if line.check else None
            if wrong is None:
                return typed
            self.tell(wrapped(wrong, "  "))

    def menu(self, menu: Menu) -> str:
        """The value of the number typed; nothing typed means the default, where there is one."""
        values = [value for value, _ in menu.items]
        while True:
            self.tell(wrapped(menu.question))
            for number, (_, text) in enumerate(menu.items, start=1):
                self.tell(f"{number}. {text}")
            default = values.index(menu.default) + 1 if menu.default in values else None
            self._prompt(f"{self.say['number']} [{default}] > " if default else f"{self.say['number']} > ")
            typed = self._read().strip() or str(default or "")
            if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(values):
                return values[int(typed) - 1]
            self.tell(PLACEHOLDER.sub(str(len(values)), self.say["number.wrong"]))

    def _prompt(self, text: str) -> None:
        self._sink.write(text)
        self._sink.flush()

    def _read(self) -> str:
        """A line, or several that came at once."""
        lines = [self._one()]
        while len(lines) < MOST_LINES and self._more():
            lines.append(self._one())
        return "\n".join(lines).strip()

    def _one(self) -> str:
        line = self._source.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def _more(self) -> bool:
        try:
            return bool(select.select([self._source], [], [], _PAUSE)[0])
        except (OSError, ValueError):  # no such thing for consoles on Windows, nor for streams that are no files
            return False
