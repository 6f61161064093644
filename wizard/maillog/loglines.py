"""One line of the gateway's log with all that makes it evidence: file, number, appliance, time, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from wizard.facts import Evidence
from wizard.maillog.events.base import Event


@dataclass(slots=True, eq=False)
class Appliance:
    """One gateway: its counters (ICID, MID, DCID) are its own. `host`: its syslog name, else its serial number."""

    key: str
    host: str | None = None
    offset: int | None = None
    """Minutes east of UTC, where the log tells it; in the last of its files, should that have changed."""


NOT_KNOWN_YET = Appliance("")


@dataclass(slots=True, eq=False)
class LogLine:
    """An entry: `text` is all of it on one line, `time` the appliance's own. `host` and `own_offset` (minutes east of
    UTC) are what it says itself; which `appliance` wrote it, and in what zone, is known when a search has ended.
    """

    source: str
    number: int
    time: datetime | None
    text: str
    event: Event | None
    raw: str
    """The entry as it stands in the file, on as many lines, the line end of the last left out."""
    _body_at: int = 0
    host: str | None = None
    own_offset: int | None = None
    appliance: Appliance = NOT_KNOWN_YET
    offset: int | None = None
    order: int = 0
    """Its place among all lines gathered, in log order."""
    _evidence: Evidence | None = None

    def written_by(self, appliance: Appliance, offset: int | None) -> None:
        """Take in whose line it is; `offset` is that of the lines before it."""
        offset = offset if self.own_offset is None else self.own_offset
        if offset is not None:
            appliance.offset = offset
        self.appliance = appliance
        self.offset = appliance.offset
        self._evidence = None

    @property
    def body(self) -> str:
        """The text without stamp, host, tag and level."""
        return self.text[self._body_at :]

    @property
    def iso(self) -> str | None:
        """The time as ISO 8601, with the offset where the log tells it."""
        return self.evidence.time

    @property
    def evidence(self) -> Evidence:
        """This line as what a fact rests on."""
        if self._evidence is None:
            self._evidence = Evidence(self.source, self.text, self.number, iso(self.time, self.offset))
        return self._evidence


def iso(time: datetime | None, offset: int | None) -> str | None:
    """A naive local time as ISO 8601, with the offset (minutes east of UTC) where it is known.

    >>> iso(datetime(2024, 3, 1, 9, 5), 540), iso(datetime(2024, 3, 1, 9, 5), None), iso(None, 0)
    ('2024-03-01T09:05:00+09:00', '2024-03-01T09:05:00', None)
    """
    if time is None:
        return None
    return (time if offset is None else time.replace(tzinfo=timezone(timedelta(minutes=offset)))).isoformat()
