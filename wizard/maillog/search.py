"""Entries of a log that hold given texts: the one boundary behind which searching is fast."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from wizard.maillog.cores import Blocks, read_ahead
from wizard.maillog.entries import Entry, continuation_end, entry_around, last_entry, lines_of
from wizard.maillog.hunt import Everything, Hunt
from wizard.maillog.needles import Needle, Needles, Sought
from wizard.maillog.stretch import Look, Standing, Stretch

__all__ = ["Entry", "Needle", "Needles", "search", "search_files"]

LOOK_BACK = 4 << 20
Whole = Callable[[int, bytes], bool]
"""Whether every entry is wanted of a piece of the file of this index."""


def _everywhere(source: int, block: bytes) -> bool:
    del source, block
    return True


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
    at the end with the number of the line that would follow and an empty block. Counting lines takes a while: if they
    are not to be `numbered`, the place of a line's first byte, from 1 on, stands for its number.
    """
    search = _Search(needles if isinstance(needles, Needles) else Needles(needles or ()))
    stretches = _stretches(((block, Look(block, search.standing, numbered)) for block in file.blocks()), observe)
    if needles is None:
        return search.entries(stretches, _everywhere)
    return search.entries(stretches)


def search_files(
    files: Sequence[tuple[int, Blocks]],
    needles: Needles,
    observe: Callable[[int, int, bytes], None],
    *,
    numbered: bool = True,
    cores: int | None = None,
    whole: Whole | None = None,
    to_the_end: bool = True,
) -> Iterator[Entry]:
    """The same over files that go on with each other: it is looked back into the file before, too.

    Each file comes with an index, which its entries have as `source` and `observe` is told first. The place `at` of an
    entry goes on from file to file. Up to so many `cores` (all) read ahead, and look for
    what is wanted by then. Of the pieces that are wanted as a `whole` every entry is given. Where it need not be read
    `to_the_end`, the search ends once no needles are left.
    """
    search = _Search(needles)
    looked = read_ahead([file for _, file in files], lambda block: Look(block, search.standing, numbered), cores)
    return search.entries(_all_stretches([index for index, _ in files], looked, observe), whole, to_the_end=to_the_end)


def _all_stretches(
    sources: Iterable[int],
    looked: Iterator[Iterator[tuple[bytes, Look]]],
    observe: Callable[[int, int, bytes], None],
) -> Iterator[Stretch]:
    at = 0
    for source, blocks in zip(sources, looked, strict=True):
        for stretch in _stretches(blocks, partial(observe, source), source, at):
            at = stretch.at + stretch.end - stretch.begin
            yield stretch


def _stretches(
    blocks: Iterable[tuple[bytes, Look]],
    observe: Callable[[int, bytes], None] | None,
    source: int = 0,
    at: int = 0,
) -> Iterator[Stretch]:
    """A file in pieces that tear no entry apart: what spans two blocks is a small piece of its own."""
    pending = Stretch(b"", 0, 0, 1, at, source, Look(b"", Standing()))
    number = 1
    for block, look in blocks:
        if observe:
            observe(number, block)
        begin = continuation_end(pending.block, block) if pending.block else 0
        if begin == len(block):
            joined = pending.block + block
            told = pending.look.then(len(pending.block), look, begin)
            pending = Stretch(joined, 0, len(joined), pending.number, pending.at, source, told)
        else:
            if pending.block:
                joined = pending.block + block[:begin]
                told = pending.look.then(len(pending.block), look, begin)
                yield Stretch(joined, 0, len(joined), pending.number, pending.at, source, told)
            end = last_entry(block, begin)
            yield Stretch(block, begin, end, number + look.between(block, 0, begin), at + begin, source, look)
            rest = number + look.lines - look.between(block, end, len(block))
            pending = Stretch(block[end:], 0, len(block) - end, rest, at + end, source, look.behind(end))
        number += look.lines
        at += len(block)
    if observe:
        observe(number, b"")
    if pending.block:
        yield pending


class _Search:
    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self._version = needles.version
        self._recent: deque[Stretch] = deque()
        self.standing = Standing().renewed(needles)
        needles.take_added()

    def entries(
        self, stretches: Iterator[Stretch], whole: Whole | None = None, *, to_the_end: bool = True
    ) -> Iterator[Entry]:
        for stretch in stretches:
            if not to_the_end and not self._needles:
                return
            self._keep(stretch)
            yield from self._late(stretch, stretch.at, stretch.begin)
            if self._version != self._needles.version:
                self._version = self._needles.version
                self.standing = self.standing.renewed(self._needles)
            if stretch.begin < stretch.end:
                every = whole is not None and whole(stretch.source, stretch.block)
                yield from self._in(stretch, Everything(stretch) if every else Hunt(stretch, self._needles))
        if self._recent:
            last = self._recent[-1]
            yield from self._late(last, last.at + last.end - last.begin, last.end)

    def _keep(self, stretch: Stretch) -> None:
        self._recent.append(stretch)
        while len(self._recent) > 1 and stretch.at - self._recent[1].at >= LOOK_BACK:
            self._recent.popleft()

    def _in(self, stretch: Stretch, hunt: Hunt | Everything) -> Iterator[Entry]:
        reached = stretch.begin
        while (at := hunt.next(reached)) is not None:
            start, reached = entry_around(stretch.block, at, stretch.begin, stretch.end)
            if start in stretch.given:
                continue
            stretch.given.add(start)
            place = stretch.at + start - stretch.begin
            if raw := lines_of(stretch.block, start, reached):
                yield Entry(stretch.line(start), raw, place, stretch.source)
                self._passed_over(stretch, start)
            yield from self._late(stretch, place, start, hunt, reached)

    def _late(
        self, current: Stretch, place: int, start: int, hunt: Hunt | Everything | None = None, reached: int = 0
    ) -> Iterator[Entry]:
        """What was added is looked for in what lies behind `place`, which is `start` in the current stretch."""
        while added := self._needles.take_added():
            for sought, back in added:
                if hunt:
                    hunt.look(sought, reached)
                yield from self._behind(sought, current, place - back, start)

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
                    if raw := lines_of(stretch.block, begin, reached):
                        place = stretch.at + begin - stretch.begin
                        yield Entry(stretch.line(begin), raw, place, stretch.source)
                        self._passed_over(stretch, begin)

    def _passed_over(self, stretch: Stretch, start: int) -> None:
        if self._needles.passed_over:
            self._needles.passed_over = False
            stretch.given.discard(start)
