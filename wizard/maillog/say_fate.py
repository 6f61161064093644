"""What the lines say of a received message for one recipient: disposed of, held, handed on, answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from wizard.maillog.asked import bare, domain_of
from wizard.maillog.bounce_log import BounceLog
from wizard.maillog.carriage import Carriage
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.base import Event
from wizard.maillog.events.delivery import (
    Bounced,
    Delayed,
    Delivered,
    DeliveryStarted,
    Pending,
    PossibleDelivery,
    Response,
)
from wizard.maillog.events.hop import (
    ConcurrencyLimit,
    ConnectionError,
    DeliveriesSuspended,
    DeliveryOpened,
    DeliveryTls,
)
from wizard.maillog.events.limits import Harvest
from wizard.maillog.events.message import (
    BouncedByPolicy,
    DeletedByAdmin,
    Dropped,
    Finished,
    GlobalUnsubscribe,
    Policy,
)
from wizard.maillog.events.quarantine import (
    HandoverDone,
    HandoverFailed,
    HandoverRejected,
    HandoverStarted,
    Quarantined,
    QuarantineDeleted,
    QuarantineDeletedAll,
    Released,
    ReleasedAll,
    SpamQuarantined,
)
from wizard.maillog.events.relation import LdapBounced, LdapDropped, LdapRequeued, LdapUnableBounced
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Message
from wizard.maillog.say_receipt import received_line
from wizard.maillog.says import Says

SPAM_QUARANTINE = "Spam Quarantine"
QUARANTINE_HOSTS = {"the.euq.queue", "the.cpq.host"}
"""Pseudo-domains under which the appliance delivers to quarantines."""
QUARANTINE_PORTS = {6025, 7025}

E = TypeVar("E", bound=Event)
Lines = list[tuple[LogLine, Event]]


def say_fate(says: Says, carriage: Carriage, loose: Iterable[LogLine], until: LogLine | None = None) -> None:
    """Everything after receipt, from the last carrier's lines; `until`: as the log stood at that line."""
    message = carriage.last
    ends = until.order if until else None
    lines: Lines = [(one, one.event) for one in message.lines if one.event and (ends is None or one.order <= ends)]
    _say_disposal(says, lines, carriage)
    _say_quarantine(says, lines, carriage, message)
    _say_delivery(says, lines, carriage, message)
    _say_directory(says, lines)
    _say_waits(says, carriage, [one for one in loose if ends is None or one.order <= ends])
    finished = _last(lines, Finished)
    says.say("log.finished", "yes" if finished else "no", finished[0] if finished else None)
    lost = len(carriage.carriers) > 1 and len(message.lines) == 1
    says.say("log.trail", "lost" if lost else "known", message.lines[0] if lost else None)


def hindrance(carriage: Carriage) -> LogLine | None:
    """The first line that held up a message on its way: delayed, quarantined, put back, not handed over."""
    kinds = (Delayed, Quarantined, SpamQuarantined, LdapRequeued, HandoverFailed, HandoverRejected)
    for message in carriage.carriers:
        for line, event in message.all(*kinds):
            if not isinstance(event, Delayed) or message is not carriage.last or _concerns(event, carriage):
                return line
    return None


def _last(lines: Lines, kind: type[E], accept: Callable[[E], bool] = lambda _: True) -> tuple[LogLine, E] | None:
    return next(((line, e) for line, e in reversed(lines) if isinstance(e, kind) and accept(e)), None)


def _concerns(event: Event, carriage: Carriage) -> bool:
    """Whether a line of the last carrier is about this recipient: by RID, else by address, else about all."""
    rid = getattr(event, "rid", None)
    rids = getattr(event, "rids", ()) or ((rid,) if isinstance(rid, int) else ())
    if rids and carriage.rid is not None:
        return carriage.rid in rids
    recipient = getattr(event, "recipient", None) or getattr(event, "address", None)
    return not recipient or carriage.now is None or "@" not in recipient or bare(recipient) == bare(carriage.now)


