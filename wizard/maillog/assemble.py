"""Lines to records: which lines belong to one connection, message or delivery, and which message came of which.

Counters start again after a reboot, so a number alone is no identity: a second opening is another connection, a second
start another message. Syslog may swap lines of the same second, so an opening that comes just after other lines of its
number still belongs to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from wizard.maillog.asked import read_address
from wizard.maillog.events.base import Event
from wizard.maillog.events.connection import Opened
from wizard.maillog.events.ending import Closed, Lost
from wizard.maillog.events.envelope import From, Start
from wizard.maillog.events.hop import ConnectionError, DeliveryOpened
from wizard.maillog.events.limits import Harvest
from wizard.maillog.events.message import Finished
from wizard.maillog.events.relation import Generated, Rewritten, Split
from wizard.maillog.events.system import Status
from wizard.maillog.loglines import Appliance, LogLine
from wizard.maillog.records import Connection, Delivery, Link, Message, Record, Records

_SHUFFLED = timedelta(seconds=60)
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
        icid, mid, dcid = (_number(event, name) for name in ("icid", "mid", "dcid"))
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
            if isinstance(event, ConnectionError):
                self.records.loose.append(line)
        else:
            self.records.loose.append(line)

    def _connection(self, line: LogLine, icid: int) -> Connection:
        return _current(self._connections, self.records.connections, Connection, line, icid, Opened, (Closed, Lost))

    def _message(self, line: LogLine, mid: int) -> Message:
        opening: type[Event] = From if _begins_anew(self._messages.get((line.appliance.key, mid)), line) else Start
        return _current(self._messages, self.records.messages, Message, line, mid, opening, (Finished,))

    def _delivery(self, line: LogLine, dcid: int) -> Delivery:
        return _current(self._deliveries, self.records.deliveries, Delivery, line, dcid, DeliveryOpened, ())

    def _relate(self, line: LogLine, event: Split | Rewritten | Generated) -> None:
        if isinstance(event, Generated):
            how, old, new = event.kind, event.parent, event.mid
        else:
            how, old, new = ("split" if isinstance(event, Split) else "rewritten"), event.mid, event.new
        parent = self._message(line, old)
        child = self._messages.get((line.appliance.key, new))
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
    opening: type[Event],
    ending: tuple[type[Event], ...],
) -> R:
    key = line.appliance.key, number
    record = desk.get(key)
    if record is None or (isinstance(line.event, opening) and _is_another(record, line, opening, ending)):
        record = desk[key] = make(line.appliance, number)
        records.append(record)
    return record


def _is_another(record: Record, line: LogLine, opening: type[Event], ending: tuple[type[Event], ...]) -> bool:
    """Whether this opening line begins something new rather than a record whose other lines came just before it."""
    if not record.lines:
        return False
    if record.first(opening) is not None:
        return True
    ended = bool(ending) and record.first(*ending) is not None
    return not _near(record, line, _SHUFFLED_END if ended else _SHUFFLED)


def _begins_anew(message: Message | None, line: LogLine) -> bool:
    """A second From after the end, far from the message's other lines: split children have no Start line."""
    return (
        message is not None
        and isinstance(line.event, From)
        and message.first(Finished) is not None
        and not _near(message, line, _SHUFFLED)
    )


def _near(record: Record, line: LogLine, within: timedelta) -> bool:
    """Whether the record's last line is this near in time; unknown times are taken as near."""
    if not record.lines:
        return True
    last = record.lines[-1].time
    return last is None or line.time is None or abs(line.time - last) <= within


def _number(event: Event, name: str) -> int | None:
    number = getattr(event, name, None)
    return number if isinstance(number, int) else None


def _harvests(records: Records) -> None:
    """A directory harvest line names only the host: it belongs to that host's connection open at that time."""
    for line in [line for line in records.loose if isinstance(line.event, Harvest)]:
        assert isinstance(line.event, Harvest)
        address = read_address(line.event.address)
        connection = next((c for c in reversed(records.connections) if _open_to(c, line, address)), None)
        if address is not None and connection is not None:
            connection.lines.append(line)


def _open_to(connection: Connection, line: LogLine, address: object) -> bool:
    opened = connection.first(Opened)
    if opened is None or connection.appliance is not line.appliance or read_address(opened[1].address) != address:
        return False
    began, ended = opened[0].time, connection.lines[-1].time
    if line.time is None or began is None or ended is None:
        return True
    return began <= line.time and (connection.first(Closed, Lost) is None or line.time <= ended + _SHUFFLED_END)
