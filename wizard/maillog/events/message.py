"""A message in the gateway: its policy and what ends it.

Its header, and what it becomes by splits, rewrites, copies and LDAP, have modules of their own, named here too.
"""

from __future__ import annotations

import re

from wizard.maillog.events import header, relation
from wizard.maillog.events.base import Event, Forms
from wizard.maillog.events.header import IncomingRelay, MessageId, ScanDomains, Subject, decode_subject
from wizard.maillog.events.relation import (
    AliasExpanded,
    Generated,
    LdapBounced,
    LdapDropped,
    LdapRequeued,
    LdapRerouted,
    LdapTrouble,
    LdapUnableBounced,
    Masqueraded,
    Rewritten,
    Split,
    SplitFailed,
)
from wizard.maillog.events.text import address, numbers
from wizard.patterns import pattern

__all__ = [
    "AbortedOther",
    "AliasExpanded",
    "BouncedByPolicy",
    "DeletedByAdmin",
    "Dropped",
    "Finished",
    "Generated",
    "GlobalUnsubscribe",
    "IncomingRelay",
    "LdapBounced",
    "LdapDropped",
    "LdapRequeued",
    "LdapRerouted",
    "LdapTrouble",
    "LdapUnableBounced",
    "Masqueraded",
    "MessageId",
    "Policy",
    "Queued",
    "Ready",
    "ReceivingAborted",
    "Rewritten",
    "ScanDomains",
    "Split",
    "SplitFailed",
    "Subject",
    "decode_subject",
]

read = Forms(header.read, relation.read)


class Ready(Event):
    """DATA is complete: the message is in the gateway's queue, and the sender has its 250.

    >>> read("MID 6 ready 100 bytes from <bob@sender.test>")
    Ready(mid=6, size=100, sender='bob@sender.test')
    """

    mid: int
    size: int
    sender: str


class Policy(Event):
    """The mail policy that applies, of the `inbound` or the `outbound` table: that is the mail's direction.

    >>> read("MID 44 matched all recipients for per-recipient policy DEFAULT in the inbound table")
    Policy(mid=44, policy='DEFAULT', table='inbound', all=True)
    """

    mid: int
    policy: str
    table: str | None
    all: bool


class ReceivingAborted(Event):
    """Not received to its end. `by_sender`: ended on purpose; else host or network broke off (Cisco TAC 118295).

    >>> read("Message aborted MID 1404 Receiving aborted by sender")
    ReceivingAborted(mid=1404, by_sender=True)
    """

    mid: int
    by_sender: bool


class Dropped(Event):
    """Dropped by a scanner, a filter or a policy, `by` as logged; the sender had its 250.

    >>> read("Message aborted MID 16 Dropped by filter 'FileType'")
    Dropped(mid=16, by="filter 'FileType'", table=None)
    >>> read("MID 19 was dropped by content filter 'dontsend' in the inbound table")
    Dropped(mid=19, by="content filter 'dontsend'", table='inbound')
    """

    mid: int
    by: str
    table: str | None


class BouncedByPolicy(Event):
    """Bounced by a filter or a policy, `by` as logged; the sender had its 250 and gets a bounce.

    >>> read("Message aborted MID 19 Bounced by content filter 'no' in the outbound table")
    BouncedByPolicy(mid=19, by="content filter 'no'", table='outbound')
    """

    mid: int
    by: str
    table: str | None


class AbortedOther(Event):
    """Aborted for a reason in words that nothing here knows.

    >>> read("Message aborted MID 19 Out of patience")
    AbortedOther(mid=19, text='Out of patience')
    """

    mid: int
    text: str


class Finished(Event):
    """The number is done with. That says nothing about success: dropped, split and quarantined messages end so too.

    >>> read("Message finished MID 6 done")
    Finished(mid=6, aborted=False)
    """

    mid: int
    aborted: bool


class Queued(Event):
    """All scans are over; delivery may begin.

    >>> read("MID 9 queued for delivery")
    Queued(mid=9)
    """

    mid: int


