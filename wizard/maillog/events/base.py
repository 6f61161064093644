"""What all kinds of events share: the base class, and the table of line forms that turns a line into one of them.

A line is matched from its beginning, at fixed positions. What stands further behind (subjects, filter names, custom
entries, remote replies) was written by strangers or administrators and is never searched for a line's own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from wizard.maillog.events.kind import Kind


class Event(metaclass=Kind):
    """What one log entry says. Numbers are as printed: ICID 0 and DCID 0 mean that there was no connection; None that
    the entry names none.
    """

    if TYPE_CHECKING:

        @property
        def icid(self) -> int | None: ...
        @property
        def mid(self) -> int | None: ...
        @property
        def dcid(self) -> int | None: ...

    else:  # asked of every line, several times
        icid = mid = dcid = None

    def __eq__(self, other: object) -> bool:
        return _values(self) == _values(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(_values(self))

    def __repr__(self) -> str:
        said = ", ".join(f"{field}={value!r}" for field, value in zip(type(self).fields, _values(self), strict=True))
        return f"{type(self).__qualname__}({said})"


def _values(event: Any) -> tuple[object, ...]:
    return tuple(getattr(event, field) for field in type(event).fields)


class Unknown(Event):
    """A line about a connection, message or delivery in a form that nothing here reads: to be shown as it is.

    >>> from wizard.maillog.lines import read
    >>> read("MID 7 frobnicated by engine 'X'")
    Unknown(icid=None, mid=7, dcid=None, text="MID 7 frobnicated by engine 'X'")
    """

    icid: int | None
    mid: int | None
    dcid: int | None
    text: str


TextReader = Callable[[str], Event | None]
NumberReader = Callable[[int, str], Event | None]

# "MID 15180223, message scanning error", "MID 14: Skip", "IncomingRelay(name): …", "SPF: …"
_NUMBERED = re.compile(r"(MID|ICID|DCID):? +(\d{1,20})[:,]? +([^\s(:,=]+)", re.ASCII)


class Forms:
    """The line forms of one stage (or, merged, of all), found by the words that a line begins with.

    A reader of `word` gets the whole body; one of `mid`, `icid`, `dcid` gets the number and the text after it, from
    the word on that it was registered for. It returns None for what is not its form; then the next one is asked.
    """

    def __init__(self, *stages: Forms) -> None:
        self._words: dict[str, tuple[TextReader, ...]] = {}
        self._numbered: dict[str, dict[str, tuple[NumberReader, ...]]] = {"MID": {}, "ICID": {}, "DCID": {}}
        for stage in stages:
            _merge(self._words, stage._words)
            for kind, readers in stage._numbered.items():
                _merge(self._numbered[kind], readers)

    def word(self, *words: str) -> Callable[[TextReader], TextReader]:
        """Register a reader of bodies whose first word (up to a blank) is one of these."""

        def register(reader: TextReader) -> TextReader:
            _merge(self._words, dict.fromkeys(words, (reader,)))
            return reader

        return register

    def mid(self, *words: str) -> Callable[[NumberReader], NumberReader]:
        """Register a reader of what follows `MID n` and begins with one of these words."""
        return self._number("MID", words)

    def icid(self, *words: str) -> Callable[[NumberReader], NumberReader]:
        """Register a reader of what follows `ICID n` and begins with one of these words."""
        return self._number("ICID", words)

    def dcid(self, *words: str) -> Callable[[NumberReader], NumberReader]:
        """Register a reader of what follows `DCID n` and begins with one of these words."""
        return self._number("DCID", words)

    def _number(self, kind: str, words: tuple[str, ...]) -> Callable[[NumberReader], NumberReader]:
        def register(reader: NumberReader) -> NumberReader:
            _merge(self._numbered[kind], dict.fromkeys(words, (reader,)))
            return reader

        return register

    def message(self, mid: int, rest: str) -> Event | None:
        """Read what follows a message's number, however that was written."""
        found = _WORD.match(rest)
        for reader in self._numbered["MID"].get(found[0], ()) if found else ():
            event = reader(mid, rest)
            if event is not None:
                return event
        return None

    def __call__(self, body: str) -> Event | None:
        found = _NUMBERED.match(body)
        if found is not None:
            number = int(found[2])
            rest = body[found.start(3) :]
            for by_number in self._numbered[found[1]].get(found[3], ()):
                event = by_number(number, rest)
                if event is not None:
                    return event
            return None
        for by_word in self._words.get(body.partition(" ")[0], ()):
            event = by_word(body)
            if event is not None:
                return event
        return None


_WORD = re.compile(r"[^\s(:,=]+")
_R = TypeVar("_R")


def _merge(into: dict[str, tuple[_R, ...]], more: dict[str, tuple[_R, ...]]) -> None:
    for word, readers in more.items():
        into[word] = into.get(word, ()) + readers
