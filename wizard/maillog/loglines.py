"""One line of the gateway's log with all that makes it evidence: file, number, appliance, time, and what it says."""

from __future__ import annotations

from abc import abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import NamedTuple, TypeVar, overload

from wizard.facts import Evidence
from wizard.maillog.events.base import Event
from wizard.maillog.kept import Kept, Numbers, Reading

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Appliance:
    """One gateway: its counters (ICID, MID, DCID) are its own. `host`: its syslog name, else its serial number."""

    key: str
    host: str | None = None
    offset: int | None = None
    """Minutes east of UTC, where the log tells it; in the last of its files, should that have changed."""


NOT_KNOWN_YET = Appliance("")


class Writer(NamedTuple):
    """Who wrote some lines: the file's name, the appliance, and its zone then, in minutes east of UTC."""

    source: str
    appliance: Appliance
    offset: int | None


class LogLine:
    """An entry in its place among all lines gathered: `order`, in log order. What it says is read when it is asked."""

    __slots__ = ("_event", "_evidence", "_kept", "_place", "_read", "_writer", "order")

    def __init__(self, kept: Kept, place: int, writer: Writer, order: int) -> None:
        self._kept = kept
        self._place = place
        self._writer = writer
        self.order = order
        self._event: Event | None = None
        self._read = False
        self._evidence: Evidence | None = None

    @property
    def source(self) -> str:
        return self._writer.source

    @property
    def number(self) -> int:
        return self._kept.numbers[self._place]

    @property
    def time(self) -> datetime | None:
        """The appliance's own."""
        return self._kept.times[self._place]

    @property
    def appliance(self) -> Appliance:
        return self._writer.appliance

    @property
    def offset(self) -> int | None:
        """Minutes east of UTC, where the log tells it."""
        return self._writer.offset

    @property
    def kind(self) -> type[Event] | None:
        """The kind of its event."""
        return self._kept.kinds[self._place]

    @property
    def named(self) -> Numbers:
        """The numbers that it is about."""
        return self._kept.named(self._place)

    @property
    def event(self) -> Event | None:
        if not self._read:
            self._event = self._kept.event(self._place)
            self._read = True
        return self._event

    @property
    def raw(self) -> str:
        """The entry as it stands in the file, on as many lines, the line end of the last left out."""
        return self._kept.raw(self._place)

    @property
    def text(self) -> str:
        """All of it on one line."""
        return self._kept.text(self._place)

    @property
    def body(self) -> str:
        """The text without stamp, host, tag and level."""
        return self._kept.body(self._place)

    @property
    def iso(self) -> str | None:
        """The time as ISO 8601, with the offset where the log tells it."""
        return self._evidence.time if self._evidence else iso(self.time, self.offset)

    @property
    def evidence(self) -> Evidence:
        """This line as what a fact rests on."""
        if self._evidence is None:
            self._evidence = Evidence(self.source, self.text, self.number, self.iso)
        return self._evidence


AnyLine = Reading | LogLine


class OnDemand(Sequence[T]):
    """Things made when somebody asks for them: of thousands that is one."""

    __slots__ = ()

    @abstractmethod
    def one(self, place: int) -> T:
        """The one at a place, counted from the beginning."""

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...

    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        places = range(len(self))[place]
        return self.one(places) if isinstance(places, int) else [self.one(one) for one in places]


class Lines(OnDemand[LogLine]):
    """All lines gathered: in log order, the places where they are kept; and, by place, who wrote them."""

    def __init__(self, kept: Kept, places: array[int], writers: array[int], known: Sequence[Writer]) -> None:
        self._kept = kept
        self._places = places
        self._writers = writers
        self._known = known

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[LogLine]:
        kept, writers, known = self._kept, self._writers, self._known
        for order, place in enumerate(self._places):
            yield LogLine(kept, place, known[writers[place]], order)

    def one(self, place: int) -> LogLine:
        kept_at = self._places[place]
        return LogLine(self._kept, kept_at, self._known[self._writers[kept_at]], place)

    def some(self, orders: Iterable[int]) -> Iterator[LogLine]:
        """Some of them."""
        return map(self.one, orders)

    def kinds(self, orders: Iterable[int]) -> list[type[Event] | None]:
        """The kinds of some."""
        kinds, places = self._kept.kinds, self._places
        return [kinds[places[order]] for order in orders]

    def time(self, order: int) -> datetime | None:
        """The time of one."""
        return self._kept.times[self._places[order]]


def iso(time: datetime | None, offset: int | None) -> str | None:
    """A naive local time as ISO 8601, with the offset (minutes east of UTC) where it is known.

    >>> iso(datetime(2024, 3, 1, 9, 5), 540), iso(datetime(2024, 3, 1, 9, 5), None), iso(None, 0)
    ('2024-03-01T09:05:00+09:00', '2024-03-01T09:05:00', None)
    """
    if time is None:
        return None
    return (time if offset is None else time.replace(tzinfo=timezone(timedelta(minutes=offset)))).isoformat()
