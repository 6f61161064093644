"""Where entries begin and end in a block of whole lines.

An entry is a physical line that begins like one and the lines behind it that do not, within limits: hard wraps of mail
clients and line breaks in strangers' headers tear entries apart. A line that begins like none and continues none is an
entry of its own. So where an entry ends can be told from the few lines around it, wherever in the log they stand.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wizard.maillog.prefix import begins_entry

# The appliance's own prefix, which needs no closer look; every other form is the business of `begins_entry`.
_USUAL = re.compile(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    rb"[ \d]\d \d\d:\d\d:\d\d \d{4} (?:Info|Warning|Critical|Debug|Trace): \S"
).match


MORE_LINES = 8
MORE_BYTES = 64 << 10


class Entry(NamedTuple):
    """`line` is the 1-based number of its first physical line; `raw` has no line end, its lines are joined by LF.

    `at` is its place in the text, in bytes: it orders the entries of a file also where lines are not counted. `source`
    is the index of its file where several are searched.
    """

    line: int
    raw: bytes
    at: int = 0
    source: int = 0


def line_end(block: bytes, at: int, end: int) -> int:
    """Behind the line end of the line that holds `at`."""
    newline = block.find(b"\n", at, end)
    return end if newline < 0 else newline + 1


def begins_at(block: bytes, start: int, end: int) -> bool:
    if _USUAL(block, start, end):
        return True
    return begins_entry(block[start : line_end(block, start, end)].rstrip(b"\r\n"))


def entry_end(block: bytes, start: int, end: int) -> int:
    """Behind the entry that begins at `start`."""
    reached = line_end(block, start, end)
    if not begins_at(block, start, reached):
        return reached
    return _continued(block, start, reached, end)


def _continued(block: bytes, start: int, reached: int, end: int) -> int:
    """Behind the lines from `reached` on that go on with the entry at `start`."""
    if _USUAL(block, reached, end):
        return reached
    for _ in range(MORE_LINES):
        following = line_end(block, reached, end)
        if reached == end or following - start > MORE_BYTES or begins_at(block, reached, following):
            break
        reached = following
    return reached


def entry_around(block: bytes, at: int, begin: int, end: int) -> tuple[int, int]:
    """The bounds of the entry that holds `at`, in a stretch that tears no entry apart."""
    line = start = block.rfind(b"\n", begin, at) + 1 or begin
    reached = line_end(block, at, end)
    if begins_at(block, start, end):
        return start, _continued(block, start, reached, end)
    for _ in range(MORE_LINES):
        if start == begin:
            break
        start = block.rfind(b"\n", begin, start - 1) + 1 or begin
        if reached - start > MORE_BYTES:
            break
        if begins_at(block, start, end):
            return start, entry_end(block, start, end)
    return line, reached


def last_entry(block: bytes, begin: int) -> int:
    """Where the entry begins that the next block may go on with; the block's end if there is none."""
    start = len(block)
    for _ in range(MORE_LINES + 1):
        if start <= begin or len(block) - start > MORE_BYTES:
            break
        start = block.rfind(b"\n", begin, start - 1) + 1 or begin
        if begins_at(block, start, len(block)):
            return start
    return len(block)


def continuation_end(pending: bytes, block: bytes) -> int:
    """How much of `block` goes on with the entry `pending`, which ended the block before it."""
    reached = 0
    for _ in range(MORE_LINES + 1 - pending.count(b"\n")):
        following = line_end(block, reached, len(block))
        if reached == len(block) or len(pending) + following > MORE_BYTES or begins_at(block, reached, following):
            break
        reached = following
    return reached


def lines_of(block: bytes, start: int, end: int) -> bytes:
    r"""An entry's lines joined by LF, without line ends, and without blank lines behind it.

    >>> lines_of(b"antivirus negative \r\n  \r\n", 0, 23)
    b'antivirus negative '
    """
    raw = block[start:end].rstrip(b"\r\n")
    if b"\n" not in raw and not raw.isspace():
        return raw
    while not raw[raw.rfind(b"\n") + 1 :].strip():
        if not raw:
            return raw
        raw = raw[: max(0, raw.rfind(b"\n"))].rstrip(b"\r\n")
    return raw.replace(b"\r\n", b"\n") if b"\r\n" in raw else raw
