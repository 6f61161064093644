"""What the lines tell of one connection, one message, one delivery: the lines themselves, linked, judged by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
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

    @overload
    def all(self, kind: type[E], /) -> Iterator[tuple[LogLine, E]]: ...

    @overload
    def all(self, kind: type[Event], /, *kinds: type[Event]) -> Iterator[tuple[LogLine, Any]]: ...

    def all(self, *kinds: type[Event]) -> Iterator[tuple[LogLine, Any]]:
        """The lines of these kinds, each with its event."""
        for line in self.lines:
            if isinstance(line.event, kinds):
                yield line, line.event

    @overload
    def first(self, kind: type[E], /) -> tuple[LogLine, E] | None: ...

    @overload
    def first(self, kind: type[Event], /, *kinds: type[Event]) -> tuple[LogLine, Any] | None: ...

    def first(self, *kinds: type[Event]) -> tuple[LogLine, Any] | None:
        """The first line of these kinds."""
        return next(((line, line.event) for line in self.lines if isinstance(line.event, kinds)), None)

    @overload
    def last(self, kind: type[E], /) -> tuple[LogLine, E] | None: ...

    @overload
    def last(self, kind: type[Event], /, *kinds: type[Event]) -> tuple[LogLine, Any] | None: ...

    def last(self, *kinds: type[Event]) -> tuple[LogLine, Any] | None:
        """The last line of these kinds."""
        return next(((line, line.event) for line in reversed(self.lines) if isinstance(line.event, kinds)), None)

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
