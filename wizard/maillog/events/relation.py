"""One message becomes another, or its recipients others: splits, rewrites, copies, bounces, aliases, LDAP queries."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event, Forms
from wizard.maillog.events.text import address, literals
from wizard.patterns import pattern

read = Forms()


class Split(Event):
    """Some recipients go on as message `new`: those named here, or on its own To lines.

    >>> read("MID 58 was split creating MID 60 due to a per-recipient policy sales")
    Split(mid=58, new=60, reason='per-recipient policy sales', recipients=())
    >>> read("MID 58 was split creating MID 60 due to a SL/BL configuration for following recipients: al@corp.example")
    Split(mid=58, new=60, reason='SL/BL configuration', recipients=('al@corp.example',))
    """

    mid: int
    new: int
    reason: str
    recipients: tuple[str, ...]


class SplitFailed(Event):
    """A message that should have been split was not.

    >>> read("MID 58 could not be split")
    SplitFailed(mid=58)
    """

    mid: int


class Generated(Event):
    """The appliance made message `mid` out of `parent`: `kind` is `copy`, `bounce` or `notification`.

    >>> read("MID 246 was generated based on MID 245 by bcc filter 'archive'")
    Generated(mid=246, parent=245, by="bcc filter 'archive'", kind='copy')
    >>> read("MID 515 was generated for bounce of MID 511")
    Generated(mid=515, parent=511, by=None, kind='bounce')
    """

    mid: int
    parent: int
    by: str | None
    kind: str


class Rewritten(Event):
    """All of message `mid` goes on as `new`. Released from the spam quarantine it does so too.

    >>> read("MID 6 rewritten to 7 by alt-rcpt-to-filter filter 'testfilt'")
    Rewritten(mid=6, new=7, by="alt-rcpt-to-filter filter 'testfilt'")
    >>> read("EUQ: Reinjected MID 4433 as MID 4449")
    Rewritten(mid=4433, new=4449, by='quarantine release')
    """

    mid: int
    new: int
    by: str


class AliasExpanded(Event):
    """A recipient became others by the alias table.

    >>> read("Alias match: MID 5 RID 0 recipient team@corp.example mapped to ['al@corp.example', 'bo@corp.example']")
    AliasExpanded(mid=5, rid=0, address='team@corp.example', targets=('al@corp.example', 'bo@corp.example'))
    """

    mid: int
    rid: int
    address: str
    targets: tuple[str, ...]


class Masqueraded(Event):
    """The envelope sender was rewritten.

    >>> read("MID 1 masquerading envelope sender from 'bob' to 'bob@corp.example'")
    Masqueraded(mid=1, old='bob', new='bob@corp.example')
    """

    mid: int
    old: str
    new: str


class LdapDropped(Event):
    """The directory does not know a recipient of an accepted message, who was dropped.

    >>> read("LDAP: Drop query corp.accept MID 34 RID 1 address no@corp.example")
    LdapDropped(mid=34, rid=1, address='no@corp.example', query='corp.accept')
    """

    mid: int
    rid: int
    address: str
    query: str


class LdapBounced(Event):
    """The directory does not know a recipient of an accepted message, who was bounced.

    >>> read("LDAP: Bounce query corp.accept MID 34 RID 1 address no@corp.example")
    LdapBounced(mid=34, rid=1, address='no@corp.example', query='corp.accept')
    """

    mid: int
    rid: int
    address: str
    query: str


class LdapRerouted(Event):
    """The directory gives a recipient other addresses.

    >>> read("LDAP: Reroute query corp.route MID 34 RID 0 address al@corp.example to [('alice@in.corp.example', '')]")
    LdapRerouted(mid=34, rid=0, address='al@corp.example', targets=('alice@in.corp.example',))
    """

    mid: int
    rid: int
    address: str
    targets: tuple[str, ...]


class LdapRequeued(Event):
    """The directory did not answer; the message waits.

    >>> read("LDAP: unable to process, MID 611628 requeued")
    LdapRequeued(mid=611628)
    """

    mid: int


class LdapUnableBounced(Event):
    """The directory did not answer; the recipients were bounced.

    >>> read("LDAP: unable to process, MID 611628 bouncing recipients")
    LdapUnableBounced(mid=611628)
    """

    mid: int


class LdapTrouble(Event):
    """The directory cannot be asked; no message is named.

    >>> read("LDAP: work queue processing error in corp.accept reason timed out")
    LdapTrouble(text='work queue processing error in corp.accept reason timed out')
    """

    text: str


_SPLIT = pattern(r"was split creating MID (\d{1,20})(?: due to (?:an? )?(.*))?", re.ASCII | re.DOTALL)
_GENERATED = pattern(
    r"(?:was )?generated (?:based on|(for bounce of)) MID (\d{1,20})(?: by (.*))?", re.ASCII | re.DOTALL
)
_REWRITTEN = pattern(r"rewritten to (?:MID )?(\d{1,20}) by (.+)", re.ASCII | re.DOTALL)
_REINJECTED = pattern(r"(?:EUQ|ISQ): Reinjected MID (\d{1,20}) as MID (\d{1,20})", re.ASCII)
_ALIAS = pattern(r"Alias match: MID (\d{1,20}) RID (\d{1,20}) recipient (\S+) mapped to (\[.*\])", re.ASCII | re.DOTALL)
_QUERY = pattern(
    r"LDAP: (Drop|Bounce|Reroute) query (\S+) MID (\d{1,20}) RID (\d{1,20}) address (.*)", re.ASCII | re.DOTALL
)
_UNABLE = pattern(r"LDAP: unable to process, MID (\d{1,20}) (?:(requeued)|bouncing recipients)\.?", re.ASCII)
_MASQUERADE = pattern(r"masquerading envelope sender from '([^']*)' to '([^']*)'")


@read.mid("was")
def _split(mid: int, rest: str) -> Event | None:
    found = _SPLIT.fullmatch(rest)
    if found is None:
        return None
    reason, _, names = (found[2] or "").partition(" for following recipients: ")
    return Split(mid, int(found[1]), reason, tuple(address(name) for name in names.split(",") if name.strip()))


@read.mid("could")
def _split_failed(mid: int, rest: str) -> Event | None:
    return SplitFailed(mid) if rest == "could not be split" else None


@read.mid("was", "generated")
def _generated(mid: int, rest: str) -> Event | None:
    found = _GENERATED.fullmatch(rest)
    if found is None:
        return None
    if found[1]:
        return Generated(mid, int(found[2]), found[3], "bounce")
    notice = (found[3] or "").startswith("notify")
    return Generated(mid, int(found[2]), found[3], "notification" if notice else "copy")


@read.mid("rewritten")
def _rewritten(mid: int, rest: str) -> Event | None:
    found = _REWRITTEN.fullmatch(rest)
    return Rewritten(mid, int(found[1]), found[2]) if found else None


@read.word("EUQ:", "ISQ:")
def _reinjected(body: str) -> Event | None:
    found = _REINJECTED.fullmatch(body)
    return Rewritten(int(found[1]), int(found[2]), "quarantine release") if found else None


@read.word("Alias")
def _alias(body: str) -> Event | None:
    found = _ALIAS.fullmatch(body)
    return AliasExpanded(int(found[1]), int(found[2]), address(found[3]), tuple(literals(found[4]))) if found else None


@read.mid("masquerading")
def _masqueraded(mid: int, rest: str) -> Event | None:
    found = _MASQUERADE.fullmatch(rest)
    return Masqueraded(mid, found[1], found[2]) if found else None


@read.word("LDAP:")
def _ldap(body: str) -> Event | None:
    unable = _UNABLE.fullmatch(body)
    if unable:
        return LdapRequeued(int(unable[1])) if unable[2] else LdapUnableBounced(int(unable[1]))
    if body.startswith("LDAP: work queue processing error"):
        return LdapTrouble(body.removeprefix("LDAP: "))
    found = _QUERY.fullmatch(body)
    if found is None:
        return None
    mid, rid, who = int(found[3]), int(found[4]), found[5]
    if found[1] == "Reroute":
        who, _, targets = who.partition(" to ")
        if not targets.endswith("]"):
            return None
        return LdapRerouted(mid, rid, address(who), tuple(literals(targets)[::2]))
    kind = LdapDropped if found[1] == "Drop" else LdapBounced
    return kind(mid, rid, address(who), found[2])
