"""A console that edits lines and moves through menus: the only importer of questionary."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Mapping
from typing import Any

import questionary
from prompt_toolkit.completion import PathCompleter
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output
from prompt_toolkit.output.defaults import create_output
from questionary import Style

from wizard.interview.console import Line, Menu
from wizard.interview.screen import cut, width

POINTER = ">"
"""In the characters of every code page, unlike questionary's own."""
_STYLE = Style(
    [
        ("qmark", "bold"),
        ("question", "bold"),
        ("instruction", "noinherit"),
        ("answer", "noinherit"),
        ("pointer", "bold"),
        ("highlighted", "bold"),
        ("validation-toolbar", "noinherit reverse"),
    ]
)


class Terminal:
    """Asks on standard error, so that a report sent elsewhere holds nothing of it."""

    plain = False

    def __init__(self, say: Mapping[str, str]) -> None:
        self.say = say
        self._output: Output = create_output(stdout=sys.stderr)

    def tell(self, text: str) -> None:
        """Print a text and a line end."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def redraw(self, text: str) -> None:
        """Write the present line anew."""
        self._output.write_raw("\r")
        self._output.erase_end_of_line()
        self._output.write(text)
        self._output.flush()

    def line(self, line: Line) -> str:
        """What was typed; what is wrong with it stands at the bottom while one types."""
        check = line.check
        typed: str = questionary.text(
            line.question,
            default=line.default,
            qmark="?",
            instruction=f"\n  ({line.hint})\n >" if line.hint else "\n >",
            validate=(lambda text: check(text) or True) if check else None,
            style=_STYLE,
            key_bindings=_bindings(),
            completer=PathCompleter(expanduser=True) if line.path else None,
            complete_while_typing=False,
            output=self._output,
        ).unsafe_ask()
        return typed

    def menu(self, menu: Menu) -> str:
        """The value of what was chosen with the arrow keys."""
        choices = [questionary.Choice(_shown(text), value) for value, text in menu.items]
        default = next((choice for choice in choices if choice.value == menu.default), None)
        chosen: str = questionary.select(
            menu.question,
            choices=choices,
            default=default,
            qmark="?",
            pointer=POINTER,
            instruction=self.say["arrows"],
            style=_STYLE,
            output=self._output,
        ).unsafe_ask()
        return chosen


def _shown(text: str) -> str:
    """A choice in lines that fit the terminal: what is too long would be cut without a mark."""
    return "\n     ".join(cut(line, width() - 6) for line in text.splitlines())


def _bindings() -> Any:
    """Enter ends the answer, except within a paste: what comes in one go stays together."""
    bindings = KeyBindings()

    @bindings.add("enter", eager=True)
    def accept(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if event.key_processor.input_queue or _waiting():
            buffer.insert_text("\n")
        elif buffer.complete_state is not None:
            buffer.complete_state = None
        else:
            buffer.validate_and_handle()

    return bindings


def _waiting() -> bool:
    """Whether more input lies ready."""
    if os.name == "nt":
        return False
    try:
        return bool(select.select([sys.stdin], [], [], 0)[0])
    except (OSError, ValueError):
        return False
