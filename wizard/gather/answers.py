"""Answers as facts, and what makes an answer acceptable."""

from __future__ import annotations

import re
from datetime import datetime

from wizard.errors import InputError
from wizard.facts import Evidence, Fact, Value
from wizard.maillog.asked import read_network
from wizard.times import read_time
from wizard.words import Lang, sentence

_MAILBOX = re.compile(r"(?:[^@\s]{1,128}@|@)?[^@\s.]{1,63}(?:\.[^@\s.]{1,63})*\.?|<>")


def answer(name: str, value: Value, typed: str) -> Fact:
    """A fact that the user answered, with what was typed as its evidence."""
    return Fact(name, value, "answer", now(), (Evidence("answer", typed),))


def now() -> str:
    """The present as ISO time with offset."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def read_mailbox(text: str) -> str:
    """A mail address or domain. Raises InputError."""
    if not _MAILBOX.fullmatch(text.strip()):
        raise InputError("not-a-mailbox", text=text)
    return text.strip()


def read_addresses(text: str) -> tuple[str, ...]:
    """IP addresses and networks, separated by blanks or commas. Raises InputError."""
    found = []
    for one in text.replace(",", " ").split():
        try:
            network = read_network(one)
        except ValueError as error:
            raise InputError("not-an-address", text=one) from error
        alone = network.prefixlen == network.max_prefixlen
        found.append(str(network.network_address if alone else network))
    if not found:
        raise InputError("not-an-address", text=text)
    return tuple(found)


def read_moment(text: str, option: str) -> str:
    """A time as ISO; a bare date is that day's end where it ends the window. Raises InputError."""
    try:
        return read_time(text, end=option == "--until")
    except ValueError as error:
        raise InputError("not-a-time", text=text, option=option) from error


def what_is_wrong(error: InputError, lang: Lang) -> str:
    """The sentence of an error, for the line below a question."""
    return sentence("errors", error.key, lang, **error.values)
