"""One log entry to one typed event: what the line says, never what became of the mail."""

from __future__ import annotations

import re

from wizard.maillog import bounce_log, consolidated, tracking
from wizard.maillog.entry import read_lines
from wizard.maillog.events import connection, delivery, envelope, message, quarantine, scanning, system
from wizard.maillog.events.base import Event, Forms, Unknown
from wizard.maillog.prefix import Prefix, split_prefix
from wizard.patterns import pattern

_forms = Forms(
    connection.read,
    envelope.read,
    message.read,
    quarantine.read,
    scanning.read,
    delivery.read,
    bounce_log.read,
    tracking.read,
    system.read,
)

_NAMED = pattern(
    r"(?:(?:Alias|Bounced:|Connection|Delayed:|Deleted:|Delivery|Double|EUQ:|ISQ:|LDAP:|Mail|Message|New|Possible|RPC"
    r"|SMTP|Start) (?:[\w.:()/-]{1,80} +){0,4}?)?((?:(?:MID|ICID|DCID|RCID):? +\d{1,20}[:,]? *){1,3})",
    re.ASCII,
)
_NUMBER = pattern(r"(MID|ICID|DCID):? +(\d{1,20})", re.ASCII)


def read(body: str) -> Event | None:
    """What an entry's body (without stamp and level, on one line) says; None for what names nothing and is not known.

    >>> read("ICID 6 close")
    Closed(icid=6)
    >>> read("MID 6 ICID 5 frobnicated")
    Unknown(icid=5, mid=6, dcid=None, text='MID 6 ICID 5 frobnicated')
    >>> read("nothing that this gateway would write")
    """
    body = body.strip()
    event = _forms(body)
    if event is None and body.startswith("CEF:"):
        event = consolidated.read(body)
    return event if event is not None else _unknown(body)


def read_entry(text: str) -> tuple[Prefix, Event | None]:
    """Read an entry with its prefix. Lines after the first count if the entry then reads as a known form.

    >>> prefix, event = read_entry("Thu Aug 10 10:14:10 2006 Info: ICID 32 Address: <bob> sender rejected, envelope \\n"
    ...     "sender domain missing\\nAnd so on.")
    >>> event.reason, prefix.text[-22:]
    ('missing', ' sender domain missing')
    """
    if "\n" in text:
        return read_lines(text, read)
    prefix = split_prefix(text.strip())
    return prefix, read(prefix.body)


def _unknown(body: str) -> Unknown | None:
    found = _NAMED.match(body)
    if found is None:
        return None
    named = {kind: int(number) for kind, number in reversed(_NUMBER.findall(found[1]))}
    return Unknown(named.get("ICID"), named.get("MID"), named.get("DCID"), body)
