"""The facts of an attempt: what its lines say now, and what they said when it was first held up."""

from __future__ import annotations

from wizard.maillog.attempts import Attempt
from wizard.maillog.events.connection import Opened, Verdict
from wizard.maillog.events.envelope import SenderRejected
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Connection, Reader
from wizard.maillog.say_connection import match_reason, say_connection
from wizard.maillog.say_fate import say_fate
from wizard.maillog.say_receipt import say_receipt, say_refused_sender, sender_line
from wizard.maillog.says import Page, Says
from wizard.maillog.stand import Stand, first_hindrance
from wizard.maillog.surroundings import Surroundings


def state(attempt: Attempt, around: Surroundings) -> None:
    """Write the attempt's facts down, and those of the moment it was first held up."""
    carriage = attempt.carriage
    attempt.facts = _facts(attempt, around, Stand(carriage, around) if carriage else None)
    hindered = first_hindrance(carriage, around) if carriage and carriage.refused is None else None
    attempt.before = _facts(attempt, around, hindered) if hindered else None


def _facts(attempt: Attempt, around: Surroundings, stand: Stand | None) -> Page:
    says = Says()
    if attempt.connection is None and attempt.message is None and attempt.refusal is not None:
        _say_refused_connection(says, attempt.refusal)
    else:
        _say_connection(says, attempt, around)
        if attempt.message is not None and stand is not None:
            say_receipt(says, attempt.message, stand.carriage)
            say_fate(says, stand)
        elif attempt.refusal is not None and isinstance(attempt.refusal.event, SenderRejected):
            say_refused_sender(says, attempt.refusal, attempt.refusal.event)
        else:
            _say_no_mail(says, attempt)
    conserved = around.conserved(attempt.appliance, attempt.began.date() if attempt.began else None)
    says.say("log.resources", "conserved" if conserved else "normal", conserved)
    if attempt.candidate is not None:
        opened = attempt.connection.first(Opened) if attempt.connection else None
        says.say("log.source", attempt.candidate.source, opened[0] if opened else attempt.first_line)
    return says.page(around.lines)


def _say_connection(says: Says, attempt: Attempt, around: Surroundings) -> None:
    connection, first = attempt.connection, attempt.first_line
    if connection is None or not connection.lines:
        connection = Connection(attempt.appliance, 0, Reader(around.lines))
    say_connection(says, connection, around.suspended(attempt.appliance, first.order) if first else None)
    if not connection.lines:
        says.say("log.connection", "seen", first)
        says.say("log.opening", "earlier", first)
        says.say("log.address", next(iter(attempt.addresses), None), first)


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
