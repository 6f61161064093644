"""A whole debug log: its conversations, told apart by their connection's number, and what was not understood."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, tzinfo

from wizard.debuglog.conversation import Talk
from wizard.debuglog.entries import Chunk, NotUnderstood, read_entries
from wizard.debuglog.model import DebugLog

MOST_CONVERSATIONS = 1_000
MOST_NOT_UNDERSTOOD = 1_000


def read(lines: Iterable[tuple[int, str]], latest: datetime, zone: tzinfo | None = None) -> DebugLog:
    """Read `lines` of (1-based number, text).

    `latest` is a date that no line is later than, for lines without a year; `zone` is the appliance's, if known. Memory
    is bounded: the newest 1,000 conversations are kept, and nothing of a message but its size.

    >>> lines = [
    ...     "Tue Nov 24 22:18:08 2026 Info: 6216 Sent: '220 gw.corp.test ESMTP'",
    ...     "Tue Nov 24 22:18:09 2026 Info: 6216 Rcvd: 'EHLO mail.partner.test'",
    ...     "Tue Nov 24 22:18:09 2026 Info: 6216 Sent: '250 gw.corp.test'",
    ...     "Tue Nov 24 22:30:00 2026 Info: 6217 Sent: '220 gw.corp.test ESMTP'",
    ... ]
    >>> log = read(enumerate(lines, start=1), datetime(2026, 11, 25))
    >>> first = log.conversations[0]
    >>> first.icid, first.result, first.broke_at, first.broke_by, first.seconds
    (6216, 'no-mail', 'ehlo', 'sender', 1.0)
    """
    log = DebugLog()
    talks: OrderedDict[int, Talk] = OrderedDict()
    ended: list[Talk] = []
    for entry in read_entries(lines, latest, zone):
        if isinstance(entry, NotUnderstood):
            _note(log, entry)
            continue
        _cover(log, entry)
        talk = talks.get(entry.icid)
        if talk and talk.begins_anew(entry):
            ended.append(talks.pop(entry.icid))
            talk = None
        if talk is None:
            talk = talks[entry.icid] = Talk(entry)
        talk.feed(entry)
        if len(talks) + len(ended) > MOST_CONVERSATIONS:
            _forget(log, talks, ended)
    _finish(log, sorted([*ended, *talks.values()], key=lambda talk: talk.started))
    return log


def _finish(log: DebugLog, talks: list[Talk]) -> None:
    for talk in talks:
        conversation = talk.conversation(log.last or talk.ended)
        if talk.delivering:
            _problem(log, "domain-debug-log")
        else:
            log.conversations.append(conversation)


def _forget(log: DebugLog, talks: OrderedDict[int, Talk], ended: list[Talk]) -> None:
    _problem(log, "too-many-conversations")
    if ended:
        ended.pop(0)
    else:
        talks.popitem(last=False)


def _cover(log: DebugLog, chunk: Chunk) -> None:
    log.entries += 1
    log.first = min(log.first or chunk.time, chunk.time)
    log.last = max(log.last or chunk.time, chunk.time)


def _note(log: DebugLog, entry: NotUnderstood) -> None:
    log.not_understood_count += 1
    if len(log.not_understood) < MOST_NOT_UNDERSTOOD:
        log.not_understood.append((entry.line, entry.why))


def _problem(log: DebugLog, problem: str) -> None:
    if problem not in log.problems:
        log.problems.append(problem)
