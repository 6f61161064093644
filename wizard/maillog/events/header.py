"""What a message's header says of it: Message-ID, Subject, the sender's domains, the address behind a known relay."""

from __future__ import annotations

import binascii
import codecs
import re
from itertools import groupby
from quopri import decodestring

from wizard.maillog.events.base import Event, Forms
from wizard.maillog.events.text import unquoted
from wizard.patterns import pattern

read = Forms()


class MessageId(Event):
    """The Message-ID header, with its brackets where it has them.

    >>> read('MID 5 Message-ID "<Land\\'s.End@sender.test>"')
    MessageId(mid=5, message_id="<Land's.End@sender.test>")
    """

    mid: int
    message_id: str


class Subject(Event):
    """The Subject header as it came: encoded words and folds are still in it, see `decode_subject`.

    >>> read("MID 8 Subject 'MID 5 Bounced: it''")
    Subject(mid=8, subject="MID 5 Bounced: it'")
    """

    mid: int
    subject: str


class IncomingRelay(Event):
    """The connecting host is a known relay; the sender's own address is taken from a header, or is not found.

    >>> read("MID 20 IncomingRelay(mx1): Header Received found, IP 192.0.2.133 being used, SBRS 6.8")
    IncomingRelay(mid=20, relay='mx1', address='192.0.2.133', score='6.8')
    >>> read("MID 20 IncomingRelay(mx1): Header Received not found")
    IncomingRelay(mid=20, relay='mx1', address=None, score=None)
    """

    mid: int
    relay: str
    address: str | None
    score: str | None


class ScanDomains(Event):
    """The sender's domains by which its reputation is asked for; None is "Not Present".

    >>> read("MID 5 SDR: Domains for which SDR is requested: reverse DNS host: mx.sender.test, helo: mx.sender.test, "
    ...      "env-from: bounces.test, header-from: sender.test, reply-to: Not Present")
    ... # doctest: +NORMALIZE_WHITESPACE
    ScanDomains(mid=5, reverse_dns='mx.sender.test', helo='mx.sender.test', env_from='bounces.test',
                header_from='sender.test', reply_to=None)
    """

    mid: int
    reverse_dns: str | None
    helo: str | None
    env_from: str | None
    header_from: str | None
    reply_to: str | None


_WORD = pattern(r"=\?([A-Za-z0-9_.:-]{1,40})(?:\*[A-Za-z0-9-]{0,20})?\?([bBqQ])\?([^?\s]*)\?=")
_FOLD = pattern(r"(?:\\[rnt]|[\r\n\t])+ *")
_NO_TEXT = {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"}
_RELAY = pattern(
    r"IncomingRelay\(([^)]*)\): +(?:Header \S+ (?:not found|found, IP (\S+) being used(?:, SBRS (.*))?)"
    r"|Could not find.*)",
    re.IGNORECASE,
)
_DOMAINS = pattern(r"(?:SDR: )?Domains for which SDR is requested: reverse DNS host: (.*)", re.DOTALL)


def decode_subject(text: str) -> str:
    r"""A subject as the reader of the mail saw it: encoded words (RFC 2047) decoded, folds (logged as \\r\\n) undone.

    >>> decode_subject("=?utf-8?B?44GT44KT?=\\r\\n\\t=?utf-8?B?44Gr44Gh44Gv?= (=?iso-8859-1?Q?gr=FC=DFe_2?=)")
    'こんにちは (grüße 2)'
    >>> decode_subject("=?x-none?Q?as=20it=20is?= plain")
    '=?x-none?Q?as=20it=20is?= plain'
    """
    parts: list[tuple[str, bytes | str]] = []
    at = 0
    for found in _WORD.finditer(text):
        decoded = _decoded(found[2], found[3]) if _is_charset(found[1]) else None
        if decoded is None:
            continue
        between = text[at : found.start()]
        if not parts or _FOLD.sub(" ", between).strip():
            parts.append(("", between))
        parts.append((found[1].lower(), decoded))
        at = found.end()
    parts.append(("", text[at:]))
    return "".join(_joined(charset, [part for _, part in run]) for charset, run in groupby(parts, lambda part: part[0]))


def _joined(charset: str, parts: list[bytes | str]) -> str:
    """Bytes of one charset are joined first: some mailers cut a character in two words."""
    text = _FOLD.sub(" ", "".join(part for part in parts if isinstance(part, str)))
    return text or b"".join(part for part in parts if isinstance(part, bytes)).decode(charset or "ascii", "replace")


def _decoded(encoding: str, text: str) -> bytes | None:
    if encoding in "qQ":
        return decodestring(text.replace("_", " ").encode("utf-8", "replace"))
    try:
        return binascii.a2b_base64(text.encode("ascii", "replace") + b"==")
    except binascii.Error:
        return None


def _is_charset(name: str) -> bool:
    try:
        "".encode(name)  # a LookupError for what is no charset but a codec of bytes
        return codecs.lookup(name).name not in _NO_TEXT
    except (LookupError, ValueError):
        return False


@read.mid("Message-ID")
def _message_id(mid: int, rest: str) -> Event | None:
    text = rest[len("Message-ID") :].strip()
    return MessageId(mid, unquoted(text)) if text else None


@read.mid("Subject")
def _subject(mid: int, rest: str) -> Event | None:
    text = rest[len("Subject") :]
    return Subject(mid, unquoted(text.strip())) if text.startswith(" ") else None


@read.mid("IncomingRelay")
def _relay(mid: int, rest: str) -> Event | None:
    found = _RELAY.fullmatch(rest)
    return IncomingRelay(mid, found[1], found[2], found[3]) if found else None


@read.mid("SDR", "Domains")
def _domains(mid: int, rest: str) -> Event | None:
    found = _DOMAINS.fullmatch(rest)
    if found is None:
        return None
    values: list[str] = []
    text = found[1].replace("header_from: ", "header-from: ").replace("reply_to: ", "reply-to: ")
    for name in (", reply-to: ", ", header-from: ", ", env-from: ", ", helo: "):
        text, known, value = text.rpartition(name)
        if not known:
            return None
        values.append(value)
    values.append(text)
    if any(" " in value and value != "Not Present" for value in values):
        return None
    reverse_dns, helo, env_from, header_from, reply_to = (
        None if value in {"", "Not Present"} else value for value in reversed(values)
    )
    return ScanDomains(mid, reverse_dns, helo, env_from, header_from, reply_to)
