"""One line of a pasted transcript: when it came, who spoke, what it says.

Knows the forms of telnet, openssl s_client, swaks, the PowerShell lines of `handover` and this program's transcript;
knows nothing of their order.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from wizard.smtp.tables import table
from wizard.smtp.transcript import is_unfinished, noted

OFFSET = re.compile(r"\s*\[\s*([0-9]{1,6}[.,][0-9]{1,3})\]\s*(?=[<>*])|\s{0,8}([0-9]{1,6}\.[0-9]{2})\s(?=[<>*=] )")
STAMP = re.compile(
    r"\s*\[?([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]{1,9}))?\s?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?\]?(?:\s+|\Z)"
)
CLOCK = re.compile(
    r"\s*(?:[A-Z][a-z]{2} {1,2}[0-9]{1,2} )?\[?([0-9]{2}):([0-9]{2}):([0-9]{2}(?:[.,][0-9]{1,6})?)\]?\s+"
)
RECEIVED = re.compile(r"\s*(?:<-|<~|<\*\*|<~\*|<<<|<|S:|Server:)\s+", re.IGNORECASE)
SENT = re.compile(r"\s*(?:->|~>|>>>|C:|Client:)\s+", re.IGNORECASE)
QUOTED = re.compile(r"\s*>\s?")
REPLY = re.compile(r"[2-5][0-9]{2}(?:[ -]|\Z)")
COMMAND = re.compile(
    r"(?:EHLO\b|HELO\b|STARTTLS\Z|MAIL FROM:|RCPT TO:|DATA\Z|RSET\Z|QUIT\Z|NOOP\Z|HELP\Z|VRFY |AUTH )", re.IGNORECASE
)


class Spoken(NamedTuple):
    """`kind` is received, sent or said (by the program around it); `offset` seconds, `at` the moment, where told."""

    kind: str
    text: str
    offset: float | None = None
    at: datetime | None = None


class Clock:
    """Turns the stamps of successive lines into seconds since the first; midnight may pass."""

    def __init__(self) -> None:
        self.started: datetime | None = None
        self._first: float | None = None
        self._last = 0.0

    def offset_of_moment(self, moment: datetime) -> float:
        self.started = self.started or moment
        if (moment.tzinfo is None) != (self.started.tzinfo is None):
            return self._last
        self._last = (moment - self.started).total_seconds()
        return self._last

    def offset_of_clock(self, seconds: float) -> float:
        if self._first is None:
            self._first = seconds
        offset = seconds - self._first
        while offset < self._last - 43200:
            offset += 86400
        self._last = offset
        return offset


def read_line(line: str, clock: Clock) -> Spoken:
    """Take a line apart.

    >>> read_line("[  6.02] < 220 gw ESMTP", Clock())
    Spoken(kind='received', text='220 gw ESMTP', offset=6.02, at=None)
    >>> read_line("RCPT TO:<alice@corp.example>", Clock()).kind
    'sent'
    >>> read_line("Connected to gw.corp.example.", Clock()).kind
    'said'
    """
    offset, at, rest = _time(line, clock)
    for kind, mark in (("received", RECEIVED), ("sent", SENT)):
        found = mark.match(rest)
        if found:
            text = rest[found.end() :].rstrip()
            return Spoken("said" if is_unfinished(text) else kind, text, offset, at)
    bare = QUOTED.sub("", rest, count=1) if QUOTED.match(rest) else rest.lstrip()
    if REPLY.match(bare):
        return Spoken("received", bare.rstrip(), offset, at)
    if COMMAND.match(bare):
        return Spoken("sent", bare.strip(), offset, at)
    if offset is not None and rest.startswith("> "):
        return Spoken("sent", bare.strip(), offset, at)
    return Spoken("said", rest.strip(), offset, at)


def means(text: str) -> str | None:
    """Return what a line of the program around the conversation tells: `connected`, `closed`, `tls-failed`, a reason.

    >>> means("telnet: Unable to connect to remote host: Connection refused")
    'refused'
    >>> means("Escape character is '^]'.")
    """
    note = noted(text)
    if note == "connected" or (note and note.startswith("ended-")):
        return note.replace("ended-tls", "tls-failed").removeprefix("ended-")
    lower = " ".join(text.lower().split())
    known = table("pasted")
    for reason, phrases in known["failures"].items():
        if any(phrase.lower() in lower for phrase in phrases):
            return str(reason)
    for name in ("closed", "tls_failed", "connected"):
        if any(phrase.lower().strip() in lower for phrase in known[name]):
            return name.replace("_", "-")
    return None


def _time(line: str, clock: Clock) -> tuple[float | None, datetime | None, str]:
    found = OFFSET.match(line)
    if found:
        return float((found[1] or found[2]).replace(",", ".")), None, line[found.end() :]
    found = STAMP.match(line)
    if found:
        moment = _moment(*found.groups())
        if moment:
            return clock.offset_of_moment(moment), moment, line[found.end() :]
    found = CLOCK.match(line)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        seconds = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3].replace(",", "."))
        return clock.offset_of_clock(seconds), None, line[found.end() :]
    return None, None, line


def _moment(day: str, clock: str, fraction: str | None, zone: str | None) -> datetime | None:
    zone = "+00:00" if zone == "Z" else zone or ""
    if zone and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{zone}")
        return moment + timedelta(seconds=float(f"0.{fraction or 0}"))
    except (ValueError, OverflowError):
        return None
