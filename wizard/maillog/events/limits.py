"""Limits and protocol: why the gateway itself ended or refused a conversation that the host access table had let in."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event, Forms
from wizard.patterns import pattern

read = Forms()


class ReceivingFailed(Event):
    """The gateway gave up receiving. `text` is its own wording.

    `reason`: `loop` (too many Received headers), `size`, `connection-limit`, `time` (the total time of a connection),
    `idle` (nothing injected in time), `bad-commands` or `other`.

    >>> read("ICID 9033 Receiving Failed: Message loop")
    ReceivingFailed(icid=9033, reason='loop', text='Message loop')
    >>> read("ICID 71 Receiving Failed: Message >2X Max Size. Entering Denial-of-Service tarpit mode").reason
    'size'
    >>> read("ICID 7 Injection Failed: Connection limit exceeded").reason
    'connection-limit'
    """

    icid: int
    reason: str
    text: str


class SystemLimit(Event):
    """A listener's limit was reached; the address is as the administrator's export left it.

    >>> read("System limit reached: connection limit for IP 192.0.2.9 on listener Incoming Mail ICID 7: max: 1")
    SystemLimit(icid=7, address='192.0.2.9', listener='Incoming Mail', limit=1)
    """

    icid: int
    address: str
    listener: str
    limit: int | None


class UnknownCommand(Event):
    """The sender said something that is no SMTP command; the gateway ends it after five of them (Cisco TAC 214630).

    >>> read("ICID 7 Unknown command: GET / HTTP/1.1")
    UnknownCommand(icid=7, command='GET / HTTP/1.1')
    """

    icid: int
    command: str


class ListenerSuspended(Event):
    """Receiving is switched off, by an administrator or because the work queue is too long.

    >>> read("ICID 7 Receiving Failed: Receiving is suspended")
    ListenerSuspended(icid=7, text='Receiving is suspended')
    >>> read("Listener IncomingMail has been suspended")
    ListenerSuspended(icid=None, text='Listener IncomingMail has been suspended')
    """

    icid: int | None
    text: str


class ListenerResumed(Event):
    """Receiving is switched on again.

    >>> read("Listener IncomingMail resumed")
    ListenerResumed(text='Listener IncomingMail resumed')
    """

    text: str


class Harvest(Event):
    """Too many unknown recipients from one host. `dropped_connection`: in the conversation, else in the work queue too.

    >>> read("Dropping connection due to potential Directory Harvest Attack from host=('192.0.2.9', 'mx.sender.test'), "
    ...      "dhap_limit=10, sender_group=SUSPECTLIST, listener=Incoming, reverse_dns=192.0.2.9")
    ... # doctest: +NORMALIZE_WHITESPACE
    Harvest(address='192.0.2.9', host='mx.sender.test', limit=10, group='SUSPECTLIST', listener='Incoming',
            sender=None, recipient=None, dropped_connection=True)
    >>> event = read("LDAP: Potential Directory Harvest Attack from host=('192.0.2.9', 'mx.sender.test'), "
    ...     "dhap_limit=25, sender_group=LIST, listener=In, reverse_dns=('mx.sender.test', 1), "
    ...     "sender=bob@sender.test, rcpt=nobody@corp.example")
    >>> event.sender, event.recipient, event.dropped_connection
    ('bob@sender.test', 'nobody@corp.example', False)
    """

    address: str
    host: str | None
    limit: int | None
    group: str | None
    listener: str | None
    sender: str | None
    recipient: str | None
    dropped_connection: bool


# The gateway's own words for the same failure differ by version and by where it noticed (log line, SMTP reply).
_REASONS = (
    ("loop", pattern(r"message loop|too many (?:received|hops)", re.IGNORECASE)),
    ("size", pattern(r"size|too (?:large|big)", re.IGNORECASE)),
    (
        "connection-limit",
        pattern(r"connection limit|too many (?:concurrent )?(?:connections|sessions)", re.IGNORECASE),
    ),
    ("time", pattern(r"(?:allowable|maximum) connection(?: time)?\b|connection time exceeded", re.IGNORECASE)),
    ("idle", pattern(r"timed out waiting|within timeout|time(?:d )?out", re.IGNORECASE)),
    ("bad-commands", pattern(r"(?:bad|unknown|invalid)(?: smtp)? commands?", re.IGNORECASE)),
)
_SUSPENDED = pattern(
    r"(?:(?:All )?listeners?(?: \S{1,80})?|receiving)(?: \S{1,80})?"
    r" (?:(?:is|are|was|were|has been|have been)(?: currently)? )?suspended\b",
    re.IGNORECASE,
)
_RESUMED = pattern(
    r"(?:(?:All )?listeners?(?: \S{1,80})?|receiving) (?:(?:is|are|was|were|has been|have been) )?resumed\b",
    re.IGNORECASE,
)
_LIMIT = pattern(
    r"System limit reached: connection limit for IP (\S+) on listener (.*) ICID (\d{1,20})(?:: max: (\d{1,9}))?"
)
_HARVEST = pattern(
    r"(?:LDAP: )?(Dropping connection due to p|P)otential Directory Harvest Attack from host=\('([^']*)', *'([^']*)'\)"
    r"(?:, dhap_limit=(\w*))?(?:,? *sender_group=([^,\s]*))?(?:,? *listener=([^,\s]*))?"
)


def reason_of(text: str) -> str:
    """Which of the reasons of `ReceivingFailed` the gateway's wording means.

    >>> reason_of("Maximum connection time exceeded."), reason_of("Exceeded bad SMTP command limit")
    ('time', 'bad-commands')
    """
    return next((reason for reason, words in _REASONS if words.search(text)), "other")


@read.icid("Receiving", "Injection")
def _receiving_failed(icid: int, rest: str) -> Event | None:
    head, colon, text = rest.partition(" Failed: ")
    if not colon or head not in {"Receiving", "Injection"}:
        return None
    if _SUSPENDED.search(text):
        return ListenerSuspended(icid, text)
    return ReceivingFailed(icid, reason_of(text), text)


@read.word("System")
def _system_limit(body: str) -> Event | None:
    found = _LIMIT.fullmatch(body)
    return SystemLimit(int(found[3]), found[1], found[2], int(found[4]) if found[4] else None) if found else None


@read.icid("Unknown")
def _unknown_command(icid: int, rest: str) -> Event | None:
    _, found, command = rest.partition("Unknown command:")
    return UnknownCommand(icid, command.strip()) if found else None


@read.word("Listener", "Listeners", "listener", "Receiving", "All")
def _listener(body: str) -> Event | None:
    if _SUSPENDED.match(body):
        return ListenerSuspended(None, body)
    return ListenerResumed(body) if _RESUMED.match(body) else None


@read.word("Dropping", "LDAP:", "Potential")
def _harvest(body: str) -> Event | None:
    found = _HARVEST.match(body)
    if found is None:
        return None
    limit = int(found[4]) if found[4] and found[4].isdecimal() else None
    head, _, recipient = body[found.end() :].rpartition(", rcpt=")
    sender = head.rpartition(", sender=")[2] if head else ""
    return Harvest(
        found[2],
        found[3] or None,
        limit,
        found[5] or None,
        found[6] or None,
        sender or None,
        (recipient or None) if head else None,
        found[1] != "P",
    )
