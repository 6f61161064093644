"""Every attempt that the lines show: a connection without a message, or one recipient of one message.

An attempt says only what its lines say. What became of it is for the rules to conclude.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from wizard.facts import Fact
from wizard.maillog.asked import Candidate
from wizard.maillog.carriage import Carriage, carriages
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.connection import DelayedRejectFrom, DelayedRejectTo, is_refusal
from wizard.maillog.events.envelope import SenderRejected
from wizard.maillog.events.header import IncomingRelay
from wizard.maillog.events.limits import Harvest
from wizard.maillog.loglines import Appliance, LogLine
from wizard.maillog.records import Connection, Message, Record, Records
from wizard.maillog.say_connection import address_line
from wizard.maillog.say_receipt import received_line, sender_line


@dataclass(eq=False)
class Attempt:
    """One attempt. `refusal` is the line that refused it before there was a message. `facts` are what its lines say,
    `before` the same as the log stood when the message was first held up, if it was.

    `ties` are the criteria that its own lines fulfil (`address`, `candidate`, `sender`, `recipient`, `subject`,
    `message-id`); what it does not know excludes nothing, but ties nothing either.
    """

    appliance: Appliance
    connection: Connection | None = None
    message: Message | None = None
    carriage: Carriage | None = None
    refusal: LogLine | None = None
    sender: str | None = None
    recipient: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    before: Mapping[str, Fact] | None = None
    candidate: Candidate | None = None
    ties: frozenset[str] = frozenset()

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The sender's addresses that the lines know, the original before the relay that passed it on; of a copy, those
        of the message that it is made of.
        """
        message = _origin(self.message) if self.message else None
        own = address_line(message.connection if message else self.connection)
        relayed = [e.address for _, e in message.all(IncomingRelay) if e.address] if message else []
        summary = [e.address for _, e in message.all(Consolidated) if e.address] if message else []
        return tuple(dict.fromkeys((*relayed, *((own[0],) if own else ()), *summary)))

    @property
    def records(self) -> list[Record]:
        """What its lines are about: connection, message and whatever the message became."""
        carriers = self.carriage.carriers if self.carriage else (self.message,)
        return [record for record in (self.connection, *carriers) if record is not None]

    @property
    def lines(self) -> list[LogLine]:
        """Its lines in log order."""
        found = {line.order: line for record in self.records for line in record.lines}
        found.update({self.refusal.order: self.refusal} if self.refusal else {})
        return [found[order] for order in sorted(found)]

    @cached_property
    def first_line(self) -> LogLine | None:
        """Its connection's first line, else its message's."""
        records = (self.connection, self.message)
        lines = [record.lines[0] for record in records if record is not None and record.lines]
        return min(lines, key=lambda line: line.order) if lines else self.refusal

    @property
    def place(self) -> int:
        """Where its own lines begin in log order: those of one connection have the same first line."""
        if self.refusal is not None:
            return self.refusal.order
        own = self.message.lines[0] if self.message and self.message.lines else self.first_line
        return own.order if own else -1

    @property
    def began(self) -> datetime | None:
        """When its connection was opened, else when its message's first line was written."""
        return self.first_line.time if self.first_line else None

    @property
    def received(self) -> LogLine | None:
        """The line that ends its DATA."""
        return received_line(self.message) if self.message else None

    @property
    def ended(self) -> datetime | None:
        """The end of receipt, else the last line about it in the conversation."""
        if self.received is not None and self.received.time is not None:
            return self.received.time
        own = (self.message.lines if self.message else []) or (self.connection.lines if self.connection else [])
        return max((line.time for line in own if line.time), default=self.began)


def attempts(records: Records) -> Iterator[Attempt]:
    """All attempts, each message's recipients one by one; messages that the appliance made itself are none."""
    for connection in records.connections:
        yield from _before_mail(connection)
    for message in records.messages:
        if _from_outside(message):
            yield from _of_message(message, message.connection)


def copies(records: Records) -> Iterator[Attempt]:
    """Copies that a filter made (bcc, archive): attempts only for the recipients of their own."""
    for message in records.messages:
        if message.parent is not None and message.parent.how == "copy":
            yield from _of_message(message, None)


def refused_connections(records: Records) -> Iterator[Attempt]:
    """TCPREFUSE lines (ICID 0): no connection, no address, only the HAT row that matched."""
    for line in records.loose:
        if is_refusal(line.event):
            yield Attempt(line.appliance, refusal=line)


def _of_message(message: Message, connection: Connection | None) -> Iterator[Attempt]:
    sender = sender_line(message)
    for carriage in carriages(message):
        yield Attempt(
            message.appliance,
            connection,
            message,
            carriage,
            sender=sender[0] if sender else None,
            recipient=carriage.given,
        )


def _origin(message: Message) -> Message:
    """The message that came in from outside, of which this one was made."""
    seen = set()
    while message.parent is not None and message not in seen:
        seen.add(message)
        message = message.parent.parent
    return message


def _from_outside(message: Message) -> bool:
    """Whether a connection brought it: what was generated, split or rewritten did not come in."""
    if message.parent is not None:
        return False
    if message.connection is not None:
        return True
    starts = [line for line in message.lines if getattr(line.event, "icid", None) == 0]
    return not starts


def _before_mail(connection: Connection) -> Iterator[Attempt]:
    refused = list(connection.all(SenderRejected))
    for line, event in refused:
        yield Attempt(connection.appliance, connection, refusal=line, sender=event.address)
    said = connection.first(DelayedRejectFrom, DelayedRejectTo)
    if said:
        sender = connection.first(DelayedRejectFrom)
        named: dict[str | None, None] = {event.recipient: None for _, event in connection.all(DelayedRejectTo)}
        for recipient in named or {None: None}:
            yield Attempt(
                connection.appliance, connection, sender=sender[1].sender if sender else None, recipient=recipient
            )
    elif not connection.messages and not refused and connection.lines:
        harvest = None if connection.number else connection.first(Harvest)
        told = (harvest[1].sender, harvest[1].recipient) if harvest else (None, None)
        yield Attempt(connection.appliance, connection, sender=told[0], recipient=told[1])
