"""Entries of a log that hold given texts: the one boundary behind which searching is fast."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from wizard.maillog import bytescan
from wizard.maillog.entries import Entry, all_entries, continuation_end, entry_around, last_entry, lines_of
from wizard.maillog.hunt import Hunt, Pack, Sought, Stretch
from wizard.maillog.needles import Needle, Needles

__all__ = ["Entry", "Needle", "Needles", "search"]

LOOK_BACK = 4 << 20


class Blocks(Protocol):
    """What is searched: `wizard.maillog.files.LogFile`."""

    def blocks(self) -> Iterator[bytes]: ...


def search(
    file: Blocks,
    needles: Sequence[Needle] | Needles | None,
    observe: Callable[[int, bytes], None] | None = None,
    *,
    numbered: bool = True,
) -> Iterator[Entry]:
    """The entries of which any line holds any of the needles (all of them for None), each once, in the file's order.

    A set of `Needles` may grow and shrink while the entries are read; only what is found by looking back comes late.
    `observe` is called once per block with the number of its first line, before entries that end in it are given, and
    at the end with the number of the line that would follow and an empty block. Without `numbered` lines are not
    counted: every line number is 0.
    """
    counted = numbered or observe is not None
    if needles is None:
        for stretch in _stretches(file, observe, counted):
            yield from _every(stretch, counted)
        return
    wanted = needles if isinstance(needles, Needles) else Needles(needles)
    yield from _Search(wanted, counted).entries(_stretches(file, observe, counted))


def _stretches(file: Blocks, observe: Callable[[int, bytes], None] | None, counted: bool) -> Iterator[Stretch]:
    """A file in pieces that tear no entry apart: what spans two blocks is a small piece of its own."""
    pending = Stretch(b"", 0, 0, 1, 0)
    number, at = 1, 0
    for block in file.blocks():
        if observe:
            observe(number, block)
        begin = continuation_end(pending.block, block) if pending.block else 0
        if begin == len(block):
            joined = pending.block + block
            pending = Stretch(joined, 0, len(joined), pending.number, pending.at)
        else:
            if pending.block:
                joined = pending.block + block[:begin]
                yield Stretch(joined, 0, len(joined), pending.number, pending.at)
            end = last_entry(block, begin)
            inner = Stretch(block, begin, end, number + _lines(block, 0, begin, counted), at + begin)
            yield inner
            rest = inner.number + _lines(block, begin, end, counted)
            pending = Stretch(block[end:], 0, len(block) - end, rest, at + end)
        number = pending.number + _lines(pending.block, 0, len(pending.block), counted)
        at += len(block)
    if observe:
        observe(number, b"")
    if pending.block:
        yield pending


def _lines(block: bytes, begin: int, end: int, counted: bool) -> int:
    return bytescan.line_ends(block, begin, end) if counted and begin < end else 0


def _every(stretch: Stretch, counted: bool) -> Iterator[Entry]:
    number, begin = stretch.number, stretch.begin
    for start, end in all_entries(stretch.block, begin, stretch.end):
        number += _lines(stretch.block, begin, start, counted)
        begin = start
        if raw := lines_of(stretch.block, start, end):
            yield Entry(number if counted else 0, raw, stretch.at + start - stretch.begin)


class _Search:
    def __init__(self, needles: Needles, counted: bool) -> None:
        self._needles = needles
        self._counted = counted
        self._pack = Pack(needles)
        self._recent: deque[Stretch] = deque()
        needles.take_added()

    def entries(self, stretches: Iterator[Stretch]) -> Iterator[Entry]:
        for stretch in stretches:
            if self._pack.version != self._needles.version:
                self._pack = Pack(self._needles)
            self._keep(stretch)
            if stretch.begin < stretch.end:
                yield from self._in(stretch)

    def _keep(self, stretch: Stretch) -> None:
        self._recent.append(stretch)
        while len(self._recent) > 1 and stretch.at - self._recent[1].at >= LOOK_BACK:
            self._recent.popleft()

    def _in(self, stretch: Stretch) -> Iterator[Entry]:
        hunt = Hunt(stretch, self._pack)
        number, counted_to, reached = stretch.number, stretch.begin, stretch.begin
        while (at := hunt.next(reached, self._needles)) is not None:
            start, reached = entry_around(stretch.block, at, stretch.begin, stretch.end)
            if start in stretch.given:
                continue
            stretch.given.add(start)
            if self._counted:
                number += _lines(stretch.block, counted_to, start, True)
                counted_to = start
            place = stretch.at + start - stretch.begin
            if raw := lines_of(stretch.block, start, reached):
                yield Entry(number if self._counted else 0, raw, place)
            while added := self._needles.take_added():
                for sought, back in ((Sought(needle), back) for needle, back in added if needle.findable):
                    hunt.look(sought, reached)
                    yield from self._behind(sought, stretch, place - back, start)

    def _behind(self, sought: Sought, current: Stretch, since: int, start: int) -> Iterator[Entry]:
        """What a new needle finds between place `since` of the text and where the search is."""
        for stretch in tuple(self._recent):
            end = start if stretch is current else stretch.end
            reached = max(stretch.begin, since - stretch.at + stretch.begin)
            text = stretch.text(sought.folded)
            while reached < end and (at := sought.next(text, reached, end)) >= 0:
                begin, reached = entry_around(stretch.block, at, stretch.begin, stretch.end)
                if begin not in stretch.given:
                    stretch.given.add(begin)
                    number = stretch.number + _lines(stretch.block, stretch.begin, begin, self._counted)
                    if raw := lines_of(stretch.block, begin, reached):
                        yield Entry(number if self._counted else 0, raw, stretch.at + begin - stretch.begin)
