"""The lines of a debug log: which connection, which way, which bytes.

Public sources show the line of the domain debug log and describe the injection debug log's fields (AsyncOS user guides
7.6 to 9.1.2, "Using Injection Debug Logs"), but no line of it. So both are read:

    Tue Nov 24 22:18:08 2026 Info: 6216 Sent: '220 gw.corp.test ESMTP'
    Tue Nov 24 22:18:08 2026 Info: 6216 Rcvd: 'EHLO mail.partner.test'
    Tue Nov 24 22:18:08 2026 Info: 6216 Sent to '203.0.113.7': '220 gw.corp.test ESMTP\\015\\012'
    Tue Nov 24 22:18:08 2026 Info: 6216 Received from '203.0.113.7': 'EHLO mail.partner.test\\015\\012'

Bytes that do not print are written in octal, as in the bounce logs of the same guides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from wizard.debuglog.model import RECEIVED, SENT

LONGEST = 64 * 1024
_PREFIX = 400

_ENTRY = re.compile(
    r"(?:^|[\s:])(?:ICID:? )?(?P<icid>\d{1,18})? ?(?P<way>Sent|Rcvd|Received)(?: (?:to|from))?"
    r"(?: '(?P<host>[^']{1,255})'| (?P<bare>[0-9A-Fa-f.:]{2,45}[0-9A-Fa-f]))?(?:,? \(?ICID:? (?P<after>\d{1,18})\)?)?: "
    r"(?P<quote>['\"])"
)
_TIME = re.compile(
    r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(?P<day>\d{1,2}) "
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?: (?P<year>\d{4}))?",
    re.ASCII,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATED = re.compile(r".{0,120}?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} \d\d:\d\d:\d\d")
_ESCAPE = re.compile(r"\\(?:([0-7]{3})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}


class Chunk(NamedTuple):
    """Bytes that went one way, one character a byte; `line` is the first physical line."""

    line: int
    time: datetime
    icid: int
    ip: str | None
    direction: str
    data: str


class NotUnderstood(NamedTuple):
    line: int
    why: str


def read_entries(
    lines: Iterable[tuple[int, str]], latest: datetime, zone: tzinfo | None
) -> Iterator[Chunk | NotUnderstood]:
    """Each entry, with the physical lines that its quotes span, and each line that is none.

    >>> line = r"Tue Nov 24 22:18:08 2026 Info: 6216 Received from '203.0.113.7': 'QUIT\\015\\012'"
    >>> chunk = next(read_entries([(1, line)], datetime(2026, 11, 25), None))
    >>> chunk.icid, chunk.ip, chunk.direction, chunk.data
    (6216, '203.0.113.7', 'received', 'QUIT\\r\\n')
    """
    reader = _Reader(latest, zone)
    for number, text in lines:
        yield from reader.feed(number, text.rstrip("\r\n\0"))
    yield from reader.end()


class _Reader:
    def __init__(self, latest: datetime, zone: tzinfo | None) -> None:
        self._latest = latest.replace(tzinfo=None)
        self._zone = zone
        self._open: tuple[Chunk, str] | None = None

    def feed(self, number: int, text: str) -> Iterator[Chunk | NotUnderstood]:
        found = _ENTRY.search(text, 0, _PREFIX)
        if self._open and not (found and _DATED.match(text)):
            yield from self._continue(number, text)
            return
        yield from self.end()
        if not found:
            if text.strip():
                yield NotUnderstood(number, "not-debug")
            return
        time = self._time(text[: found.start() + 1])
        icid = found["icid"] or found["after"]
        if time is None or icid is None:
            yield NotUnderstood(number, "no-time" if time is None else "not-debug")
            return
        direction = SENT if found["way"] == "Sent" else RECEIVED
        chunk = Chunk(number, time, int(icid), found["host"] or found["bare"], direction, "")
        self._open = (chunk, found["quote"])
        yield from self._continue(number, text[found.end() : found.end() + LONGEST])

    def _continue(self, number: int, text: str) -> Iterator[Chunk | NotUnderstood]:
        if self._open is None:
            return
        chunk, quote = self._open
        data = f"{chunk.data}\n{text}" if number != chunk.line else text
        if _closed(text, quote):
            self._open = None
            yield chunk._replace(data=unescaped(data.rstrip()[:-1]))
        elif len(data) > LONGEST:
            self._open = None
            yield chunk._replace(data=unescaped(data[:LONGEST]))
            yield NotUnderstood(number, "cut")
        else:
            self._open = (chunk._replace(data=data), quote)

    def end(self) -> Iterator[Chunk | NotUnderstood]:
        """An entry whose quotes never closed is used as far as it goes."""
        if self._open:
            chunk, _ = self._open
            self._open = None
            yield chunk._replace(data=unescaped(chunk.data))
            yield NotUnderstood(chunk.line, "cut")

    def _time(self, prefix: str) -> datetime | None:
        """The last time before the entry: the appliance's own, where syslog has put another before it."""
        found = None
        for found in _TIME.finditer(prefix):  # noqa: B007
            pass
        if found is None:
            return None
        day, hour, minute, second = (int(found[name]) for name in ("day", "hour", "minute", "second"))
        month = _MONTHS.index(found["month"]) + 1
        limit = self._latest + timedelta(days=1)
        years = [int(found["year"])] if found["year"] else range(limit.year, limit.year - 9, -1)
        for year in years:
            try:
                time = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=self._zone)
            except ValueError:
                continue
            if found["year"] or time.replace(tzinfo=None) <= limit:
                return time
        return None


def _closed(text: str, quote: str) -> bool:
    text = text.rstrip()
    body = text[:-1]
    escapes = len(body) - len(body.rstrip("\\"))
    return text.endswith(quote) and escapes % 2 == 0


def unescaped(text: str) -> str:
    r"""Octal, hexadecimal and letter escapes resolved.

    >>> unescaped(r"250 it\'s ok\015\012")
    "250 it's ok\r\n"
    """
    return _ESCAPE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 8) & 0xFF)
    if found[2]:
        return chr(int(found[2], 16))
    return _LETTERS.get(found[3], found[3])
