"""Connections to next hops, each shared by many messages: opened, secured, failed, closed, or not to be had."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event, Forms
from wizard.patterns import pattern

read = Forms()


class DeliveryOpened(Event):
    """A connection to a next hop; old versions log no port.

    >>> read("New SMTP DCID 30 interface 192.0.2.10 address 192.0.2.31 port 25")
    DeliveryOpened(dcid=30, interface='192.0.2.10', address='192.0.2.31', port=25)
    """

    dcid: int
    interface: str
    address: str
    port: int | None


class DeliveryTls(Event):
    """TLS with the next hop, done or not.

    >>> read("DCID 80 TLS failed: STARTTLS unexpected response")
    DeliveryTls(dcid=80, ok=False, text='TLS failed: STARTTLS unexpected response')
    >>> read("DCID 8 IP 192.0.2.52 TLS was required but could not be successfully negotiated").ok
    False
    """

    dcid: int
    ok: bool
    text: str


class DeliveryAuth(Event):
    """The gateway's login at the next hop, accepted or not.

    >>> read("DCID 70 IP: 192.0.2.9 SMTP authentication using the profile relay succeeded.")
    DeliveryAuth(dcid=70, ok=True, text='IP: 192.0.2.9 SMTP authentication using the profile relay succeeded.')
    """

    dcid: int
    ok: bool
    text: str


class DeliveryClosed(Event):
    """The connection is over.

    >>> read("DCID 8 close")
    DeliveryClosed(dcid=8)
    """

    dcid: int


class DeliveryKilled(Event):
    """The appliance ended the connection.

    >>> read("SMTP client connection killed DCID: 19")
    DeliveryKilled(dcid=19)
    """

    dcid: int


class ConnectionError(Event):
    """The next hop was not reached, or answered what is no greeting. No message is named: all mail to it waits.

    >>> read("Connection Error: DCID 63 domain: corp.example IP: 192.0.2.31 port: 25 details: [Errno 0] Error "
    ...      "interface: 192.0.2.50 reason: network error")  # doctest: +NORMALIZE_WHITESPACE
    ConnectionError(dcid=63, domain='corp.example', address='192.0.2.31', port=25, details='[Errno 0] Error',
                    reason='network error')
    >>> read("Connection Error: connection timed out DCID: 28 IP: 192.0.2.5 details: timeout interface: M").reason
    'connection timed out'
    """

    dcid: int
    domain: str | None
    address: str | None
    port: int | None
    details: str | None
    reason: str | None


class ConcurrencyLimit(Event):
    """A delivery ended because as many connections as allowed are open; its mail waits.

    >>> read("Mail delivery client with DCID 81 exited due to the maximum concurrency configuration.")
    ConcurrencyLimit(dcid=81)
    """

    dcid: int


class DeliveriesSuspended(Event):
    """An administrator has switched delivery off.

    >>> read("Deliveries are currently suspended [5857.corp.example]")
    DeliveriesSuspended(text='Deliveries are currently suspended [5857.corp.example]')
    """

    text: str


_OPENED = pattern(r"New \w{1,10} DCID:? *(\d{1,20}) interface (.*?) ?address (\S+)(?: +port (\d{1,5}))?", re.ASCII)
_ERROR = pattern(
    r"Connection Error: (?:([^\s'\"][^'\"]{0,200}?) )??DCID:? (\d{1,20})"
    r"(?: domain: (\S*))?(?: IP: (\S*))?(?: port: (\d{1,5}))?(?: details: (.*))?",
    re.ASCII | re.DOTALL,
)
_CONCURRENCY = pattern(r"Mail delivery client with DCID (\d{1,20}) exited due to the maximum concurrency", re.ASCII)
_KILLED = pattern(r"SMTP client connection killed DCID:? (\d{1,20})", re.ASCII)
_AUTH = pattern(r"IP:? \S+ SMTP authentication (?:.* )?(succeeded|failed)\b", re.DOTALL)


@read.word("New")
def _opened(body: str) -> Event | None:
    found = _OPENED.fullmatch(body)
    return DeliveryOpened(int(found[1]), found[2], found[3], int(found[4]) if found[4] else None) if found else None


@read.dcid("TLS")
def _tls(dcid: int, rest: str) -> Event | None:
    return DeliveryTls(dcid, rest.startswith("TLS success"), rest)


@read.dcid("IP")
def _required(dcid: int, rest: str) -> Event | None:
    if " TLS was required but could not be successfully negotiated" in rest:
        return DeliveryTls(dcid, False, rest)
    found = _AUTH.match(rest)
    return DeliveryAuth(dcid, found[1] == "succeeded", rest) if found else None


@read.dcid("close", "lost")
def _closed(dcid: int, rest: str) -> Event | None:
    return DeliveryClosed(dcid) if rest in {"close", "lost"} else None


@read.word("SMTP")
def _killed(body: str) -> Event | None:
    found = _KILLED.fullmatch(body)
    return DeliveryKilled(int(found[1])) if found else None


@read.word("Connection")
def _error(body: str) -> Event | None:
    found = _ERROR.fullmatch(body)
    if found is None:
        return None
    early_reason, dcid, domain, address, port, details = found.groups()
    # What the next hop said is in the details: the gateway's own words are the last of their kind.
    said, known, reason = (details or "").rpartition(" reason: ")
    text = said if known else reason
    if " interface: " in text:
        text = text.rpartition(" interface: ")[0]
    return ConnectionError(
        int(dcid),
        domain or None,
        address or None,
        int(port) if port else None,
        text or None,
        reason if known else early_reason,
    )


@read.word("Mail")
def _concurrency(body: str) -> Event | None:
    found = _CONCURRENCY.match(body)
    return ConcurrencyLimit(int(found[1])) if found else None


@read.word("Deliveries")
def _suspended(body: str) -> Event | None:
    return DeliveriesSuspended(body) if body.startswith("Deliveries are currently suspended") else None
