"""Every attempt that the lines show: a connection without a message, or one recipient of one message; and which fit.

An attempt says only what its lines say. What became of it is for the rules to conclude.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from wizard.facts import Fact
from wizard.maillog.asked import Asked, Candidate, read_network, same_mailbox, same_message_id
from wizard.maillog.carriage import Carriage, carriages
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.connection import DelayedRejectFrom, DelayedRejectTo, Verdict
from wizard.maillog.events.envelope import SenderRejected
from wizard.maillog.events.header import IncomingRelay
from wizard.maillog.loglines import Appliance, LogLine
from wizard.maillog.records import Connection, Message, Records
from wizard.maillog.say_connection import address_line, match_reason, say_connection
from wizard.maillog.say_fate import hindrance, say_fate
from wizard.maillog.say_receipt import (
    message_id_line,
    received_line,
    say_receipt,
    say_refused_sender,
    sender_line,
    subject_line,
)
from wizard.maillog.says import Says


@dataclass(slots=True, eq=False)
class Attempt:
    """One attempt. `before` has its facts as the log stood when the message was first held up, if it was.

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
    facts: dict[str, Fact] = field(default_factory=dict)
    before: dict[str, Fact] | None = None
    candidate: Candidate | None = None
    ties: frozenset[str] = frozenset()

    @property
    def addresses(self) -> tuple[str, ...]:
        """The sender's addresses that the lines know, the original before the relay that passed it on."""
        own = address_line(self.connection)
        relayed = [e.address for _, e in self.message.all(IncomingRelay) if e.address] if self.message else []
        summary = [e.address for _, e in self.message.all(Consolidated) if e.address] if self.message else []
        return (*relayed, *((own[0],) if own else ()), *summary)

    @property
    def lines(self) -> list[LogLine]:
        """Its lines in log order: connection, message and whatever the message became."""
        found = [*(self.connection.lines if self.connection else ())]
        for carrier in self.carriage.carriers if self.carriage else (self.message,):
            found += carrier.lines if carrier else ()
        return sorted({line.order: line for line in found}.values(), key=lambda line: line.order)

    @property
    def began(self) -> datetime | None:
        """When its connection was opened, else when its message's first line was written."""
        times = [r.began for r in (self.connection, self.message) if r is not None and r.began]
        return min(times, default=None)

    @property
    def received(self) -> datetime | None:
        """When its DATA ended."""
        line = received_line(self.message) if self.message else None
        return line.time if line else None

    @property
    def ended(self) -> datetime | None:
        """The end of receipt, else the last line about it in the conversation."""
        if self.received or self.message is None:
            own = self.connection.lines if self.connection else []
            return self.received or max((line.time for line in own if line.time), default=None)
        return max((line.time for line in self.lines if line.time), default=None)


def attempts(records: Records) -> Iterator[Attempt]:
    """All attempts, each message's recipients one by one; messages that the appliance made itself are none."""
    for connection in records.connections:
        yield from _before_mail(connection)
    for message in records.messages:
        if _from_outside(message):
            for carriage in carriages(message):
                sender = sender_line(message)
                yield Attempt(
                    message.appliance,
                    message.connection,
                    message,
                    carriage,
                    None,
                    sender[0] if sender else None,
                    carriage.given,
                )


def copies(records: Records) -> Iterator[Attempt]:
    """Copies that a filter made (bcc, archive): attempts only for the recipients of their own."""
    for message in records.messages:
        if message.parent is not None and message.parent.how == "copy":
            for carriage in carriages(message):
                sender = sender_line(message)
                yield Attempt(
                    message.appliance, None, message, carriage, None, sender[0] if sender else None, carriage.given
                )


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
        yield Attempt(connection.appliance, connection)


def fitting(found: Iterator[Attempt], asked: Asked) -> list[Attempt]:
    """The attempts that fit all that was asked, each with what ties it to the question."""
    return [attempt for attempt in found if _fits(attempt, asked)]


def _fits(attempt: Attempt, asked: Asked) -> bool:
    if not asked.window.overlaps(attempt.began, attempt.ended):
        return False
    ties: set[str] = set()
    attempt.candidate = asked.candidate(*attempt.addresses) or _refused_by_match(attempt, asked)
    if attempt.candidate and attempt.candidate.shared and attempt.sender is None:
        attempt.candidate = None
    if attempt.candidate:
        ties.add("address" if attempt.candidate.source == "option" else "candidate")
    elif asked.addresses_given:
        return False
    unknown = False
    for name, known, fits in _comparisons(attempt, asked):
        if known and not fits:
            return False
        unknown |= not known
        ties |= {name} if known else set()
    attempt.ties = frozenset(ties)
    if unknown:
        return bool(ties & {"address", "candidate", "sender"})
    return bool(ties) or not asked.anything


