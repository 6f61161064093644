"""Something else to search for where the sender is not known: the recipient, a Message-ID or subject, a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.answers import answer, read_addresses, read_mailbox, read_moment, what_is_wrong
from wizard.gather.base import Desk, Gathered
from wizard.rulebase.model import Source

Read = Callable[[str], tuple[Fact, ...]]


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask for what this source is about, as `READ` has it."""
    del facts
    read = READ[source.gatherer]

    def check(text: str) -> str | None:
        try:
            read(text)
        except InputError as error:
            return what_is_wrong(error, desk.lang)
        return None

    typed = desk.asker.text(source, check)
    return Gathered() if typed is None else Gathered(read(typed))


def _recipient(text: str) -> tuple[Fact, ...]:
    return answer("search.key", "given", text), answer("recipient.mailbox", read_mailbox(text), text)


def _message(text: str) -> tuple[Fact, ...]:
    name = "message.id" if "@" in text and " " not in text else "message.subject"
    return answer("search.key", "given", text), answer(name, text, text)


def _window(text: str) -> tuple[Fact, ...]:
    return answer("window.since", read_moment(text, "--since"), text), answer("search.key", "given", text)


def _addresses(text: str) -> tuple[Fact, ...]:
    found = read_addresses(text)
    return answer("sender.address", found, text), answer("sender.source", "option", text)


READ: dict[str, Read] = {
    "ask_recipient": _recipient,
    "ask_message_id": _message,
    "ask_window": _window,
    "ask_addresses": _addresses,
}
