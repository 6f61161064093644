"""How a connection from a sender ends."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event, Forms
from wizard.maillog.events.limits import reason_of
from wizard.patterns import pattern

read = Forms()


class Closed(Event):
    """The connection is over; it follows `lost` too.

    >>> read("ICID 6 close")
    Closed(icid=6)
    """

    icid: int


class Lost(Event):
    """The connection ended without QUIT, or in the middle of something.

    >>> read("ICID 10293 lost")
    Lost(icid=10293)
    """

    icid: int


class LostBeforeCommands(Event):
    """The sender left before it said anything: most often it waited for the greeting while the gateway asked DNS.

    >>> read("ICID 30 Connection from 198.51.100.9 on interface PublicNet (192.0.2.14) lost after 139 seconds "
    ...      "(DNS query took 138 seconds), before any commands were received")
    LostBeforeCommands(icid=30, address='198.51.100.9', interface='PublicNet', seconds=139, dns_seconds=138)
    """

    icid: int
    address: str
    interface: str
    seconds: int
    dns_seconds: int | None


class Disconnected(Event):
    """The gateway hung up. `reason`: `idle`, `time-exceeded`, or the line's own words.

    >>> read("ICID 3 disconnected address 198.51.100.9, no messages injected within timeout period")
    Disconnected(icid=3, address='198.51.100.9', reason='idle')
    """

    icid: int
    address: str
    reason: str


class Killed(Event):
    """The appliance ended the connection.

    >>> read("SMTP server connection killed ICID: 629531")
    Killed(icid=629531)
    """

    icid: int


_LOST_AFTER = pattern(
    r"Connection from (\S+) on interface ([^()]*) \([^()]*\) lost after (\d{1,9}) seconds?"
    r"(?: \(DNS query took (\d{1,9}) seconds?\))?, before any commands were received\.?",
    re.ASCII,
)
_TIME_EXCEEDED = ("exceeded allowable connection time", "maximum connection time exceeded")
_DISCONNECTED = pattern(r"disconnected address (\S+?)[,.]? +(.*)", re.DOTALL)


@read.icid("close", "lost")
def _ended(icid: int, rest: str) -> Event | None:
    return {"close": Closed, "lost": Lost}[rest](icid) if rest in {"close", "lost"} else None


@read.icid("Connection")
def _lost_after(icid: int, rest: str) -> Event | None:
    found = _LOST_AFTER.fullmatch(rest)
    if found is None:
        return None
    return LostBeforeCommands(icid, found[1], found[2], int(found[3]), int(found[4]) if found[4] else None)


@read.icid("disconnected")
def disconnected(icid: int, rest: str) -> Event | None:
    """Read a line that the gateway hung up, of the log or of Message Tracking."""
    found = _DISCONNECTED.fullmatch(rest)
    if found is None:
        return None
    if found[2].startswith("no messages injected"):
        return Disconnected(icid, found[1], "idle")
    if any(wording.startswith(found[2].lower()) and wording != found[2].lower() for wording in _TIME_EXCEEDED):
        return None  # cut off, by a hard wrap most likely
    reason = reason_of(found[2])
    known = {"time": "time-exceeded", "idle": "idle"}
    return Disconnected(icid, found[1], known.get(reason, found[2]))


@read.word("SMTP")
def _killed(body: str) -> Event | None:
    found = re.fullmatch(r"SMTP server connection killed ICID:? *(\d{1,20})", body, re.ASCII)
    return Killed(int(found[1])) if found else None
