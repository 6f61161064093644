"""Which of a sending server's attempts bear on the mail asked about, and what they come to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wizard.senderlog.coverage import GRACE, Coverage, before, covers, utc
from wizard.senderlog.hosts import is_ours
from wizard.senderlog.model import DELIVERED, Accepted, Attempt, Event, Moment, Problem
from wizard.senderlog.outcome import Recent

SENT_ELSEWHERE = "sent-elsewhere"
TRIED_ELSEWHERE = "tried-elsewhere"
NOT_ATTEMPTED = "not-attempted"

SKEW = timedelta(minutes=2)
"""How far the clocks of two servers, both kept by NTP or nearly, may differ."""

MOST = 200
"""Attempts of a kind that are kept, the newest."""

_OURS, _OTHERS, _UNKNOWN = "ours", "others", "unknown"


@dataclass(frozen=True, slots=True)
class Question:
    """The mail asked about. `gateways` are our addresses, networks and host names; a host that cannot be compared with
    them counts as ours (`is_ours`).

    `recipients` and `sender` are addresses or domains (a domain takes its subdomains in); what is empty or None fits
    everything. `since` and `until` bound the time, aware or naive.
    """

    gateways: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    sender: str | None = None
    message_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Relevance:
    """The attempts that fit, oldest first: to our gateway, to other hosts, and those whose host the log does not name.

    `waiting` are messages that fit and were never tried, although the log goes on for ten minutes and more after them.
    `result` is the newest attempt's at our gateway; else `sent-elsewhere` if another host took the mail,
    `tried-elsewhere` if only other hosts were tried, `not-attempted` if a message waits untried or the log covers the
    time and has nothing; None if the log cannot tell.
    """

    to_gateway: tuple[Attempt, ...]
    elsewhere: tuple[Attempt, ...]
    nowhere: tuple[Attempt, ...]
    waiting: tuple[Accepted, ...]
    coverage: Coverage

    @property
    def result(self) -> str | None:
        if self.to_gateway:
            return self.to_gateway[-1].result
        if any(attempt.result == DELIVERED for attempt in self.elsewhere):
            return SENT_ELSEWHERE
        if self.elsewhere:
            return TRIED_ELSEWHERE
        unconnected = [attempt for attempt in self.nowhere if attempt.stage == "connect"]
        if unconnected:
            return unconnected[-1].result
        if self.nowhere or self.waiting or self.coverage.covers:
            return NOT_ATTEMPTED
        return None


def relevant(events: Iterable[Event], question: Question) -> Relevance:
    """Sort out a log's events. Memory is bounded: of each kind the newest 200 are kept."""
    return relevant_to(events, (question,))[0]


def relevant_to(events: Iterable[Event], questions: Iterable[Question]) -> tuple[Relevance, ...]:
    """The same for several questions, while the events come once."""
    collected = [_Collected(question) for question in questions]
    coverage = Coverage()
    for event in events:
        if isinstance(event, Problem):
            coverage.add_problem(event.what)
            continue
        coverage.note(event.time)
        coverage.attempts += isinstance(event, Attempt)
        for one in collected:
            one.take(event)
    return tuple(one.sorted_out(replace(coverage, problems=list(coverage.problems))) for one in collected)


