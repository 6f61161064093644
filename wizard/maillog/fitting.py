"""Which attempts fit what was asked: all criteria at once. What an attempt does not know does not exclude it, provided
an address that was asked for or may be the sender's ties it in.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from functools import cache

from wizard.maillog.asked import (
    Asked,
    Candidate,
    Network,
    bare,
    read_address,
    read_network,
    same_mailbox,
    same_message_id,
)
from wizard.maillog.attempts import Attempt, attempts, copies, refused_connections
from wizard.maillog.events.connection import Verdict
from wizard.maillog.records import Records
from wizard.maillog.say_receipt import message_id_line, subject_line

_TELLING = {"address", "candidate", "message-id"}


def attempts_that_fit(records: Records, asked: Asked) -> list[Attempt]:
    """All attempts that fit but for the time: refused connections where addresses are asked for, copies that a filter
    made where a recipient is.
    """
    found = fitting(attempts(records), asked)
    if asked.candidates:
        found += fitting(refused_connections(records), asked)
    if asked.recipient:
        found += fitting(copies(records), asked)
    return found


def fitting(found: Iterable[Attempt], asked: Asked) -> list[Attempt]:
    """The attempts that fit all that was asked but the time, each with what ties it to the question."""
    return [attempt for attempt in found if _fits(attempt, asked)]


def _fits(attempt: Attempt, asked: Asked) -> bool:
    ties: set[str] = set()
    candidate = asked.candidate(*attempt.addresses) or _refused_by_match(attempt, asked)
    if candidate and candidate.shared and attempt.sender is None:
        candidate = None
    attempt.candidate = candidate
    if candidate:
        ties.add("address" if candidate.source == "option" else "candidate")
    elif asked.addresses_given:
        return False
    unknown: set[str] = set()
    for name, known, fits in _comparisons(attempt, asked):
        if known and not fits:
            return False
        (ties if known else unknown).add(name)
    attempt.ties = _same(frozenset(ties))
    if unknown:  # a sender who was refused never came to name a recipient
        return bool(ties & _TELLING) or (unknown == {"recipient"} and "sender" in ties)
    return bool(ties) or not asked.anything


@cache
def _same(ties: frozenset[str]) -> frozenset[str]:
    """One for all attempts with these ties."""
    return ties


def _comparisons(attempt: Attempt, asked: Asked) -> Iterator[tuple[str, bool, bool]]:
    """Each criterion asked for: its name, whether the attempt knows, whether it fits."""
    message = attempt.message
    if asked.sender is not None:
        yield "sender", attempt.sender is not None, same_mailbox(asked.sender, attempt.sender)
    if asked.recipient is not None:
        known = {bare(one): one for one in (attempt.recipient,) if one is not None}
        known |= {bare(one): one for one in (attempt.carriage.addresses if attempt.carriage else ())}
        yield "recipient", bool(known), any(same_mailbox(asked.recipient, one) for one in known.values())
    if asked.subject is not None:
        subject = subject_line(message) if message else None
        yield "subject", subject is not None, subject is not None and asked.subject.casefold() in subject[0].casefold()
    if asked.message_id is not None:
        hit = message_id_line(message) if message else None
        yield "message-id", hit is not None, hit is not None and same_message_id(asked.message_id, hit[0])


def _refused_by_match(attempt: Attempt, asked: Asked) -> Candidate | None:
    """A TCPREFUSE line has no address, but the HAT row that it matched may be or hold the one asked about."""
    rows = refused_networks(attempt)
    return next((c for c in asked.candidates for row in rows if _meet(row, c.network)), None)


def refused_networks(attempt: Attempt) -> tuple[Network, ...]:
    """The addresses that the HAT row of a TCPREFUSE line stands for."""
    event = attempt.refusal.event if attempt.connection is None and attempt.refusal is not None else None
    return row_networks(event.match or "") if isinstance(event, Verdict) else ()


def row_networks(match: str) -> tuple[Network, ...]:
    """The addresses of a HAT row: an address, a network, the beginning of an address, or a range (AsyncOS user guide,
    "Sender Group Syntax"); empty for any other kind of row.

    >>> row_networks("192.0.2."), row_networks("192.0.2.6-7"), row_networks("sbrs[-10.0:-3.0]")
    ((IPv4Network('192.0.2.0/24'),), (IPv4Network('192.0.2.6/31'),), ())
    """
    beginning = match.rstrip(".").split(".")
    begin, dash, end = match.partition("-")
    try:
        if dash:
            first, last = read_address(begin), read_address(f"{begin.rpartition('.')[0]}.{end}")
            if not isinstance(first, ipaddress.IPv4Address) or not isinstance(last, ipaddress.IPv4Address):
                return ()
            return tuple(ipaddress.summarize_address_range(first, last))
        if len(beginning) < 4 and all(part.isdecimal() for part in beginning):
            missing = 4 - len(beginning)
            return (read_network(".".join([*beginning, *["0"] * missing]) + f"/{32 - 8 * missing}"),)
        return (read_network(match),)
    except ValueError:
        return ()


def _meet(row: Network, asked: Network) -> bool:
    return row.version == asked.version and bool(row.overlaps(asked))
