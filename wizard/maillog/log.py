"""The log as the admin has it: some files of some appliances, searched as often as needed, each line kept once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from wizard.maillog.asked import Window
from wizard.maillog.coverage import Gap, gaps
from wizard.maillog.gathered import Gathered, dater
from wizard.maillog.kept import Origin
from wizard.maillog.logfile import LogFile
from wizard.maillog.loglines import NOT_KNOWN_YET, Appliance, Lines, Writer
from wizard.maillog.passes import Passes, Watch
from wizard.maillog.pursuit import Followed
from wizard.maillog.survey import Extent, Survey

_OVERLAP = timedelta(seconds=5)

Windows = Callable[[int | None], Window]
"""The time asked about, in the zone of an offset (minutes east of UTC)."""


class Log:
    """Files searched together. `gather` adds lines; `lines` gives all gathered so far in the appliances' own order.

    Where the lines need not be `numbered` they have the places of their first bytes as numbers, which takes less time.
    """

    def __init__(
        self,
        files: Sequence[LogFile],
        *,
        hint: Window | None = None,
        now: datetime | None = None,
        numbered: bool = True,
    ) -> None:
        self.files = files
        self.followed: Followed = {}
        now = now or datetime.now()
        end = (hint.until or hint.since) if hint else None
        self._passes = Passes(files, [dater(end, file.modified, now) for file in files], numbered=numbered)
        self._gathered = self._passes.gathered
        self._identity = self._passes.identity
        self._kept = self._passes.kept
        self._writers = array("I")
        self._known = [Writer("", NOT_KNOWN_YET, None)]
        self._lines: Lines | None = None
        self._as_of = 0
        self.gather, self.read = self._passes.gather, self._passes.read
        self.keep, self.stop, self.check_size = self._passes.keep, self._passes.stop, self._passes.check_size

    def watch(self, watch: Watch | None) -> None:
        """Tell somebody how far each search has come."""
        self._passes.watch = watch

    @property
    def stopped(self) -> bool:
        """Whether it was not read to its end."""
        return self._passes.stopped

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

    def lines(self) -> Lines:
        """All gathered lines, each once, in the order in which their appliance wrote them."""
        if self._lines is None or self._passes.changes != self._as_of:
            self._as_of = self._passes.changes
            self._say_offsets()
            self._writers = array("I", bytes(len(self._kept) * array("I").itemsize))
            self._known = self._known[:1]
            places = array("I")
            for together in self._clusters():
                places.extend(self._merged(together))
            self._lines = Lines(self._kept, places, self._writers, self._known)
        return self._lines

    def _say_offsets(self) -> None:
        for index, one in enumerate(self.surveyed()):
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

    def _merged(self, together: list[int]) -> array[int]:
        in_order = [self._of_file(index) for index in together]
        if len(together) == 1:
            return in_order[0]
        seen: dict[tuple[str, str], int] = {}
        keyed: list[tuple[datetime, int, int]] = []
        for rank, places in enumerate(in_order):
            latest = datetime.min
            for place in places:
                time = self._kept.times[place]
                latest = max(latest, time or latest)
                said = self._writer(place).appliance.key, self._kept.text(place)
                if time is None or seen.setdefault(said, rank) == rank:  # else two pulls overlap
                    keyed.append((latest, rank, place))
        keyed.sort(key=lambda one: one[:2])
        return array("I", [place for _, _, place in keyed])

    def _of_file(self, index: int) -> array[int]:
        """The places of a file's lines in their order, of which it is noted now who wrote them."""
        one, numbers = self._gathered[index], dict[Writer, int]()
        offset, said = one.offset, dict(one.said_offsets())
        places = one.in_order()
        before: tuple[Origin, int | None] | None = None
        number = 0
        for place in places:
            offset = said.get(place, offset)
            origin = self._kept.origin(place)
            if before != (origin, offset):
                before = origin, offset
                writer = self._written_by(origin, offset)
                if writer not in numbers:
                    numbers[writer] = len(self._known)
                    self._known.append(writer)
                number = numbers[writer]
            self._writers[place] = number
        return places

    def _written_by(self, origin: Origin, offset: int | None) -> Writer:
        """Who wrote a line; `offset` is that of the lines before it."""
        index, host, own_offset = origin
        appliance = self._identity.appliance(self._identity.key(index, host))
        offset = offset if own_offset is None else own_offset
        if offset is not None:
            appliance.offset = offset
        return Writer(self.files[index].name, appliance, appliance.offset)

    def _writer(self, place: int) -> Writer:
        return self._known[self._writers[place]]

    def extents(self) -> dict[str, list[Extent]]:
        """What the files hold of each appliance, by its key."""
        found: dict[str, list[Extent]] = {}
        for index, one in enumerate(self.surveyed()):
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
        return self.surveyed()[index].survey

    @property
    def first(self) -> datetime | None:
        """The earliest time in any file."""
        return min((one.survey.first for one in self.surveyed() if one.survey.first), default=None)

    @property
    def last(self) -> datetime | None:
        """The latest time in any file."""
        return max((one.survey.last for one in self.surveyed() if one.survey.last), default=None)

    def appliances(self) -> list[Appliance]:
        """The appliances whose lines the files hold, with their zones where the lines tell them."""
        self.lines()
        return [self._identity.appliance(key) for key in self.extents()]

    def offset(self, index: int) -> int | None:
        """The zone of a file's own lines, minutes east of UTC."""
        one = self.surveyed()[index]
        if one.offset is not None:
            return one.offset
        offsets = (self._writer(place).offset for place in one.places if place < len(self._writers))
        return next((offset for offset in offsets if offset is not None), None)

    def surveyed(self) -> list[Gathered]:
        """What was gathered of each file, each read at least once."""
        if not self._passes.surveyed:
            self.gather(())
        return self._gathered
