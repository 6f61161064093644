"""How things stand for one recipient of a received message at a place in the log, and what held it up first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeVar

from wizard.maillog.asked import bare, domain_of
from wizard.maillog.carriage import Carriage, Step
from wizard.maillog.events.base import Event, Unknown
from wizard.maillog.events.delivery import Bounced, Delayed, Delivered, DeliveryStarted, Response
from wizard.maillog.events.envelope import From, RecipientRejected, Start, To
from wizard.maillog.events.header import MessageId, Subject
from wizard.maillog.events.hop import DeliveryOpened
from wizard.maillog.events.quarantine import HandoverFailed, HandoverRejected, Quarantined, SpamQuarantined
from wizard.maillog.events.relation import LdapRequeued
from wizard.maillog.events.scanning import Scanned
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Message
from wizard.maillog.say_receipt import received_line
from wizard.maillog.surroundings import Surroundings

QUARANTINE_PORTS = {6025, 7025}
END = 1 << 62
"""Behind every place in a log."""

_NO_FATE = frozenset({Start, From, To, RecipientRejected, MessageId, Subject, Scanned, Unknown})
E = TypeVar("E", bound=Event)


class Stand:
    """A recipient's way so far; `until` is the place in log order up to which lines are looked at."""

    def __init__(self, carriage: Carriage, around: Surroundings, until: int = END) -> None:
        self.carriage = carriage
        self.around = around
        self.until = until

    @property
    def message(self) -> Message:
        """The last carrier."""
        return self.carriage.last

    @cached_property
    def lines(self) -> list[tuple[LogLine, Event]]:
        """The last carrier's lines in the queue, with their events."""
        return [one for one in _in_queue(self.message) if one[0].order <= self.until]

    @cached_property
    def mine(self) -> list[tuple[LogLine, Event]]:
        """Those of them that concern this recipient."""
        return [(line, event) for line, event in self.lines if concerns(event, self.carriage.steps[-1])]

    def last(self, kind: type[E], accept: Callable[[E], bool] = lambda _: True) -> tuple[LogLine, E] | None:
        """The last line of a kind that concerns this recipient."""
        return next(((line, e) for line, e in reversed(self.mine) if isinstance(e, kind) and accept(e)), None)

    @cached_property
    def answered(self) -> tuple[LogLine, Response] | None:
        """The last answer of a next hop. The line names no delivery; what a quarantine answered is no delivery's."""
        answered, held = None, False
        for line, event in self.mine:
            if isinstance(event, DeliveryStarted | Delivered):
                held = to_quarantine(event, self.message)
            elif isinstance(event, Response) and not held:
                answered = line, event
        return answered

    @property
    def since(self) -> int:
        """The place from which on the message waits in the queue."""
        return _queued_since(self.message)

    def error(self) -> LogLine | None:
        """The last failed connection to where this recipient's mail has to go."""
        return self.around.last_error(self.message.appliance, _hops(self), self.since, self.until)


def _in_queue(message: Message) -> list[tuple[LogLine, Event]]:
    """The lines of a message but those of its envelope, its header and its scans, of which there may be thousands."""
    if "queue" not in message.kept:
        told = (line for line in message.lines if line.kind not in _NO_FATE)
        message.kept["queue"] = [(line, event) for line in told if (event := line.event) is not None]
    lines: list[tuple[LogLine, Event]] = message.kept["queue"]
    return lines


def concerns(event: Event, step: Step) -> bool:
    """Whether a line of a carrier is about this recipient: by RID, else by address, else about all."""
    rid = getattr(event, "rid", None)
    rids = getattr(event, "rids", ()) or ((rid,) if isinstance(rid, int) else ())
    if rids and step.rid is not None:
        return step.rid in rids
    named = getattr(event, "recipients", ()) or (getattr(event, "recipient", None) or getattr(event, "address", None),)
    known = [bare(name) for name in named if isinstance(name, str) and "@" in name]
    return not known or step.address is None or bare(step.address) in known


def to_quarantine(event: Delivered | DeliveryStarted | Delayed | Bounced, message: Message) -> bool:
    """Whether a delivery goes to a quarantine: it says so, or its connection goes to a quarantine's port."""
    if isinstance(event, Delivered | DeliveryStarted) and event.quarantine:
        return True
    started = (e for _, e in message.all(DeliveryStarted) if e.dcid == event.dcid)
    return any(e.quarantine for e in started) or port_of(event.dcid, message) in QUARANTINE_PORTS


def port_of(dcid: int | None, message: Message) -> int | None:
    """The port that a delivery of the message went to."""
    delivery = message.deliveries.get(dcid or 0)
    opened = delivery.last(DeliveryOpened) if delivery else None
    return opened[1].port if opened else None


def first_hindrance(carriage: Carriage, around: Surroundings) -> Stand | None:
    """How things stood when the message was first held up on its way: delayed, quarantined, put back, not handed over,
    its next hop not reached.
    """
    for number, step in enumerate(carriage.steps, 1):
        stand = Stand(Carriage(carriage.given, carriage.steps[:number]), around)
        line = next(_hindrances(stand, step), None)
        error = around.first_error(step.message.appliance, _hops(stand), stand.since)
        if error is not None and error.order < min(line.order if line else END, _gone(stand)):
            line = error
        if line is not None:
            return Stand(stand.carriage, around, line.order)
    return None


def _gone(stand: Stand) -> int:
    """The place in log order from which on the mail is with a next hop."""
    return min((line.order for line, event in stand.mine if isinstance(event, Delivered)), default=END)


def _hindrances(stand: Stand, step: Step) -> Iterator[LogLine]:
    kinds = (Delayed, Quarantined, SpamQuarantined, LdapRequeued, HandoverFailed, HandoverRejected)
    return (line for line, event in stand.lines if isinstance(event, kinds) and concerns(event, step))


def _hops(stand: Stand) -> Iterator[str]:
    """Where the recipient's mail has to go: its domain, the hops that it or other mail for that domain went to."""
    yield from (f"DCID {dcid}" for dcid in stand.message.deliveries)
    address = stand.carriage.now
    if address:
        domain = domain_of(address)
        yield domain
        yield from stand.around.routes(stand.message.appliance, domain)


def _queued_since(message: Message) -> int:
    line = received_line(message) or (message.lines[0] if message.lines else None)
    return line.order if line else -1
