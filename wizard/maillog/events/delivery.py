"""Delivery to next hops: connections, tries, answers, delays, bounces."""

from __future__ import annotations

import re
from datetime import datetime

from wizard.maillog.events import hop
from wizard.maillog.events.base import Event, Forms
from wizard.maillog.events.hop import (
    ConcurrencyLimit,
    ConnectionError,
    DeliveriesSuspended,
    DeliveryAuth,
    DeliveryClosed,
    DeliveryKilled,
    DeliveryOpened,
    DeliveryTls,
)
from wizard.maillog.events.text import address, ctime, numbers, reply, unquoted
from wizard.patterns import pattern

__all__ = [
    "Bounced",
    "ConcurrencyLimit",
    "ConnectionError",
    "Delayed",
    "Delivered",
    "DeliveriesSuspended",
    "DeliveryAuth",
    "DeliveryClosed",
    "DeliveryKilled",
    "DeliveryOpened",
    "DeliveryStarted",
    "DeliveryTls",
    "DoubleBounce",
    "FailedTry",
    "Pending",
    "PossibleDelivery",
    "Response",
]

read = Forms(hop.read)


class DeliveryStarted(Event):
    """A try begins. `quarantine`: to the off-box quarantine, which is no delivery. Tracking names `recipients` instead.

    >>> read("Delivery start DCID 8 MID 6 to RID [0, 1]")
    DeliveryStarted(dcid=8, mid=6, rids=(0, 1), quarantine=False, recipients=())
    >>> read("Delivery start DCID 8 MID 6 to RID [0] to offbox IronPort Spam Quarantine").quarantine
    True
    """

    dcid: int
    mid: int
    rids: tuple[int, ...]
    quarantine: bool
    recipients: tuple[str, ...] = ()


class Delivered(Event):
    """The next hop took it for these recipients; `quarantine`: the off-box quarantine did, which is no delivery.

    >>> read("Message done DCID 8 MID 6 to RID [0] [('from', 'bob@sender.test')]")
    Delivered(dcid=8, mid=6, rids=(0,), quarantine=False, headers="[('from', 'bob@sender.test')]", recipients=())
    >>> read("Message done DCID 8 MID 6 to RID [0] (external quarantine)").quarantine
    True
    """

    dcid: int
    mid: int
    rids: tuple[int, ...]
    quarantine: bool
    headers: str | None
    recipients: tuple[str, ...] = ()


class Response(Event):
    """What the next hop answered to the message.

    >>> read("MID 14 RID  [0, 1] Response '2.0.0 OK  CRR09734 accepted'")
    Response(mid=14, rids=(0, 1), text='2.0.0 OK  CRR09734 accepted', recipients=())
    """

    mid: int
    rids: tuple[int, ...]
    text: str
    recipients: tuple[str, ...] = ()


class FailedTry(Event):
    """A try that failed: `code` and `reason` are the gateway's classification (RFC 3463).

    `response` is the next hop's reply, `detail` the gateway's own note where it got none. `dcid` 0: no connection.
    """

    dcid: int | None
    mid: int
    sender: str | None
    recipient: str | None
    rids: tuple[int, ...]
    code: str | None
    reason: str
    response: str | None
    detail: str | None


class Delayed(FailedTry):
    """Not delivered yet; it will be tried again.

    >>> read("Delayed: DCID 84 MID 19 From: <bob@sender.test> To: <al@corp.example> RID 0 - 4.3.2 - "
    ...      "Not accepting messages at this time ('421', ['4.3.2 try again later'])")
    ... # doctest: +NORMALIZE_WHITESPACE
    Delayed(dcid=84, mid=19, sender='bob@sender.test', recipient='al@corp.example', rids=(0,), code='4.3.2',
            reason='Not accepting messages at this time', response='421 4.3.2 try again later', detail=None)
    """


class Bounced(FailedTry):
    """Not delivered, for good.

    >>> read("Bounced: DCID 0 MID 19 to RID 0 - 5.1.2 - Bad destination host ('000', ['DNS Hard Error (MX)']) []")
    ... # doctest: +NORMALIZE_WHITESPACE
    Bounced(dcid=0, mid=19, sender=None, recipient=None, rids=(0,), code='5.1.2', reason='Bad destination host',
            response=None, detail='DNS Hard Error (MX)')
    """


class DoubleBounce(FailedTry):
    """A bounce that could not be delivered either.

    >>> read("Double bounce: MID 12 to 0 - 5.1.0 - Unknown address error 501-'5.5.4 Invalid Address'")
    ... # doctest: +NORMALIZE_WHITESPACE
    DoubleBounce(dcid=None, mid=12, sender=None, recipient=None, rids=(0,), code='5.1.0',
                 reason='Unknown address error', response='501 5.5.4 Invalid Address', detail=None)
    """


class Pending(Event):
    """When the next try is due, in the log's own time.

    >>> read("Message 4 to RID [0] pending till Mon Mar 31 20:01:23 2003")
    Pending(mid=4, rids=(0,), until=datetime.datetime(2003, 3, 31, 20, 1, 23))
    """

    mid: int
    rids: tuple[int, ...]
    until: datetime | None


