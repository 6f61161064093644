"""The log as the admin has it: some files of some appliances, searched as often as needed, each line kept once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from wizard.maillog.asked import Window
from wizard.maillog.coverage import Gap, gaps
from wizard.maillog.encoding import decode
from wizard.maillog.events.connection import is_refusal
from wizard.maillog.events.system import UtcOffset
from wizard.maillog.files import LogFile
from wizard.maillog.gathered import Entry, Gathered, dater
from wizard.maillog.identity import Identity
from wizard.maillog.loglines import Appliance, LogLine
from wizard.maillog.prefix import split_prefix
from wizard.maillog.search import Needle, search, search_files
from wizard.maillog.survey import Extent, Survey
from wizard.maillog.trail import Trail

HEAD = timedelta(minutes=15)
"""The longest that a connection may last by default (Cisco AsyncOS user guide, listener settings)."""
_WITH_ADDRESS = re.compile(rb" address +(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]*)(?:\s|$)")
_OVERLAP = timedelta(seconds=5)
HEADERS = (Needle(b"Version: "), Needle(b"Time offset from UTC"))

Windows = Callable[[int | None], Window]
"""The time asked about, in the zone of an offset (minutes east of UTC)."""


class Log:
    """Files searched together. `gather` adds lines; `lines` gives all gathered so far in the appliances' own order."""

    def __init__(self, files: Sequence[LogFile], *, hint: Window | None = None, now: datetime | None = None) -> None:
        self.files = files
        now = now or datetime.now()
        end = (hint.until or hint.since) if hint else None
        daters = [dater(end, file.modified, now) for file in files]
        self._gathered = [Gathered(file, date, Survey(date)) for file, date in zip(files, daters, strict=True)]
        self._identity = Identity(self._gathered)
        self._searched: set[Needle] | None = None
        self._lines: list[LogLine] | None = None
        self._ages: list[int] | None = None
        self._made: list[dict[int, LogLine]] = [{} for _ in files]

    def gather(self, needles: Iterable[Needle] | None) -> bool:
        """Keep every entry that holds one of the needles not searched before; None keeps them all. Whether there was
        anything new to search for.
        """
        first_time = self._searched is None
        searched = self._searched = self._searched or set()
        wanted = None if needles is None else [n for n in dict.fromkeys(needles) if n not in searched]
        if wanted == [] and not first_time:
            return False
        if wanted is not None and first_time:
            wanted = [*wanted, *HEADERS]
        for index, one in enumerate(self._gathered):
            for entry in search(one.file, wanted, observe=one.survey.observe if first_time else None):
                if entry.line not in one.entries:
                    self._keep(index, entry.line, one.read(decode(entry.raw)))
        searched.update(wanted or ())
        return True

    def read(self, trail: Trail) -> None:
        """Keep every entry that the trail follows: one pass, the oldest file first."""
        first_time = self._searched is None
        self._searched = self._searched or set()
        if first_time:
            for needle in HEADERS:
                trail.needles.add(needle)

        def observe(index: int, number: int, block: bytes) -> None:
            if first_time:
                self._gathered[index].survey.observe(number, block)
            trail.block(len(block))

        files = [(index, self.files[index]) for index in self._by_age()]
        for entry in search_files(files, trail.needles, observe):
            one = self._gathered[entry.source]
            known = one.entries.get(entry.line)
            read = known or one.read(decode(entry.raw))
            if not trail.take(read.prefix.host, read.event, entry.at):
                trail.needles.pass_over()
            elif known is None:
                self._keep(entry.source, entry.line, read)

    def _by_age(self) -> list[int]:
        """The files in the order in which they were written, by the first time in each."""
        if self._ages is None:
            begins = [one.begins() if len(self._gathered) > 1 else None for one in self._gathered]
            self._ages = sorted(range(len(begins)), key=lambda index: (begins[index] or datetime.max, index))
        return self._ages

    @property
    def in_order(self) -> bool:
        """Whether files run forward in time and no two of one appliance overlap, so that one pass can follow."""
        if any(one.survey.newest_first for one in self._gathered):
            return False
        for extents in self.extents().values():
            spans = sorted((one.first, one.last) for one in extents if one.first and one.last)
            if any(after[0] < before[1] - _OVERLAP for before, after in pairwise(spans)):
                return False
        return True

    def _keep(self, index: int, number: int, entry: Entry) -> None:
        self._lines = None
        self._gathered[index].keep(number, entry)
        if self._identity.note(index, entry):
            for made in self._made:
                made.clear()

    def lines(self) -> list[LogLine]:
        """All gathered lines, each once, in the order in which their appliance wrote them."""
        if self._lines is None:
            self._say_offsets()
            self._lines = [line for together in self._clusters() for line in self._merged(together)]
            for order, line in enumerate(self._lines):
                line.order = order
        return self._lines

    def _say_offsets(self) -> None:
        for index, one in enumerate(self._surveyed()):
            appliance = self._identity.appliance(self._identity.key(index, None))
            appliance.offset = one.offset if appliance.offset is None else appliance.offset

    def _clusters(self) -> list[list[int]]:
        """The files by their beginning, those together that overlap: their lines have to be merged."""
        begins = [one.survey.first or datetime.max for one in self._gathered]
        clusters: list[list[int]] = []
        end: datetime | None = None
        for index in sorted(range(len(self.files)), key=lambda i: (begins[i], i)):
            survey = self._gathered[index].survey
            if end is not None and survey.first is not None and survey.first <= end:
                clusters[-1].append(index)
            else:
                clusters.append([index])
            end = max((t for t in (end, survey.ends_at) if t), default=None)
        return clusters

    def _merged(self, together: list[int]) -> list[LogLine]:
        seen: dict[tuple[str, str], int] = {}
        keyed: list[tuple[datetime, int, LogLine]] = []
        for rank, index in enumerate(together):
            latest = datetime.min
            for line in self._of_file(index):
                latest = max(latest, line.time or latest)
                alone = len(together) == 1 or line.time is None
                if alone or seen.setdefault((line.appliance.key, line.text), index) == index:  # else two pulls overlap
                    keyed.append((latest, rank, line))
        if len(together) > 1:
            keyed.sort(key=lambda one: one[:2])
        return [line for _, _, line in keyed]

    def _of_file(self, index: int) -> Iterable[LogLine]:
        one, made = self._gathered[index], self._made[index]
        offset = one.offset
        for number, entry in one.in_order():
            if isinstance(entry.event, UtcOffset):
                offset = entry.event.seconds // 60
            if number not in made:
                made[number] = self._line(index, number, entry, offset)
            yield made[number]

    def _line(self, index: int, number: int, entry: Entry, offset: int | None) -> LogLine:
        prefix = entry.prefix
        appliance = self._identity.appliance(self._identity.key(index, prefix.host))
        if prefix.stamp is not None and prefix.stamp.offset_minutes is not None:
            offset = prefix.stamp.offset_minutes
        if offset is not None:
            appliance.offset = offset
        offset = appliance.offset if offset is None else offset
        return LogLine(
            appliance, self.files[index].name, number, entry.time, offset, prefix.text, prefix.body, entry.event
        )

    def extents(self) -> dict[str, list[Extent]]:
        """What the files hold of each appliance, by its key."""
        found: dict[str, list[Extent]] = {}
        for index, one in enumerate(self._surveyed()):
            for host, extent in one.survey.extents.items():
                found.setdefault(self._identity.key(index, host), []).append(extent)
        return found

    def gaps(self, windows: Windows) -> list[Gap]:
        """The stretches of the time asked about that some appliance's log does not show."""
        self.lines()
        found = {
            gap
            for key, extents in self.extents().items()
            for gap in gaps(extents, windows(self._identity.appliance(key).offset))
        }
        return sorted(found, key=lambda gap: gap.start)

    def survey(self, index: int) -> Survey:
        """What was seen of one file while it was searched."""
        return self._surveyed()[index].survey

    @property
    def first(self) -> datetime | None:
        """The earliest time in any file."""
        return min((one.survey.first for one in self._surveyed() if one.survey.first), default=None)

    @property
    def last(self) -> datetime | None:
        """The latest time in any file."""
        return max((one.survey.last for one in self._surveyed() if one.survey.last), default=None)

    def appliances(self) -> list[Appliance]:
        """The appliances whose lines the files hold, with their zones where the lines tell them."""
        self.lines()
        return [self._identity.appliance(key) for key in self.extents()]

    def offset(self, index: int) -> int | None:
        """The zone of a file's own lines, minutes east of UTC."""
        own = self._surveyed()[index].offset
        stamps = (line.offset for line in self._made[index].values())
        return own if own is not None else next((offset for offset in stamps if offset is not None), None)

    def gather_refusals(self, windows: Windows, most: int) -> None:
        """Keep some of the refusals (TCPREFUSE) in the time asked about, of each file at most so many."""
        for index, one in enumerate(self._surveyed()):
            left = most
            for entry in search(one.file, [Needle(b"TCPREFUSE")]):
                read = one.read(decode(entry.raw))
                if is_refusal(read.event) and windows(one.offset).overlaps(read.time, read.time):
                    self._keep(index, entry.line, read)
                    left -= 1
                if not left:
                    break

    def gather_openings_without_address(self) -> None:
        """Keep the openings of connections whose address is masked or cut off. The others may be a million."""
        for index, one in enumerate(self._surveyed()):
            for entry in search(one.file, [Needle(b"SMTP ICID ", ignore_case=True)]):
                if entry.line not in one.entries and not _WITH_ADDRESS.search(entry.raw):
                    self._keep(index, entry.line, one.read(decode(entry.raw)))

    def gather_head(self) -> None:
        """Keep every entry of the first quarter of an hour: connections opened before the log begins end in it."""
        for index, one in enumerate(self._surveyed()):
            first = one.survey.first
            for entry in search(one.file, None) if first else ():
                text = decode(entry.raw)
                stamp = split_prefix(text).stamp
                time = one.date(stamp) if stamp else None
                if first and time and time - first > HEAD:
                    if one.survey.newest_first:
                        continue
                    break
                if entry.line not in one.entries:
                    self._keep(index, entry.line, one.read(text))

    def _surveyed(self) -> list[Gathered]:
        if self._searched is None:
            self.gather(())
        return self._gathered