def _comparisons(attempt: Attempt, asked: Asked) -> Iterator[tuple[str, bool, bool]]:
    """Each criterion asked for: its name, whether the attempt knows, whether it fits."""
    if asked.sender is not None:
        yield "sender", attempt.sender is not None, same_mailbox(asked.sender, attempt.sender)
    if asked.recipient is not None:
        now = attempt.carriage.now if attempt.carriage else None
        fits = same_mailbox(asked.recipient, attempt.recipient) or same_mailbox(asked.recipient, now)
        yield "recipient", attempt.recipient is not None, fits
    if asked.subject is not None:
        subject = subject_line(attempt.message) if attempt.message else None
        yield "subject", subject is not None, subject is not None and asked.subject.casefold() in subject[0].casefold()
    if asked.message_id is not None:
        hit = message_id_line(attempt.message) if attempt.message else None
        yield "message-id", hit is not None, hit is not None and same_message_id(asked.message_id, hit[0])


def _refused_by_match(attempt: Attempt, asked: Asked) -> Candidate | None:
    """A TCPREFUSE line has no address, but the HAT row that it matched may be or hold the one asked about."""
    line = attempt.refusal
    if attempt.connection is not None or line is None:
        return None
    return next((candidate for candidate in asked.candidates if _row_holds(line, candidate)), None)


def refused_connections(loose: list[LogLine]) -> Iterator[Attempt]:
    """TCPREFUSE lines (ICID 0): no connection, no address, only the HAT row that matched."""
    for line in loose:
        if isinstance(line.event, Verdict) and line.event.verdict == "TCPREFUSE":
            yield Attempt(line.appliance, refusal=line)


def _row_holds(line: LogLine, candidate: Candidate) -> bool:
    if not isinstance(line.event, Verdict):
        return False
    try:
        row = read_network(line.event.match or "")
    except ValueError:
        return False
    return row.version == candidate.network.version and bool(
        row.overlaps(candidate.network) and candidate.network.prefixlen >= row.prefixlen
    )


def state(attempt: Attempt, loose: list[LogLine]) -> None:
    """Write the attempt's facts down, and those of the moment it was first held up."""
    attempt.facts = _facts(attempt, loose, None)
    line = hindrance(attempt.carriage) if attempt.carriage and attempt.carriage.refused is None else None
    if line is not None:
        attempt.before = _facts(attempt, loose, line)


def _facts(attempt: Attempt, loose: list[LogLine], until: LogLine | None) -> dict[str, Fact]:
    says = Says()
    if attempt.connection is not None and attempt.connection.lines:
        say_connection(says, attempt.connection)
    elif attempt.message is not None:
        says.say("log.connection", "seen", attempt.message.lines[0])
        says.say("log.opening", "earlier", attempt.message.lines[0])
    if attempt.message is not None and attempt.carriage is not None:
        say_receipt(says, attempt.message, attempt.carriage)
        say_fate(says, attempt.carriage, loose, until)
    elif attempt.refusal is not None and isinstance(attempt.refusal.event, SenderRejected):
        say_refused_sender(says, attempt.refusal, attempt.refusal.event)
    elif attempt.refusal is not None:
        _say_refused_connection(says, attempt.refusal)
    else:
        _say_no_mail(says, attempt)
    return says.facts


def _say_no_mail(says: Says, attempt: Attempt) -> None:
    sender = sender_line(None, attempt.connection)
    says.say("log.mail_from", "seen" if sender else "none", sender[1] if sender else None)
    says.say("log.sender", sender[0] if sender else None, sender[1] if sender else None)
    says.say("log.recipient", attempt.recipient)


def _say_refused_connection(says: Says, line: LogLine) -> None:
    event = line.event
    assert isinstance(event, Verdict)
    says.say("log.connection", "seen", line)
    says.say("log.verdict", event.verdict, line)
    says.say("log.sender_group", event.group, line)
    says.say("log.reason", match_reason(event), line)
    says.say("log.mail_from", "none")
