"""Logs beside the gateway's own mail log: opened like it, read once as they come, described for the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.base import Desk
from wizard.gather.search_log import PATHS, known, paths_of
from wizard.maillog.encoding import decode
from wizard.maillog.files import find_files
from wizard.maillog.logfile import LogFile

HALF_A_YEAR = timedelta(days=182)


@dataclass(slots=True)
class Reading:
    """One file, and what has been read of it."""

    file: LogFile
    lines: int = 0
    bytes: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def numbered(self) -> Iterator[tuple[int, str]]:
        """Its lines with their 1-based numbers, without line ends."""
        self.lines = self.bytes = 0
        for block in self.file.blocks():
            self.bytes += len(block)
            for raw in block.removesuffix(b"\n").split(b"\n"):
                self.lines += 1
                yield self.lines, decode(raw.removesuffix(b"\r"))

    def note_time(self, time: datetime) -> None:
        """Widen what it is known to cover."""
        if self.first is None or self.last is None:
            self.first = self.last = time
        elif (time.tzinfo is None) == (self.first.tzinfo is None):
            self.first, self.last = min(self.first, time), max(self.last, time)

    def coverage(self) -> dict[str, Any]:
        """In the shape of the report."""
        return {
            "path": self.file.path,
            "lines": self.lines,
            "bytes": self.bytes,
            "from": _iso(self.first),
            "to": _iso(self.last),
            "problems": list(self.file.problems),
        }


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(timespec="seconds")


def open_files(paths: Sequence[str], desk: Desk) -> list[Reading]:
    """The files that these paths mean, opened once a run. Raises InputError for a path that cannot be read."""
    key = tuple(paths)
    if key not in desk.files:
        desk.files[key] = find_files(key)
    return [Reading(file) for file in desk.files[key]]


def refuse(readings: Sequence[Reading], key: str) -> InputError:
    """The error that none of these files is what it should be, with their names."""
    named = ", ".join(reading.file.name for reading in readings[:5]) + (", …" if len(readings) > 5 else "")
    return InputError(key, files=named)


def latest(reading: Reading, anchor: datetime | None, desk: Desk) -> datetime:
    """A date that no line of the file is later than, from which lines without a year take it.

    Half a year after `anchor`, the time asked about, which makes it the year nearest to that; else the file's own date.
    Never in the future.
    """
    dated = anchor.replace(tzinfo=None) + HALF_A_YEAR if anchor else reading.file.modified or desk.now
    return min(dated, desk.now)


def moment(facts: Mapping[str, Fact], name: str) -> datetime | None:
    """A fact that is an ISO time, None where it is not known."""
    text = known(facts, name)
    return None if text is None else datetime.fromisoformat(text)


def connection_span(facts: Mapping[str, Fact]) -> tuple[datetime, datetime] | None:
    """From when to when the gateway's own connection was open, None where there is none with a time.

    One that was refused at once, or opened before the log begins, has the time of its first line alone.
    """
    began = moment(facts, "log.opened")
    if began is None and known(facts, "log.connection") == "seen":
        first = facts["log.connection"].at
        began = datetime.fromisoformat(first) if first else None
    if began is None:
        return None
    ended = facts["log.ended"].at if "log.ended" in facts else None
    return began, max(began, datetime.fromisoformat(ended)) if ended else began


def gateway_zone(facts: Mapping[str, Fact], desk: Desk) -> tzinfo | None:
    """The zone of the gateway's log, where it tells one."""
    span = connection_span(facts)
    if span is not None:
        return span[0].tzinfo
    log = desk.logs.get(paths_of(facts)) if PATHS in facts else None
    offsets = {one.offset for one in log.appliances() if one.offset is not None} if log else set()
    return timezone(timedelta(minutes=offsets.pop())) if len(offsets) == 1 else None


def asked_span(facts: Mapping[str, Fact], zone: tzinfo | None) -> tuple[datetime | None, datetime | None]:
    """The window asked about; its ends have a zone where one was given, else the gateway's where that is known."""
    ends = (moment(facts, "window.since"), moment(facts, "window.until"))
    since, until = (end if end is None or end.tzinfo else end.replace(tzinfo=zone) for end in ends)
    return since, until