def _say_disposal(says: Says, lines: Lines, carriage: Carriage) -> None:
    for line, event in reversed(lines):
        if isinstance(event, Dropped | BouncedByPolicy):
            says.say("log.disposal", "dropped" if isinstance(event, Dropped) else "bounced", line)
            says.say("log.by", event.by, line)
            return
        word = _recipient_disposal(event)
        if word and _concerns(event, carriage):
            says.say("log.disposal", word, line)
            says.say("log.by", {"deleted": "administrator", "unsubscribed": "global unsubscribe"}.get(word), line)
            if word == "directory":
                says.say("log.directory_fate", "dropped" if isinstance(event, LdapDropped) else "bounced", line)
            return
    says.say("log.disposal", "none")


def _recipient_disposal(event: Event) -> str | None:
    if isinstance(event, LdapDropped | LdapBounced):
        return "directory"
    if isinstance(event, GlobalUnsubscribe):
        return "unsubscribed"
    if isinstance(event, DeletedByAdmin):
        return "deleted"
    return "harvest" if isinstance(event, Harvest) else None


def _say_quarantine(says: Says, lines: Lines, carriage: Carriage, message: Message) -> None:
    held: dict[str, LogLine] = {}
    ended: tuple[str, LogLine, str] | None = None
    handover: tuple[str, LogLine] | None = None
    for line, event in lines:
        if isinstance(event, Quarantined):
            held[event.quarantine], ended = line, None
        elif isinstance(event, Released):
            held.pop(event.quarantine, None)
        elif isinstance(event, ReleasedAll):
            held.clear()
        elif isinstance(event, QuarantineDeleted | QuarantineDeletedAll):
            name = (
                event.quarantine if isinstance(event, QuarantineDeleted) else (ended[0] if ended else ", ".join(held))
            )
            ended = (name, line, (getattr(event, "how", None) or (ended[2] if ended else "")))
            held.clear()
        else:
            handover = _handover(line, event, carriage, message) or handover
    if handover and handover[0] == "done":
        held[SPAM_QUARANTINE] = handover[1]
    says.say("log.handover", handover[0] if handover else "none", handover[1] if handover else None)
    says.say("log.held", "held" if held else "none", *held.values())
    says.say("log.quarantine", next(iter(held), None) or (ended[0] if ended else None), *held.values())
    if len(held) > 1:
        says.say("log.quarantines", tuple(held), *held.values())
    says.say("log.quarantine_end", "deleted" if ended else "none", ended[1] if ended else None)
    says.say("log.quarantine_how", ended[2] if ended else None, ended[1] if ended else None)


def _handover(line: LogLine, event: Event, carriage: Carriage, message: Message) -> tuple[str, LogLine] | None:
    """What the line says of handing the message to the spam quarantine, on the box (RPC) or off it (a delivery)."""
    if isinstance(event, HandoverFailed | HandoverRejected):
        return "failed", line
    if isinstance(event, SpamQuarantined | HandoverDone):
        return "done", line
    if isinstance(event, HandoverStarted):
        return "started", line
    if isinstance(event, Delivered | DeliveryStarted | Delayed) and _concerns(event, carriage):
        if not _to_quarantine(event, message):
            return None
        return {Delivered: "done", DeliveryStarted: "started", Delayed: "failed"}[type(event)], line
    return None


def _to_quarantine(event: Delivered | DeliveryStarted | Delayed | Bounced, message: Message) -> bool:
    """Whether a delivery goes to a quarantine: it says so, or its connection goes to a quarantine's port."""
    if isinstance(event, Delivered | DeliveryStarted) and event.quarantine:
        return True
    if isinstance(event, Delivered) and any(
        e.quarantine for _, e in message.all(DeliveryStarted) if e.dcid == event.dcid
    ):
        return True
    delivery = message.deliveries.get(event.dcid or 0)
    opened = delivery.last(DeliveryOpened) if delivery else None
    return bool(opened and opened[1].port in QUARANTINE_PORTS)


def _say_delivery(says: Says, lines: Lines, carriage: Carriage, message: Message) -> None:
    mine = [(line, event) for line, event in lines if _concerns(event, carriage)]
    done = _last(mine, Delivered, lambda e: not _to_quarantine(e, message))
    bounced = _last(mine, Bounced, lambda e: not _to_quarantine(e, message))
    response = _last(mine, Response)
    word, line = "none", None
    if done:
        word, line = "done", done[0]
    elif bounced:
        word, line = "bounced", bounced[0]
    else:
        word, line = _undecided(mine, message)
    says.say("log.delivery", word, line, response[0] if done and response else None)
    event = line.event if line else None
    if isinstance(event, Bounced | Delayed):
        says.say("log.reply", event.response or event.reason, line)
        says.say("log.reply_code", event.code, line)
        says.say("log.reply_reason", event.reason, line)
    elif response:
        says.say("log.reply", response[1].text, response[0])
    _say_next_hop(says, event, message)
    _say_elsewhere_told(says, mine, word)


