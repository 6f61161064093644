"""The sending server's log from its administrator: the request to send to them, and the answer read as a log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path

from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.answers import answer, checked
from wizard.gather.base import Desk, Gathered
from wizard.gather.other_logs import asked_span, connection_span, gateway_zone
from wizard.gather.search_log import known, listed
from wizard.gather.their_log import GATEWAYS
from wizard.gather.zone import read_offset
from wizard.maillog.files import find_files
from wizard.rulebase.model import Source
from wizard.senderlog import Clock, SenderLog
from wizard.senderlog.ask import Request, request
from wizard.senderlog.model import Problem
from wizard.words import Lang, words

ROOM = timedelta(hours=1)
"""Asked for before and after the connection that the gateway saw."""


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask for the log, and for its time zone where it does not tell it."""
    letter = ready_text(facts, desk.lang, desk.now, gateway_zone(facts, desk))
    typed = desk.asker.paste(source, checked(_check, desk.lang), request=letter)
    if typed is None:
        return Gathered()
    path = _path(typed)
    kept = path or desk.keep_text(typed)
    found = [answer("sender_log.files", (kept,), kept)]
    if path is None:
        found.append(answer("sender_log.pasted", (kept,), kept))
        if _zoneless(typed):
            found += _asked_zone(desk)
    return Gathered(tuple(found))


def ready_text(facts: Mapping[str, Fact], lang: Lang, now: datetime, zone: tzinfo | None = None) -> str | None:
    """The text to send to the sender's administrator, None where it is not known whose mail it is about.

    `zone` is the gateway's, where its log tells it and no fact does.
    """
    span = connection_span(facts)
    zone = (span[0].tzinfo if span else None) or zone
    since, until = _when(facts, span, now, zone)
    recipient = known(facts, "recipient.mailbox") or known(facts, "log.recipient")
    addresses = tuple(dict.fromkeys((*listed(facts, "log.address"), *listed(facts, "sender.address"))))
    sender = known(facts, "sender.mailbox") or known(facts, "log.sender") or ", ".join(addresses)
    if not recipient or not sender:
        return None
    offset = read_offset(known(facts, "sender_log.zone"))
    about = Request(
        sender=sender,
        recipients=(recipient,),
        since=since,
        until=until,
        our_zone=zone or since.astimezone().tzinfo or timezone.utc,
        their_zone=None if offset is None else timezone(timedelta(minutes=offset)),
        gateways=tuple(dict.fromkeys(text for name in GATEWAYS for text in listed(facts, name))),
        sender_ips=addresses,
        message_id=known(facts, "message.id"),
        seen=() if span is None else (_aware(span[0]),),
    )
    return request(about, lang)


def _when(
    facts: Mapping[str, Fact], span: tuple[datetime, datetime] | None, now: datetime, zone: tzinfo | None
) -> tuple[datetime, datetime]:
    """The window asked about, else the time around the connection, else the last day."""
    since, until = asked_span(facts, zone)
    if span:
        since, until = since or span[0] - ROOM, until or span[1] + ROOM
    until = _aware(until or now)
    return _aware(since or until - timedelta(days=1)), until


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.astimezone()


def _check(text: str) -> None:
    """Raises InputError for what is neither a file nor lines of a mail server that is known."""
    if _path(text) is None and SenderLog.of_paste(text, Clock(datetime.now())).server is None:
        raise InputError("pasted-no-sender-log")


def _path(text: str) -> str | None:
    """The file that was named instead of pasting it. Raises InputError for a path that leads to none."""
    plain = text.strip().strip("\"'")
    if "\n" in plain or not plain or (" " in plain and not Path(plain).exists()):
        return None
    path = str(Path(plain).expanduser())
    find_files([path])
    return path


def _zoneless(text: str) -> bool:
    events = SenderLog.of_paste(text, Clock(datetime.now())).events()
    first = next((event for event in events if not isinstance(event, Problem)), None)
    return first is not None and first.time.tzinfo is None


def _asked_zone(desk: Desk) -> list[Fact]:
    typed = desk.asker.line(words("interview", desk.lang)["zone.theirs"], checked(read_offset, desk.lang))
    return [] if typed is None else [answer("sender_log.zone", typed, typed)]
