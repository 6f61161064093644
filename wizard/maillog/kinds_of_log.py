"""What a text is, for whoever gave another log than the one that answers, or no log at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from wizard.maillog import bounce_log, consolidated, tracking
from wizard.maillog.events import connection, delivery, envelope, message, quarantine, scanning
from wizard.maillog.events.base import Forms
from wizard.maillog.prefix import begins_entry, split_prefix
from wizard.patterns import pattern

_LOOKED_AT = 5_000
_ENOUGH = 200
_LONGEST = 4_000
_WRAPPED = 8
_NOT_KNOWN = {"other-log", "prose"}
_mail = Forms(connection.read, envelope.read, message.read, quarantine.read, scanning.read, delivery.read)

_PICTURES = pattern(r"(?:\x89|\ufffd)PNG|GIF8[79]a|.{0,8}(?:JFIF|Exif)|\xff\xd8\xff|BM.{4}\x00|RIFF.{4}WEBP", re.DOTALL)
_CONTROL = pattern(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_DELIVERY = pattern(r"<(?:success|bounce|rcpt) [a-z_]+=|</(?:success|bounce)>")
_CONVERSATION = pattern(
    r"(?:ICID:? )?\d{1,20} (?:Sent to|Received from) ['\"]?[0-9a-fA-F.:]+|(?:Sent to|Received from) '", re.ASCII
)
_WEB = pattern(
    r"req:\S+ user:\S* id:|(?:Session \S+ from|http service on|Error in http connection|SSL error with client) "
)
_LOGINS = pattern(
    r"The user \S+ (?:successfully logged|logged|failed)|User \S+ from \S+ (?:was|failed)|log(?:in|out):\S+ user:"
    r"|An authentication attempt by|Appliance: |Source IP: "
)
_SYSTEM = pattern(
    r"PID \d{1,9}: |lame DNS referral|Received an invalid DNS Response|DNS Temporary Failure|The system time was"
    r"|System is coming up|Failed to bootstrap the DNS"
)
_OTHERS = (
    ("domain-debug", pattern(r"\d{1,20} (?:Sent|Rcvd): ['\"]", re.ASCII)),
    ("injection-debug", _CONVERSATION),
    ("gui", _WEB),
    ("audit", _LOGINS),
    ("antispam", pattern(r"case antispam |(?:CASE|case)(?::|-daemon)|graymail [\[(]")),
    ("antivirus", pattern(r"(?:sophos|mcafee) +antivirus - ", re.IGNORECASE)),
    ("amp", pattern(r"(?:File (?:reputation query|uploaded|not uploaded)|Response received for file)")),
    ("quarantine", pattern(r"(?:ISQ|EUQ|SLBL): ")),
    ("scanner", pattern(r"PF: ")),
    ("updater", pattern(r"\S+ (?:waiting for new updates|beginning .*update|verifying applied files)")),
    ("status", pattern(r"Status: CPULd ")),
    ("ldap-debug", pattern(r"LDAP: ")),
    ("system", _SYSTEM),
)
_IN_MAIL_LOGS_TOO = {None, "antivirus", "ldap-debug", "quarantine", "status", "system"}
_HEADER = pattern(r"Begin Logfile|End Logfile|Version: \S+ SN: |Time offset from UTC: |Logfile rolled over", re.ASCII)


def recognise(lines: Iterable[str]) -> str:
    r"""The kind of a text by its first lines: a word for a message to whoever named the file.

    `mail` (the log that answers) · other logs of this gateway: `tracking`, `consolidated`, `bounce`, `domain-debug`,
    `injection-debug`, `delivery`, `gui`, `audit`, `system`, `antispam`, `antivirus`, `amp`, `quarantine`, `scanner`,
    `updater`, `status`, `ldap-debug` · `warning-level` (a log that holds only warnings) · `header-only` (a log without
    entries) · `other-log` (entries with times, in no known form) · `empty`, `image`, `binary`, `prose`.

    >>> recognise(["Wed Nov 19 09:16:38 2014 Info: ICID 5 close"])
    'mail'
    >>> recognise(["Sat Dec 21 02:37:22 2003 Info: 102503993 Sent: 'MAIL FROM:<bob@sender.test>'"])
    'domain-debug'
    >>> recognise(["Dear all,", "mail from Bob does not arrive."]), recognise([]), recognise(["\x89PNG\r\n"])
    ('prose', 'empty', 'image')
    """
    looked_at = (line[:_LONGEST] for line in islice(lines, _LOOKED_AT))
    first = list(islice(looked_at, 200))
    text = "\n".join(first)
    if not text.strip():
        return "empty"
    if _PICTURES.match(text):
        return "image"
    if len(_CONTROL.findall(text)) * 20 > len(text):
        return "binary"
    return _of_entries(chain(first, looked_at))


def _of_entries(lines: Iterable[str]) -> str:
    found: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    for entry, begins in _entries(lines):
        prefix = split_prefix(entry[0].strip())
        if prefix.level:
            levels[prefix.level] += 1
        kind = _kind(prefix.body, begins=begins)
        if kind in _NOT_KNOWN and len(entry) > 1:
            kind = _kind(split_prefix(" ".join(entry)).body, begins=begins)
        found[kind] += 1
        if found["mail"] == _ENOUGH and not found["tracking"]:
            break
    if found["mail"]:
        return "mail" if not found["tracking"] > found["mail"] else "tracking"
    known = [(count, kind) for kind, count in found.items() if kind not in {*_NOT_KNOWN, "header-only"}]
    if known:
        return max(known)[1]
    if levels and not levels.keys() & {"Info", "Information", "Debug", "Trace", "Notice"}:
        return "warning-level"
    if found["header-only"] and not found["other-log"]:
        return "header-only"
    return "other-log" if found["other-log"] > found["prose"] else "prose"


def _entries(lines: Iterable[str]) -> Iterator[tuple[list[str], bool]]:
    """Lines with those that go on with them, and True; lines of no entry, each alone, and False."""
    entry: list[str] = []
    for line in lines:
        begins = begins_entry(line.encode("utf-8", "replace"))
        if entry and (begins or not line.strip() or len(entry) >= _WRAPPED):
            yield entry, True
            entry = []
        if begins or entry:
            entry.append(line)
        elif line.strip():
            yield [line], False
    if entry:
        yield entry, True


def _kind(body: str, *, begins: bool) -> str:
    if _HEADER.match(body):
        return "header-only"
    if _DELIVERY.match(body):
        return "delivery"
    if body.startswith("CEF:") and consolidated.read(body):
        return "consolidated"
    if bounce_log.read(body):
        return "bounce"
    other = next((kind for kind, form in _OTHERS if form.match(body)), None) if begins else None
    if other is not None and other not in _IN_MAIL_LOGS_TOO:
        return other
    if _mail(body):
        return "mail"
    if tracking.read(body):
        return "tracking"
    return other or ("other-log" if begins else "prose")
