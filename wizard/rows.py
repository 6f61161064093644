"""Rows: what rules judge one by one. A row is one attempt, or the search itself where no attempt was found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from wizard.facts import Fact
from wizard.patterns import pattern


class About(NamedTuple):
    """Which attempt: unknown is None; ICID 0 is None."""

    host: str | None = None
    ip: str | None = None
    icid: int | None = None
    mid: int | None = None
    recipient: str | None = None


class Moment(NamedTuple):
    """One line of an attempt's story, without its prefix."""

    time: str | None
    icid: int | None
    mid: int | None
    dcid: int | None
    text: str
    source: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One attempt with its facts.

    `attempt` is equal for the recipients of one message. `began` and `received` (the end of its DATA) are ISO times.
    `ties` are the criteria asked for that its own lines fulfil: `address`, `candidate`, `sender`, `recipient`,
    `subject`, `message-id`. `before` has its facts as they stood when it was first held up. `in_window` is false for
    what fits all but the time asked about: it can only supersede. `came_from` are the addresses it came from as its log
    knows them, or the networks one of which it came from, as `ipaddress` spells them.
    """

    attempt: str
    about: About
    facts: Mapping[str, Fact]
    sender: str | None = None
    message_id: str | None = None
    began: str | None = None
    received: str | None = None
    ties: frozenset[str] = frozenset()
    in_window: bool = True
    before: Mapping[str, Fact] | None = None
    came_from: tuple[str, ...] = ()
    timeline: Sequence[Moment] = field(default=())


def instant(iso: str | None) -> datetime | None:
    """An ISO time as a naive one that can be compared: in UTC where it has an offset, as it stands where not.

    >>> instant("2024-03-01T09:00:00+09:00"), instant("2024-03-01T09:00:00")
    (datetime.datetime(2024, 3, 1, 0, 0), datetime.datetime(2024, 3, 1, 9, 0))
    """
    if iso is None:
        return None
    time = datetime.fromisoformat(iso)
    if time.tzinfo is None:
        return time
    try:
        return time.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError:  # at the end of all years
        return time.replace(tzinfo=None)


def seconds_between(start: str | None, end: str | None) -> float | None:
    """Seconds from one ISO time to another, None where one is unknown."""
    first, last = instant(start), instant(end)
    return None if first is None or last is None else (last - first) / timedelta(seconds=1)


_NUMBER = pattern(r"\b(MID|ICID)[ :#]*(\d{1,20})", re.IGNORECASE)


def reference(row: Row) -> str:
    """How to refer to an attempt: when, which, for whom.

    >>> reference(Row("x", About(icid=7, mid=31, recipient="a@corp.example"), {}, began="2025-03-04T08:58:11+09:00"))
    '2025-03-04T08:58:11+09:00 MID 31 a@corp.example'
    """
    about = row.about
    number = f"MID {about.mid}" if about.mid else f"ICID {about.icid}" if about.icid else None
    return " ".join(part for part in (row.began, number, about.recipient, about.host) if part)


def is_referred_to(row: Row, text: str) -> bool:
    """Whether a reference, or a part of one ("MID 31"), may mean this attempt."""
    return _words(text) <= _words(f"{reference(row)} ICID {row.about.icid or 0}")


def _words(text: str) -> set[str]:
    return set(_NUMBER.sub(lambda found: f"{found[1]}{found[2]}", text).casefold().split())
