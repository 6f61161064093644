"""Quarantines: held, released, deleted, and the hand-over to the spam quarantine on the appliance."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event, Forms
from wizard.patterns import pattern

read = Forms()


class QuarantineTagged(Event):
    """Meant for the spam quarantine; a later action may override that.

    >>> read("ISQ: Tagging MID 37 for quarantine")
    QuarantineTagged(mid=37)
    """

    mid: int


class Quarantined(Event):
    """Held in a quarantine, perhaps one of several.

    >>> read('MID 482 quarantined to "Policy" (message filter:policy_violation)')
    Quarantined(mid=482, quarantine='Policy', reason='message filter:policy_violation')
    """

    mid: int
    quarantine: str
    reason: str | None


class Released(Event):
    """Released from one quarantine; others may hold it still.

    >>> read('MID 97 released (attachments stripped) from quarantine "Outbreak" (queue full) t=190')
    Released(mid=97, quarantine='Outbreak', how='queue full')
    """

    mid: int
    quarantine: str
    how: str | None


class ReleasedAll(Event):
    """No quarantine holds it any more: it moves on.

    >>> read("MID 483 released from all quarantines")
    ReleasedAll(mid=483)
    """

    mid: int


class QuarantineDeleted(Event):
    """Deleted from a quarantine: deleted from one means gone from all (Cisco TAC 117915).

    >>> read('MID 484 deleted from quarantine "Anti-Virus" (expired)')
    QuarantineDeleted(mid=484, quarantine='Anti-Virus', how='expired')
    """

    mid: int
    quarantine: str
    how: str | None


class QuarantineDeletedAll(Event):
    """Gone from all quarantines.

    >>> read("MID 484 deleted from all quarantines")
    QuarantineDeletedAll(mid=484)
    """

    mid: int


class SpamQuarantined(Event):
    """Now in the spam quarantine on the appliance.

    >>> read("ISQ: Quarantined MID 37"), read("EUQ: Quarantined MID 37")
    (SpamQuarantined(mid=37), SpamQuarantined(mid=37))
    """

    mid: int


class HandoverStarted(Event):
    """On its way to the spam quarantine on the appliance.

    >>> read("RPC Delivery start RCID 10 MID 37 to local IronPort Spam Quarantine")
    HandoverStarted(rcid=10, mid=37)
    >>> read("Start delivery of MID 37 over RPC connection 10")
    HandoverStarted(rcid=10, mid=37)
    """

    rcid: int
    mid: int


class HandoverDone(Event):
    """The spam quarantine took it.

    >>> read("RPC Message done RCID 10 MID 37")
    HandoverDone(rcid=10, mid=37)
    """

    rcid: int
    mid: int


class HandoverRejected(Event):
    """The spam quarantine refused it.

    >>> read("RPC Message rejected RCID 10 MID 37")
    HandoverRejected(rcid=10, mid=37)
    """

    rcid: int
    mid: int


class HandoverFailed(Event):
    """The spam quarantine could not be reached.

    >>> read("RPC connection to 192.0.2.7 failed RCID 10 MID 37 (timed out)")
    HandoverFailed(rcid=10, mid=37, address='192.0.2.7', text='timed out')
    """

    rcid: int | None
    mid: int | None
    address: str
    text: str | None


_HELD = pattern(r'quarantined to "([^"]*)"(?: \((.*)\))?(?: t=\S+)?', re.DOTALL)
_OUT = pattern(
    r'(released|deleted)(?: \([^)]*\))? from (?:(all quarantines)|quarantine "([^"]*)"(?: \(([^()]*)\))?)(?: t=\S+)?'
)
_SPAM = pattern(r"(?:ISQ|EUQ): (?:(Tagging) MID (\d{1,20}) for quarantine|Quarantined MID (\d{1,20}))", re.ASCII)
_RPC = pattern(
    r"RPC (Delivery start|Message done|Message rejected) RCID (\d{1,20}) MID (\d{1,20})(?: to local .*)?", re.ASCII
)
_RPC_OLD = pattern(
    r"(?:Start delivery of MID (\d{1,20}) over RPC"
    r"|Delivery of MID (\d{1,20}) over RPC completed on) connection (\d{1,20})",
    re.ASCII,
)
_RPC_FAILED = pattern(
    r"RPC connection to (\S+) failed(?: RCID (\d{1,20}))?(?: MID (\d{1,20}))?(?: \((.*)\))?", re.ASCII | re.DOTALL
)


@read.mid("quarantined")
def _held(mid: int, rest: str) -> Event | None:
    found = _HELD.fullmatch(rest)
    return Quarantined(mid, found[1], found[2]) if found else None


@read.mid("released", "deleted")
def _out(mid: int, rest: str) -> Event | None:
    found = _OUT.fullmatch(rest)
    if found is None:
        return None
    released = found[1] == "released"
    if found[2]:
        return ReleasedAll(mid) if released else QuarantineDeletedAll(mid)
    return (Released if released else QuarantineDeleted)(mid, found[3], found[4])


@read.word("ISQ:", "EUQ:")
def _spam(body: str) -> Event | None:
    found = _SPAM.fullmatch(body)
    if found is None:
        return None
    return QuarantineTagged(int(found[2])) if found[1] else SpamQuarantined(int(found[3]))


@read.word("RPC")
def _rpc(body: str) -> Event | None:
    failed = _RPC_FAILED.fullmatch(body)
    if failed:
        rcid, mid = (int(number) if number else None for number in failed.group(2, 3))
        return HandoverFailed(rcid, mid, failed[1], failed[4])
    found = _RPC.fullmatch(body)
    if found is None:
        return None
    kinds = {"Delivery start": HandoverStarted, "Message done": HandoverDone, "Message rejected": HandoverRejected}
    return kinds[found[1]](int(found[2]), int(found[3]))


@read.word("Start", "Delivery")
def _rpc_old(body: str) -> Event | None:
    found = _RPC_OLD.fullmatch(body)
    if found is None:
        return None
    return HandoverStarted(int(found[3]), int(found[1])) if found[1] else HandoverDone(int(found[3]), int(found[2]))
