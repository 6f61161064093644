"""What the lines say of delivery: done, put off, refused, under way; where to, and what was answered."""

from __future__ import annotations

import re

from wizard.maillog.bounce_log import BounceLog
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.base import Event
from wizard.maillog.events.delivery import (
    Bounced,
    Delayed,
    Delivered,
    DeliveryStarted,
    FailedTry,
    Pending,
    PossibleDelivery,
)
from wizard.maillog.events.hop import ConnectionError, DeliveryOpened, DeliveryTls
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Message
from wizard.maillog.says import Says
from wizard.maillog.stand import Stand, to_quarantine
from wizard.patterns import pattern

_REFUSAL = pattern(r"[45](?:\d\d|\.\d)")
_TLS = pattern(r"\bTLS\b|certificate", re.IGNORECASE)
_HELD = {"quarantined", "dq"}
_HELD_IN = pattern(r"To (\S.*)")
_SUMMARIES = {"delivered", "bounced", "dropped", "quarantined", "aborted", "queued", "dq"}


def say_delivery(says: Says, stand: Stand) -> None:
    """All about delivery, from the last carrier's lines about this recipient."""
    word, line = _how_it_went(stand)
    response = stand.answered
    event = line.event if line else None
    says.say("log.delivery", word, line, response[0] if word == "done" and response else None)
    if isinstance(event, FailedTry | BounceLog):
        says.say("log.reply", event.response, line)
        says.say("log.reply_reason", event.reason, line)
        says.say("log.reply_code", getattr(event, "code", None), line)
    elif response:
        says.say("log.reply", response[1].text, response[0])
    _say_next_hop(says, stand, event)
    _say_waits(says, stand)
    summary = stand.last(Consolidated)
    if summary and word == "none":
        _say_summary(says, *summary)


def _say_summary(says: Says, line: LogLine, event: Consolidated) -> None:
    told = (event.action or event.status or "none").lower()
    says.say("log.summary", told if told in _SUMMARIES else "other", line)
    says.say("log.summary_details", event.details, line)
    held = _HELD_IN.fullmatch(event.details or "") if told in _HELD else None
    if held and "log.quarantine" not in says:  # the mail log's own lines know better
        says.say("log.quarantine", held[1], line)


def _how_it_went(stand: Stand) -> tuple[str, LogLine | None]:
    message = stand.message
    done = stand.last(Delivered, lambda e: not to_quarantine(e, message))
    if done:
        return "done", done[0]
    bounced = stand.last(Bounced, lambda e: not to_quarantine(e, message))
    if bounced:
        return "bounced", bounced[0]
    told = stand.last(BounceLog, lambda e: e.kind == "bounced")
    if told:
        return "bounced", told[0]
    return _undecided(stand) or _put_off_by_tls(stand) or _begun(stand)


def _undecided(stand: Stand) -> tuple[str, LogLine | None] | None:
    """The last word on a try that neither delivered nor bounced."""
    delayed: LogLine | None = None
    answered = stand.answered
    for line, event in reversed(stand.mine):
        if answered and line is answered[0] and not _REFUSAL.match(answered[1].text.lstrip()):
            return "accepted", line
        if isinstance(event, PossibleDelivery):
            return "possible", line
        if isinstance(event, Delayed) and not to_quarantine(event, stand.message):
            return "delayed", line
        if isinstance(event, Pending | BounceLog) and delayed is None:
            delayed = line
    return ("delayed", delayed) if delayed else None


def _put_off_by_tls(stand: Stand) -> tuple[str, LogLine | None] | None:
    started = stand.last(DeliveryStarted, lambda e: not to_quarantine(e, stand.message))
    failed = _tls_failure(started[1].dcid, stand.message) if started else None
    error = stand.error()
    if failed is None and error is not None and _names_tls(error.event):
        failed = error
    return ("delayed", failed) if failed else None


def _begun(stand: Stand) -> tuple[str, LogLine | None]:
    if stand.answered:
        return "answered", stand.answered[0]
    started = stand.last(DeliveryStarted, lambda e: not to_quarantine(e, stand.message))
    return ("started", started[0]) if started else ("none", None)


def _tls_failure(dcid: int | None, message: Message) -> LogLine | None:
    delivery = message.deliveries.get(dcid or 0)
    hit = delivery.last(DeliveryTls) if delivery else None
    return hit[0] if hit and not hit[1].ok else None


def _names_tls(event: Event | None) -> bool:
    """Whether what was answered or noted on a failed try speaks of TLS or a certificate."""
    texts: tuple[str | None, ...] = ()
    if isinstance(event, FailedTry):
        texts = (event.reason, event.response, event.detail)
    elif isinstance(event, ConnectionError):
        texts = (event.reason, event.details)
    return any(text and _TLS.search(text) for text in texts)


def _say_next_hop(says: Says, stand: Stand, event: Event | None) -> None:
    dcid = getattr(event, "dcid", None)
    dcid = dcid if isinstance(dcid, int) else None
    delivery = stand.message.deliveries.get(dcid or 0)
    opened = delivery.last(DeliveryOpened) if delivery else None
    if opened:
        says.say("log.next_hop", opened[1].address, opened[0])
    elif isinstance(event, ConnectionError):
        says.say("log.next_hop", event.address, stand.error())
    tls = _tls_failure(dcid, stand.message)
    if tls is None and isinstance(event, Pending):
        pending = stand.last(Pending)
        tls = stand.around.tls_failure_before(pending[0]) if pending else None
    is_tls = tls is not None or isinstance(event, DeliveryTls) or _names_tls(event)
    says.say("log.delay_reason", "tls" if is_tls else "other", tls)


def _say_waits(says: Says, stand: Stand) -> None:
    error = stand.error()
    says.say("log.route", "unreachable" if error else "none", error)
    if error is not None and isinstance(error.event, ConnectionError):
        says.say("log.route_ip", error.event.address, error)
        says.say("log.route_error", error.event.details or error.event.reason, error)
    wait = stand.around.wait(stand.message.appliance, stand.since, stand.until)
    says.say("log.waits", wait[0] if wait else "none", wait[1] if wait else None)
