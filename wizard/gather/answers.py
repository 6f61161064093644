"""Answers as facts, and what makes an answer acceptable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from wizard.errors import InputError
from wizard.facts import Evidence, Fact, Value
from wizard.maillog.asked import read_network
from wizard.patterns import pattern
from wizard.times import read_time
from wizard.words import Lang, sentence, words

if TYPE_CHECKING:
    from wizard.gather.asking import Check

_LOCAL = r"""(?:[^@\s]{1,128}|<?"(?:[^"\\\r\n]|\\.){1,126}")"""
_MAILBOX = pattern(rf"(?:{_LOCAL}@|@)?[^@\s.]{{1,63}}(?:\.[^@\s.]{{1,63}})*\.?|<>")

_SHOWN = 300
"""Characters shown of what was typed where it is wrong."""


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
    """A time as ISO, as people write it ("yesterday 14:00"); a stretch is its beginning, or its end for `--until`.

    Raises InputError.
    """
    end = option == "--until"
    try:
        return read_time(text, end=end)
    except ValueError:
        from wizard.typed.when import read_when
    try:
        when = read_when(text, datetime.now().astimezone())
    except InputError as error:
        raise InputError("not-a-time", text=text, option=option) from error
    return with_offset(when.until if end else when.since, when.offset)


def with_offset(time: datetime, offset: int | None) -> str:
    """A naive time as ISO, with an offset (minutes east of UTC) where there is one.

    >>> with_offset(datetime(2026, 3, 1, 14), 540)
    '2026-03-01T14:00:00+09:00'
    """
    iso = time.isoformat(timespec="seconds")
    if offset is None:
        return iso
    hours, minutes = divmod(abs(offset), 60)
    return f"{iso}{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"


def what_is_wrong(error: InputError, lang: Lang) -> str:
    """The sentence of an error, for the line below a question."""
    asked = f"{error.key}.asked"
    key = asked if asked in words("errors", lang) else error.key
    return sentence("errors", key, lang, **{name: _short(value) for name, value in error.values.items()})


def _short(value: object) -> object:
    """What was typed may be a pasted page: its beginning tells which answer is meant."""
    return f"{value[:_SHOWN]} …" if isinstance(value, str) and len(value) > _SHOWN else value


def checked(read: Callable[[str], object], lang: Lang) -> Check:
    """A check that says what `read` raises."""

    def check(text: str) -> str | None:
        try:
            read(text)
        except InputError as error:
            return what_is_wrong(error, lang)
        return None

    return check
