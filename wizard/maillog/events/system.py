"""The appliance about itself: file headers, counters, clock, resources, and what has no meaning for delivery."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event, Forms
from wizard.patterns import pattern

read = Forms()


class LogBegan(Event):
    """A log file begins; older entries may follow.

    >>> read("Begin Logfile")
    LogBegan()
    """


class Version(Event):
    """The software and the serial number of the appliance.

    >>> read("Version: 14.0.0-698 SN: 4210AB-CD12")
    Version(version='14.0.0-698', serial='4210AB-CD12')
    """

    version: str
    serial: str | None


class UtcOffset(Event):
    """How far the log's times are east of UTC.

    >>> read("Time offset from UTC: -21600 seconds")
    UtcOffset(seconds=-21600)
    """

    seconds: int


class Status(Event):
    """The counters: the last numbers given out. It is not about the message of that number.

    `resource_conservation` is 0 to 60 (seconds by which receiving is slowed), or 999 (refused) (Cisco TAC 117834).

    >>> read("Status: CPULd 3 CrtMID 414695 CrtICID 644374 CrtDCID 76943 ResCon 0 WorkQ 0")
    Status(mid=414695, icid=644374, dcid=76943, resource_conservation=0)
    """

    mid: int | None
    icid: int | None
    dcid: int | None
    resource_conservation: int | None


class SystemStarted(Event):
    """The appliance has booted: counters may begin anew.

    >>> read("System is coming up.")
    SystemStarted()
    """


class ClockChanged(Event):
    """The clock was set: times before and after do not compare.

    >>> read("The system time was changed from Sun, 16 Jun 2024 21:00:52 to Sun, 16 Jun 2024 21:00:53 using …").text
    'The system time was changed from Sun, 16 Jun 2024 21:00:52 to Sun, 16 Jun 2024 21:00:53 using …'
    """

    text: str


class ResourceConservation(Event):
    """The appliance is short of memory, queue or work queue space, or no longer (`entered` False).

    It then takes mail slowly or, with `listeners_suspended`, not at all (AsyncOS user guide, "Alerts").

    >>> read("This system (hostname: gw1) has entered a 'resource conservation' mode in order to …").entered
    True
    """

    text: str
    entered: bool
    listeners_suspended: bool


class Housekeeping(Event):
    """A known line without meaning for delivery.

    >>> read("SenderBase upload: 1 hosts totalling 309 bytes")
    Housekeeping(text='SenderBase upload: 1 hosts totalling 309 bytes')
    """

    text: str


_VERSION = pattern(r"Version: (\S+)(?: SN: (\S+))?")
_OFFSET = pattern(r"Time offset from UTC: (-?\d{1,6}) seconds", re.ASCII)
_DAY = 86_400
_COUNTER = pattern(r"(CrtMID|CrtICID|CrtDCID|ResCon) (\d{1,20})", re.ASCII)
_CONSERVATION = pattern(
    r"""(?:An? \S+ alert was sent to \S+ with subject ["']?\w+ <\w+> [^:]{0,255}: )?(?:Warning: |Critical: )?"""
    r"(?:This|The) system (?:\(hostname: [^)]*\) )?has (entered|exited) (?:an? )?.?resource conservation"
)
_ALERT = pattern(r"An? \S+ alert was (?:not )?sent to ")
_ABOUT_A_MESSAGE = pattern(r"(?:LDAP|RPC|Alias|ISQ|EUQ)\b[^'\"<]{0,80}?\bMID:? \d", re.ASCII)
_KNOWN = (
    "Alias match: ",
    "Checkpoint ",
    "DNS ",
    "Done scanning ",
    "EUQ: ",
    "End Logfile",
    "Error while sending alert",
    "GRAYMAIL: ",
    "Global unsubscribe ",
    "ISQ: ",
    "Internal SMTP ",
    "LDAP ",
    "LDAP: ",
    "QMQP ",
    "QMTP ",
    "RPC connection ",
    "Received an invalid DNS Response",
    "SMTP Auth LDAP ",
    "SMTP Auth forward ",
    "SMTP server ",
    "Scanning ",
    "SenderBase ",
    "Senderbase ",
    "URL category definitions",
    "URL_REP_CLIENT: ",
    "Your ",
    "case ",
    "graymail ",
    "lame DNS ",
    "mcafee ",
    "sophos ",
)


@read.word("Begin")
def _began(body: str) -> Event | None:
    return LogBegan() if body == "Begin Logfile" else None


@read.word("Version:")
def _version(body: str) -> Event | None:
    found = _VERSION.fullmatch(body)
    return Version(found[1], found[2]) if found else None


@read.word("Time")
def _offset(body: str) -> Event | None:
    found = _OFFSET.fullmatch(body)
    return UtcOffset(int(found[1])) if found and abs(int(found[1])) < _DAY else None


@read.word("Status:")
def _status(body: str) -> Event | None:
    counters = {name: int(number) for name, number in _COUNTER.findall(body)}
    if not counters:
        return None
    return Status(*(counters.get(name) for name in ("CrtMID", "CrtICID", "CrtDCID", "ResCon")))


@read.word("System")
def _started(body: str) -> Event | None:
    return SystemStarted() if body.startswith("System is coming up") else None


@read.word("The")
def _clock(body: str) -> Event | None:
    return ClockChanged(body) if body.startswith("The system time was changed from ") else None


@read.word("A", "An", "This", "The", "Warning:", "Critical:")
def _alert(body: str) -> Event | None:
    found = _CONSERVATION.match(body)
    if found:
        return ResourceConservation(body, found[1] == "entered", "Listeners have been suspended" in body)
    return Housekeeping(body) if _ALERT.match(body) else None


@read.word(*{phrase.split(" ")[0] for phrase in _KNOWN})
def _housekeeping(body: str) -> Event | None:
    return Housekeeping(body) if body.startswith(_KNOWN) and not _ABOUT_A_MESSAGE.match(body) else None
