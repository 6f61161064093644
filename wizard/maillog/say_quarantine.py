"""What the lines say of quarantines: what holds a message, what deleted it, whether it could be handed over at all."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event
from wizard.maillog.events.delivery import Bounced, Delayed, Delivered, DeliveryStarted
from wizard.maillog.events.message import Dropped, Queued
from wizard.maillog.events.quarantine import (
    HandoverDone,
    HandoverFailed,
    HandoverRejected,
    HandoverStarted,
    Quarantined,
    QuarantineDeleted,
    QuarantineDeletedAll,
    QuarantineTagged,
    Released,
    ReleasedAll,
    SpamQuarantined,
)
from wizard.maillog.events.scanning import ScanNote
from wizard.maillog.loglines import LogLine
from wizard.maillog.says import Says
from wizard.maillog.stand import Stand, concerns, port_of, to_quarantine

SPAM_QUARANTINE = "Spam Quarantine"
CENTRAL_QUARANTINE = "Policy Quarantine"
SPAM_HOST, CENTRAL_HOST = "the.euq.queue", "the.cpq.host"
"""Pseudo-domains under which the appliance delivers to the spam quarantine and to central policy quarantines."""
CENTRAL_PORT = 7025
_TRANSFER = re.compile(r'enqueued for transfer to centralized quarantine "([^"]*)"')
_BY_RPC: dict[type[Event], str] = {
    HandoverStarted: "started",
    HandoverDone: "done",
    SpamQuarantined: "done",
    HandoverFailed: "failed",
    HandoverRejected: "failed",
}
_BY_DELIVERY: dict[type[Event], str] = {DeliveryStarted: "started", Delivered: "done", Delayed: "failed"}
_MOVES_ON = (Queued, DeliveryStarted, Delivered, Delayed, Bounced, Dropped)


class _Told:
    """What was said so far: quarantines that hold it, the last release from one, the deletion, the hand-over."""

    def __init__(self) -> None:
        self.held: dict[str, LogLine] = {}
        self.released: tuple[str, LogLine] | None = None
        self.deleted: tuple[str, LogLine, str] | None = None
        self.handover: tuple[str, LogLine] | None = None
        self.meant_for: tuple[str, LogLine] | None = None


def say_quarantine(says: Says, stand: Stand) -> None:
    """All about quarantines, from the last carrier's lines."""
    told = _Told()
    for line, event in stand.lines:
        _take(told, line, event, stand)
    _note_errors(told, stand)
    if told.handover and told.handover[0] == "done":
        told.held.setdefault(_name_of_handover(told, stand), told.handover[1])
    handover = told.handover or ("none", None)
    says.say("log.handover", *handover)
    _say_holding(says, told)
    deleted = told.deleted
    says.say("log.quarantine_end", "deleted" if deleted else "none", deleted[1] if deleted else None)
    if deleted:
        says.say("log.quarantine", deleted[0], deleted[1])
        says.say("log.quarantine_how", deleted[2], deleted[1])


def _say_holding(says: Says, told: _Told) -> None:
    held = told.held
    if held:
        says.say("log.held", "held", *held.values())
        says.say("log.quarantine", next(iter(held)), *held.values())
        if len(held) > 1:
            says.say("log.quarantines", tuple(held), *held.values())
    elif told.released and not told.deleted:  # only "released from all quarantines" says that it moves on
        says.say("log.held", "released-from-one", told.released[1])
        says.say("log.quarantine", *told.released)
    else:
        says.say("log.held", "none")


def _take(told: _Told, line: LogLine, event: Event, stand: Stand) -> None:
    if isinstance(event, Quarantined):
        told.held[event.quarantine], told.deleted = line, None
    elif isinstance(event, Released):
        told.held.pop(event.quarantine, None)
        told.released = event.quarantine, line
    elif isinstance(event, ReleasedAll):
        told.held.clear()
        told.released = None
    elif isinstance(event, QuarantineDeleted):
        told.deleted = event.quarantine, line, event.how or ""
        told.held.clear()
    elif isinstance(event, QuarantineDeletedAll):
        name, how = (told.deleted[0], told.deleted[2]) if told.deleted else (", ".join(told.held), "")
        told.deleted = name, line, how
        told.held.clear()
    elif isinstance(event, QuarantineTagged):
        told.meant_for = SPAM_HOST, line
    elif isinstance(event, ScanNote) and _TRANSFER.match(event.text):
        told.meant_for = CENTRAL_HOST, line
    else:
        told.handover = _handover(line, event, stand) or told.handover
        if isinstance(event, _MOVES_ON):
            told.released = None


def _handover(line: LogLine, event: Event, stand: Stand) -> tuple[str, LogLine] | None:
    """What the line says of handing the message to a quarantine, on the box (RPC) or off it (a delivery)."""
    on_the_box = _BY_RPC.get(type(event))
    if on_the_box:
        return on_the_box, line
    if isinstance(event, Delivered | DeliveryStarted | Delayed) and concerns(event, stand.carriage.steps[-1]):
        return (_BY_DELIVERY[type(event)], line) if to_quarantine(event, stand.message) else None
    return None


def _note_errors(told: _Told, stand: Stand) -> None:
    """A connection to a quarantine that failed concerns what is meant for it and has not been handed over since."""
    since = told.handover or told.meant_for
    if since is None or since[0] == "done":
        return
    hosts = {told.meant_for[0]} if told.meant_for else {SPAM_HOST, CENTRAL_HOST}
    error = stand.around.last_error(stand.message.appliance, hosts, since[1].order, stand.until)
    if error is not None:
        told.handover = "failed", error


def _name_of_handover(told: _Told, stand: Stand) -> str:
    assert told.handover is not None
    for _, event in stand.lines:
        intended = _TRANSFER.match(event.text) if isinstance(event, ScanNote) else None
        if intended:
            return intended[1]
    done = told.handover[1].event
    central = isinstance(done, Delivered) and port_of(done.dcid, stand.message) == CENTRAL_PORT
    if not central:
        return SPAM_QUARANTINE
    return next(iter(told.held), CENTRAL_QUARANTINE)
