"""What a log file covers: its lines, its times, and the silences in which mail went through that it does not show.

A quiet night is no hole. Silence is one when the appliance's connection counter (ICID) jumped across it. To look at
every line of a big file for that would cost more than the search itself, so a file of one appliance is sampled: between
two samples less than an hour apart there can be no hour of silence, and of a block that spans minutes the first and the
last line are enough. Only where samples lie farther apart is the place found by halving; a file of several appliances,
whose lines hide each other's silence, is looked at line by line.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wizard.maillog import bytescan
from wizard.maillog.encoding import decode
from wizard.maillog.prefix import split_prefix, time_of
from wizard.maillog.stamps import Stamp

SILENCE = timedelta(hours=1)
_SAMPLES = 32
_EVERY_LINE = 512 * 1024
_NEAR = 64 * 1024
_SHORT = timedelta(minutes=10)
_OPENING = b"New SMTP ICID "
_OPENED = re.compile(rb"New SMTP ICID (\d{1,18})", re.IGNORECASE)

_STAMP = re.compile(rb"([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:)\d\d:\d\d( \d{4} )")


@dataclass(slots=True)
class Piece:
    """A stretch without an hour of silence: its earliest and latest time, the time of its last line, and the ICIDs that
    are opened first and last in it, in the order of the file; None if none is.
    """

    start: datetime
    end: datetime
    latest: datetime
    opens_with: int | None = None
    closes_with: int | None = None


@dataclass(slots=True)
class Extent:
    """What one file holds of one appliance, in pieces: between two of them lies over an hour without a line of it."""

    host: str | None
    pieces: list[Piece] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    began: datetime | None = None
    """The time of its first line."""

    @property
    def newest_first(self) -> bool:
        """Whether its lines run backwards."""
        return self.began is not None and self.pieces[-1].latest < self.began

    def begins_piece(self, time: datetime) -> bool:
        """Whether a line of this time comes after an hour of silence, or first of all."""
        return not self.pieces or abs(time - self.pieces[-1].latest) > SILENCE

    def tick(self, time: datetime, until: int | None, after: int | None) -> None:
        """Take in the next line: its time, the last ICID opened up to it in its piece, the first one from it on."""
        if self.begins_piece(time):
            self.pieces.append(Piece(time, time, time, after))
        piece = self.pieces[-1]
        piece.latest, piece.start, piece.end = time, min(piece.start, time), max(piece.end, time)
        self.began = self.began or time
        self.first = min(self.first or time, time)
        self.last = max(self.last or time, time)
        self.count(until)

    def count(self, icid: int | None) -> None:
        """Take in that this ICID was opened last."""
        if icid is not None and self.pieces:
            piece = self.pieces[-1]
            piece.opens_with = icid if piece.opens_with is None else piece.opens_with
            piece.closes_with = icid


class Survey:
    """Fed block by block while a file is searched (`search(..., observe=survey.observe)`)."""

    def __init__(self, date: Callable[[Stamp], datetime | None]) -> None:
        self._date = date
        self._ascents = 0
        self._descents = 0
        self._first_line: datetime | None = None
        self._previous: datetime | None = None
        self._unended = False
        self._piece_at = 0
        self._hour = b""
        self._passed = b""
        self.lines = 0
        self.bytes = 0
        self.extents: dict[str | None, Extent] = {}

    @property
    def newest_first(self) -> bool:
        """Whether the file runs backwards, as exports from a search tool do; a few jumps back do not make it so."""
        return self._descents > 2 * self._ascents

    @property
    def ends_at(self) -> datetime | None:
        """The time of the line that was written last."""
        return self._first_line if self.newest_first else self._previous

    @property
    def first(self) -> datetime | None:
        """The earliest time in the file."""
        return min((e.first for e in self.extents.values() if e.first), default=None)

    @property
    def last(self) -> datetime | None:
        """The latest time in the file."""
        return max((e.last for e in self.extents.values() if e.last), default=None)

    def observe(self, number: int, block: bytes) -> None:
        """Take in the next block of whole lines; `number` is its first line's. An empty one ends the file."""
        self.lines = number - 1 + self._unended
        if not block:
            self.settle()
            return
        self._unended = not block.endswith(b"\n")
        self.bytes += len(block)
        if self._goes_on(block):
            self._passed = block
            return
        self.settle()
        self._piece_at = 0
        places = self._samples(block) if len(block) > _EVERY_LINE and len(self.extents) < 2 else None
        for start in _line_starts(block) if places is None else places:
            self._look(block, start, sampled=places is not None)
        if places is not None:
            self._note_counter(block)
        self._hour = _hour(block, _last_line(block)) if places is not None and set(self.extents) == {None} else b""

    def _goes_on(self, block: bytes) -> bool:
        """Whether a block lies in the hour of the one before and opens connections near its end: then the next one, or
        the end of the file, tells all of it that matters.
        """
        if not self._hour or self.extents[None].pieces[-1].opens_with is None:
            return False
        within = _hour(block, 0) == self._hour == _hour(block, _last_line(block))
        return within and bytescan.rfind(block, _OPENING, max(0, len(block) - _NEAR), len(block)) >= 0

    def settle(self) -> None:
        """Take in the last of the blocks that were passed over because they lie within the hour."""
        block, self._passed = self._passed, b""
        if block:
            self._piece_at = 0
            self._look(block, _last_line(block), sampled=True)
            self._note_counter(block)

    def _samples(self, block: bytes) -> Iterator[int] | None:
        """Places enough to find every hour of silence; None where there are lines of several appliances."""
        marks = [0, _last_line(block)]
        if not self.extents or not self._is_short(block, *marks):
            marks = sorted({line_start(block, len(block) * i // _SAMPLES) for i in range(_SAMPLES)} | {*marks})
        hosts = {split_prefix(line_text(block, mark)).host for mark in marks} | set(self.extents)
        return None if len(hosts) > 1 else self._among(block, marks)

    def _among(self, block: bytes, marks: list[int]) -> Iterator[int]:
        for left, right in itertools.pairwise(marks):
            yield left
            yield from self._between(block, left, right)
        yield marks[-1]

    def _is_short(self, block: bytes, first: int, last: int) -> bool:
        """Whether the block goes on where the one before it ended, and spans minutes only, as those of big files do."""
        times = self._previous, self._time(block, first), self._time(block, last)
        known = [time for time in times if time is not None]
        return len(known) == len(times) and max(known) - min(known) < _SHORT

    def _between(self, block: bytes, left: int, right: int) -> Iterator[int]:
        """The places between two samples at which an hour of silence begins or ends, found by halving."""
        a, b = self._time(block, left), self._time(block, right)
        middle = line_start(block, (left + right) // 2)
        if a is None or b is None or abs(b - a) <= SILENCE or middle in (left, right):
            middle = block.find(b"\n", left, right) + 1 if a and b and abs(b - a) > SILENCE else 0
            if not left < middle < right:
                return
        yield from self._between(block, left, middle)
        yield middle
        yield from self._between(block, middle, right)

    def _time(self, block: bytes, start: int) -> datetime | None:
        return time_of(line_text(block, start), self._date)

    def _look(self, block: bytes, start: int, *, sampled: bool) -> None:
        end = _line_end(block, start)
        prefix = split_prefix(line_text(block, start))
        time = self._date(prefix.stamp) if prefix.stamp else None
        if time is None:
            return
        extent = self.extents.setdefault(prefix.host, Extent(prefix.host))
        if extent.begins_piece(time):
            self._piece_at = start
        opened = _OPENED.search(block, start, min(len(block), start + _NEAR) if sampled else end)
        after = int(opened[1]) if opened else None
        extent.tick(time, None if sampled else after, after)
        if sampled:
            self._count(extent, block, end)
        if self._previous is not None:
            self._ascents += time > self._previous
            self._descents += time < self._previous
        self._previous = time
        self._first_line = self._first_line or time

    def _note_counter(self, block: bytes) -> None:
        for extent in self.extents.values():
            self._count(extent, block, len(block))

    def _count(self, extent: Extent, block: bytes, end: int) -> None:
        """Take in which ICIDs are opened last, and first if none was before, in the piece up to here."""
        last = _opened_before(block, self._piece_at, end)
        if last is not None and extent.pieces and extent.pieces[-1].opens_with is None:
            first = _OPENED.search(block, self._piece_at, end)
            extent.count(int(first[1]) if first else None)
        extent.count(last)


def _opened_before(block: bytes, begin: int, end: int) -> int | None:
    """The last ICID opened in this part of a block, if that is near its end."""
    part = max(begin, end - _NEAR), end
    at = max(bytescan.rfind(block, text, *part) for text in (_OPENING, b"New smtp ICID "))
    opened = _OPENED.match(block, at) if at >= 0 else None
    return int(opened[1]) if opened else None


def _hour(block: bytes, start: int) -> bytes:
    """Day, hour and year of a line that begins as the appliance itself writes it; nothing of others."""
    stamp = _STAMP.match(block, start)
    return stamp[1] + stamp[2] if stamp else b""


def _line_starts(block: bytes) -> Iterator[int]:
    start = 0
    while start < len(block):
        yield start
        end = block.find(b"\n", start)
        start = len(block) if end < 0 else end + 1


def line_start(block: bytes, place: int) -> int:
    """Where the line begins that holds this place."""
    return block.rfind(b"\n", 0, place) + 1


def _last_line(block: bytes) -> int:
    return block.rfind(b"\n", 0, max(len(block) - 1, 0)) + 1


def _line_end(block: bytes, start: int) -> int:
    end = block.find(b"\n", start)
    return len(block) if end < 0 else end


def line_text(block: bytes, start: int) -> str:
    """What a line begins with, enough of it to tell its time and host."""
    return decode(block[start : min(_line_end(block, start), start + 400)])
