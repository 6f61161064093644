"""A host connects: who it is, and what the host access table says of it.

Limits, TLS and SMTP AUTH, and the end of a connection have modules of their own; their events are named here too.
"""

from __future__ import annotations

import re

from wizard.maillog.events import ending, limits, security
from wizard.maillog.events.base import Event, Forms
from wizard.maillog.events.ending import Closed, Disconnected, Killed, Lost, LostBeforeCommands
from wizard.maillog.events.limits import (
    Harvest,
    ListenerResumed,
    ListenerSuspended,
    ReceivingFailed,
    SystemLimit,
    UnknownCommand,
)
from wizard.maillog.events.security import (
    AuthFailed,
    AuthRequired,
    AuthSucceeded,
    AuthTrouble,
    TlsFailed,
    TlsRequired,
    TlsSucceeded,
)
from wizard.maillog.events.text import address as bare
from wizard.patterns import pattern

__all__ = [
    "AuthFailed",
    "AuthRequired",
    "AuthSucceeded",
    "AuthTrouble",
    "Closed",
    "DelayedReject",
    "DelayedRejectFrom",
    "DelayedRejectTo",
    "Disconnected",
    "Harvest",
    "Killed",
    "ListenerResumed",
    "ListenerSuspended",
    "Lost",
    "LostBeforeCommands",
    "Opened",
    "ReceivingFailed",
    "ReputationOnly",
    "SystemLimit",
    "TlsFailed",
    "TlsRequired",
    "TlsSucceeded",
    "UndeterminedAddress",
    "UnknownCommand",
    "Verdict",
]

read = Forms(ending.read, limits.read, security.read)


class Opened(Event):
    """A host connected. Interface names hold blanks or are missing; old versions log no reverse DNS.

    >>> read("New SMTP ICID 5 interface Data 1 (192.0.2.14) address 198.51.100.9 reverse dns host mx.sender.test "
    ...      "verified yes")  # doctest: +NORMALIZE_WHITESPACE
    Opened(icid=5, interface='Data 1', interface_address='192.0.2.14', address='198.51.100.9', host='mx.sender.test',
           verified=True)
    >>> read("New smtp ICID 5 interface M (192.0.2.14) address 198.51.100.9 reverse DNS host unknown verified no").host
    >>> read("New SMTP ICID 5 interface private address 198.51.100.9").reverse_dns
    """

    icid: int
    interface: str
    interface_address: str | None
    address: str
    host: str | None
    verified: bool | None

    @property
    def reverse_dns(self) -> str | None:
        """`verified`, `unverified` (the name does not lead back), `unknown` (no name), None (not logged)."""
        if self.verified is None:
            return None
        if self.host is None:
            return "unknown"
        return "verified" if self.verified else "unverified"


class Verdict(Event):
    """The row of the host access table that matched: ACCEPT, RELAY, REJECT or TCPREFUSE. A refused one has ICID 0.

    >>> read("ICID 28 ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 0.5 country United States")
    ... # doctest: +NORMALIZE_WHITESPACE
    Verdict(icid=28, verdict='ACCEPT', group='UNKNOWNLIST', match='sbrs[-1.0:10.0]', score='0.5',
            country='United States')
    >>> read("ICID 21 ACCEPT SG None match  SBRS unable to retrieve")
    Verdict(icid=21, verdict='ACCEPT', group=None, match=None, score='unable to retrieve', country=None)
    """

    icid: int
    verdict: str
    group: str | None
    match: str | None
    score: str | None
    country: str | None


class ReputationOnly(Event):
    """Old versions log the reputation score alone.

    >>> read("ICID 282204970 SBRS None")
    ReputationOnly(icid=282204970, score='None')
    """

    icid: int
    score: str


class DelayedReject(Event):
    """The connection is rejected, but goes on so that its recipients get logged.

    >>> read("ICID 51 Delayed HAT REJECT continuing session for recipient logging (198.51.100.24)")
    DelayedReject(icid=51, address='198.51.100.24')
    """

    icid: int
    address: str


class DelayedRejectFrom(Event):
    """The envelope sender in a connection that is rejected later.

    >>> read("ICID 51 Delayed HAT REJECT Message from: bob@sender.test (198.51.100.24)")
    DelayedRejectFrom(icid=51, sender='bob@sender.test', address='198.51.100.24')
    """

    icid: int
    sender: str
    address: str | None


