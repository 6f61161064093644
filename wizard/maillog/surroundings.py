"""Lines that name no message but concern some: next hops in trouble, receiving or delivery off, memory short.

They are kept by appliance and in log order, so that each attempt finds its own without going through all of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from wizard.maillog.asked import domain_of, read_address
from wizard.maillog.carriage import recipients
from wizard.maillog.events.delivery import Delivered
from wizard.maillog.events.hop import (
    ConcurrencyLimit,
    ConnectionError,
    DeliveriesSuspended,
    DeliveryOpened,
    DeliveryTls,
)
from wizard.maillog.events.limits import ListenerResumed, ListenerSuspended
from wizard.maillog.events.system import ResourceConservation
from wizard.maillog.loglines import Appliance, LogLine
from wizard.maillog.records import Message, Records

_JUST = timedelta(seconds=5)
_Key = tuple[str, str]
"""An appliance's key, and a kind of line or what it names."""


class Surroundings:
    """The loose lines of some records, and the next hops that their deliveries name."""

    def __init__(self, records: Records) -> None:
        self.lines = records.lines
        self._errors: defaultdict[_Key, list[LogLine]] = defaultdict(list)
        self._waits: defaultdict[str, list[LogLine]] = defaultdict(list)
        self._refused_tls: defaultdict[str, list[LogLine]] = defaultdict(list)
        self._listeners: defaultdict[str, list[LogLine]] = defaultdict(list)
        self._conserved: dict[tuple[str, date | None], LogLine] = {}
        self._routes: defaultdict[_Key, set[str]] = defaultdict(set)
        for line in records.loose:
            self._take(line)
        for message in records.messages:
            self._note_routes(message)

    def _note_routes(self, message: Message) -> None:
        if not message.deliveries:
            return
        domains = {rid: domain_of(address) for rid, address in recipients(message)}
        for _, event in message.all(Delivered):
            delivery = message.deliveries.get(event.dcid)
            opened = delivery.last(DeliveryOpened) if delivery else None
            address = read_address(opened[1].address) if opened else None
            for domain in {domains[rid] for rid in event.rids if rid in domains} if address else ():
                self._routes[message.appliance.key, domain].add(str(address))

    def _take(self, line: LogLine) -> None:
        event, key = line.event, line.appliance.key
        if isinstance(event, ConnectionError):
            for name in _names(event):
                self._errors[key, name].append(line)
        elif isinstance(event, DeliveryTls) and not event.ok:
            self._refused_tls[key].append(line)
        elif isinstance(event, DeliveriesSuspended | ConcurrencyLimit):
            self._waits[key].append(line)
        elif isinstance(event, ListenerSuspended | ListenerResumed):
            self._listeners[key].append(line)
        elif isinstance(event, ResourceConservation) and event.entered:
            self._conserved.setdefault((key, line.time.date() if line.time else None), line)

    def last_error(self, appliance: Appliance, names: Iterable[str], after: int, until: int) -> LogLine | None:
        """The last connection error in this stretch of log order that names one of these domains, addresses
        (`192.0.2.1`) or deliveries (`DCID 63`).
        """
        found = [_last(self._errors.get((appliance.key, name), []), until) for name in dict.fromkeys(names)]
        later = [line for line in found if line is not None and line.order > after]
        return max(later, key=lambda line: line.order, default=None)

    def first_error(self, appliance: Appliance, names: Iterable[str], after: int) -> LogLine | None:
        """The first such error behind a place."""
        found = [_first(self._errors.get((appliance.key, name), []), after) for name in dict.fromkeys(names)]
        return min((line for line in found if line is not None), key=lambda line: line.order, default=None)

    def tls_failure_before(self, line: LogLine) -> LogLine | None:
        """A next hop's TLS that failed just before this line."""
        failed = _last(self._refused_tls.get(line.appliance.key, []), line.order)
        if failed is None or failed.time is None or line.time is None:
            return None
        return failed if timedelta() <= line.time - failed.time <= _JUST else None

    def wait(self, appliance: Appliance, after: int, until: int) -> tuple[str, LogLine] | None:
        """What keeps all delivery waiting, last said in this stretch: `suspended` or `concurrency`."""
        line = _last(self._waits.get(appliance.key, []), until)
        if line is None or line.order <= after:
            return None
        return ("suspended" if isinstance(line.event, DeliveriesSuspended) else "concurrency"), line

    def suspended(self, appliance: Appliance, at: int) -> LogLine | None:
        """The line that says that receiving is switched off at this place of the log."""
        line = _last(self._listeners.get(appliance.key, []), at)
        return line if line is not None and isinstance(line.event, ListenerSuspended) else None

    def suspensions(self) -> Iterator[tuple[LogLine, LogLine | None]]:
        """Each line that says that receiving is switched off, and the one that says that it is on again."""
        for lines in self._listeners.values():
            waiting: list[LogLine] = []
            for line in lines:
                if isinstance(line.event, ListenerSuspended):
                    waiting.append(line)
                else:
                    yield from ((one, line) for one in waiting)
                    waiting.clear()
            yield from ((one, None) for one in waiting)

    def routes(self, appliance: Appliance, domain: str) -> set[str]:
        """The next hops that mail for a domain was handed to."""
        return self._routes[appliance.key, domain]

    def conserved(self, appliance: Appliance, day: date | None) -> LogLine | None:
        """A line of that day that says that the appliance is short of memory or queue."""
        return self._conserved.get((appliance.key, day)) or self._conserved.get((appliance.key, None))


def _names(event: ConnectionError) -> Iterator[str]:
    yield f"DCID {event.dcid}"
    if event.domain:
        yield domain_of(event.domain)
    address = read_address(event.address)
    if address is not None:
        yield str(address)


def _last(lines: list[LogLine], until: int) -> LogLine | None:
    at = bisect_right(lines, until, key=lambda line: line.order)
    return lines[at - 1] if at else None


def _first(lines: list[LogLine], after: int) -> LogLine | None:
    at = bisect_right(lines, after, key=lambda line: line.order)
    return lines[at] if at < len(lines) else None
