"""Plain text in lines of a given width, where Japanese characters take two columns and may be parted anywhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from wizard.patterns import pattern

WIDTH = 78

WIDE = (
    "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U0001f300-\U0003fffd"
)
ATOM = pattern(rf"\s+|[{WIDE}]|[^\s{WIDE}]+")

NOT_FIRST = frozenset(
    "、。，．・：；？！」』）］｝〉》】〕”’ー々…,.:;?!)]}" + "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
NOT_LAST = frozenset("「『（［｛〈《【〔“‘([{")


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes.

    >>> columns("mail"), columns("メール")
    (4, 6)
    """
    return sum(map(_columns_of, text))


def wrap(text: str, first: str = "", rest: str = "", width: int = WIDTH) -> str:
    """Return the text in lines of at most `width` columns, the first after `first` and the others after `rest`.

    A word longer than a line (an address, a URL) is left whole, so that it can be copied.

    >>> print(wrap("one two three", "- ", "  ", width=9))
    - one two
      three
    >>> print(wrap("接続を拒否しました。", width=10))
    接続を拒否
    しました。
    """
    lines = [first]
    empty, gap = True, ""
    for piece in _pieces(text):
        if piece == " ":
            gap = " "
        elif empty or columns(lines[-1] + gap + piece) <= width:
            lines[-1] += ("" if empty else gap) + piece
            empty, gap = False, ""
        else:
            lines.append(rest + piece)
            gap = ""
    return "\n".join(line.rstrip() for line in lines)


def underlined(text: str, mark: str) -> str:
    """Return a heading and a line of `mark` below it, equally wide.

    >>> print(underlined("件名", "-"))
    件名
    ----
    """
    return f"{text}\n{mark * min(columns(text), WIDTH)}"


def tabulate(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in aligned columns, or, where that is too wide, each row as an entry that its first cell begins.

    >>> print(tabulate(["File", "Lines"], [["mail.current", "12"]]))
    File          Lines
    ------------  -----
    mail.current  12
    >>> print(tabulate(["File", "Problems"], [["mail.current", "x" * 80]]))
    - mail.current; Problems:
      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    """
    widths = [max(map(columns, cells)) for cells in zip(headers, *rows, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) <= WIDTH:
        return "\n".join(_aligned(cells, widths) for cells in [headers, ["-" * width for width in widths], *rows])
    return "\n".join(wrap(_labelled(headers, row), "- ", "  ") for row in rows)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - columns(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _labelled(headers: Sequence[str], row: Sequence[str]) -> str:
    first, *others = zip(headers, row, strict=True)
    return "; ".join([first[1], *(f"{header}: {cell}" for header, cell in others if cell)])


def _columns_of(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.combining(character) else 1


def _pieces(text: str) -> Iterator[str]:
    """Split into what stays together: words, wide characters with the punctuation that clings to them, and " "."""
    held = ""
    for found in ATOM.finditer(text):
        atom = " " if found[0].isspace() else found[0]
        if held and held != " " and (atom[0] in NOT_FIRST or held[-1] in NOT_LAST) and atom != " ":
            held += atom
            continue
        if held:
            yield held
        held = atom
    if held:
        yield held
