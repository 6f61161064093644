"""The sending server's log as one, whatever files it stands in, and what of it bears on the mail asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone, tzinfo
from itertools import chain

from wizard.facts import Fact
from wizard.gather.base import Desk
from wizard.gather.other_logs import Reading, asked_span, connection_span, gateway_zone, latest, open_files, refuse
from wizard.gather.search_log import known, listed
from wizard.gather.zone import read_offset
from wizard.maillog.asked import domain_of, spellings
from wizard.senderlog import Clock, Question, Relevance, SenderLog, covers, relevant_to
from wizard.senderlog.model import Event, Problem

FILES, PASTED, ZONE = "sender_log.files", "sender_log.pasted", "sender_log.zone"
GATEWAYS = ("gateway.host", "hand_test.tried", "log.interface_address", "log.interfaces", "receiving.hosts")
"""Facts that name our side, as a sender may see it."""


@dataclass(slots=True)
class TheirLog:
    """All files of the sending server's log, as one. `servers` are the mail servers that wrote it."""

    facts: Mapping[str, Fact]
    desk: Desk
    readings: list[Reading]
    zone: tzinfo | None
    servers: dict[str, None] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Mapping[str, Fact], desk: Desk) -> TheirLog:
        offset = read_offset(known(facts, ZONE))
        zone = None if offset is None else timezone(timedelta(minutes=offset))
        return cls(facts, desk, open_files(listed(facts, FILES), desk), zone)

    def events(self) -> Iterator[Event]:
        """What the files say, one after the other. Raises InputError where none is a known server's."""
        for reading in self.readings:
            log = self._read(reading)
            if log.server is None:
                reading.file.note("no mail server's log")
                continue
            self.servers[log.server] = None
            for event in log.events():
                if isinstance(event, Problem):
                    reading.file.note(event.what)
                else:
                    reading.note_time(event.time)
                yield event
        if not self.servers:
            raise refuse(self.readings, "no-sender-log")

    def _read(self, reading: Reading) -> SenderLog:
        clock = Clock(latest(reading, self._anchor(), self.desk), self.zone)
        if reading.file.path in listed(self.facts, PASTED):
            text = "\n".join(line for _, line in reading.numbered())
            return SenderLog.of_paste(text, clock, reading.file.name)
        return SenderLog(reading.numbered(), reading.file.name, clock)

    def _anchor(self) -> datetime | None:
        span = connection_span(self.facts)
        since, until = asked_span(self.facts, gateway_zone(self.facts, self.desk))
        return span[1] if span else until or since or self._gateway_log()[1]

    def _gateway_log(self) -> tuple[datetime | None, datetime | None]:
        log = self.desk.logs.get(listed(self.facts, "log.files"))
        zone = gateway_zone(self.facts, self.desk)
        ends = (log.first, log.last) if log else (None, None)
        first, last = (None if end is None else end.replace(tzinfo=zone) for end in ends)
        return first, last

    def covers_the_time(self, found: Relevance) -> bool | None:
        """Whether it has lines of all the time asked about: the window, else the connection, else the gateway's log.

        None where nobody can tell, as of lines that were picked out and pasted.
        """
        if listed(self.facts, PASTED):
            return None
        asked = asked_span(self.facts, gateway_zone(self.facts, self.desk))
        seen = connection_span(self.facts) or self._gateway_log()
        since, until = (_comparable(one or other, found) for one, other in zip(asked, seen, strict=True))
        return covers(found.coverage, since, until)


def _comparable(time: datetime | None, found: Relevance) -> datetime | None:
    """A time without a zone beside a log that has one is this machine's, as in a window (`wizard.times.in_zone`)."""
    first = found.coverage.first
    naive = time is not None and time.tzinfo is None and first is not None and first.tzinfo is not None
    return time.astimezone() if time is not None and naive else time


def question_of(facts: Mapping[str, Fact], desk: Desk) -> Question:
    since, until = asked_span(facts, gateway_zone(facts, desk))
    recipient = known(facts, "recipient.mailbox") or known(facts, "log.recipient")
    sender = known(facts, "sender.mailbox") or known(facts, "log.sender")
    return Question(
        gateways=tuple(dict.fromkeys(text for name in GATEWAYS for text in listed(facts, name))),
        recipients=_spelt(recipient) if recipient else (),
        sender=sender,
        message_id=known(facts, "message.id") or known(facts, "log.message_id"),
        since=since,
        until=until,
    )


def _spelt(mailbox: str) -> tuple[str, ...]:
    local, at, _ = mailbox.strip(" <>").rpartition("@")
    return tuple(f"{local}{at}{domain}" for domain in spellings(domain_of(mailbox)))


def look(log: TheirLog, question: Question) -> Relevance:
    """What fits; where nothing of the very sender does, what fits of the sender's domain: envelopes differ."""
    events = log.events()
    first = next((event for event in events if not isinstance(event, Problem)), None)
    if first is not None and first.time.tzinfo is not None:
        since, until = (end.astimezone() if end else None for end in (question.since, question.until))
        question = replace(question, since=since, until=until)
    questions = [question]
    if question.sender and "@" in question.sender and question.recipients:
        questions.append(replace(question, sender=domain_of(question.sender)))
    found = relevant_to(chain([first] if first else [], events), questions)
    return next(filter(_any, found), found[0])


def _any(found: Relevance) -> bool:
    return bool(found.to_gateway or found.elsewhere or found.nowhere or found.waiting)
