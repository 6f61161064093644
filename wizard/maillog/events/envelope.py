"""The envelope: MAIL FROM and RCPT TO, accepted or refused, before and after a message gets its number."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event, Forms
from wizard.maillog.events.text import address
from wizard.patterns import pattern

read = Forms()


class SenderRejected(Event):
    """MAIL FROM was refused. `text` is the gateway's wording.

    `reason` says what is wrong with the sender's domain: `does-not-exist`, `unresolved` (answered with 4xx),
    `missing`, `literal` (a domain literal) or `other`.

    >>> read("ICID 1425 Address: <bob@sender.test> sender rejected, envelope sender domain could not be resolved")
    ... # doctest: +NORMALIZE_WHITESPACE
    SenderRejected(icid=1425, address='bob@sender.test', reason='unresolved',
                   text='envelope sender domain could not be resolved')
    >>> read("ICID 49 Invalid sender address: Unsupported domain literal: '[]'")
    SenderRejected(icid=49, address=None, reason='literal', text="Unsupported domain literal: '[]'")
    """

    icid: int
    address: str | None
    reason: str
    text: str


class SenderAllowed(Event):
    """MAIL FROM was let through by the exception table.

    >>> read("ICID 7 Address: <bob@sender.test> sender allowed, envelope sender matched domain exception")
    SenderAllowed(icid=7, address='bob@sender.test')
    """

    icid: int
    address: str


class Start(Event):
    """A message got its number; ICID 0 means that the appliance made it. No MAIL FROM need have come yet.

    >>> read("Start MID 6 ICID 5")
    Start(mid=6, icid=5, note=None)
    >>> read("Start MID 9 ICID 0 (ISQ Notification)").note
    'ISQ Notification'
    """

    mid: int
    icid: int
    note: str | None


class From(Event):
    """The envelope sender; empty for a bounce.

    >>> read("MID 6 ICID 5 From: <bob@sender.test>")
    From(mid=6, icid=5, address='bob@sender.test')
    """

    mid: int
    icid: int
    address: str


class To(Event):
    """An accepted recipient. Message Tracking does not tell its number.

    >>> read("MID 6 ICID 5 RID 0 To: <alice@corp.example>")
    To(mid=6, icid=5, rid=0, address='alice@corp.example')
    """

    mid: int
    icid: int
    rid: int | None
    address: str


class RecipientRejected(Event):
    """A refused recipient. `by` as printed: RAT, LDAPACCEPT, Injection Control, Receiving Control, …

    >>> read("MID 1 ICID 2 To: <nobody@corp.example> Rejected by RAT")
    RecipientRejected(mid=1, icid=2, address='nobody@corp.example', by='RAT')
    """

    mid: int
    icid: int
    address: str
    by: str


class InvalidRecipient(Event):
    """A RCPT TO that is no address.

    >>> read("ICID 493 MID 340 Invalid recipient address:  'RCPT TO:<>'")
    InvalidRecipient(icid=493, mid=340, text="'RCPT TO:<>'")
    """

    icid: int
    mid: int
    text: str


class BounceVerification(Event):
    """A bounce to an address without the tag that this gateway puts on what it sends: refused, or only marked.

    >>> read("MID 26 ICID 12 invalid bounce, rcpt address <bob@corp.example> rejected by bounce verification.")
    BounceVerification(mid=26, icid=12, recipient='bob@corp.example', rejected=True)
    >>> read("MID 12 ICID 14 invalid bounce, tagging")
    BounceVerification(mid=12, icid=14, recipient=None, rejected=False)
    """

    mid: int
    icid: int
    recipient: str | None
    rejected: bool


_START = pattern(r"Start MID (\d{1,20}) ICID (\d{1,20})(?: +\((.*)\))?", re.ASCII)
_ENVELOPE = pattern(r"ICID (\d{1,20}) +(?:(From|To):|RID (\d{1,20}) +To:) *(.*)", re.ASCII | re.DOTALL)
_BOUNCE = pattern(
    r"ICID (\d{1,20}) +invalid bounce, (?:(tagging)|rcpt address (.*) rejected by bounce verification)\.?", re.ASCII
)
_CUT_OFF = {"", "Injection", "Receiving", "SMTP"}
"""What hard wraps leave of "Injection Control", "Receiving Control" and "SMTP Call-Ahead"."""
_SENDER = (
    ("does-not-exist", "envelope sender domain does not exist"),
    ("unresolved", "envelope sender domain could not be resolved"),
    ("missing", "envelope sender domain missing"),
)


@read.icid("Address")
def _sender(icid: int, rest: str) -> Event | None:
    given = rest[len("Address:") :]
    who, found, text = given.rpartition(" sender rejected, ")
    if found:
        if any(wording.startswith(text) and wording != text for _, wording in _SENDER):
            return None  # cut off, by a hard wrap most likely
        reason = next((word for word, wording in _SENDER if text.startswith(wording)), "other")
        return SenderRejected(icid, address(who), reason, text)
    who, found, text = given.rpartition(" sender allowed, ")
    return SenderAllowed(icid, address(who)) if found else None


@read.icid("Invalid")
def _invalid_sender(icid: int, rest: str) -> Event | None:
    head, found, text = rest.partition("Invalid sender address: ")
    if not found or head:
        return None
    literal = text.lstrip().lower().startswith("unsupported domain literal")
    return SenderRejected(icid, None, "literal" if literal else "other", text.strip())


@read.word("Start")
def _start(body: str) -> Event | None:
    found = _START.fullmatch(body)
    return Start(int(found[1]), int(found[2]), found[3]) if found else None


@read.mid("ICID")
def _envelope(mid: int, rest: str) -> Event | None:
    found = _ENVELOPE.fullmatch(rest)
    if found is None:
        return _bounce_verification(mid, rest)
    icid, text = int(found[1]), found[4]
    if found[3] is not None:
        return To(mid, icid, int(found[3]), address(text)) if _is_address(text) else None
    if found[2] == "From":
        return From(mid, icid, address(text)) if _is_address(text) else None
    who, rejected, by = text.rpartition(" Rejected by ")
    if not rejected or by.strip() in _CUT_OFF or not _is_address(who):
        return None
    return RecipientRejected(mid, icid, address(who), by)


def _is_address(text: str) -> bool:
    """Whether this is one whole address: brackets closed, blanks only where quotes allow them."""
    if text.startswith("<"):
        return text.endswith(">") and (" " not in text[1:-1].strip() or '"' in text)
    return bool(text) and " " not in text


def _bounce_verification(mid: int, rest: str) -> Event | None:
    found = _BOUNCE.fullmatch(rest)
    if found is None:
        return None
    return BounceVerification(mid, int(found[1]), address(found[3]) if found[3] else None, found[2] is None)


@read.icid("MID")
def _invalid_recipient(icid: int, rest: str) -> Event | None:
    found = re.match(r"MID (\d{1,20}) +Invalid recipient address: *", rest, re.ASCII)
    return InvalidRecipient(icid, int(found[1]), rest[found.end() :]) if found else None
