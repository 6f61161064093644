"""Lines to records: which lines belong to one connection, message or delivery, and which message came of which.

Counters start again after a reboot, so a number alone is no identity: a second opening is another connection, a second
start or sender another message. Syslog may swap lines of the same second, so an opening that comes just after other
lines of its number still belongs to them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, NamedTuple, TypeVar

from wizard.maillog.asked import bare, read_address
from wizard.maillog.events.base import Event
from wizard.maillog.events.connection import Opened
from wizard.maillog.events.ending import Closed, Lost
from wizard.maillog.events.envelope import From, Start, To
from wizard.maillog.events.hop import (
    ConcurrencyLimit,
    ConnectionError,
    DeliveryClosed,
    DeliveryKilled,
    DeliveryOpened,
    DeliveryTls,
)
from wizard.maillog.events.limits import Harvest
from wizard.maillog.events.message import Finished, Ready
from wizard.maillog.events.relation import Generated, Rewritten, Split
from wizard.maillog.events.system import Status
from wizard.maillog.loglines import Appliance, Lines, LogLine
from wizard.maillog.records import Connection, Delivery, Link, Message, Reader, Record, Records

_SHUFFLED = timedelta(minutes=1)
_SHUFFLED_END = timedelta(seconds=5)
_RELATIONS = frozenset({Split, Rewritten, Generated})
_LOOSE_AS_WELL = frozenset({ConnectionError, ConcurrencyLimit, DeliveryTls})
R = TypeVar("R", bound=Record)
_Key = tuple[str, int]
"""An appliance's key, and a number of it."""


@dataclass(slots=True)
class _Current(Generic[R]):
    """The record that a number stands for at a place of the log: the first line of each kind that may open it, and the
    last that says it has ended.
    """

    record: R
    openings: tuple[int, ...] = ()
    over: int | None = None


class _Life(NamedTuple):
    """The kinds of lines that open and end a record; `final`: what has ended has no later lines."""

    openings: frozenset[type[Event]]
    endings: frozenset[type[Event]]
    final: bool


_CONNECTION = _Life(frozenset({Opened}), frozenset({Closed, Lost}), final=True)
_MESSAGE = _Life(frozenset({Start, From}), frozenset({Finished}), final=False)
_DELIVERY = _Life(frozenset({DeliveryOpened}), frozenset({DeliveryClosed, DeliveryKilled}), final=True)


def assemble(lines: Lines) -> Records:
    """Sort lines into records. Lines that say nothing of one of them are left in `loose`."""
    desk = _Desk(lines)
    for line in lines:
        desk.take(line)
    _harvests(desk.records, desk.reader)
    return desk.records


