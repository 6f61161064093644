"""One file's entries that a search has found, read and kept; and what the file says of the appliance that wrote it."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wizard.maillog.encoding import decode
from wizard.maillog.events.system import UtcOffset, Version
from wizard.maillog.kept import Kept, Reading
from wizard.maillog.lines import read_entry
from wizard.maillog.logfile import LogFile
from wizard.maillog.prefix import split_prefix
from wizard.maillog.stamps import Stamp
from wizard.maillog.survey import Survey

Dater = Callable[[Stamp], datetime | None]
_BEGINNING = 64 << 10
_TELLS_OF_IT = frozenset({Version, UtcOffset})
_CLOCKS_DIFFER = timedelta(days=1)


@dataclass(slots=True)
class Gathered:
    """What was gathered of one file, the one of this `index`: `places` says where its entries are `kept`."""

    index: int
    file: LogFile
    date: Dater
    survey: Survey
    kept: Kept
    places: array[int] = field(default_factory=lambda: array("I"))
    serials: set[str] = field(default_factory=set)
    offset: int | None = None
    """Minutes east of UTC that the file says first."""
    _known: set[int] | None = None
    """The numbers of the entries that are kept, once somebody has asked."""
    _offsets: list[tuple[int, int]] = field(default_factory=list)

    def read(self, number: int, raw: bytes) -> Reading:
        """Take apart the entry that begins with this line."""
        prefix, event = read_entry(decode(raw))
        stamp = prefix.stamp
        time, offset = (self.date(stamp), stamp.offset_minutes) if stamp else (None, None)
        return Reading(self.file.name, number, time, prefix.text, prefix.body, event, raw, prefix.host, offset)

    def holds(self, number: int) -> bool:
        """Whether the entry that begins with this line is kept."""
        if self._known is None:
            self._known = {self.kept.numbers[place] for place in self.places}
        return number in self._known

    def keep(self, line: Reading) -> None:
        """Keep an entry, and what it says of the appliance."""
        place = self.kept.add(self.index, line)
        self.places.append(place)
        if self._known is not None:
            self._known.add(line.number)
        event = line.event
        if type(event) not in _TELLS_OF_IT:
            return
        if isinstance(event, Version) and event.serial:
            self.serials.add(event.serial)
        if isinstance(event, UtcOffset):
            self._offsets.append((place, event.seconds // 60))
            self.offset = event.seconds // 60 if self.offset is None else self.offset

    def begins(self) -> datetime | None:
        """The time of the first line that has one, among those that it begins with."""
        beginning = next(iter(self.file.blocks()), b"")[:_BEGINNING]
        stamps = (split_prefix(decode(line)).stamp for line in beginning.split(b"\n"))
        return next((self.date(stamp) for stamp in stamps if stamp), None)

    def in_order(self) -> array[int]:
        """The places of the entries, in the order in which they were written."""
        return array("I", sorted(self.places, key=self.kept.numbers.__getitem__, reverse=self.survey.newest_first))

    def said_offsets(self) -> list[tuple[int, int]]:
        """What the entries say of the zone, as minutes east of UTC, each with its place, in the order of writing."""
        return sorted(self._offsets, key=lambda one: self.kept.numbers[one[0]], reverse=self.survey.newest_first)


def dater(window_end: datetime | None, modified: datetime | None, now: datetime) -> Dater:
    """How a stamp becomes a time. A missing year is the one that puts it nearest to the end of the window asked about,
    else the latest that the file's own date allows; never one in the future. None if no such year has that day.
    """
    latest = now if window_end or modified is None else min(now, modified)
    reference = min(window_end or latest, now)

    def date(stamp: Stamp) -> datetime | None:
        if stamp.has_year:
            return stamp.time
        past = [t for t in _in_years(stamp.time, reference) if t <= latest + _CLOCKS_DIFFER]
        return min(past, key=lambda t: abs(t - reference), default=None)

    return date


def _in_years(time: datetime, reference: datetime) -> list[datetime]:
    found = []
    for year in range(reference.year - 5, reference.year + 2):
        try:
            found.append(time.replace(year=year))
        except ValueError:  # 29 February
            continue
    return found
