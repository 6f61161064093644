"""What the injection debug log recorded of the conversation with the sending server (S9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from wizard.debuglog import Conversation, DebugLog, read
from wizard.debuglog.model import SENDER, SENT
from wizard.facts import Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.other_logs import (
    Reading,
    asked_span,
    connection_span,
    gateway_zone,
    latest,
    open_files,
    refuse,
)
from wizard.gather.search_log import known, listed
from wizard.maillog.asked import read_address, read_network, same_mailbox
from wizard.rulebase.model import Source

FILES = "debug_log.files"
GRACE = timedelta(minutes=2)
"""Both logs have the same clock, but a connection's first and last lines need not be written at once."""
SHOWN = 5
"""Lines that were not understood of which the number is said."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A conversation and the file that has it."""

    talk: Conversation
    source: str


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """The conversation of this very connection, else the newest with the sender, with the exchanges that show its end.

    Raises InputError where no file holds a conversation.
    """
    del source
    readings = open_files(listed(facts, FILES), desk)
    logs = [(reading.file.name, _read(reading, facts, desk)) for reading in readings]
    if not any(log.conversations for _, log in logs):
        raise refuse(readings, "no-debug-log")
    coverage = {"from": None, "to": None, "files": [reading.coverage() for reading in readings]}
    return Gathered(say_debug_log(logs, facts, desk), coverage=coverage)


def say_debug_log(logs: Sequence[tuple[str, DebugLog]], facts: Mapping[str, Fact], desk: Desk) -> tuple[Fact, ...]:
    """What these logs, each with its name, say of the attempt that `facts` are about."""
    recorded = [_Recorded(talk, name) for name, log in logs for talk in log.conversations]
    told: dict[str, Value] = {"debug_log.result": "none"}
    at, proof = desk.at(), tuple(piece for one in recorded[-3:] for piece in one.talk.evidence(one.source, last=0))
    same = [one for one in recorded if _is_the_connection(one.talk, facts)]
    fitting = same or [one for one in recorded if _fits(one.talk, facts)]
    if fitting:
        met = max(fitting, key=lambda one: (_names_recipient(one.talk, facts), one.talk.started.isoformat()))
        told = _told(met.talk, facts, is_same=bool(same))
        at, proof = met.talk.started.isoformat(), met.talk.evidence(met.source)
    told |= _not_understood(logs)
    return tuple(Fact(name, value, "logs", at, proof) for name, value in told.items())


def _not_understood(logs: Sequence[tuple[str, DebugLog]]) -> dict[str, Value]:
    """How many lines were not understood, and where the first ones stand."""
    places = [f"{name}:{line}" for name, log in logs for line, _ in log.not_understood]
    if not places:
        return {}
    count = sum(log.not_understood_count for _, log in logs)
    return {"debug_log.not_understood": count, "debug_log.not_understood_lines": ", ".join(places[:SHOWN])}


def _read(reading: Reading, facts: Mapping[str, Fact], desk: Desk) -> DebugLog:
    span = connection_span(facts)
    zone = gateway_zone(facts, desk)
    since, until = asked_span(facts, zone)
    anchor = span[1] if span else until or since
    log = read(reading.numbered(), latest(reading, anchor, desk), zone)
    for time in (log.first, log.last):
        if time is not None:
            reading.note_time(time)
    for problem in _problems(log):
        reading.file.note(problem)
    return log


def _problems(log: DebugLog) -> Iterable[str]:
    yield from log.problems
    if not log.entries:
        yield "no conversation"
    elif log.not_understood_count:
        yield "lines not understood"


def _is_the_connection(talk: Conversation, facts: Mapping[str, Fact]) -> bool:
    """Whether it is the gateway's connection that the mail log has: the number, the address, the time."""
    span = connection_span(facts)
    if span is None or known(facts, "log.icid") != str(talk.icid) or not _has_address(talk, ("log.address",), facts):
        return False
    began, ended = span
    started = talk.started if began.tzinfo else talk.started.replace(tzinfo=None)
    return began - GRACE <= started <= ended + GRACE


def _fits(talk: Conversation, facts: Mapping[str, Fact]) -> bool:
    """Whether it is one with the sender asked about: by address, and by MAIL FROM where it came to that."""
    sender = known(facts, "sender.mailbox")
    told = talk.sender is None or sender is None or same_mailbox(sender, talk.sender)
    return told and _has_address(talk, ("sender.address", "log.address"), facts)


def _has_address(talk: Conversation, names: Sequence[str], facts: Mapping[str, Fact]) -> bool:
    """Whether its address is one of these; where one of the two is not known it may be."""
    address = read_address(talk.ip)
    wanted = [read_network(text) for name in names for text in listed(facts, name) if _is_network(text)]
    return address is None or not wanted or any(address in network for network in wanted)


def _is_network(text: str) -> bool:
    try:
        read_network(text)
    except ValueError:
        return False
    return True


def _names_recipient(talk: Conversation, facts: Mapping[str, Fact]) -> bool:
    recipient = known(facts, "recipient.mailbox")
    return recipient is not None and any(same_mailbox(recipient, one) for one in talk.recipients)


def _told(talk: Conversation, facts: Mapping[str, Fact], is_same: bool) -> dict[str, Value]:
    told: dict[str, Value | None] = {
        "debug_log.result": talk.result,
        "debug_log.connection": "same" if is_same else "other",
        "debug_log.stage": talk.broke_at or "none",
        "debug_log.broke_by": _broke_by(talk, is_same) or "none",
        "debug_log.reply": talk.reply,
        "debug_log.seconds": talk.seconds,
        "debug_log.time": talk.started.isoformat(" ", "seconds"),
        "debug_log.icid": str(talk.icid),
        "debug_log.commands": "changed" if talk.mangled else "whole",
        "debug_log.end": "open" if talk.still_open and not is_same else "seen",
        "debug_log.bytes": talk.body_bytes or None,
    }
    if is_same:
        told["debug_log.greeting_seconds"] = _greeting_after(talk, facts)
        told["gateway.reply"] = talk.reply if talk.broke_at else None
    return {name: value for name, value in told.items() if value is not None}


def _broke_by(talk: Conversation, is_same: bool) -> str | None:
    """Who ended it. Of a connection whose end the mail log has, the last word tells, also where the debug log stops."""
    last_word_ours = bool(talk.exchanges) and talk.exchanges[-1].direction == SENT
    return SENDER if is_same and talk.still_open and last_word_ours else talk.broke_by


def _greeting_after(talk: Conversation, facts: Mapping[str, Fact]) -> float | None:
    """Seconds from the opening that the mail log has to the greeting, which is the conversation's first word."""
    span = connection_span(facts)
    if span is None or not talk.exchanges or talk.exchanges[0].direction != SENT:
        return None
    began, greeted = span[0], talk.exchanges[0].time
    return max(0.0, (greeted - (began if greeted.tzinfo else began.replace(tzinfo=None))).total_seconds())
