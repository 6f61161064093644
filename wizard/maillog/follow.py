"""From what was asked to the lines that answer: the technote's greps (S5, S7, S8), until nothing new is linked.

First the lines that hold an address, a mailbox, an id; from those that really say it (not in a subject) the connections
(ICID) and messages (MID); then all their lines, the messages these became or came from, and the lines of their
deliveries (DCID). A delivery is shared by strangers' messages: those are not followed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from wizard.maillog.asked import (
    Asked,
    Candidate,
    bare,
    domain_of,
    in_domain,
    read_address,
    same_mailbox,
    same_message_id,
    spellings,
)
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.base import Event
from wizard.maillog.events.connection import Opened
from wizard.maillog.events.header import MessageId, ScanDomains, Subject, decode_subject
from wizard.maillog.events.relation import AliasExpanded, Generated, LdapRerouted, Rewritten, Split
from wizard.maillog.events.system import Status
from wizard.maillog.log import Log
from wizard.maillog.search import Needle

SYSTEM = tuple(
    Needle(text, ignore_case=True)
    for text in (
        b"TCPREFUSE",
        b"Connection Error: ",
        b"Harvest Attack",
        b"resource conservation",
        b"suspended",
        b"maximum concurrency",
    )
)
"""Lines that concern mail without naming a connection or message."""


def follow(log: Log, asked: Asked) -> None:
    """Gather into the log every line about the attempts that may fit what was asked."""
    seeds = None if not asked.anything else [*_seeds(asked), *SYSTEM]
    log.gather(seeds)
    if seeds is None:
        return
    followed: dict[str, set[int]] = {"ICID": set(), "MID": set(), "DCID": set()}
    while True:
        before = {kind: set(numbers) for kind, numbers in followed.items()}
        _link(log, asked, followed)
        new = [(kind, n) for kind, numbers in followed.items() for n in sorted(numbers - before[kind])]
        if not new:
            return
        log.gather(needle for kind, number in new for needle in _number_needles(kind, number))


def _link(log: Log, asked: Asked, followed: dict[str, set[int]]) -> None:
    """Add the numbers that the gathered lines link to those followed already, until no line adds any."""
    pending = [line.event for line in log.lines() if line.event is not None]
    size = -1
    while size != sum(map(len, followed.values())):
        size = sum(map(len, followed.values()))
        rest: list[Event] = []
        for event in pending:
            icid, mids, dcid = _numbers(event)
            if icid in followed["ICID"] or followed["MID"].intersection(mids) or _says(event, asked):
                followed["MID"].update(mids)
                followed["ICID"].update({icid} if icid else ())
                followed["DCID"].update({dcid} if dcid else ())
            else:
                rest.append(event)
        pending = rest


def _numbers(event: Event) -> tuple[int | None, set[int], int | None]:
    """The connection, messages and delivery that an event names; 0 is none."""
    if isinstance(event, Status):
        return None, set(), None
    mids = {getattr(event, "mid", None)}
    if isinstance(event, Split | Rewritten):
        mids.add(event.new)
    elif isinstance(event, Generated):
        mids.add(event.parent)
    return getattr(event, "icid", None) or None, {mid for mid in mids if mid}, getattr(event, "dcid", None) or None


def _number_needles(kind: str, number: int) -> Iterator[Needle]:
    """The spellings under which a number stands in a line, old and new, log and tracking details."""
    yield Needle(f"{kind} {number}".encode())
    yield Needle(f"{kind}: {number}".encode())
    if kind == "MID":
        yield Needle(f"essage {number}".encode())
        yield Needle(f"rewritten to {number}".encode())


def _seeds(asked: Asked) -> Iterator[Needle]:
    for candidate in asked.candidates:
        yield from _address_needles(candidate)
    if asked.sender:
        for spelling in spellings(domain_of(asked.sender)):
            yield Needle(spelling.encode(), ignore_case=True)
    if asked.candidates or asked.sender:
        return
    if asked.message_id:
        yield Needle(asked.message_id.strip().strip("<>").encode())
    elif asked.recipient:
        local, at, domain = bare(asked.recipient).rpartition("@")
        for spelling in spellings(domain):
            yield Needle(f"{local}{at}{spelling}".encode(), ignore_case=True)
    elif asked.subject:
        yield Needle(b" Subject ")
        yield Needle(b"msg=")


def _address_needles(candidate: Candidate) -> Iterator[Needle]:
    """Texts one of which stands in every line that names an address of this network, however it is spelt."""
    network = candidate.network
    if isinstance(network, ipaddress.IPv4Network):
        octets = str(network.network_address).split(".")
        whole = network.prefixlen // 8
        text = ".".join(octets[:whole]) + ("" if whole == 4 else ".")
        yield Needle(text.encode() if whole else b" address ")
        return
    groups = network.network_address.exploded.split(":")[: network.prefixlen // 16]
    longest = max((group.lstrip("0") for group in groups), key=len, default="")
    if len(longest) < 2:
        yield Needle(b" address ")
        return
    for zeros in range(5 - len(longest)):
        yield Needle(("0" * zeros + longest).encode(), ignore_case=True)


def _says(event: Event, asked: Asked) -> bool:
    """Whether the line itself says one of the things asked about, in the place where such a line says it."""
    if asked.candidates and asked.candidate(*_addresses(event)):
        return True
    if asked.sender and _of_domain(event, domain_of(asked.sender)):
        return True
    if asked.candidates or asked.sender:
        return False
    if asked.message_id:
        return isinstance(event, MessageId | Consolidated) and same_message_id(asked.message_id, event.message_id)
    if asked.recipient:
        return any(same_mailbox(asked.recipient, one) for one in _recipients(event))
    if asked.subject and isinstance(event, Subject | Consolidated):
        return asked.subject.casefold() in decode_subject(event.subject or "").casefold()
    return False


def _addresses(event: Event) -> list[str]:
    """The sender's addresses on a line: never the gateway's own, a next hop's, or one in a stranger's text."""
    if getattr(event, "dcid", None) is not None and not isinstance(event, Consolidated):
        return []
    text = getattr(event, "address", None)
    return [text] if isinstance(text, str) and read_address(text) is not None else []


def _of_domain(event: Event, domain: str) -> bool:
    """Whether the line names the domain as the sender's: envelope, visible sender, Message-ID or reverse DNS."""
    if isinstance(event, Opened):
        return in_domain(domain, event.host)
    if isinstance(event, MessageId):
        return in_domain(domain, domain_of(event.message_id))
    if isinstance(event, ScanDomains):
        return in_domain(domain, event.header_from) or in_domain(domain, event.env_from)
    sender = getattr(event, "sender", None)
    if sender is None and not _recipients(event):
        sender = getattr(event, "address", None)
    return isinstance(sender, str) and same_mailbox(domain, sender)


def _recipients(event: Event) -> Iterable[str]:
    """The recipients that a line names."""
    if isinstance(event, LdapRerouted | AliasExpanded):
        return (event.address, *event.targets)
    several = getattr(event, "recipients", None)
    if isinstance(several, tuple):
        return several
    one = getattr(event, "recipient", None)
    if isinstance(one, str):
        return (one,)
    named = getattr(event, "address", None)
    return (named,) if isinstance(named, str) and type(event).__name__ in _RECIPIENT_IN_ADDRESS else ()


_RECIPIENT_IN_ADDRESS = {"To", "RecipientRejected", "LdapDropped", "LdapBounced", "GlobalUnsubscribe"}