class DelayedRejectTo(Event):
    """A recipient in a connection that is rejected later.

    >>> read("ICID 51 Delayed HAT REJECT Message recipient: <alice@corp.example> (198.51.100.24)")
    DelayedRejectTo(icid=51, recipient='alice@corp.example', address='198.51.100.24')
    """

    icid: int
    recipient: str
    address: str | None


class UndeterminedAddress(Event):
    """A connection whose address could not be found out.

    >>> read("Incoming SMTP connection undetermined IP on interface Data 1")
    UndeterminedAddress(interface='Data 1')
    """

    interface: str


def is_refusal(event: Event | None) -> bool:
    """Whether a connection was refused before it came about: TCPREFUSE, which has no number and no address."""
    return isinstance(event, Verdict) and event.verdict == "TCPREFUSE"


_OPENED = pattern(r"New \w{1,10} ICID:? *(\d{1,20}) interface +", re.ASCII)
_REMOTE = pattern(
    r"address +(\S+)(?: +reverse dns host(?: +(?!verified )(\S+))? +verified +(yes|no)(?: .*)?)?",
    re.ASCII | re.IGNORECASE,
)
_GROUP = pattern(r"(ACCEPT|RELAY|REJECT|TCPREFUSE)(?: (?:SG|sender group) *(.*))?", re.DOTALL)
_SCORE = pattern(r"(?: |^)(?:SBRS|IPRS?|IP Reputation(?: Score)?) +")
_CUT_OFF = {"not", "unable", "unable to"}  # "not enabled", "unable to retrieve", wrapped
_DELAYED = pattern(
    r"Delayed HAT REJECT (?:continuing session for recipient logging|Message (from|recipient):) *(.*)", re.DOTALL
)


@read.word("New")
def _opened(body: str) -> Event | None:
    found = _OPENED.match(body)
    if found is None:
        return None
    rest = body[found.end() :]
    name, has_address, after = rest.partition("(")
    if has_address and "address " not in name:
        own, _, after = after.partition(")")
        remote = _REMOTE.fullmatch(after.strip())
    else:
        name, _, after = rest.partition("address ") if rest.startswith("address ") else rest.partition(" address ")
        own, remote = "", _REMOTE.fullmatch("address " + after.strip())
    if remote is None:
        return None
    host = remote[2] if remote[2] != "unknown" else None
    verified = None if remote[3] is None else remote[3].lower() == "yes"
    return Opened(int(found[1]), name.strip(), own.strip() or None, remote[1], host, verified)


@read.icid("ACCEPT", "RELAY", "REJECT", "TCPREFUSE")
def verdict(icid: int, rest: str) -> Event | None:
    """Read a verdict, of the log or of Message Tracking, from its first word on."""
    found = _GROUP.fullmatch(rest)
    if found is None or found[2] == "":
        return None
    text, country, score = found[2] or "", None, None
    score_at = _SCORE.search(text)
    if score_at:
        text, score = text[: score_at.start()], text[score_at.end() :]
        score, _, country = score.partition(" country ")
        if score.strip() in _CUT_OFF:
            return None
    elif " country " in text:
        text, _, country = text.partition(" country ")
    group, _, match = text.partition(" match") if not text.startswith("match") else ("", "", text[len("match") :])
    group, match = group.strip(), match.strip()
    return Verdict(
        icid,
        found[1],
        None if group in {"", "None"} else group,
        match or None,
        score.strip() if score else None,
        country.strip() if country else None,
    )


@read.icid("SBRS")
def _reputation(icid: int, rest: str) -> Event | None:
    score = rest[len("SBRS") :].strip()
    return ReputationOnly(icid, score) if score else None


@read.icid("Delayed")
def _delayed(icid: int, rest: str) -> Event | None:
    found = _DELAYED.fullmatch(rest)
    if found is None:
        return None
    who, _, host = found[2].rpartition("(")
    host = host.removesuffix(")") if found[2].endswith(")") else ""
    if not host:
        who = found[2]
    if found[1] is None:
        return DelayedReject(icid, host)
    kind = DelayedRejectFrom if found[1] == "from" else DelayedRejectTo
    return kind(icid, bare(who), host or None)


@read.word("Incoming")
def _undetermined(body: str) -> Event | None:
    found = re.fullmatch(r"Incoming \S+ connection undetermined IP on interface (.*)", body)
    return UndeterminedAddress(found[1]) if found else None
