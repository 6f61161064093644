"""Something else to search for: the recipient, a Message-ID or subject, the sender's addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.answers import answer, checked, read_mailbox
from wizard.gather.base import Desk, Gathered
from wizard.resolve.pasted import addresses_in
from wizard.rulebase.model import Source
from wizard.typed.mining import mine

Read = Callable[[str], tuple[Fact, ...]]


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask for what this source is about, as `READ` has it."""
    del facts
    read = READ[source.gatherer]
    typed = desk.asker.text(source, checked(read, desk.lang))
    return Gathered() if typed is None else Gathered(read(typed))


def _recipient(text: str) -> tuple[Fact, ...]:
    """An address; of a text with others' addresses in it the mail's recipient."""
    mined = mine(text, datetime.now().astimezone()) if len(text.split()) > 1 else None
    mailbox = (mined.recipient or mined.sender or text) if mined else text
    return answer("search.key", "given", text), answer("recipient.mailbox", read_mailbox(mailbox), text)


def _message(text: str) -> tuple[Fact, ...]:
    mined = mine(text, datetime.now().astimezone()) if "\n" in text or text.lower().startswith("message-id") else None
    found = (mined.message_id or mined.subject if mined else None) or text
    name = "message.id" if "@" in found and " " not in found.strip() else "message.subject"
    return answer("search.key", "given", text), answer(name, found.strip(), text)


def _addresses(text: str) -> tuple[Fact, ...]:
    return *_found(text), answer("sender.source", "option", text)


def pasted(text: str) -> tuple[Fact, ...]:
    """What follows from a text in which addresses of the sender stand. Raises InputError where there is none."""
    return *_found(text), answer("sender.source", "pasted", text)


def _found(text: str) -> tuple[Fact, ...]:
    found = _picked_out(text)
    return answer("sender.pasted", found, text), answer("sender.address", found, text)


def _picked_out(text: str) -> tuple[str, ...]:
    """The addresses and networks in any text. Raises InputError where there is none."""
    found = tuple(str(one.network).removesuffix("/32").removesuffix("/128") for one in addresses_in(text))
    if not found:
        raise InputError("not-an-address", text=text)
    return found


READ: dict[str, Read] = {
    "ask_recipient": _recipient,
    "ask_message_id": _message,
    "ask_addresses": _addresses,
    "ask_talos": pasted,
}