class GlobalUnsubscribe(Event):
    """A recipient is on the appliance's list of those who get no mail. `action`: `bounced` or `dropped`, if told.

    >>> read("MID 85 Global unsubscribe matched entry al@ RID 0 Address al@corp.example Action bounced")
    GlobalUnsubscribe(mid=85, rid=0, address='al@corp.example', action='bounced')
    >>> read("Global unsubscribe matched entry @corp.example MID: 85 RID: 0 Address: al@corp.example").action
    """

    mid: int
    rid: int
    address: str
    action: str | None


class DeletedByAdmin(Event):
    """An administrator deleted these recipients from the queue.

    >>> read("Deleted: MID 3 to [0, 1]")
    DeletedByAdmin(mid=3, rids=(0, 1))
    """

    mid: int
    rids: tuple[int, ...]


_READY = pattern(r"ready (\d{1,20}) bytes from *(.*)", re.ASCII | re.DOTALL)
_POLICY = pattern(r"matched (all|some) recipients for per-recipient policy (.+)", re.DOTALL)
_MESSAGE = pattern(r"Message (aborted|finished) MID (\d{1,20}) +(.*)", re.ASCII | re.DOTALL)
_FATE = pattern(r"(?:was )?(dropped|bounced) by (.+)", re.IGNORECASE | re.DOTALL)
_UNSUBSCRIBE = pattern(
    r"Global unsubscribe matched entry \S*(?: MID:? (\d{1,20}))? RID:? (\d{1,20}) Address:? (.*)", re.ASCII | re.DOTALL
)


@read.mid("ready")
def _ready(mid: int, rest: str) -> Event | None:
    found = _READY.fullmatch(rest)
    return Ready(mid, int(found[1]), address(found[2])) if found and found[2] else None


@read.mid("matched")
def _policy(mid: int, rest: str) -> Event | None:
    found = _POLICY.fullmatch(rest)
    return Policy(mid, *_of_table(found[2]), found[1] == "all") if found else None


def _of_table(text: str) -> tuple[str, str | None]:
    """`X in the inbound table` to (`X`, `inbound`)."""
    what, found, table = text.rpartition(" in the ")
    if found and table.endswith(" table"):
        return what, table.removesuffix(" table")
    return text, None


@read.word("Message")
def _ended(body: str) -> Event | None:
    found = _MESSAGE.fullmatch(body)
    if found is None:
        return None
    mid, text = int(found[2]), found[3]
    if found[1] == "finished":
        return Finished(mid, text == "aborted") if text in {"done", "aborted"} else None
    return aborted(mid, text)


def aborted(mid: int, text: str) -> Event:
    """What `Message aborted` (or Message Tracking) gives as the reason."""
    if text.startswith("Receiving aborted"):
        return ReceivingAborted(mid, text.startswith("Receiving aborted by sender"))
    return _by_policy(mid, text) or AbortedOther(mid, text)


@read.mid("was")
def _by_policy(mid: int, text: str) -> Event | None:
    found = _FATE.fullmatch(text)
    if found is None:
        return None
    kind = Dropped if found[1].lower() == "dropped" else BouncedByPolicy
    return kind(mid, *_of_table(found[2]))


@read.mid("queued")
def _queued(mid: int, rest: str) -> Event | None:
    return Queued(mid) if rest == "queued for delivery" else None


@read.mid("Global")
def _unsubscribed(mid: int, rest: str) -> Event | None:
    found = _UNSUBSCRIBE.fullmatch(rest)
    if found is None:
        return None
    who, known, action = found[3].rpartition(" Action ")
    return GlobalUnsubscribe(mid, int(found[2]), who if known else found[3], action if known else None)


@read.word("Global")
def _unsubscribed_old(body: str) -> Event | None:
    found = _UNSUBSCRIBE.fullmatch(body)
    return _unsubscribed(int(found[1]), body) if found and found[1] else None


@read.word("Deleted:")
def _deleted(body: str) -> Event | None:
    found = re.fullmatch(r"Deleted: MID (\d{1,20}) to (?:RID )?(\[[\d, ]*\]|\d+)", body, re.ASCII)
    return DeletedByAdmin(int(found[1]), numbers(found[2])) if found else None
