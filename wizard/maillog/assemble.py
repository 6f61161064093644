"""Lines to records: which lines belong to one connection, message or delivery, and which message came of which.

Counters start again after a reboot, so a number alone is no identity: a second opening is another connection, a second
start or sender another message. Syslog may swap lines of the same second, so an opening that comes just after other
lines of its number still belongs to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

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
from wizard.maillog.loglines import Appliance, LogLine
from wizard.maillog.records import Connection, Delivery, Link, Message, Record, Records

_SHUFFLED = timedelta(minutes=1)
_SHUFFLED_END = timedelta(seconds=5)
R = TypeVar("R", bound=Record)


def assemble(lines: Iterable[LogLine]) -> Records:
    """Sort lines, given in log order, into records. Lines that say nothing of one of them are left in `loose`."""
    desk = _Desk()
    for line in lines:
        desk.take(line)
    _harvests(desk.records)
    return desk.records


class _Desk:
    def __init__(self) -> None:
        self.records = Records()
        self._connections: dict[tuple[str, int], Connection] = {}
        self._messages: dict[tuple[str, int], Message] = {}
        self._deliveries: dict[tuple[str, int], Delivery] = {}

    def take(self, line: LogLine) -> None:
        event = line.event
        if event is None or isinstance(event, Status):  # its counters are about no message
            return
        icid, mid, dcid = event.icid, event.mid, event.dcid
        if isinstance(event, Split | Rewritten | Generated):
            self._relate(line, event)
        elif mid:
            message = self._message(line, mid)
            message.lines.append(line)
            if icid and message.connection is None:
                message.connection = self._connection(line, icid)
                message.connection.messages.append(message)
            if dcid:
                message.deliveries[dcid] = self._delivery(line, dcid)
        elif icid:
            self._connection(line, icid).lines.append(line)
        elif dcid:
            self._delivery(line, dcid).lines.append(line)
            if isinstance(event, ConnectionError | ConcurrencyLimit | DeliveryTls):
                self.records.loose.append(line)
        else:
            self.records.loose.append(line)

    def _connection(self, line: LogLine, icid: int) -> Connection:
        desk, records = self._connections, self.records.connections
        return _current(desk, records, Connection, line, icid, (Opened,), (Closed, Lost), final=True)

    def _message(self, line: LogLine, mid: int) -> Message:
        desk, records = self._messages, self.records.messages
        return _current(desk, records, Message, line, mid, (Start, From), (Finished,), final=False)

    def _delivery(self, line: LogLine, dcid: int) -> Delivery:
        desk, records = self._deliveries, self.records.deliveries
        endings = DeliveryClosed, DeliveryKilled
        return _current(desk, records, Delivery, line, dcid, (DeliveryOpened,), endings, final=True)

    def _relate(self, line: LogLine, event: Split | Rewritten | Generated) -> None:
        if isinstance(event, Generated):
            how, old, new = event.kind, event.parent, event.mid
        else:
            how, old, new = ("split" if isinstance(event, Split) else "rewritten"), event.mid, event.new
        parent = self._message(line, old)
        child = self._messages.get((line.appliance.key, new))
        told = child.parent if child is not None else None
        if told is not None and told.parent is parent:
            parent.lines.append(line)
            return
        if child is None or child.parent is not None or child is parent or not _near(child, line, timedelta(minutes=2)):
            child = Message(line.appliance, new)
            self._messages[line.appliance.key, new] = child
            self.records.messages.append(child)
        child.parent = Link(how, line, parent, child)
        parent.children.append(child.parent)
        parent.lines.append(line)
        child.lines.append(line)


def _current(
    desk: dict[tuple[str, int], R],
    records: list[R],
    make: Callable[[Appliance, int], R],
    line: LogLine,
    number: int,
    openings: tuple[type[Event], ...],
    endings: tuple[type[Event], ...],
    *,
    final: bool,
) -> R:
    """The record that a line belongs to; `final`: what has ended has no later lines."""
    key = line.appliance.key, number
    record = desk.get(key)
    over = final and record is not None and _is_over(record, line)
    if record is None or over or (isinstance(line.event, openings) and _is_another(record, line)):
        record = desk[key] = make(line.appliance, number)
        records.append(record)
    if isinstance(line.event, endings):
        record.over = line
    return record


def _is_another(record: Record, line: LogLine) -> bool:
    """Whether this opening line begins something new rather than a record whose other lines came just before it."""
    if not record.lines:
        return False
    same = record.first(type(line.event)) if line.event else None
    if same is not None:
        return same[0].text != line.text
    if isinstance(line.event, From) and record.first(Start) is not None:
        return False
    return not _near(record, line, _SHUFFLED_END if record.over else _SHUFFLED)


def _is_over(record: Record, line: LogLine) -> bool:
    """Whether it ended well before this line, which then is about another of that number."""
    ended = record.over.time if record.over else None
    return ended is not None and line.time is not None and line.time - ended > _SHUFFLED


def _near(record: Record, line: LogLine, within: timedelta) -> bool:
    """Whether the record's last line is this near in time; unknown times are taken as near."""
    if not record.lines:
        return True
    last = record.lines[-1].time
    return last is None or line.time is None or abs(line.time - last) <= within


def _harvests(records: Records) -> None:
    """A directory harvest line names only the host. Found in the work queue it is about the message that was received
    for its recipient, else about that host's connection open at that time, of which it may be the only line.
    """
    lines = [(line, line.event) for line in records.loose if isinstance(line.event, Harvest)]
    hosts = {(line.appliance.key, read_address(event.address)): list[Connection]() for line, event in lines}
    for connection in records.connections if lines else ():
        opened = connection.first(Opened)
        known = hosts.get((connection.appliance.key, read_address(opened[1].address))) if opened else None
        if known is not None:
            known.append(connection)
    for line, event in lines:
        if not _attached(line, event, hosts[line.appliance.key, read_address(event.address)]):
            connection = Connection(line.appliance, 0, [line])
            records.connections.append(connection)


def _attached(line: LogLine, event: Harvest, connections: list[Connection]) -> bool:
    for connection in reversed(connections):
        for message in connection.messages if event.recipient else ():
            ready = message.first(Ready)
            named = any(bare(to.address) == bare(event.recipient or "") for _, to in message.all(To))
            if named and ready and ready[0].order < line.order:
                message.put(line)
                return True
    connection_then = next((c for c in reversed(connections) if _open_to(c, line)), None)
    if connection_then is not None:
        connection_then.put(line)
    return connection_then is not None


def _open_to(connection: Connection, line: LogLine) -> bool:
    opened, ended = connection.first(Opened), connection.last(Closed, Lost)
    if opened is None or opened[0].order > line.order:
        return False
    if ended is None or ended[0].order > line.order:
        return True
    return ended[0].time is None or line.time is None or line.time - ended[0].time <= _SHUFFLED_END
