"""From when to when a sending server's log has lines, and how times of unknown zone compare with others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

GRACE = timedelta(minutes=10)
"""How far clocks and edges of a window may differ."""

ANY_ZONE = timedelta(hours=14)
"""The farthest any time zone is from UTC: how far a time of unknown zone may be off."""


@dataclass(slots=True)
class Coverage:
    """From when to when the log has lines of the server, and whether that takes in the time asked about.

    `covers` is None where no window was asked for. A log of unknown time zone covers a window of known zone only if it
    does so in every zone.
    """

    first: datetime | None = None
    last: datetime | None = None
    covers: bool | None = None
    attempts: int = 0
    problems: list[str] = field(default_factory=list)

    def note(self, time: datetime) -> None:
        self.first = time if self.first is None or before(time, self.first) else self.first
        self.last = time if self.last is None or before(self.last, time) else self.last

    def add_problem(self, what: str) -> None:
        if what not in self.problems:
            self.problems.append(what)

    def goes_on_after(self, time: datetime) -> bool:
        return self.last is not None and not before(self.last, time + GRACE)


def covers(coverage: Coverage, since: datetime | None, until: datetime | None) -> bool | None:
    """Whether a log with lines as `coverage` says takes in this time; None where no time is asked about."""
    if since is None or until is None:
        return None
    if coverage.first is None or coverage.last is None:
        return False
    late = before(since + GRACE, coverage.first, doubtful=True)
    short = before(coverage.last + GRACE, until, doubtful=True)
    return not late and not short


def before(one: datetime, other: datetime, doubtful: bool = False) -> bool:
    """Whether `one` is before `other`; where one's zone is unknown, `doubtful` says what to answer if it may be."""
    if (one.tzinfo is None) == (other.tzinfo is None):
        return one < other
    return utc(other) - utc(one) > (-ANY_ZONE if doubtful else ANY_ZONE)


def utc(time: datetime) -> datetime:
    """A naive time that sorts: in UTC, or as it stands where its zone is unknown."""
    return time.replace(tzinfo=None) - (time.utcoffset() or timedelta())
