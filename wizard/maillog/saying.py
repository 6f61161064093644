"""Whether a line says what was asked, in the place where such a line says it: not in a stranger's text."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.maillog.asked import Asked, domain_of, in_domain, read_address, same_mailbox, same_message_id
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.base import Event
from wizard.maillog.events.connection import Opened
from wizard.maillog.events.header import MessageId, ScanDomains, Subject, decode_subject
from wizard.maillog.events.relation import AliasExpanded, LdapRerouted


def says(event: Event | None, asked: Asked) -> bool:
    """Whether a line itself says one of the things asked about; one of no event says nothing."""
    if event is None:
        return False
    if asked.candidates and asked.candidate(*_addresses(event)):
        return True
    if asked.sender and _of_domain(event, asked.sender_domain):
        return True
    if asked.candidates or asked.sender:
        return False
    if asked.message_id:
        return isinstance(event, MessageId | Consolidated) and same_message_id(asked.message_id, event.message_id)
    if asked.recipient:
        return any(same_mailbox(asked.recipient, one) for one in recipients_on(event))
    if asked.subject and isinstance(event, Subject | Consolidated):
        return asked.subject.casefold() in decode_subject(event.subject or "").casefold()
    return False


def _addresses(event: Event) -> list[str]:
    """The sender's addresses on a line: never the gateway's own, a next hop's, or one in a stranger's text."""
    if event.dcid is not None and not isinstance(event, Consolidated):
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
    if sender is None and not recipients_on(event):
        sender = getattr(event, "address", None)
    return isinstance(sender, str) and same_mailbox(domain, sender)


def recipients_on(event: Event) -> Iterable[str]:
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