class PossibleDelivery(Event):
    """The connection broke after the data: the next hop may have it or not.

    >>> read("Possible Delivery: DCID: 46 MID 89 to [0]")
    PossibleDelivery(dcid=46, mid=89, rids=(0,))
    """

    dcid: int
    mid: int
    rids: tuple[int, ...]


_RIDS = r"(?:RID *)?(\[[\d, ]*\]|\d{1,20})"
_START = pattern(rf"Delivery start DCID:? (\d{{1,20}}) MID (\d{{1,20}}) to {_RIDS}(?: to (.*))?", re.ASCII)
_DONE = pattern(
    rf"Message done DCID:? (\d{{1,20}}) MID (\d{{1,20}}) to {_RIDS} *(?:\(([^()]*)\) *)?(\[.*)?", re.ASCII | re.DOTALL
)
_RESPONSE = pattern(rf"{_RIDS} Response *(.+)", re.ASCII | re.DOTALL)
_PENDING = pattern(rf"(?:Message (\d{{1,20}}) )?to {_RIDS} pending till ([\w :]*)(?:\[[^\]]*\])?", re.ASCII)
_POSSIBLE = pattern(rf"Possible Delivery: DCID:? (\d{{1,20}}) MID (\d{{1,20}}) to {_RIDS}", re.ASCII)
_FAILED = pattern(
    r"(Delayed|Bounced|Double bounce): (?:DCID:? (\d{1,20}) )?(?:MID|Message):? (\d{1,20}) "
    r"(?:From: ?(?:<(.{0,400}?)>|(\S*)) To: ?(?:<(.{0,400}?)>|(\S*)) |to )" + _RIDS + r"(?: - (.*))?",
    re.ASCII | re.DOTALL,
)
_CODE = pattern(r"(?:Bounced by destination server with response: *)?(\d\.\d{1,3}\.\d{1,3}) - ", re.ASCII)
_OLD_REPLY = pattern(r" (\d{3})-'")


def failure_text(text: str) -> tuple[str | None, str, str | None, str | None]:
    """Code, reason, the next hop's response and the gateway's own detail of a failed try.

    >>> failure_text("5.4.7 - Delivery expired (message too old) ('000', ['timeout'])")
    ('5.4.7', 'Delivery expired (message too old)', None, 'timeout')
    """
    found = _CODE.match(text)
    code = found[1] if found else None
    text = text[found.end() :] if found else text
    for mark in ("('", '("'):
        reason, known, rest = text.partition(mark)
        if known and rest[:3].isdecimal():
            response, detail = reply(mark + rest)
            return code, reason.strip(), response, detail
    old = _OLD_REPLY.search(text)
    if old:
        return code, text[: old.start()], f"{old[1]} {text[old.end() :].removesuffix(chr(39))}", None
    return code, text.strip(), None, None


@read.word("Delivery")
def _started(body: str) -> Event | None:
    found = _START.fullmatch(body)
    if found is None:
        return None
    return DeliveryStarted(int(found[1]), int(found[2]), numbers(found[3]), "quarantine" in (found[4] or "").lower())


@read.word("Message")
def _done(body: str) -> Event | None:
    found = _DONE.fullmatch(body)
    if found is None:
        return None
    quarantine = "quarantine" in (found[4] or "").lower()
    return Delivered(int(found[1]), int(found[2]), numbers(found[3]), quarantine, found[5])


@read.mid("RID")
def _response(mid: int, rest: str) -> Event | None:
    found = _RESPONSE.fullmatch(rest)
    return Response(mid, numbers(found[1]), unquoted(found[2])) if found else None


@read.word("Delayed:", "Bounced:", "Double")
def _failed(body: str) -> Event | None:
    found = _FAILED.fullmatch(body)
    if found is None:
        return None
    kind, dcid, mid, from_, from_bare, to, to_bare, rids, text = found.groups()
    sender = from_ if from_ is not None else from_bare
    recipient = to if to is not None else to_bare
    kinds: dict[str, type[FailedTry]] = {"Delayed": Delayed, "Bounced": Bounced, "Double bounce": DoubleBounce}
    return kinds[kind](
        int(dcid) if dcid else None,
        int(mid),
        None if sender is None else address(sender),
        None if recipient is None else address(recipient),
        numbers(rids),
        *failure_text(text or ""),
    )


@read.mid("to")
def _pending(mid: int, rest: str) -> Event | None:
    found = _PENDING.fullmatch(rest)
    return Pending(mid, numbers(found[2]), ctime(found[3])) if found else None


@read.word("Message")
def _pending_old(body: str) -> Event | None:
    found = _PENDING.fullmatch(body)
    return Pending(int(found[1]), numbers(found[2]), ctime(found[3])) if found and found[1] else None


@read.word("Possible")
def _possible(body: str) -> Event | None:
    found = _POSSIBLE.fullmatch(body)
    return PossibleDelivery(int(found[1]), int(found[2]), numbers(found[3])) if found else None