def _undecided(mine: Lines, message: Message) -> tuple[str, LogLine | None]:
    for line, event in reversed(mine):
        if isinstance(event, Response):
            return (
                "accepted" if (event.text.lstrip()[:1] in "23" or "ok" in event.text.lower()[:12]) else "answered"
            ), line
        if isinstance(event, Delayed) and not _to_quarantine(event, message):
            return "delayed", line
        if isinstance(event, PossibleDelivery):
            return "possible", line
        if isinstance(event, Pending):
            return "delayed", line
        if isinstance(event, DeliveryStarted) and not _to_quarantine(event, message):
            tls = _tls_failure(event.dcid, message)
            return ("delayed", tls) if tls else ("started", line)
    return "none", None


def _tls_failure(dcid: int | None, message: Message) -> LogLine | None:
    delivery = message.deliveries.get(dcid or 0)
    hit = delivery.last(DeliveryTls) if delivery else None
    return hit[0] if hit and not hit[1].ok else None


def _say_next_hop(says: Says, event: Event | None, message: Message) -> None:
    dcid = getattr(event, "dcid", None)
    delivery = message.deliveries.get(dcid) if isinstance(dcid, int) else None
    opened = delivery.last(DeliveryOpened) if delivery else None
    if opened:
        says.say("log.next_hop", opened[1].address, opened[0])
    tls = _tls_failure(dcid if isinstance(dcid, int) else None, message)
    says.say("log.delay_reason", "tls" if tls else "other", tls)


def _say_elsewhere_told(says: Says, mine: Lines, word: str) -> None:
    """Other records of the same message, a consolidated event or a bounce log, where the mail log itself is silent."""
    if word != "none":
        return
    consolidated = _last(mine, Consolidated)
    if consolidated:
        line, event = consolidated
        says.say("log.summary", (event.action or event.status or "none").lower(), line)
        says.say("log.summary_details", event.details, line)
    bounce = _last(mine, BounceLog)
    if bounce:
        line, told = bounce
        says.say("log.delivery", told.kind, line)
        says.say("log.reply", told.response or told.reason, line)


def _say_directory(says: Says, lines: Lines) -> None:
    bounced = _last(lines, LdapUnableBounced)
    if bounced:
        says.say("log.directory", "bounced", bounced[0])
        return
    requeued = _last(lines, LdapRequeued)
    later = [e for line, e in lines if requeued and line.order > requeued[0].order]
    still = requeued and not any(
        isinstance(e, Policy | Delivered | Finished | DeliveryStarted | Dropped) for e in later
    )
    says.say("log.directory", "silent" if still else "answers", requeued[0] if requeued and still else None)


def _say_waits(says: Says, carriage: Carriage, loose: Iterable[LogLine]) -> None:
    message = carriage.last
    start = received_line(message) or (message.lines[0] if message.lines else None)
    later = [one for one in loose if start and one.appliance is message.appliance and one.order > start.order]
    domain = domain_of(carriage.now) if carriage.now else None
    unreachable = None
    waits: tuple[str, LogLine] | None = None
    for line in later:
        event = line.event
        if isinstance(event, ConnectionError):
            own = event.dcid is not None and event.dcid in message.deliveries
            if own or (domain and event.domain and bare(event.domain) == domain):
                unreachable = line
            elif event.domain in QUARANTINE_HOSTS and says.facts["log.handover"].value == "started":
                says.say("log.handover", "failed", line)
        elif isinstance(event, DeliveriesSuspended):
            waits = ("suspended", line)
        elif isinstance(event, ConcurrencyLimit):
            waits = ("concurrency", line)
    says.say("log.route", "unreachable" if unreachable else "none", unreachable)
    if unreachable and isinstance(unreachable.event, ConnectionError):
        says.say("log.route_ip", unreachable.event.address, unreachable)
        says.say("log.route_error", unreachable.event.details or unreachable.event.reason, unreachable)
    says.say("log.waits", waits[0] if waits else "none", waits[1] if waits else None)
