"""What the lines say of a message's receipt: envelope, checks in the conversation, whether its DATA ended well."""

from __future__ import annotations

from wizard.maillog.carriage import Carriage
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.base import Event
from wizard.maillog.events.connection import DelayedRejectFrom
from wizard.maillog.events.delivery import Bounced, Delayed
from wizard.maillog.events.ending import Closed, Lost
from wizard.maillog.events.envelope import (
    BounceVerification,
    From,
    InvalidRecipient,
    RecipientRejected,
    SenderRejected,
    To,
)
from wizard.maillog.events.header import MessageId, Subject, decode_subject
from wizard.maillog.events.limits import ReceivingFailed
from wizard.maillog.events.message import AbortedOther, Dropped, Finished, Policy, Queued, Ready, ReceivingAborted
from wizard.maillog.events.scanning import Dmarc, Spf
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Connection, Message
from wizard.maillog.says import Says

_CHECKS = {"RAT": "rat", "LDAPACCEPT": "directory", "Injection Control": "limit", "Receiving Control": "limit"}
_RECEIVED: tuple[type[Event], ...] = (Ready, Queued, Policy, Dropped)


def sender_line(message: Message | None, connection: Connection | None = None) -> tuple[str, LogLine] | None:
    """The envelope sender and the line that has it: From, else `ready … from`, a bounce or delay, a delayed reject."""
    if message is not None:
        for kind in (From, Ready, Bounced, Delayed, Consolidated):
            for line, event in message.all(kind, kind):
                address = event.address if isinstance(event, From) else event.sender
                if address is not None:
                    return address, line
    hit = connection.first(DelayedRejectFrom) if connection is not None and message is None else None
    return (hit[1].sender, hit[0]) if hit else None


def message_id_line(message: Message) -> tuple[str, LogLine] | None:
    """The Message-ID and its line."""
    for line, event in message.all(MessageId, Consolidated):
        if event.message_id:
            return event.message_id, line
    return None


def subject_line(message: Message) -> tuple[str, LogLine] | None:
    """The decoded subject and its line."""
    for line, event in message.all(Subject, Consolidated):
        if event.subject:
            return decode_subject(event.subject), line
    return None


def say_refused_sender(says: Says, line: LogLine, event: SenderRejected) -> None:
    """An envelope sender refused before a message number was given."""
    says.say("log.mail_from", "refused", line)
    says.say("log.sender", event.address, line)
    says.say("log.sender_check", event.reason, line)


def say_receipt(says: Says, message: Message, carriage: Carriage) -> None:
    """Everything about how this message was received for this recipient."""
    sender = sender_line(message)
    says.say("log.mail_from", "seen" if sender else "none", sender[1] if sender else None)
    if sender:
        says.say("log.sender", sender[0] or "<>", sender[1])
    for name, hit in (("log.message_id", message_id_line(message)), ("log.subject", subject_line(message))):
        if hit:
            says.say(name, hit[0], hit[1])
    ready = message.first(Ready)
    if ready:
        says.say("log.bytes", ready[1].size, ready[0])
    _say_recipient(says, message, carriage)
    _say_data(says, message)
    _say_authentication(says, message)


def _say_recipient(says: Says, message: Message, carriage: Carriage) -> None:
    says.say("log.recipient", carriage.given, *_to_lines(message, carriage))
    if carriage.now != carriage.given:
        says.say("log.recipient_now", carriage.now, carriage.last.parent.line if carriage.last.parent else None)
    invalid = message.first(InvalidRecipient)
    bounce = next(((line, e) for line, e in message.all(BounceVerification) if e.rejected), None)
    if carriage.refused is not None:
        event = carriage.refused.event
        by = event.by if isinstance(event, RecipientRejected) else ""
        says.say("log.to", "refused", carriage.refused)
        says.say(
            "log.recipient_check", _CHECKS.get(by, "directory" if "ldap" in by.lower() else "other"), carriage.refused
        )
        says.say("log.recipient_by", by, carriage.refused)
    elif carriage.given is None and bounce:
        says.say("log.to", "refused", bounce[0])
        says.say("log.recipient", bounce[1].recipient, bounce[0])
        says.say("log.recipient_check", "bounce-verification", bounce[0])
    elif carriage.given is None and invalid:
        says.say("log.to", "refused", invalid[0])
        says.say("log.recipient_check", "invalid", invalid[0])
    else:
        said = carriage.given is not None or _begins_late(message)
        says.say("log.to", "accepted" if said else "none", *_to_lines(message, carriage))
        says.say("log.recipient_check", "none")


def _begins_late(message: Message) -> bool:
    """Whether the log begins after the message did, so that missing To lines say nothing."""
    return message.first(From) is None


def _to_lines(message: Message, carriage: Carriage) -> list[LogLine]:
    return [line for line, event in message.all(To) if event.address == carriage.given]


def received_line(message: Message) -> LogLine | None:
    """The line that says the gateway has the whole message: `ready`, else the first of its life in the queue."""
    for kind in _RECEIVED:
        hit = message.first(kind)
        if hit:
            return hit[0]
    return None


def _say_data(says: Says, message: Message) -> None:
    connection = message.connection
    failed = connection.last(ReceivingFailed) if connection else None
    aborted = message.last(ReceivingAborted)
    received = received_line(message)
    if received is not None:
        says.say("log.receipt", "complete", received)
    elif failed and failed[1].reason in {"loop", "size"}:
        says.say("log.receipt", failed[1].reason, failed[0], aborted[0] if aborted else None)
    elif aborted:
        says.say("log.receipt", "interrupted-by-sender" if aborted[1].by_sender else "interrupted", aborted[0])
    else:
        _say_unfinished(says, message, connection)


def _say_unfinished(says: Says, message: Message, connection: Connection | None) -> None:
    """Neither received nor said to be broken off: what the end of the connection and of the record say."""
    finished = message.last(Finished)
    other = message.last(AbortedOther)
    if finished and finished[1].aborted:
        says.say("log.receipt", "interrupted", finished[0])
    elif other:
        says.say("log.receipt", "interrupted", other[0])
    elif finished or _begins_late(message):
        says.say("log.receipt", "complete", finished[0] if finished else message.lines[-1] if message.lines else None)
    else:
        end = connection.last(Closed, Lost) if connection else None
        says.say("log.receipt", "interrupted" if end else "open", end[0] if end else message.lines[-1])


def _say_authentication(says: Says, message: Message) -> None:
    for line, event in message.all(Spf, Dmarc):
        by = "spf" if isinstance(event, Spf) else "dmarc"
        if (event.result or "").lower() in {"fail", "failed"}:
            says.say("log.authentication", "failed", line)
            says.say("log.authentication_by", by, line)
            return
    says.say("log.authentication", "none")
