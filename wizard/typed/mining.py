"""What a pasted bounce message, header or sentence tells of a mail: sender, recipient, subject, Message-ID, time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from wizard.errors import InputError
from wizard.typed.headers import Block, blocks_in
from wizard.typed.when import When, read_when

LONGEST = 1_000_000
MOST_WORDS = 60
MOST_WORDS_OF_A_TIME = 8
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+=/-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII)
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}(?![\w@-])", re.IGNORECASE | re.ASCII
)
_FAILED = re.compile(
    r"^[ \t>]{0,20}<?([\w.+=/-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})>?[ \t]*(?::|$)|"
    r"(?:RCPT TO:|to|宛先|recipient[^\n<@]{0,40})[ \t]*<([\w.+=/-]{1,64}@[\w.-]{1,253})>",
    re.MULTILINE | re.IGNORECASE,
)
_FAILED_FIELDS = ("final-recipient", "original-recipient", "x-failed-recipients")
_OTHERS_HOST = re.compile(r"host \S{1,253}?\[([0-9a-fA-F.:]{2,45})\]|Remote-MTA:[^\n]{0,200}", re.IGNORECASE)
_TITLE = r">?\s{0,2}(?:さん|様|氏)?\s{0,2}"
_IS_SENDER = re.compile(r"\b(?:from|sender)[:\s]{1,3}<?$", re.IGNORECASE), re.compile(_TITLE + "(?:から|より|が送)")
_IS_RECIPIENT = (
    re.compile(r"\b(?:to|for|recipient)[:\s]{1,3}<?$", re.IGNORECASE),
    re.compile(_TITLE + "(?:宛|あて|へ|に)"),
)
"""What stands before or after an address and says whose it is."""
_LONGEST_MARK = 16
_TIME_CHARACTERS = re.compile(
    r"[0-9０-９年月日時分半頃ごろの:：/／午前後朝昼夕方夜昨今一日曜火水木金土晩正に〜～]{2,40}"
)


@dataclass(frozen=True, slots=True)
class Mined:
    """What was found; None where it was not. `sent` is when, with its zone where that is written. The subject is left
    out where a Message-ID says more.
    """

    sender: str | None = None
    recipient: str | None = None
    message_id: str | None = None
    subject: str | None = None
    sent: When | None = None

    @property
    def anything(self) -> bool:
        """Whether something to search for was found; a time alone is not."""
        return any((self.sender, self.recipient, self.message_id, self.subject))


def mine(text: str, now: datetime, lang: str = "en") -> Mined:
    """What a text tells of the mail that was sent; of a bounce message the mail that it is about.

    >>> from datetime import timezone
    >>> mine("Bob at partner.example wrote", datetime(2026, 3, 10, tzinfo=timezone.utc)).sender
    'partner.example'
    """
    text = text[:LONGEST]
    blocks = blocks_in(text)
    if any(block.get("message-id", "from", "to", "final-recipient") for block in blocks):
        return _of_headers(text, blocks, now, lang)
    return _of_sentence(text, now, lang)


def without_other_hosts(text: str) -> str:
    """A text without the addresses of hosts that mail was sent to: those are not the sender's."""
    return _OTHERS_HOST.sub(" ", text[:LONGEST])


def _of_headers(text: str, blocks: list[Block], now: datetime, lang: str) -> Mined:
    bounces = [block for block in blocks if block.is_bounce]
    mails = [block for block in blocks if not block.is_bounce and block.get("from", "message-id", "to")]
    mail = mails[-1] if mails else None
    failed = next(filter(None, (block.address(*_FAILED_FIELDS) for block in blocks)), None)
    if mail is None:
        first = bounces[0] if bounces else Block(())
        arrived = next(filter(None, (block.get("arrival-date") for block in blocks)), None) or first.get("date")
        return Mined(first.address("to"), failed or _failed_in(text), None, None, _sent(arrived, now, lang))
    message_id = _message_id(mail.get("message-id"))
    return Mined(
        sender=mail.address("return-path") or mail.address("from", "sender"),
        recipient=failed or (_failed_in(text) if bounces else None) or mail.address("to"),
        message_id=message_id,
        subject=None if message_id else mail.get("subject"),
        sent=_sent(mail.get("date"), now, lang),
    )


def _message_id(value: str | None) -> str | None:
    found = re.search(r"<([^<>\s]{3,500})>", value or "")
    return found[1] if found else (value or "").strip() or None


def _failed_in(text: str) -> str | None:
    found = _FAILED.search(text)
    return (found[1] or found[2]) if found else None


def _sent(value: str | None, now: datetime, lang: str) -> When | None:
    """The time of a header field: in brackets stands the zone's name again."""
    if value is None:
        return None
    try:
        return read_when(re.sub(r"\([^()]*\)", " ", value), now, lang)
    except InputError:
        return None


def _of_sentence(text: str, now: datetime, lang: str) -> Mined:
    words = text.split()
    if len(words) > MOST_WORDS:
        return Mined()
    sender, recipient = _whose(text)
    rest = _ADDRESS.sub(" ", _DOMAIN.sub(" ", text))
    sent = next((when for part in _parts(rest) if (when := _sent(part, now, lang))), None)
    return Mined(sender, recipient, sent=sent)


def _whose(text: str) -> tuple[str | None, str | None]:
    """The sender and the recipient in a sentence; where no word tells them apart, the sender comes first.

    >>> _whose("alice@corp.example got no mail from bob@partner.example")
    ('bob@partner.example', 'alice@corp.example')
    >>> _whose("Bob at partner.example wrote to alice@corp.example")
    ('partner.example', 'alice@corp.example')
    """
    addresses = list(islice(_ADDRESS.finditer(text), MOST_WORDS))
    domains = list(islice(_DOMAIN.finditer(text), MOST_WORDS))
    senders = [one for one in (*addresses, *domains) if _stands_by(_IS_SENDER, one)]
    recipients = [one for one in addresses if _stands_by(_IS_RECIPIENT, one) and one not in senders]
    unmarked = [one for one in addresses if one not in senders and one not in recipients]
    others = [one for one in domains if one not in senders and not _stands_by(_IS_RECIPIENT, one)]
    sender = next(iter((*senders, *unmarked, *others)), None)
    recipient = next(iter((*recipients, *(one for one in unmarked if one is not sender))), None)
    return (sender and sender[0].rstrip("."), recipient and recipient[0].rstrip("."))


def _stands_by(marks: tuple[re.Pattern[str], re.Pattern[str]], found: re.Match[str]) -> bool:
    before, after = marks
    return bool(
        before.search(found.string, max(0, found.start() - _LONGEST_MARK), found.start())
        or after.match(found.string, found.end())
    )


def _parts(text: str) -> Iterator[str]:
    """Runs of words that may be a time, the longest first; then what Japanese writes without blanks."""
    words = [word for word in text.replace(",", " ").split() if word != "から"]
    for length in range(min(MOST_WORDS_OF_A_TIME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])
    yield from sorted(_TIME_CHARACTERS.findall(text), key=len, reverse=True)
