"""Texts for the terminal: wrapped to its width, Japanese characters counted as two columns."""

from __future__ import annotations

import shutil

from wizard.render import layout
from wizard.render.escape import terminal, text

NARROWEST, WIDEST = 40, 100


def width() -> int:
    """Columns to write in."""
    return max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST))


def wrapped(prose: str, first: str = "", rest: str | None = None) -> str:
    """Prose, its paragraphs and `commands`, in lines of the terminal's width."""
    rest = first if rest is None else rest
    lines = []
    for paragraph in prose.splitlines():
        lines.append(
            layout.wrap(text(paragraph, *_quotes(paragraph)), first, rest, width() - 1) if paragraph.strip() else ""
        )
    return "\n".join(lines)


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
