"""Where only a time was asked about: which pieces of a log hold lines of that time, and which lines those are."""

from __future__ import annotations

from datetime import datetime, timedelta

from wizard.maillog.asked import Window
from wizard.maillog.held_offsets import offsets
from wizard.maillog.log import Log, Windows
from wizard.maillog.loglines import AnyLine
from wizard.maillog.prefix import time_of
from wizard.maillog.survey import line_start, line_text

BEHIND = timedelta(days=5)
"""Servers try for so long (RFC 5321, 4.5.4.1): a later arrival makes good what failed in the time asked about."""
BEFORE = timedelta(minutes=5)
"""The longest that a connection may be silent (AsyncOS 10.0 user guide, listener settings): it says something then."""
MOST_BEHIND = 16 << 20
"""Bytes of log behind the time asked about that are read."""
NOT_ALL_BEHIND = "not all lines behind the time asked about were read"
_SAMPLES = 8


class InWindow:
    """Asked while the log is read. Of what lies behind the time asked about it takes in a limited amount.

    Raises InputError where the time itself has more lines than can be kept.
    """

    def __init__(self, log: Log, windows: Windows, behind: timedelta = BEHIND) -> None:
        self._log = log
        self._dates = [one.date for one in log.surveyed()]
        self._asked = [windows(zone.first) for zone in offsets(log)]
        self._widened = [Window(_moved(one.since, -BEFORE), _moved(one.until, behind)) for one in self._asked]
        self._index = {file.name: index for index, file in enumerate(log.files)}
        self._behind = 0

    def holds(self, line: AnyLine) -> bool:
        """Whether a line is of that time, or of the days in which what failed may have been made good."""
        self._log.check_size()
        index = self._index[line.source]
        asked = self._asked[index]
        if self._behind > MOST_BEHIND and line.time and asked.until and line.time > asked.until:
            return False
        return self._widened[index].overlaps(line.time, line.time)

    def may_hold(self, index: int, block: bytes) -> bool:
        """Whether a piece of a file may have such lines: judged by some of its lines, in which a log runs on."""
        places = [len(block) * number // _SAMPLES for number in range(_SAMPLES)] + [len(block) - 1]
        texts = (line_text(block, line_start(block, place)) for place in places)
        times = [time for time in (time_of(text, self._dates[index]) for text in texts) if time]
        asked = self._asked[index]
        if not times:
            return True
        may = self._widened[index].overlaps(min(times), max(times))
        if may and asked.until is not None and min(times) > asked.until:
            self._behind += len(block)
            if self._behind > MOST_BEHIND:
                self._log.files[index].note(NOT_ALL_BEHIND)
                return False
        return may


def _moved(time: datetime | None, by: timedelta) -> datetime | None:
    try:
        return time + by if time else None
    except OverflowError:
        return None
