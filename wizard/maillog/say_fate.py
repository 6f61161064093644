"""What the lines say of a received message for one recipient: disposed of, held, handed on, answered."""

from __future__ import annotations

from wizard.maillog.events.base import Event
from wizard.maillog.events.delivery import Delivered, DeliveryStarted
from wizard.maillog.events.limits import Harvest
from wizard.maillog.events.message import (
    BouncedByPolicy,
    DeletedByAdmin,
    Dropped,
    Finished,
    GlobalUnsubscribe,
    Policy,
    Queued,
)
from wizard.maillog.events.relation import LdapBounced, LdapDropped, LdapRequeued, LdapUnableBounced
from wizard.maillog.say_delivery import say_delivery
from wizard.maillog.say_quarantine import say_quarantine
from wizard.maillog.says import Says
from wizard.maillog.stand import Stand, concerns

_OF_RECIPIENT: dict[type[Event], str] = {
    LdapDropped: "directory",
    LdapBounced: "directory",
    GlobalUnsubscribe: "unsubscribed",
    DeletedByAdmin: "deleted",
    Harvest: "harvest",
}
"""What disposes of one recipient."""
_BY = {"deleted": "administrator", "unsubscribed": "global unsubscribe"}
_MOVES_ON = (Policy, Queued, DeliveryStarted, Delivered, Finished, Dropped)


def say_fate(says: Says, stand: Stand) -> None:
    """Everything after receipt, from the last carrier's lines."""
    _say_disposal(says, stand)
    say_quarantine(says, stand)
    say_delivery(says, stand)
    _say_directory(says, stand)
    message = stand.message
    finished = next((line for line, event in reversed(stand.lines) if isinstance(event, Finished)), None)
    says.say("log.finished", "yes" if finished else "no", finished)
    lost = len(stand.carriage.steps) > 1 and len(message.lines) == 1
    says.say("log.trail", "lost" if lost else "known", message.lines[0] if lost else None)


def _say_disposal(says: Says, stand: Stand) -> None:
    for line, event in reversed(stand.lines):
        if isinstance(event, Dropped | BouncedByPolicy):
            says.say("log.disposal", "dropped" if isinstance(event, Dropped) else "bounced", line)
            says.say("log.by", event.by, line)
            return
        word = _OF_RECIPIENT.get(type(event))
        if word and concerns(event, stand.carriage.steps[-1]):
            says.say("log.disposal", word, line)
            says.say("log.by", _BY.get(word), line)
            if word == "directory":
                says.say("log.directory_fate", "dropped" if isinstance(event, LdapDropped) else "bounced", line)
            return
    says.say("log.disposal", "none")


def _say_directory(says: Says, stand: Stand) -> None:
    word, at = "answers", None
    for line, event in stand.lines:
        if isinstance(event, LdapUnableBounced):
            says.say("log.directory", "bounced", line)
            return
        if isinstance(event, LdapRequeued):
            word, at = "silent", line
        elif isinstance(event, _MOVES_ON):
            word, at = "answers", None
    says.say("log.directory", word, at)
