"""One file's entries that a search has found, read and kept; and what the file says of the appliance that wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wizard.maillog.encoding import decode
from wizard.maillog.events.system import UtcOffset, Version
from wizard.maillog.lines import read_entry
from wizard.maillog.logfile import LogFile
from wizard.maillog.loglines import LogLine
from wizard.maillog.prefix import split_prefix
from wizard.maillog.stamps import Stamp
from wizard.maillog.survey import Survey

Dater = Callable[[Stamp], datetime | None]
_BEGINNING = 64 << 10
_CLOCKS_DIFFER = timedelta(days=1)


@dataclass(slots=True)
class Gathered:
    """What was gathered of one file: `entries` by the number of their first line."""

    file: LogFile
    date: Dater
    survey: Survey
    entries: dict[int, LogLine] = field(default_factory=dict)
    serials: set[str] = field(default_factory=set)
    offset: int | None = None
    """Minutes east of UTC that the file says first."""

    def read(self, number: int, raw: bytes) -> LogLine:
        """Take apart the entry that begins with this line."""
        text = decode(raw)
        prefix, event = read_entry(text)
        body_at = prefix.text.rfind(prefix.body)
        stamp = prefix.stamp
        if stamp is None:
            return LogLine(self.file.name, number, None, prefix.text, event, text, body_at, prefix.host)
        time, offset = self.date(stamp), stamp.offset_minutes
        return LogLine(self.file.name, number, time, prefix.text, event, text, body_at, prefix.host, offset)

    def keep(self, line: LogLine) -> None:
        """Keep an entry, and what it says of the appliance."""
        self.entries[line.number] = line
        event = line.event
        if isinstance(event, Version) and event.serial:
            self.serials.add(event.serial)
        if isinstance(event, UtcOffset) and self.offset is None:
            self.offset = event.seconds // 60

    def begins(self) -> datetime | None:
        """The time of the first line that has one, among those that it begins with."""
        beginning = next(iter(self.file.blocks()), b"")[:_BEGINNING]
        stamps = (split_prefix(decode(line)).stamp for line in beginning.split(b"\n"))
        return next((self.date(stamp) for stamp in stamps if stamp), None)

    def in_order(self) -> list[LogLine]:
        """The entries in the order in which they were written."""
        return [self.entries[number] for number in sorted(self.entries, reverse=self.survey.newest_first)]


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
