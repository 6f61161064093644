"""The log as the admin has it: some files of some appliances, searched as often as needed, each line kept once.

Which appliance wrote a line: its syslog host, else the serial number in the file's header, else the path it was named
by (`--log`): files of one folder without either are one appliance's, of different paths different ones'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wizard.maillog.asked import Window
from wizard.maillog.coverage import Gap, gaps
from wizard.maillog.encoding import decode
from wizard.maillog.events.base import Event
from wizard.maillog.events.system import UtcOffset, Version
from wizard.maillog.files import LogFile
from wizard.maillog.lines import read_entry
from wizard.maillog.loglines import Appliance, LogLine
from wizard.maillog.prefix import Prefix, split_prefix
from wizard.maillog.search import Needle, search
from wizard.maillog.stamps import Stamp
from wizard.maillog.survey import Extent, Survey

HEAD = timedelta(minutes=15)
"""The longest that a connection may last by default (Cisco AsyncOS user guide, listener settings)."""
HEADERS = (Needle(b"Version: "), Needle(b"Time offset from UTC"))


@dataclass(frozen=True, slots=True)
class _Kept:
    prefix: Prefix
    event: Event | None


class Log:
    """Files searched together. `gather` adds lines; `lines` gives all gathered so far in the appliances' own order."""

    def __init__(self, files: Sequence[LogFile], *, hint: Window | None = None, now: datetime | None = None) -> None:
        self.files = files
        self._now = now or datetime.now()
        self._hint = hint or Window()
        self._kept: list[dict[int, _Kept]] = [{} for _ in files]
        self._seen: dict[str, int] = {}
        self._surveys: list[Survey] | None = None
        self._searched: set[Needle] = set()

    def gather(self, needles: Iterable[Needle] | None) -> None:
        """Keep every entry that holds one of the needles not searched before; None keeps them all."""
        wanted = None if needles is None else [n for n in dict.fromkeys(needles) if n not in self._searched]
        first_time = self._surveys is None
        if first_time:
            self._surveys = [Survey(self._dater(file)) for file in self.files]
            wanted = None if wanted is None else [*wanted, *HEADERS]
        elif wanted is not None and not wanted:
            return
        assert self._surveys is not None
        for index, file in enumerate(self.files):
            kept = self._kept[index]
            for entry in search(file, wanted, observe=self._surveys[index].observe if first_time else None):
                if entry.line not in kept:
                    self._keep(index, entry.line, decode(entry.raw))
        self._searched.update(wanted or ())

    def _keep(self, index: int, number: int, text: str) -> None:
        prefix, event = read_entry(text)
        if prefix.stamp is not None and self._seen.setdefault(prefix.text, index) != index:
            return  # overlapping pulls: the same line in two files counts once
        self._kept[index][number] = _Kept(prefix, event)

    def lines(self) -> list[LogLine]:
        """All gathered lines: appliance by appliance, its files by their beginning, each in the order of its events."""
        appliances = self._by_key()
        found: list[LogLine] = []
        for index in self._in_order():
            file, survey = self.files[index], self._surveys_made()[index]
            date = self._dater(file)
            serial_key = self._file_key(index)
            for number in sorted(self._kept[index], reverse=survey.newest_first):
                kept = self._kept[index][number]
                prefix = kept.prefix
                appliance = appliances[prefix.host or serial_key]
                if isinstance(kept.event, UtcOffset):
                    appliance.offset = kept.event.seconds // 60
                if prefix.stamp is not None and prefix.stamp.offset_minutes is not None:
                    appliance.offset = prefix.stamp.offset_minutes
                time = date(prefix.stamp) if prefix.stamp else None
                found.append(
                    LogLine(appliance, file.name, number, time, prefix.text, prefix.body, kept.event, len(found))
                )
        return found

    def extents(self) -> dict[str, list[Extent]]:
        """What the files hold of each appliance, by its key."""
        found: dict[str, list[Extent]] = {}
        for index, survey in enumerate(self._surveys_made()):
            for host, extent in survey.extents.items():
                found.setdefault(host or self._file_key(index), []).append(extent)
        return found

    def gaps(self, window: Window) -> list[Gap]:
        """The stretches of the window that some appliance's log does not show."""
        return sorted(
            {gap for extents in self.extents().values() for gap in gaps(extents, window)}, key=lambda g: g.start
        )

    def survey(self, index: int) -> Survey:
        """What was seen of one file while it was searched."""
        return self._surveys_made()[index]

    @property
    def first(self) -> datetime | None:
        """The earliest time in any file."""
        return min((s.first for s in self._surveys_made() if s.first), default=None)

    @property
    def last(self) -> datetime | None:
        """The latest time in any file."""
        return max((s.last for s in self._surveys_made() if s.last), default=None)

    def appliances(self) -> list[Appliance]:
        """The appliances whose lines the files hold, with their zones where the lines tell them."""
        return list({id(line.appliance): line.appliance for line in self.lines()}.values())

    def offset(self, index: int) -> int | None:
        """The zone of a file's own lines, minutes east of UTC."""
        for kept in self._kept[index].values():
            if isinstance(kept.event, UtcOffset):
                return kept.event.seconds // 60
        return None

    def gather_head(self) -> None:
        """Keep every entry of the first quarter of an hour: connections opened before the log begins end in it."""
        for index, file in enumerate(self.files):
            first = self._surveys_made()[index].first
            date = self._dater(file)
            for entry in search(file, None):
                text = decode(entry.raw)
                stamp = split_prefix(text).stamp
                time = date(stamp) if stamp else None
                if first and time and time - first > HEAD:
                    break
                if entry.line not in self._kept[index]:
                    self._keep(index, entry.line, text)

    def _surveys_made(self) -> list[Survey]:
        if self._surveys is None:
            self.gather(())
        assert self._surveys is not None
        return self._surveys

    def _in_order(self) -> list[int]:
        surveys = self._surveys_made()
        return sorted(range(len(self.files)), key=lambda i: (surveys[i].first or datetime.max, i))

    def _serials(self, index: int) -> set[str]:
        return {k.event.serial for k in self._kept[index].values() if isinstance(k.event, Version) and k.event.serial}

    def _file_key(self, index: int) -> str:
        """The key of lines without a host: the file's own serial number, else its folder's only one, else its path."""
        named = self.files[index].named
        siblings = set().union(*(self._serials(i) for i, f in enumerate(self.files) if f.named == named))
        own = self._serials(index) or siblings
        return f"SN {next(iter(own))}" if len(own) == 1 else f"path {named}"

    def _by_key(self) -> dict[str, Appliance]:
        found: dict[str, Appliance] = {}
        for key in self.extents() | {self._file_key(i): [] for i in range(len(self.files))}:
            serial = key.removeprefix("SN ") if key.startswith("SN ") else None
            found[key] = Appliance(key, serial or (None if key.startswith("path ") else key))
        return found

    def _dater(self, file: LogFile) -> Callable[[Stamp], datetime | None]:
        """How a stamp becomes a time: a missing year comes from the window asked about, else from the file's date."""
        reference = self._hint.until or self._hint.since or file.modified or self._now

        def date(stamp: Stamp) -> datetime | None:
            return stamp.time if stamp.has_year else _in_year(stamp.time, min(reference, self._now), self._now)

        return date


def _in_year(time: datetime, reference: datetime, now: datetime) -> datetime | None:
    """The time in the year that puts it nearest to the reference, not in the future; None if no year has that day."""
    years = []
    for year in range(reference.year - 5, reference.year + 2):
        try:
            years.append(time.replace(year=year))
        except ValueError:  # 29 February
            continue
    past = [t for t in years if t <= now + timedelta(days=1)]
    return min(past, key=lambda t: abs(t - reference), default=None)
