"""A piece of log text that tears no entry apart, and the first look that another thread takes at it."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.maillog import bytescan
from wizard.maillog.bytescan import Places
from wizard.maillog.needles import Needle, Needles, Sought


class Standing:
    """The needles that are worth looking for in blocks that are read ahead: those that were not seen to end."""

    def __init__(self, sought: Sequence[Sought] = ()) -> None:
        self._sought = sought
        self._places = Places([(one.text, one.folded) for one in sought]) if sought else None
        self.needles = frozenset(one.needle for one in sought)

    def renewed(self, needles: Needles) -> Standing:
        """The same for the set as it is now."""
        standing = [one for one in needles.sought() if needles.until(one.needle) is None]
        return self if self.needles == {one.needle for one in standing} else Standing(standing)

    def places(self, block: bytes, begin: int, end: int) -> list[tuple[int, Sought]]:
        """Where they stand, in ascending order."""
        if self._places is None:
            return []
        found = [(at, self._sought[index]) for at, index in self._places(block, begin, end)]
        return [(at, sought) for at, sought in found if sought.stands_at(block, at)]


_NOTHING = Standing()


class Look:
    """A first look at a block: how many lines end in it, and where the `known` needles stand.

    Where lines are not `counted`, bytes take the place of lines: a line has the place of its first byte as its number.
    """

    __slots__ = ("counted", "known", "lines", "places")

    def __init__(self, block: bytes, standing: Standing, counted: bool = True) -> None:
        self.counted = counted
        self.lines = self.between(block, 0, len(block))
        self.known: frozenset[Needle] = standing.needles
        self.places = standing.places(block, 0, len(block))

    def behind(self, place: int) -> Look:
        """The same of what lies behind a place."""
        return self._with(self.known, [(at - place, sought) for at, sought in self.places if at >= place])

    def then(self, length: int, next_block: Look, end: int) -> Look:
        """The same of a text of that length and of the next block up to `end`."""
        places = [(length + at, sought) for at, sought in next_block.places if at < end]
        return self._with(self.known & next_block.known, self.places + places)

    def _with(self, known: frozenset[Needle], places: list[tuple[int, Sought]]) -> Look:
        look = Look(b"", _NOTHING, self.counted)
        look.known = known
        look.places = [(at, sought) for at, sought in places if sought.needle in known]
        return look

    def between(self, block: bytes, begin: int, end: int) -> int:
        """How many lines end there."""
        return bytescan.line_ends(block, begin, end) if self.counted and begin < end else end - begin


class Stretch:
    """Part of a block: `number` is its first line's, `at` its place in the text, `source` the index of the file."""

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