class _Collected:
    """What bears on one question, while the events come."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.kept = {place: deque[Attempt](maxlen=MOST) for place in (_OURS, _OTHERS, _UNKNOWN)}
        self.waiting = Recent[Accepted](MOST)

    def take(self, event: Attempt | Accepted | Moment) -> None:
        if isinstance(event, Attempt):
            self.waiting.pop(event.queue_id or "")
            if _fits(event, self.question):
                place = _place(event, self.question.gateways)
                if place == _OURS or event.recipient is not None:
                    self.kept[place].append(event)
        elif isinstance(event, Accepted) and _awaits(event, self.question):
            self.waiting.put(event.queue_id, event)

    def sorted_out(self, coverage: Coverage) -> Relevance:
        coverage.covers = covers(coverage, self.question.since, self.question.until)
        ours, others, unknown = (tuple(sorted(self.kept[place], key=_when)) for place in (_OURS, _OTHERS, _UNKNOWN))
        left = tuple(one for one in self.waiting.values() if coverage.goes_on_after(one.time))
        return Relevance(ours, others, unknown, left, coverage)


def same_moment(
    attempts: Iterable[Attempt], began: datetime, ended: datetime, skew: timedelta = SKEW
) -> tuple[Attempt, ...]:
    """Those tries that went on while one of the gateway's own connections did, the nearest outcome first.

    Clocks may differ by `skew`. A try whose time zone is unknown cannot be told to be the same, and is left out; so are
    repetitions of an old reason (`tried` is False).
    """
    fitting = [
        attempt
        for attempt in attempts
        if attempt.tried
        and (attempt.time.tzinfo is None) == (began.tzinfo is None)
        and attempt.time + skew >= began
        and attempt.time - timedelta(seconds=attempt.seconds or 0.0) - skew <= ended
    ]
    return tuple(sorted(fitting, key=lambda attempt: abs(utc(attempt.time) - utc(ended))))


def _place(attempt: Attempt, gateways: tuple[str, ...]) -> str:
    if not (attempt.host or attempt.ip):
        return _OTHERS if attempt.result == DELIVERED else _UNKNOWN
    return _OURS if is_ours(attempt.host, attempt.ip, gateways) else _OTHERS


def _when(attempt: Attempt) -> datetime:
    return utc(attempt.time)


def _fits(attempt: Attempt, question: Question) -> bool:
    """Whether it may be about the mail; one whose recipient is not known only says something of our own gateway."""
    if (
        attempt.recipient is not None
        and question.recipients
        and not any(
            _names(wanted, known)
            for wanted in question.recipients
            for known in (attempt.recipient, attempt.original_recipient)
            if known is not None
        )
    ):
        return False
    if not _agrees(question.sender, attempt.sender) or not _same_id(question.message_id, attempt.message_id):
        return False
    began = attempt.time - timedelta(seconds=attempt.seconds or 0.0)
    return _within(began, attempt.time, question)


def _awaits(message: Accepted, question: Question) -> bool:
    """A message is known by its Message-ID, its recipient, or at least its sender's full address."""
    if not _same_id(question.message_id, message.message_id) or not _within(message.time, message.time, question):
        return False
    if not _agrees(question.sender, message.sender):
        return False
    if question.recipients and message.recipients:
        return any(_names(wanted, known) for wanted in question.recipients for known in message.recipients)
    if question.message_id and message.message_id:
        return True
    return question.sender is not None and "@" in question.sender and message.sender is not None


def _agrees(wanted: str | None, known: str | None) -> bool:
    return wanted is None or known is None or _names(wanted, known)


def _names(wanted: str, known: str) -> bool:
    """Whether an address is the one wanted, or of the domain wanted.

    >>> _names("corp.test", "Alice@mx.Corp.test"), _names("alice@corp.test", "bob@corp.test")
    (True, False)
    >>> _names("partner.test", "bob@xpartner.test"), _names("", "bob@partner.test")
    (False, False)
    """
    wanted, known = wanted.strip(" <>.").lower(), known.strip(" <>.").lower()
    if "@" in wanted.lstrip("@"):
        return wanted == known
    domain = known.rpartition("@")[2]
    return domain == wanted.lstrip("@") or domain.endswith(f".{wanted.lstrip('@')}")


def _same_id(wanted: str | None, known: str | None) -> bool:
    return not wanted or not known or wanted.strip("<> ") == known.strip("<> ")


def _within(began: datetime, ended: datetime, question: Question) -> bool:
    if question.since is not None and before(ended + GRACE, question.since):
        return False
    return not (question.until is not None and before(question.until + GRACE, began))
