"""A console that edits lines and moves through menus: the only importer of questionary."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Mapping

import questionary
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import PathCompleter
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.output import Output
from prompt_toolkit.output.defaults import create_output
from questionary import Style

from wizard.gather.asking import Check
from wizard.interview.console import Line, Menu
from wizard.interview.screen import cut, width, wrapped

POINTER = ">"
"""In the characters of every code page, unlike questionary's own."""
MARGIN = 4
"""Columns that the marks before and after a question take."""
_STYLE = Style(
    [
        ("qmark", "bold"),
        ("question", "bold"),
        ("instruction", "noinherit"),
        ("answer", "noinherit"),
        ("pointer", "bold"),
        ("highlighted", "bold"),
        ("bottom-toolbar", "noinherit noreverse bold"),
    ]
)


_ENDS = KeyBindings()


@_ENDS.add("c-d", eager=True)
def _end(event: KeyPressEvent) -> None:
    """In a menu the library would let Ctrl-D pass, which ends a line."""
    event.app.exit(exception=EOFError)


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
        """What was typed; what is wrong with it stands below while one types."""

        def wrong(text: str) -> str | None:
            return line.check(text) if line.check else None

        typed: str = questionary.text(
            _Wrapped(line.question),
            default=line.default,
            qmark="?",
            instruction=_Hint(line.hint or " "),
            style=_STYLE,
            key_bindings=_bindings(wrong),
            bottom_toolbar=lambda: wrapped(wrong(get_app().current_buffer.text) or "", "  "),
            completer=PathCompleter(expanduser=True) if line.path else None,
            complete_while_typing=False,
            output=self._output,
        ).unsafe_ask()
        return typed

    def menu(self, menu: Menu) -> str:
        """The value of what was chosen with the arrow keys; the menu then gives way to what was chosen."""
        choices = [questionary.Choice(_shown(text), value) for value, text in menu.items]
        default = next((choice for choice in choices if choice.value == menu.default), None)
        question = questionary.select(
            _Wrapped(f"{menu.question}{self.say['arrows']}"),
            choices=choices,
            default=default,
            qmark="?",
            pointer=POINTER,
            instruction=" ",
            style=_STYLE,
            output=self._output,
            erase_when_done=True,
        )
        question.application.key_bindings = merge_key_bindings(
            [question.application.key_bindings or KeyBindings(), _ENDS]
        )
        chosen: str = question.unsafe_ask()
        text = " ".join(dict(menu.items)[chosen].split("\n"))
        self.tell(wrapped(f"{menu.question} {text}", "? ", "  "))
        return chosen


class _Wrapped(str):
    """A question that is wrapped anew whenever it is drawn: the terminal may have been resized."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return wrapped(str(self), "", "  ", margin=MARGIN)


class _Hint(str):
    """The line below a question, and the place to type."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        hint = wrapped("(" + str(self) + ")", "  ", margin=MARGIN) if self.strip() else ""
        return f"\n{hint}\n >" if hint else "\n >"


def _shown(text: str) -> str:
    """A choice in lines that fit the terminal: what is too long would be cut without a mark."""
    return "\n     ".join(cut(line, width() - 6) for line in text.splitlines())


def _bindings(wrong: Check) -> KeyBindings:
    """Enter ends an answer with which nothing is wrong, except within a paste: what comes in one go stays together."""
    bindings = KeyBindings()

    @bindings.add("enter", eager=True)
    def accept(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if event.key_processor.input_queue or _waiting():
            buffer.insert_text("\n")
        elif buffer.complete_state is not None:
            buffer.complete_state = None
        elif not wrong(buffer.text):
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
