"""From what was asked to the lines that answer: the technote's greps (S5, S7, S8), until nothing new is linked.

First the lines that hold an address, a mailbox, an id; from those that really say it (not in a subject) the connections
(ICID) and messages (MID); then all their lines, the messages these became or came from, and the lines of their
deliveries (DCID). A delivery is shared by strangers' messages: those are not followed. Nor is what has the same number
on another appliance or after a reboot: what is followed are records, not numbers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from wizard.maillog.asked import (
    Asked,
    Candidate,
    domain_of,
    in_domain,
    read_address,
    same_mailbox,
    same_message_id,
    spellings,
)
from wizard.maillog.assemble import assemble
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.base import Event
from wizard.maillog.events.connection import Opened
from wizard.maillog.events.header import MessageId, ScanDomains, Subject, decode_subject
from wizard.maillog.events.hop import ConnectionError
from wizard.maillog.events.relation import AliasExpanded, LdapRerouted
from wizard.maillog.log import Log
from wizard.maillog.loglines import LogLine
from wizard.maillog.records import Message, Record, Records
from wizard.maillog.search import Needle

SYSTEM = tuple(
    Needle(text, ignore_case=True)
    for text in (
        b"TCPREFUSE",
        b"Connection Error: ",
        b"Harvest Attack",
        b"resource conservation",
        b"suspended",
        b"resumed",
        b"maximum concurrency",
    )
)
"""Lines that concern mail without naming a connection or message."""


def follow(log: Log, asked: Asked) -> Records:
    """Gather into the log every line about the attempts that may fit what was asked; all records that came of it."""
    if not asked.anything:
        log.gather(None)
        return assemble(log.lines())
    log.gather([*_seeds(asked), *SYSTEM])
    trail = _Trail(asked)
    while True:
        records = assemble(log.lines())
        if not log.gather(trail.needles(records)):
            return records


class _Trail:
    """What is to be searched for next. Lines are asked once whether they say what was asked."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._said: dict[int, bool] = {}

    def needles(self, records: Records) -> Iterator[Needle]:
        """The numbers of all that is tied to the question, straight or through its relations."""
        messages: dict[int, Message] = {}
        for connection in records.connections:
            if self._says(connection):
                yield from _spelt("ICID", connection.number)
                messages.update({id(message): message for message in connection.messages})
        messages.update({id(message): message for message in records.messages if self._says(message)})
        yield from self._family(list(messages.values()), records)

    def _says(self, record: Record) -> bool:
        return any(self._line_says(line) for line in record.lines)

    def _line_says(self, line: LogLine) -> bool:
        known = self._said.get(id(line))
        if known is None:
            known = self._said[id(line)] = line.event is not None and _says(line.event, self._asked)
        return known

    def _family(self, messages: list[Message], records: Records) -> Iterator[Needle]:
        seen = {id(message) for message in messages}
        domains: set[str] = set()
        for message in messages:  # grows while it is gone through
            yield from _spelt("MID", message.number)
            if message.connection is not None:
                yield from _spelt("ICID", message.connection.number)
            for dcid in message.deliveries:
                yield from _spelt("DCID", dcid)
            domains.update(domain_of(name) for line in message.lines if line.event for name in _recipients(line.event))
            related = [link.child for link in message.children] + ([message.parent.parent] if message.parent else [])
            for one in related:
                if id(one) not in seen:
                    seen.add(id(one))
                    messages.append(one)
        for line in records.loose:
            event = line.event
            if isinstance(event, ConnectionError) and event.domain and domain_of(event.domain) in domains:
                yield from _spelt("DCID", event.dcid)


def _spelt(kind: str, number: int) -> Iterator[Needle]:
    """The spellings under which a number stands in a line, old and new, log, tracking details and bounce log."""
    if not number:
        return
    yield Needle(f"{kind} {number}".encode())
    yield Needle(f"{kind}: {number}".encode())
    if kind == "MID":
        yield Needle(f"message {number}".encode(), ignore_case=True)
        yield Needle(f"rewritten to {number}".encode())
        yield from (Needle(f"{word}: {number}:".encode()) for word in ("Bounced", "Delayed"))


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
        local = asked.recipient.strip().strip("<>").rpartition("@")[:2]
        for spelling in spellings(domain_of(asked.recipient)):
            yield Needle("".join((*local, spelling)).encode(), ignore_case=True)
    elif asked.subject:
        yield Needle(b" Subject ")
        yield Needle(b"subject on injection")
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
