"""Some files searched together, as often as needed: each entry is kept once, each file surveyed while it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from wizard.errors import InputError
from wizard.maillog.events.system import UtcOffset
from wizard.maillog.gathered import Dater, Gathered
from wizard.maillog.identity import Identity
from wizard.maillog.kept import Kept, Reading
from wizard.maillog.logfile import LogFile
from wizard.maillog.needles import Needle
from wizard.maillog.search import Entry, Whole, search, search_files
from wizard.maillog.survey import Survey
from wizard.maillog.trail import Trail

VERSION, OFFSET = Needle(b"Version: "), Needle(b"Time offset from UTC")
"""A file's header. The version stands beside the offset: it is looked for only where that is."""
_BESIDE = 64 << 10
MOST_LINES = 1_000_000
"""Where nothing but a time is asked about, all its lines are kept: some 500 MB."""

Watch = Callable[[int, int, int], None]
"""Told with every block: bytes read in this pass, bytes in all, entries kept so far."""


class Passes:
    """`changes` counts the entries kept."""

    def __init__(self, files: Sequence[LogFile], daters: Sequence[Dater], *, numbered: bool) -> None:
        self.files = files
        self.kept = Kept()
        self.gathered = [
            Gathered(index, file, date, Survey(date), self.kept)
            for index, (file, date) in enumerate(zip(files, daters, strict=True))
        ]
        self.identity = Identity(self.gathered)
        self.watch: Watch | None = None
        self.changes = 0
        self.stopped = False
        self._numbered = numbered
        self._searched: set[Needle] | None = None
        self._ages: list[int] | None = None
        self._size = sum(file.size for file in files)
        self._behind: list[int] = []

    @property
    def surveyed(self) -> bool:
        """Whether the files have been read at least once."""
        return self._searched is not None

    def gather(self, needles: Iterable[Needle] | None) -> bool:
        """Keep every entry that holds one of the needles not searched before; None keeps them all. Whether there was
        anything new to search for.
        """
        first_time = not self.surveyed
        searched = self._searched = self._searched or set()
        wanted = None if needles is None else [n for n in dict.fromkeys(needles) if n not in searched]
        if wanted == [] and not first_time:
            return False
        if wanted is not None and first_time:
            wanted = [*wanted, VERSION, OFFSET]
        for index, entry in self.entries(wanted, first_time=first_time):
            if not self.gathered[index].holds(entry.line):
                self.keep(index, self.gathered[index].read(entry.line, entry.raw))
            if wanted is None:
                self.check_size()
        searched.update(wanted or ())
        return True

    def entries(self, needles: Sequence[Needle] | None, *, first_time: bool = False) -> Iterator[tuple[int, Entry]]:
        """What a search finds, file by file, each entry with the index of its file."""
        self._behind = []
        for index, file in enumerate(self.files):
            if not self.stopped:
                observe = self._observer(index, first_time)
                for entry in search(file, needles, observe, numbered=self._numbered):
                    yield index, entry

    def check_size(self) -> None:
        """Raise InputError if there are more lines than can be kept."""
        if self.changes > MOST_LINES:
            raise InputError("too-many-lines", most=f"{MOST_LINES:,}")

    def read(self, trail: Trail, whole: Whole | None = None) -> None:
        """Keep every entry that the trail follows: one pass, the oldest file first. It is shown every entry of what is
        wanted as a `whole`. But for the first pass, which surveys the files, it ends where nothing is wanted any more.
        """
        if self.stopped:
            return
        first_time = not self.surveyed
        self._searched = self._searched or set()
        if first_time:
            trail.needles.add(OFFSET)
        self._behind = []
        observers = [self._observer(index, first_time) for index in range(len(self.files))]

        def observe(index: int, number: int, block: bytes) -> None:
            observers[index](number, block)
            trail.needles.discard(VERSION)
            if number == 1 and first_time:
                trail.needles.add(VERSION)
            trail.block(len(block))

        files = [(index, self.files[index]) for index in self._by_age()]
        to_the_end = first_time or whole is not None
        anew = self.changes > 0
        for entry in search_files(
            files, trail.needles, observe, numbered=self._numbered, whole=whole, to_the_end=to_the_end
        ):
            one = self.gathered[entry.source]
            read = one.read(entry.line, entry.raw)
            if not trail.take(read, entry.at):
                trail.needles.pass_over()
            elif not (anew and one.holds(entry.line)):
                self.keep(entry.source, read)
            if isinstance(read.event, UtcOffset):
                trail.needles.add(VERSION, _BESIDE)

    def keep(self, index: int, line: Reading) -> None:
        """Keep an entry of a file."""
        self.changes += 1
        self.gathered[index].keep(line)
        if self.identity.several:
            self.identity.note(index, line)

    def stop(self) -> None:
        """Search no more: what was found is all there is."""
        self.stopped = True
        self._searched = self._searched or set()
        for one in self.gathered:
            one.survey.settle()
            one.file.note("interrupted")

    def _observer(self, index: int, first_time: bool) -> Callable[[int, bytes], None]:
        survey, file = self.gathered[index].survey, self.files[index]

        def observe(number: int, block: bytes) -> None:
            if first_time:
                survey.observe(number, block)
            if self.watch:
                self.watch(sum(self._behind) + (file.reached if block else 0), self._size, self.changes)
            if not block:
                self._behind.append(file.size)

        return observe

    def _by_age(self) -> list[int]:
        """The files in the order in which they were written, by the first time in each."""
        if self._ages is None:
            begins = [one.begins() if len(self.gathered) > 1 else None for one in self.gathered]
            self._ages = sorted(range(len(begins)), key=lambda index: (begins[index] or datetime.max, index))
        return self._ages
