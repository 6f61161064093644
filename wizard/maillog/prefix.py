"""Where an entry begins, and what stands before its body: stamp, host, tag, level.

The appliance itself writes `Www Mmm dd HH:MM:SS YYYY Level: body`; syslog servers, relays and people who quote lines
put other things before the body or leave everything out. The tag is the name of the administrator's log subscription.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from wizard.maillog.stamps import DAYS, MONTHS, Stamp, appliance_time, stamp_at, with_year_of
from wizard.patterns import pattern

_LEVELS = "Info|Warning|Critical|Error|Debug|Trace|Notice|Information|Alert"
_PLAIN_WORDS = 2  # the relay and the host

# A body quoted without stamp and level begins an entry only with words that a hard wrap of a longer entry can hardly
# put at the start of a line: `Delivery start DCID 3` / `MID 4 to RID [0]` is one entry.
_BARE = (
    r"MID \d{1,20}[:,]? +(?!(?:to|as|for|by|due|done|aborted|requeued|bouncing|From:|RID \d|Dropped|Bounced|Receiving"
    r"|was *$|RID *$|ICID \d+ *$)(?:[ ]|$|\d)|From:|\d|Header)\S"
    r"|ICID \d{1,20} +(?!From:|RID |To:|\(|\d)\S"
    r"|DCID \d{1,20} +(?:TLS|IP|close|lost|quit|STARTTLS)"
    r"|DCID:? \d{1,20} IP:"
    r"|New (?:SMTP|smtp) [ID]CID \d|Start MID \d|Delivery start DCID \d|RPC (?:Delivery|Message) "
    r"|Message (?:finished|aborted|done) (?:MID|DCID) |Message \d+ to RID "
    r"|(?:Bounced|Delayed|Deleted|Double bounce|Possible Delivery|Connection Error|LDAP|ISQ|EUQ|SMTP Auth): "
    r"|sophos +antivirus - |Begin Logfile|CEF:\d"
)

# What grep puts before the lines that it finds in several files, with their numbers or not.
_FOUND_IN = rf"(?:(?:[A-Za-z]:)?[^\s:'\"<>]{{1,255}}[:-])?(?:\d{{1,9}}[:-])?(?=(?:{DAYS}) +(?:{MONTHS}) )"

_BEGINS = pattern(
    rf"(?:<\d{{1,3}}>\d? ?)?(?:(?:{DAYS}),? +)?(?:"
    rf"(?:\d{{4}} +)?(?:{MONTHS}) +\d{{1,2}} +\d{{1,2}}:\d\d:\d\d(?:[ :]+(?!\d{{4}} *(?:\[|$))\S)"
    rf"|\d{{1,2}} (?:{MONTHS}) \d{{4}} +\d{{1,2}}:\d\d:\d\d[ :]+\S"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[ ,.:Z+-]+\S"
    r")"
    rf"|(?:{_LEVELS}): *\S"
    rf"|{_BARE}"
    rf"|(?!(?:{DAYS}) ){_FOUND_IN}(?:{DAYS}) +(?:{MONTHS}) +\d{{1,2}} +\d\d:\d\d:\d\d +\d{{4}} +\S".encode()
)
_APPLIANCE = re.compile(
    rf"(?:{DAYS}) +((?:{MONTHS}) +\d{{1,2}} +\d{{1,2}}:\d\d:\d\d +\d{{4}}) +({_LEVELS}): *", re.ASCII
)
_LONGEST = len("Wed Nov 19 09:16:38 2014 Information")
_FOUND = pattern(_FOUND_IN)
_PRIORITY = pattern(r"<\d{1,3}>(\d(?= ))? *", re.ASCII)
_RFC5424 = pattern(r" *(\S+) (\S+) (\S+) (\S+) (?:-|(?:\[[^\]]*\])+) *\ufeff?")
_LEVEL = pattern(rf"({_LEVELS}): *")
_BODY = pattern(_BARE, re.ASCII)
_ORIGINAL = pattern(r"Original Address=(\S+) *")
_SEVERITY = pattern(r"\[[a-z]{1,10}\] *")
_WORD = pattern(r"""([^\s'"<>=]{1,255})(?=\s) *""")
_EVENT_ENDED = pattern(rf" end(?:Time)?=(?:{DAYS}) +(?=(?:{MONTHS}) )")
_TAG_END = pattern(r"(?:\[\d{0,10}\])?:(?:nopid)?$", re.ASCII)


class Prefix(NamedTuple):
    """An entry taken apart. `text` is the whole entry on one line; `host` is whose log it is, not who relayed it.

    `stamp` is None where a line was quoted without one; `level` is as written (`Info`, `Warning`, …).
    """

    stamp: Stamp | None
    host: str | None
    tag: str | None
    level: str | None
    body: str
    text: str


def begins_entry(line: bytes) -> bool:
    r"""Whether a physical line begins like an entry, rather than going on with the one above it.

    Never true of a line that begins with a blank: the folded lines of a stranger's header do.

    >>> begins_entry(b"Wed Nov 19 09:16:38 2014 Info: ICID 5 close")
    True
    >>> begins_entry(b"<166>Mar 17 18:24:37 mail_logs: Info: ICID 5 close")
    True
    >>> begins_entry(b"2024-06-01T12:00:00.123+09:00 gw1 mail_logs: Info: ICID 5 close")
    True
    >>> begins_entry(b"sender domain missing"), begins_entry(b"MID 4 to RID [0]")
    (False, False)
    >>> begins_entry(b"Mon Mar 31 20:01:23 2003")  # the end of a wrapped "pending till"
    False
    """
    return _BEGINS.match(line) is not None


def split_prefix(text: str) -> Prefix:
    """Take an entry (on one line) apart. Total: what has no prefix is all body.

    >>> split_prefix("Wed Nov 19 09:16:38 2014 Info: ICID 5 close ").body
    'ICID 5 close'
    >>> p = split_prefix("<94>Nov 24 14:22:57 gw1.corp.example mail_logs: Info: ICID 5 close")
    >>> p.host, p.tag, p.level, p.stamp.has_year
    ('gw1.corp.example', 'mail_logs', 'Info', False)

    Of two stamps the inner one is the appliance's own, and so is the inner host; a relay's `Original Address=` comes
    before the relay's own name:

    >>> p = split_prefix("Oct 20 16:11:05 relay Original Address=192.0.2.94 Oct 20 16:11:04 ESA: Info: ICID 5 close")
    >>> p.host, p.tag, str(p.stamp.time.time())
    ('192.0.2.94', 'ESA', '16:11:04')

    A consolidated event tells its year itself, where the syslog server does not:

    >>> p = split_prefix("<22>Nov 14 15:40:50 gw1 cef: Info: CEF:0|… ESAMID=1 endTime=Mon Nov 14 15:40:48 2022 a=b")
    >>> str(p.stamp.time)
    '2022-11-14 15:40:48'
    """
    head, _, body = text.partition(": ")
    own = _own(head) if len(head) <= _LONGEST else None
    if own is not None:
        return Prefix(own[0], None, None, own[1], body.strip(), text)
    found = _APPLIANCE.match(text)
    if found is None:
        grep = _FOUND.match(text)
        found = _APPLIANCE.match(text, grep.end()) if grep else None
    if found is None:
        return _split_other(text)
    return Prefix(_stamp(found[1]), None, None, found[2], text[found.end() :].strip(), text)


def time_of(text: str, date: Callable[[Stamp], datetime | None]) -> datetime | None:
    """The time that an entry's stamp means, as `date` has it; None for an entry without one."""
    stamp = split_prefix(text).stamp
    return date(stamp) if stamp else None


@lru_cache(1024)
def _own(head: str) -> tuple[Stamp | None, str] | None:
    """Stamp and level of the appliance's own prefix, read once for all lines of a second; None for any other."""
    found = _APPLIANCE.fullmatch(f"{head}:")
    return (_stamp(found[1]), found[2]) if found else None


@lru_cache(1024)
def _stamp(printed: str) -> Stamp | None:
    """One for all lines of a second: there are hundreds, each of which would keep its own."""
    time = appliance_time(printed.replace(":", " ").split())
    return Stamp(time, True, None) if time else None


def _split_other(text: str) -> Prefix:
    priority = _PRIORITY.match(text)
    found = stamp_at(text, priority.end() if priority else 0)
    if found is None:
        start = priority.end() if priority else 0
        level = _LEVEL.match(text, start)
        body = text[level.end() if level else start :]
        return Prefix(None, None, None, level[1] if level else None, body.strip(), text)
    header = _Header(text, *found, numbered=bool(priority and priority[1]))
    return header.prefix()


class _Header:
    """What stands between the first stamp and the body, read word by word until a level or a known body begins."""

    def __init__(self, text: str, stamp: Stamp | None, at: int, *, numbered: bool) -> None:
        self.text, self.stamp, self.at, self.after_stamp = text, stamp, at, at
        self.tag: str | None = None
        self.level: str | None = None
        self.words: list[str] = []
        self.outer: list[str] = []
        self.original: str | None = None
        found = _RFC5424.match(text, at) if numbered else None
        if found:
            self.words, self.tag, self.at = [found[1]], found[2], found.end()

    def prefix(self) -> Prefix:
        while not self._body_begins():
            if not self._step():
                return Prefix(self.stamp, None, None, None, self.text[self.after_stamp :].strip(" :\t"), self.text)
        hosts = [self.words[-1:], [self.original] if self.original else [], self.outer[-1:]]
        host = next((h[0] for h in hosts if h and h[0] != "-"), None)
        body = self.text[self.at :].strip()
        return Prefix(self._stamp_with_year(body), host, self.tag, self.level, body, self.text)

    def _stamp_with_year(self, body: str) -> Stamp | None:
        """The stamp, or where that has no year, the appliance's own within a consolidated event."""
        if self.stamp is None or self.stamp.has_year or not body.startswith("CEF:"):
            return self.stamp
        found = _EVENT_ENDED.search(body.partition(" msg=")[0])
        own = stamp_at(body, found.end()) if found else None
        return own[0] if own and own[0] and own[0].has_year else self.stamp

    def _body_begins(self) -> bool:
        level = _LEVEL.match(self.text, self.at)
        if level:
            self.level, self.at = level[1], level.end()
            return True
        return _BODY.match(self.text, self.at) is not None

    def _step(self) -> bool:
        inner = stamp_at(self.text, self.at)
        if inner is not None:
            stamp, self.at = inner
            self.stamp = with_year_of(stamp, self.stamp)
            self.outer, self.words, self.tag = self.words or self.outer, [], None
            return True
        original = _ORIGINAL.match(self.text, self.at)
        if original:
            self.original, self.at = original[1], original.end()
            return True
        severity = _SEVERITY.match(self.text, self.at)
        if severity:  # `host mail [info] tag:`
            self.words, self.at = self.words[:-1], severity.end()
            return True
        word = _WORD.match(self.text, self.at)
        if word is None or self.tag is not None or len(self.words) >= _PLAIN_WORDS:
            return False
        self.at = word.end()
        end = _TAG_END.search(word[1])
        if end:
            self.tag = word[1][: end.start()]
        else:
            self.words.append(word[1])
        return True
