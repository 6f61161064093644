"""Where the needles of a set stand in a stretch, in ascending order, while the set may change."""

from __future__ import annotations

import heapq
import re

from wizard.maillog.needles import Needles, Sought
from wizard.maillog.stretch import Standing, Stretch

AHEAD = 64 << 10
"""How many bytes ahead a number is looked for first, which may come to its end any time."""
_MANY = 8
_LONG = 64 << 10
_ALL_KNOWN, _FOUND = -1, 0
_BLANK = re.compile(rb"(?:\r*\n)+").match


class Hunt:
    """The places of needles in one stretch, each known from the start or looked up when its turn comes.

    Most numbers come to their end long before the stretch does. So what is added is looked for a little ahead, then
    twice as far; meanwhile it waits at the place up to which it was not found.
    """

    def __init__(self, stretch: Stretch, needles: Needles) -> None:
        self._stretch = stretch
        self._needles = needles
        self._order = 0
        self._next: list[tuple[int, int, Sought, int]] = []
        self._know(stretch.look.places)
        unknown = [sought for sought in needles.sought() if sought.needle not in stretch.look.known]
        if len(unknown) > _MANY and stretch.end - stretch.begin > _LONG:
            self._know(Standing(unknown).places(stretch.block, stretch.begin, stretch.end))
        else:
            for sought in unknown:
                self.look(sought, stretch.begin, stretch.end)

    def _know(self, places: list[tuple[int, Sought]]) -> None:
        begin, end = self._stretch.begin, self._stretch.end
        for at, sought in places:
            if begin <= at < end:
                self._order += 1
                heapq.heappush(self._next, (at, self._order, sought, _ALL_KNOWN))

    def look(self, sought: Sought, start: int, ahead: int = AHEAD) -> None:
        """Wait for the next place of a needle."""
        place = self._seek(sought, start, ahead)
        if place is not None:
            self._order += 1
            heapq.heappush(self._next, (place[0], self._order, sought, place[1]))

    def _seek(self, sought: Sought, start: int, ahead: int) -> tuple[int, int] | None:
        """Its next place; or how far it was looked for, and how far to look next; None if that is all."""
        stretch = self._stretch
        until = self._needles.until(sought.needle)
        end = stretch.end if until is None else min(stretch.end, until - stretch.at + stretch.begin)
        if start >= end:
            return None
        reached = min(end, start + ahead)
        at = sought.next(stretch.text(sought.folded), start, min(stretch.end, reached + len(sought.text) - 1))
        if at >= 0:
            return at, _FOUND
        return (reached, 2 * ahead) if reached < end else None

    def next(self, reached: int) -> int | None:
        """The first place from `reached` on of a needle that is still wanted."""
        waiting = self._next
        while waiting:
            at, order, sought, ahead = waiting[0]
            if sought.needle not in self._needles:
                heapq.heappop(waiting)
                continue
            if at >= reached and ahead <= _FOUND:
                return at
            place = None if ahead is _ALL_KNOWN else self._seek(sought, max(at, reached), ahead or self._stretch.end)
            if place is None:
                heapq.heappop(waiting)
            else:
                heapq.heapreplace(waiting, (place[0], order, sought, place[1]))
        return None


class Everything:
    """The same where every entry is wanted: the next place is where the last entry ended."""

    def __init__(self, stretch: Stretch) -> None:
        self._block, self._end = stretch.block, stretch.end

    def look(self, sought: Sought, start: int) -> None:
        """It will be found with all the others."""

    def next(self, reached: int) -> int | None:
        """The first place from `reached` on that is not in a blank line."""
        blank = _BLANK(self._block, reached, self._end)
        reached = blank.end() if blank else reached
        return reached if reached < self._end else None
