"""The header fields in a pasted text: of a mail, a bounce message, a delivery status, a forwarded mail."""

from __future__ import annotations

import email.errors
import email.header
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST_LINES = 20_000
LONGEST_LINE = 4_000
LONGEST_VALUE = 2_000

_FIELD = re.compile(
    r"[ \t>|]{0,20}([A-Za-z][A-Za-z-]{1,40}|差出人|送信者|送信元|宛先|送信日時|日付|日時|件名)"
    r"[ \t]{0,4}[:：](?!//)[ \t]*(.*)"
)
_FOLDED = re.compile(r"[ \t]+\S")
_NAMES = {
    "差出人": "from",
    "送信者": "from",
    "送信元": "from",
    "宛先": "to",
    "送信日時": "date",
    "日付": "date",
    "日時": "date",
    "sent": "date",
    "件名": "subject",
}
_KNOWN = {
    "from",
    "sender",
    "to",
    "date",
    "subject",
    "message-id",
    "return-path",
    "received",
    "x-failed-recipients",
    "final-recipient",
    "original-recipient",
    "reporting-mta",
    "arrival-date",
}
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@'`]{1,128}@[^\s<>()\[\]\",;:@'`]{1,253}")
_DAEMON = re.compile(r"mailer-daemon|postmaster|microsoftexchange|no-?reply.*bounce|^<>$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """One run of header fields: lower-case names with their values, in order."""

    fields: tuple[tuple[str, str], ...]

    def get(self, *names: str) -> str | None:
        """The first value of the first of these fields that is there."""
        return next((value for name in names for field, value in self.fields if field == name and value), None)

    def address(self, *names: str) -> str | None:
        """The first mail address in the first of these fields."""
        found = _ADDRESS.search(self.get(*names) or "")
        return found[0].strip(".") if found else None

    @property
    def is_bounce(self) -> bool:
        """Whether a mail system wrote it: what it says of sender and subject is not of the mail asked about."""
        author = self.get("from", "return-path")
        kind = self.get("content-type") or ""
        return bool(author and _DAEMON.search(author)) or "report" in kind


def blocks_in(text: str) -> list[Block]:
    """The header blocks of a text, in order; runs of fields that are no mail's or delivery status's are left out.

    >>> blocks_in("From: Bob <bob@partner.example>\\nSubject: the\\n offer\\n\\nHello")[0].fields
    (('from', 'Bob <bob@partner.example>'), ('subject', 'the offer'))
    """
    return [
        block for block in _blocks(text.splitlines()[:MOST_LINES]) if any(name in _KNOWN for name, _ in block.fields)
    ]


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    fields: list[tuple[str, str]] = []
    for line in lines:
        line = line[:LONGEST_LINE]
        found = _FIELD.match(line)
        if found:
            name = found[1].lower()
            fields.append((_NAMES.get(name, name), decoded(found[2].strip())))
        elif fields and _FOLDED.match(line):
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {decoded(line.strip())}"[:LONGEST_VALUE])
        elif fields:
            yield Block(tuple(fields))
            fields = []
    if fields:
        yield Block(tuple(fields))


def decoded(value: str) -> str:
    """A field's value with its encoded words decoded.

    >>> decoded("=?UTF-8?B?44GK6KaL56mN?=")
    'お見積'
    """
    if "=?" not in value:
        return value
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (email.errors.HeaderParseError, LookupError, ValueError):
        return value
