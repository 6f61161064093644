"""What the lines say of a message's receipt: envelope, checks in the conversation, whether its DATA ended well."""

from __future__ import annotations

from wizard.maillog.bounce_log import BounceLog
from wizard.maillog.carriage import Carriage
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.base import Event
from wizard.maillog.events.connection import DelayedRejectFrom
from wizard.maillog.events.delivery import (
    Bounced,
    Delayed,
    Delivered,
    DeliveryStarted,
    PossibleDelivery,
    Response,
)
from wizard.maillog.events.ending import Closed, Disconnected, Killed, Lost
from wizard.maillog.events.envelope import (
    BounceVerification,
    From,
    RecipientRejected,
    SenderRejected,
    To,
)
from wizard.maillog.events.header import MessageId, Subject, decode_subject
from wizard.maillog.events.limits import ReceivingFailed
from wizard.maillog.events.message import (
    AbortedOther,
    BouncedByPolicy,
    DeletedByAdmin,
    Dropped,
    Finished,
    GlobalUnsubscribe,
    Policy,
    Queued,
    Ready,
    ReceivingAborted,
)
from wizard.maillog.events.quarantine import (
    HandoverStarted,
    Quarantined,
    QuarantineDeleted,
    QuarantineDeletedAll,
    Released,
    ReleasedAll,
    SpamQuarantined,
)
from wizard.maillog.events.relation import (
    LdapBounced,
    LdapDropped,
    LdapRequeued,
    LdapUnableBounced,
    Rewritten,
    Split,
)
from wizard.maillog.events.scanning import Dmarc, Spf
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Connection, Message
from wizard.maillog.says import Says

_CHECKS = {"RAT": "rat", "LDAPACCEPT": "directory", "Injection Control": "limit", "Receiving Control": "limit"}
_LATER: tuple[type[Event], ...] = (
    Queued,
    Policy,
    Dropped,
    BouncedByPolicy,
    DeletedByAdmin,
    GlobalUnsubscribe,
    Quarantined,
    Released,
    ReleasedAll,
    QuarantineDeleted,
    QuarantineDeletedAll,
    HandoverStarted,
    SpamQuarantined,
    Split,
    Rewritten,
    LdapDropped,
    LdapBounced,
    LdapRequeued,
    LdapUnableBounced,
    DeliveryStarted,
    Delivered,
    Response,
    Delayed,
    Bounced,
    PossibleDelivery,
    BounceLog,
    Consolidated,
)
"""Lines of a message's life in the queue: where `ready` is missing, they say all the same that it was received."""


def sender_line(message: Message | None, connection: Connection | None = None) -> tuple[str, LogLine] | None:
    """The envelope sender and the line that has it: From, else `ready … from`, a bounce or delay, a delayed reject."""
    if message is not None:
        for kind in (From, Ready, Bounced, Delayed, BounceLog, Consolidated):
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
    received = received_line(message)
    said = sender[1] if sender else received
    says.say("log.mail_from", "seen" if said else "none", said)
    if sender:
        says.say("log.sender", sender[0] or "<>", sender[1])
    for name, hit in (("log.message_id", message_id_line(message)), ("log.subject", subject_line(message))):
        if hit:
            says.say(name, hit[0], hit[1])
    ready = message.first(Ready)
    if ready:
        says.say("log.bytes", ready[1].size, ready[0])
    _say_recipient(says, message, carriage)
    _say_data(says, message, received)
    _say_authentication(says, message)


def _say_recipient(says: Says, message: Message, carriage: Carriage) -> None:
    lines = [carriage.refused] if carriage.refused else _to_lines(message, carriage)
    says.say("log.recipient", carriage.given, *lines)
    if carriage.now != carriage.given:
        link = carriage.last.parent
        says.say("log.recipient_now", carriage.now, link.line if link else None)
    if carriage.refused is None:
        said = carriage.given is not None or _begins_late(message)
        says.say("log.to", "accepted" if said else "none", *lines)
        says.say("log.recipient_check", "none")
        return
    event = carriage.refused.event
    says.say("log.to", "refused", carriage.refused)
    says.say("log.recipient_check", _check(event), carriage.refused)
    if isinstance(event, RecipientRejected):
        says.say("log.recipient_by", event.by, carriage.refused)


def _check(event: Event | None) -> str:
    """Which check refused a recipient."""
    if isinstance(event, BounceVerification):
        return "bounce-verification"
    if not isinstance(event, RecipientRejected):
        return "invalid"
    return _CHECKS.get(event.by, "directory" if "ldap" in event.by.lower() else "other")


def _begins_late(message: Message) -> bool:
    """Whether the log begins after the message did, so that missing To lines say nothing."""
    return message.first(From) is None


def _to_lines(message: Message, carriage: Carriage) -> list[LogLine]:
    if "to" not in message.kept:
        found: dict[str | None, list[LogLine]] = {}
        for line, event in message.all(To):
            found.setdefault(event.address, []).append(line)
        message.kept["to"] = found
    lines: list[LogLine] = message.kept["to"].get(carriage.given, [])
    return lines


def received_line(message: Message) -> LogLine | None:
    """The line that says the gateway has the whole message: `ready`, else the first of its life in the queue."""
    hit = message.first(Ready)
    if hit is None and message.first(ReceivingAborted) is None:
        hit = message.first(*_LATER)
    return hit[0] if hit else None


def _say_data(says: Says, message: Message, received: LogLine | None) -> None:
    if received is not None:
        says.say("log.receipt", "complete", received)
        return
    failed = failure(message)
    aborted = message.last(ReceivingAborted)
    if failed and failed[1].reason in {"loop", "size"}:
        says.say("log.receipt", failed[1].reason, failed[0], aborted[0] if aborted else None)
    elif aborted:
        says.say("log.receipt", "interrupted-by-sender" if aborted[1].by_sender else "interrupted", aborted[0])
    else:
        _say_unfinished(says, message, message.connection)


def failure(message: Message) -> tuple[LogLine, ReceivingFailed] | None:
    """Why receiving this message failed, if the connection's lines say so while it was under way."""
    connection = message.connection
    if connection is None or not message.lines:
        return None
    begin = message.lines[0].order
    later = [one.lines[0].order for one in connection.messages if one.lines and one.lines[0].order > begin]
    end = min(later, default=connection.lines[-1].order + 1 if connection.lines else begin)
    return next(((line, e) for line, e in connection.all(ReceivingFailed) if begin <= line.order < end), None)


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
        end = connection.last(Closed, Lost, Killed, Disconnected) if connection else None
        says.say("log.receipt", "interrupted" if end else "open", end[0] if end else message.lines[-1])


def _say_authentication(says: Says, message: Message) -> None:
    for line, event in message.all(Spf, Dmarc):
        by = "spf" if isinstance(event, Spf) else "dmarc"
        if (event.result or "").lower() in {"fail", "failed"}:
            says.say("log.authentication", "failed", line)
            says.say("log.authentication_by", by, line)
            return
    says.say("log.authentication", "none")
