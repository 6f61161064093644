"""Texts for the terminal: wrapped to its width, Japanese characters counted as two columns."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys

from wizard.render import layout
from wizard.render.escape import terminal, text

NARROWEST, WIDEST = 40, 100


def width() -> int:
    """Columns to write in: of the terminal behind standard error, where the questions stand."""
    columns = shutil.get_terminal_size().columns
    if "COLUMNS" not in os.environ:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            columns = os.get_terminal_size(sys.stderr.fileno()).columns or columns
    return max(NARROWEST, min(columns, WIDEST))


def wrapped(prose: str, first: str = "", rest: str | None = None, *, margin: int = 1) -> str:
    """Prose, its paragraphs and `commands`, in lines of the terminal's width less a margin.

    `first` stands before each paragraph, `rest` (the same unless given) before the lines that go on with it.
    """
    further = first if rest is None else rest
    return "\n".join(_paragraph(one, first, further, width() - margin) for one in prose.splitlines())


def _paragraph(prose: str, first: str, rest: str, columns: int) -> str:
    if not prose.strip():
        return ""
    indent = "  " if prose.startswith("- ") else ""
    return layout.wrap(text(prose, *_quotes(prose)), first, rest + indent, columns)


def _quotes(prose: str) -> tuple[str, str]:
    return ('"', '"') if prose.isascii() else ("「", "」")


def cut(line: str, columns: int) -> str:
    """A line of at most so many columns, what is missing marked; nothing in it acts on the terminal.

    >>> cut("abcdefgh", 5), cut("日本語です", 7)
    ('abcd…', '日本語…')
    """
    line = terminal(line)
    if layout.columns(line) <= columns:
        return line
    while line and layout.columns(line) > columns - 1:
        line = line[:-1]
    return f"{line}…"
