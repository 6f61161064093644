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


@dataclass(slots=True, eq=False)
class LogLine:
    """An entry: `body` without the prefix, `text` whole, both on one line. `time` is the appliance's own."""

    appliance: Appliance
    source: str
    number: int
    time: datetime | None
    offset: int | None
    text: str
    body: str
    event: Event | None
    order: int = 0
    """Its place among all lines gathered, in log order."""
    raw: str = ""
    """The entry as it stands in the file, on as many lines, the line end of the last left out."""
    _evidence: Evidence | None = None

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
