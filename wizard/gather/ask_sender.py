"""Who the sender is: whatever the user knows of him, a mail address, a domain, an IP address, or a whole text."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.answers import answer, checked, read_addresses, read_mailbox
from wizard.gather.base import Desk, Gathered
from wizard.gather.pasted import Told, is_text, read_text, told
from wizard.rulebase.model import Source


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask, and take the answer for what it is."""
    typed = desk.asker.text(source, checked(lambda text: _read(text, desk), desk.lang))
    if typed is None:
        return Gathered()
    found = _read(typed, desk)
    return Gathered(told(found, typed, facts, desk) if isinstance(found, Told) else found)


def _read(text: str, desk: Desk) -> tuple[Fact, ...] | Told:
    """Facts of one address or domain, or what a whole text tells."""
    if is_text(text):
        return read_text(text, desk)
    key = answer("search.key", "given", text)
    try:
        addresses = read_addresses(text)
    except InputError:
        return key, answer("sender.mailbox", _mailbox(text), text)
    return key, answer("sender.address", addresses, text), answer("sender.source", "option", text)


def _mailbox(text: str) -> str:
    """An address or a domain with a dot in it: a single word is rather a person's name."""
    mailbox = read_mailbox(text)
    domain = mailbox.rpartition("@")[2].rstrip(".")
    if domain.rpartition(".")[2].isdigit():
        raise InputError("not-an-address", text=text)
    if "@" not in mailbox and "." not in domain:
        raise InputError("name-instead-of-domain", text=text)
    return mailbox
