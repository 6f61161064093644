"""Where the needles of a set stand in a stretch of a block, in ascending order, while the set may change.

Each of a few needles is looked for by itself, which is fastest; many share one automaton.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from wizard.maillog import bytescan
from wizard.maillog.bytescan import Occurrences
from wizard.maillog.needles import Needle, Needles

MANY = 24
ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
DIGITS = frozenset(b"0123456789")


class Sought:
    """A needle as it is looked for: folded, with what may not stand beside it."""

    __slots__ = ("folded", "needle", "not_before", "not_behind", "text")

    def __init__(self, needle: Needle) -> None:
        self.needle = needle
        self.folded = needle.ignore_case
        self.text = needle.text.lower() if needle.ignore_case else needle.text
        self.not_before: frozenset[int] = ALNUM if self.text[0] in ALNUM else frozenset()
        self.not_behind: frozenset[int] = DIGITS if self.text[-1] in DIGITS else frozenset()

    def stands_at(self, block: bytes, at: int) -> bool:
        behind = at + len(self.text)
        return (
            (at == 0 or block[at - 1] not in self.not_before)
            and (behind >= len(block) or block[behind] not in self.not_behind)
            and (self.needle.then is None or self.needle.then.match(block, behind) is not None)
        )

    def next(self, block: bytes, start: int, end: int) -> int:
        """Its next place, or -1."""
        while (at := bytescan.find(block, self.text, start, end)) >= 0:
            if self.stands_at(block, at):
                return at
            start = at + 1
        return -1


class Pack:
    """The needles of a set as of one version of it."""

    def __init__(self, needles: Needles) -> None:
        self.version = needles.version
        sought = [Sought(n) for n in needles if n.findable]
        self.folds = any(s.folded for s in sought)
        self.few: list[Sought] = []
        self.many: list[tuple[list[Sought], Occurrences]] = []
        for folded in (False, True):
            alike = [s for s in sought if s.folded is folded]
            occur = bytescan.occurrences([s.text for s in alike]) if len(alike) > MANY else None
            if occur:
                self.many.append((alike, occur))
            else:
                self.few += alike


class Look:
    """A first look at a block, which another thread may take: how many lines end in it, where the texts stand first.

    Where lines are not `counted`, bytes take the place of lines: a line has the place of its first byte as its number.
    """

    __slots__ = ("counted", "firsts", "lines")

    def __init__(self, block: bytes, wanted: Iterable[Sought], counted: bool = True) -> None:
        self.counted = counted
        self.lines = self.between(block, 0, len(block))
        self.firsts = {one.needle: bytescan.find(block, one.text, 0, len(block)) for one in wanted if not one.folded}

    def between(self, block: bytes, begin: int, end: int) -> int:
        """How many lines end there."""
        return bytescan.line_ends(block, begin, end) if self.counted and begin < end else end - begin


class Stretch:
    """Part of a block that tears no entry apart: `number` is its first line's, `at` its place in the text, `source` the
    index of the file.
    """

    __slots__ = (
        "_counted_to",
        "_folded",
        "_line_there",
        "at",
        "begin",
        "block",
        "end",
        "given",
        "look",
        "number",
        "source",
    )

    def __init__(
        self,
        block: bytes,
        begin: int,
        end: int,
        number: int,
        at: int,
        source: int,
        look: Look,
    ) -> None:
        self.block = block
        self.begin = begin
        self.end = end
        self.number = number
        self.at = at
        self.source = source
        self.look = look
        self.given: set[int] = set()
        self._counted_to = begin
        self._line_there = number
        self._folded: bytes | None = None

    def text(self, folded: bool) -> bytes:
        if not folded:
            return self.block
        if self._folded is None:
            self._folded = bytescan.lower(self.block)
        return self._folded

    def line(self, at: int) -> int:
        """The number of the line that begins there, counted from the last one that was asked for."""
        if at >= self._counted_to:
            self._line_there += self.look.between(self.block, self._counted_to, at)
        else:
            self._line_there -= self.look.between(self.block, at, self._counted_to)
        self._counted_to = at
        return self._line_there


class Hunt:
    """The places of needles in one stretch, each known from the start or looked up when its turn comes."""

    def __init__(self, stretch: Stretch, pack: Pack) -> None:
        self._stretch = stretch
        self._order = 0
        self._next: list[tuple[int, int, Sought, bool]] = []
        for alike, occur in pack.many:
            self._next += self._all(alike, occur)
        heapq.heapify(self._next)
        for sought in pack.few:
            self.look(sought, stretch.begin)

    def _all(self, alike: list[Sought], occur: Occurrences) -> Iterator[tuple[int, int, Sought, bool]]:
        stretch = self._stretch
        block = stretch.text(alike[0].folded)
        for index, start, _ in occur(memoryview(block)[stretch.begin : stretch.end]):
            sought = alike[index]
            if sought.stands_at(block, stretch.begin + start):
                self._order += 1
                yield stretch.begin + start, self._order, sought, False

    def look(self, sought: Sought, start: int) -> None:
        """Wait for the next place of a needle."""
        first = self._stretch.look.firsts.get(sought.needle, start)
        if first < 0:
            return
        at = sought.next(self._stretch.text(sought.folded), max(first, start), self._stretch.end)
        if at >= 0:
            self._order += 1
            heapq.heappush(self._next, (at, self._order, sought, True))

    def next(self, reached: int, needles: Needles) -> int | None:
        """The first place from `reached` on of a needle that is still wanted."""
        waiting = self._next
        while waiting:
            at, order, sought, again = waiting[0]
            if sought.needle not in needles:
                heapq.heappop(waiting)
            elif at >= reached:
                return at
            else:
                if again:
                    at = sought.next(self._stretch.text(sought.folded), reached, self._stretch.end)
                if at >= reached:
                    heapq.heapreplace(waiting, (at, order, sought, again))
                else:
                    heapq.heappop(waiting)
        return None
