"""What the lines tell of one connection, one message, one delivery: the lines themselves, linked, judged by nobody."""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar, overload

from wizard.maillog.events.base import Event
from wizard.maillog.loglines import Appliance, LogLine

E = TypeVar("E", bound=Event)


@dataclass(slots=True, eq=False)
class Record:
    """Lines about one thing of one appliance, in log order."""

    appliance: Appliance
    number: int
    lines: list[LogLine] = field(default_factory=list)
    over: LogLine | None = None
    """The last line that says it has ended."""
    _kinds: dict[type[Event], list[int]] = field(default_factory=dict)
    _seen: int = 0

    @overload
    def all(self, kind: type[E], /) -> Iterator[tuple[LogLine, E]]: ...

    @overload
    def all(self, kind: type[Event], /, *kinds: type[Event]) -> Iterator[tuple[LogLine, Any]]: ...

    def all(self, *kinds: type[Event]) -> Iterator[tuple[LogLine, Any]]:
        """The lines of just these kinds, each with its event."""
        return (self._one(place) for place in self._places(kinds))

    @overload
    def first(self, kind: type[E], /) -> tuple[LogLine, E] | None: ...

    @overload
    def first(self, kind: type[Event], /, *kinds: type[Event]) -> tuple[LogLine, Any] | None: ...

    def first(self, *kinds: type[Event]) -> tuple[LogLine, Any] | None:
        """The first line of these kinds."""
        found = [places[0] for kind in kinds if (places := self._by_kind().get(kind))]
        return self._one(min(found)) if found else None

    @overload
    def last(self, kind: type[E], /) -> tuple[LogLine, E] | None: ...

    @overload
    def last(self, kind: type[Event], /, *kinds: type[Event]) -> tuple[LogLine, Any] | None: ...

    def last(self, *kinds: type[Event]) -> tuple[LogLine, Any] | None:
        """The last line of these kinds."""
        found = [places[-1] for kind in kinds if (places := self._by_kind().get(kind))]
        return self._one(max(found)) if found else None

    def put(self, line: LogLine) -> None:
        """Put a line where it belongs in log order."""
        insort(self.lines, line, key=lambda one: one.order)
        self._kinds.clear()
        self._seen = 0

    def _one(self, place: int) -> tuple[LogLine, Any]:
        return self.lines[place], self.lines[place].event

    def _places(self, kinds: Collection[type[Event]]) -> list[int]:
        found = [places for kind in kinds if (places := self._by_kind().get(kind))]
        return list(found[0]) if len(found) == 1 else sorted(chain.from_iterable(found))

    def _by_kind(self) -> dict[type[Event], list[int]]:
        """Where the lines of each kind stand: attempts ask for dozens of kinds."""
        while self._seen < len(self.lines):
            event = self.lines[self._seen].event
            if event is not None:
                self._kinds.setdefault(type(event), []).append(self._seen)
            self._seen += 1
        return self._kinds

    @property
    def began(self) -> datetime | None:
        """The earliest time on its lines."""
        return min((line.time for line in self.lines if line.time), default=None)


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
    kept: dict[str, Any] = field(default_factory=dict)
    """What was looked up in its lines once for all its recipients: there may be thousands."""


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

    connections: list[Connection] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    loose: list[LogLine] = field(default_factory=list)
