"""Who the sender is: whatever the user knows of him, a mail address, a domain or an IP address."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.answers import answer, read_addresses, read_mailbox, what_is_wrong
from wizard.gather.base import Desk, Gathered
from wizard.rulebase.model import Source


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask, and take the answer for what it is."""
    del facts

    def check(text: str) -> str | None:
        try:
            _read(text)
        except InputError as error:
            return what_is_wrong(error, desk.lang)
        return None

    typed = desk.asker.text(source, check)
    return Gathered() if typed is None else Gathered(_read(typed))


def _read(text: str) -> tuple[Fact, ...]:
    key = answer("search.key", "given", text)
    try:
        addresses = read_addresses(text)
    except InputError:
        return key, answer("sender.mailbox", read_mailbox(text), text)
    return key, answer("sender.address", addresses, text), answer("sender.source", "option", text)
