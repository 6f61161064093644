"""The frame that syslog daemons, journals and `grep` put around a mail server's words."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from wizard.senderlog.clock import Clock

LONGEST = 8192
"""Characters of a line that are looked at; no server writes longer ones on purpose."""

_QUOTED = re.compile(r"[>|\s\ufeff]{1,8}(?=\S)")
_GREP = re.compile(r"[^\s:,\"<>=]{1,255}:(?:\d{1,9}:)?")
_DATED = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PRIORITY = re.compile(r"<\d{1,3}>(1 )?")
_AFTER_TIME = re.compile(
    r"\s{1,8}(?:\S{0,254}[^\s:]\s{1,8})?(?P<tag>[^\s\[\]:]{1,80})(?:\[(?P<pid>\d{1,10})\])?:\s(?P<text>.*)"
)
_AFTER_TIME_5424 = re.compile(
    r"\s\S{1,255}\s(?P<tag>\S{1,80})\s(?P<pid>\S{1,20})\s\S{1,32}\s(?:-|\[[^\]]*\])\s\ufeff?(?P<text>.*)"
)
AFTER_TAG = r"(?:(?:\[\d{1,10}\])?:| \S{1,20} \S{1,32} (?:-|\[[^\]]{0,300}\])) "
"""What stands between a program's name and its words, in the old form or RFC 5424's."""

_SOLARIS = re.compile(r"\[ID \d+ \w+\.\w+\] ")


class Entry(NamedTuple):
    """`tag` is the program's name as logged, e.g. `postfix/smtp`; `pid` is empty where the line has none."""

    time: datetime
    tag: str
    pid: str
    text: str


def stripped(text: str) -> str:
    """The line without what mail clients and `grep -H`/`-n` put before it, cut to `LONGEST`.

    >>> stripped("> mail.log:17:Nov 24 22:18:08 mail qmail: x")
    'Nov 24 22:18:08 mail qmail: x'
    """
    text = text[:LONGEST].rstrip("\r\n\0")
    quoted = _QUOTED.match(text)
    if quoted:
        text = text[quoted.end() :]
    named = _GREP.match(text)
    if named and not _DATED.match(text) and not text[named.end() :][:1].isspace():
        return text[named.end() :]
    return text


def split(text: str, clock: Clock) -> Entry | None:
    """A line's frame and words, or None where no syslog frame stands before them.

    >>> from datetime import datetime
    >>> clock = Clock(datetime(2026, 11, 24))
    >>> split("Nov 24 22:18:08 mail postfix/smtp[166]: AB45: to=<a@b.test>", clock)[1:]
    ('postfix/smtp', '166', 'AB45: to=<a@b.test>')
    >>> split("<22>1 2026-11-24T22:18:08Z mail postfix/smtp 166 - - AB45: x", clock)[1:]
    ('postfix/smtp', '166', 'AB45: x')
    >>> split("Nov 24 22:18:08 sun sendmail[7]: [ID 801593 mail.info] wA1: to=x", clock)[1:]
    ('sendmail', '7', 'wA1: to=x')
    """
    priority = _PRIORITY.match(text)
    timed = clock.read(text, priority.end() if priority else 0)
    if not timed:
        return None
    time, end = timed
    frame = _AFTER_TIME_5424 if priority and priority[1] else _AFTER_TIME
    found = frame.match(text, end)
    if not found:
        return None
    words = found["text"]
    solaris = _SOLARIS.match(words)
    return Entry(time, found["tag"], found["pid"] or "", words[solaris.end() :] if solaris else words)
