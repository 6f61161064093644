"""Something else to search for where the sender is not known: the recipient, a Message-ID or subject, a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.answers import answer, read_mailbox, read_moment, what_is_wrong
from wizard.gather.base import Desk, Gathered
from wizard.resolve.pasted import addresses_in
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
    return answer("sender.address", _picked_out(text), text), answer("sender.source", "option", text)


def _pasted(text: str) -> tuple[Fact, ...]:
    found = _picked_out(text)
    told = {"sender.pasted": found, "sender.address": found}
    return *(answer(name, value, text) for name, value in told.items()), answer("sender.source", "pasted", text)


def _picked_out(text: str) -> tuple[str, ...]:
    """The addresses and networks in any text. Raises InputError where there is none."""
    found = tuple(str(one.network).removesuffix("/32").removesuffix("/128") for one in addresses_in(text))
    if not found:
        raise InputError("not-an-address", text=text)
    return found


READ: dict[str, Read] = {
    "ask_recipient": _recipient,
    "ask_message_id": _message,
    "ask_window": _window,
    "ask_addresses": _addresses,
    "ask_talos": _pasted,
}
