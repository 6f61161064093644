"""What the lines tell of one connection, one message, one delivery: the lines themselves, linked, judged by nobody."""

from __future__ import annotations

from array import array
from bisect import insort
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar, overload

from wizard.maillog.events.base import Event
from wizard.maillog.loglines import Appliance, Lines, LogLine, OnDemand

E = TypeVar("E", bound=Event)

_MOST_OPEN = 1000


@dataclass(slots=True, eq=False)
class Record:
    """Lines about one thing of one appliance, in log order: `orders` are their places there."""

    appliance: Appliance
    number: int
    reader: Reader
    orders: array[int] = field(default_factory=lambda: array("I"))
    opened: Opened | None = None

    @property
    def lines(self) -> Sequence[LogLine]:
        return self._opened()

    @property
    def kept(self) -> dict[str, Any]:
        """What was looked up in its lines once for all its recipients, of whom there may be thousands."""
        return self._opened().kept

    @overload
    def all(self, kind: type[E], /) -> Iterator[tuple[LogLine, E]]: ...

    @overload
    def all(self, kind: type[Event], /, *kinds: type[Event]) -> Iterator[tuple[LogLine, Any]]: ...

    def all(self, *kinds: type[Event]) -> Iterator[tuple[LogLine, Any]]:
        """The lines of just these kinds, each with its event."""
        opened = self._opened()
        return (opened.told(place) for place in opened.places(kinds))

    @overload
    def first(self, kind: type[E], /) -> tuple[LogLine, E] | None: ...

    @overload
    def first(self, kind: type[Event], /, *kinds: type[Event]) -> tuple[LogLine, Any] | None: ...

    def first(self, *kinds: type[Event]) -> tuple[LogLine, Any] | None:
        """The first line of these kinds."""
        opened = self._opened()
        found = [places[0] for kind in kinds if (places := opened.kinds.get(kind))]
        return opened.told(min(found)) if found else None

    @overload
    def last(self, kind: type[E], /) -> tuple[LogLine, E] | None: ...

    @overload
    def last(self, kind: type[Event], /, *kinds: type[Event]) -> tuple[LogLine, Any] | None: ...

    def last(self, *kinds: type[Event]) -> tuple[LogLine, Any] | None:
        """The last line of these kinds."""
        opened = self._opened()
        found = [places[-1] for kind in kinds if (places := opened.kinds.get(kind))]
        return opened.told(max(found)) if found else None

    def put(self, order: int) -> None:
        """Put a line where it belongs in log order."""
        insort(self.orders, order)
        if self.opened is not None:
            self.opened = Opened(self.reader.lines, self.orders)

    def _opened(self) -> Opened:
        return self.reader.open(self) if self.opened is None else self.opened


class Reader:
    """Reads the lines of records. There may be millions, so only the records that were asked last stay open."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self._open: deque[Record] = deque()

    def open(self, record: Record) -> Opened:
        """Have the lines of a record ready, and those of another no more."""
        self._open.append(record)
        if len(self._open) > _MOST_OPEN:
            self._open.popleft().opened = None
        record.opened = Opened(self.lines, record.orders)
        return record.opened


class Opened(OnDemand[LogLine]):
    """The lines of a record, as they are asked for, and where those of each kind stand: attempts ask for dozens."""

    __slots__ = ("_lines", "_orders", "_read", "kept", "kinds")

    def __init__(self, lines: Lines, orders: Sequence[int]) -> None:
        self.kept: dict[str, Any] = {}
        self.kinds: dict[type[Event], list[int]] = {}
        self._lines = lines
        self._orders = orders
        self._read: list[LogLine | None] = [None] * len(orders)
        for place, kind in enumerate(lines.kinds(orders)):
            if kind is not None:
                self.kinds.setdefault(kind, []).append(place)

    def __len__(self) -> int:
        return len(self._read)

    def one(self, place: int) -> LogLine:
        line = self._read[place]
        if line is None:
            line = self._read[place] = self._lines.one(self._orders[place])
        return line

    def told(self, place: int) -> tuple[LogLine, Any]:
        """A line with what it says."""
        line = self.one(place)
        return line, line.event

    def places(self, kinds: Collection[type[Event]]) -> list[int]:
        """Where the lines of some kinds stand."""
        found = [places for kind in kinds if (places := self.kinds.get(kind))]
        return list(found[0]) if len(found) == 1 else sorted(chain.from_iterable(found))


@dataclass(slots=True, eq=False)
class Connection(Record):
    """One ICID: from a host's connection to its end; `messages` are those it brought."""

    messages: list[Message] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Message(Record):
    """One MID. `origin` says how it came about where no connection brought it; `children` what became of it."""

    connection: Connection | None = None
    parent: Link | None = None
    children: list[Link] = field(default_factory=list)
    deliveries: dict[int, Delivery] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Delivery(Record):
    """One DCID: a connection to a next hop, shared by many messages."""


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One message became another: `how` is `split`, `rewritten`, `copy`, `bounce` or `notification`; `line` says so."""

    how: str
    line: LogLine
    parent: Message
    child: Message


@dataclass(slots=True, eq=False)
class Records:
    """All that was assembled; `loose` are lines that name no connection, message or delivery."""

    lines: Lines
    connections: list[Connection] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    loose: list[LogLine] = field(default_factory=list)