class _Desk:
    def __init__(self, lines: Lines) -> None:
        self.records = Records(lines)
        self.reader = Reader(lines)
        self._lines = lines
        self._connections: dict[_Key, _Current[Connection]] = {}
        self._messages: dict[_Key, _Current[Message]] = {}
        self._deliveries: dict[_Key, _Current[Delivery]] = {}

    def take(self, line: LogLine) -> None:
        kind = line.kind
        if kind is None or kind is Status:  # its counters are about no message
            return
        if kind in _RELATIONS:
            self._relate(line)
            return
        icid, mid, dcid = line.named
        if mid:
            message = self._message(line, kind, mid)
            message.orders.append(line.order)
            if icid and message.connection is None:
                message.connection = self._connection(line, kind, icid)
                message.connection.messages.append(message)
            if dcid:
                message.deliveries[dcid] = self._delivery(line, kind, dcid)
        elif icid:
            self._connection(line, kind, icid).orders.append(line.order)
        elif dcid:
            self._delivery(line, kind, dcid).orders.append(line.order)
            if kind in _LOOSE_AS_WELL:
                self.records.loose.append(line)
        else:
            self.records.loose.append(line)

    def _connection(self, line: LogLine, kind: type[Event], icid: int) -> Connection:
        desk, records = self._connections, self.records.connections
        return self._current(desk, records, Connection, line, kind, icid, _CONNECTION)

    def _message(self, line: LogLine, kind: type[Event], mid: int) -> Message:
        desk, records = self._messages, self.records.messages
        return self._current(desk, records, Message, line, kind, mid, _MESSAGE)

    def _delivery(self, line: LogLine, kind: type[Event], dcid: int) -> Delivery:
        desk, records = self._deliveries, self.records.deliveries
        return self._current(desk, records, Delivery, line, kind, dcid, _DELIVERY)

    def _current(
        self,
        desk: dict[_Key, _Current[R]],
        records: list[R],
        make: Callable[[Appliance, int, Reader], R],
        line: LogLine,
        kind: type[Event],
        number: int,
        life: _Life,
    ) -> R:
        """The record that a line belongs to."""
        key = line.appliance.key, number
        current = desk.get(key)
        over = current is not None and life.final and self._is_over(current, line)
        if current is None or over or (kind in life.openings and self._is_another(current, line)):
            current = desk[key] = _Current(make(line.appliance, number, self.reader))
            records.append(current.record)
        if kind in life.openings and kind not in self._lines.kinds(current.openings):
            current.openings += (line.order,)
        if kind in life.endings:
            current.over = line.order
        return current.record

    def _relate(self, line: LogLine) -> None:
        event = line.event
        assert isinstance(event, Split | Rewritten | Generated)
        how, old, new = _relation(event)
        parent = self._message(line, type(event), old)
        known = self._messages.get((line.appliance.key, new))
        child = known.record if known is not None else None
        told = child.parent if child is not None else None
        if told is not None and told.parent is parent:
            parent.orders.append(line.order)
            return
        within = timedelta(minutes=2)
        if child is None or child.parent is not None or child is parent or not self._near(child, line, within):
            child = Message(line.appliance, new, self.reader)
            self._messages[line.appliance.key, new] = _Current(child)
            self.records.messages.append(child)
        child.parent = Link(how, line, parent, child)
        parent.children.append(child.parent)
        parent.orders.append(line.order)
        child.orders.append(line.order)

    def _is_another(self, current: _Current[R], line: LogLine) -> bool:
        """Whether this opening line begins something new rather than a record whose other lines came just before it."""
        if not current.record.orders:
            return False
        openings = {one.kind: one for one in self._lines.some(current.openings)}
        if line.kind in openings:
            return openings[line.kind].text != line.text
        if line.kind is From and Start in openings:
            return False
        return not self._near(current.record, line, _SHUFFLED if current.over is None else _SHUFFLED_END)

    def _is_over(self, current: _Current[R], line: LogLine) -> bool:
        """Whether it ended well before this line, which then is about another of that number."""
        ended = self._lines.time(current.over) if current.over is not None else None
        return ended is not None and line.time is not None and line.time - ended > _SHUFFLED

    def _near(self, record: Record, line: LogLine, within: timedelta) -> bool:
        """Whether the record's last line is this near in time; unknown times are taken as near."""
        if not record.orders:
            return True
        last = self._lines.time(record.orders[-1])
        return last is None or line.time is None or abs(line.time - last) <= within


def _relation(event: Split | Rewritten | Generated) -> tuple[str, int, int]:
    """How one message became another, and their numbers."""
    if isinstance(event, Generated):
        return event.kind, event.parent, event.mid
    return ("split" if isinstance(event, Split) else "rewritten"), event.mid, event.new


def _harvests(records: Records, reader: Reader) -> None:
    """A directory harvest line names only the host. Found in the work queue it is about the message that was received
    for its recipient, else about that host's connection open at that time, of which it may be the only line.
    """
    said = [(line, line.event) for line in records.loose if isinstance(line.event, Harvest)]
    hosts = {(line.appliance.key, read_address(event.address)): list[Connection]() for line, event in said}
    for connection in records.connections if said else ():
        opened = connection.first(Opened)
        known = hosts.get((connection.appliance.key, read_address(opened[1].address))) if opened else None
        if known is not None:
            known.append(connection)
    for line, event in said:
        if not _attached(line, event, hosts[line.appliance.key, read_address(event.address)]):
            records.connections.append(Connection(line.appliance, 0, reader, array("I", [line.order])))


def _attached(line: LogLine, event: Harvest, connections: list[Connection]) -> bool:
    for connection in reversed(connections):
        for message in connection.messages if event.recipient else ():
            ready = message.first(Ready)
            named = any(bare(to.address) == bare(event.recipient or "") for _, to in message.all(To))
            if named and ready and ready[0].order < line.order:
                message.put(line.order)
                return True
    connection_then = next((c for c in reversed(connections) if _open_to(c, line)), None)
    if connection_then is not None:
        connection_then.put(line.order)
    return connection_then is not None


def _open_to(connection: Connection, line: LogLine) -> bool:
    opened, ended = connection.first(Opened), connection.last(Closed, Lost)
    if opened is None or opened[0].order > line.order:
        return False
    if ended is None or ended[0].order > line.order:
        return True
    return ended[0].time is None or line.time is None or line.time - ended[0].time <= _SHUFFLED_END
