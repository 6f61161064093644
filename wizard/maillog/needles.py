"""Texts to look for, and the set of them that grows while a log is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from wizard.maillog import bytescan

BACK = 64 << 10
ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
DIGITS = frozenset(b"0123456789")


class Needle(NamedTuple):
    """A text within one line. Behind a digit at its end stands no further digit, before an alphanumeric start none.

    `ignore_case` is about ASCII letters. `then` is what must follow the text at once, which spares a look at lines that
    hold it in another sense. An empty text and one with a line end are never found.
    """

    text: bytes
    ignore_case: bool = False
    then: re.Pattern[bytes] | None = None

    @property
    def findable(self) -> bool:
        return bool(self.text) and b"\n" not in self.text


class Sought:
    """A needle as it is looked for: folded, with what may not stand beside it."""

    __slots__ = ("folded", "needle", "not_before", "not_behind", "text")

    def __init__(self, needle: Needle) -> None:
        self.needle = needle
        self.folded = needle.ignore_case
        self.text = needle.text.lower() if needle.ignore_case else needle.text
        self.not_before: frozenset[int] = ALNUM if self.text[0] in ALNUM else frozenset()
        self.not_behind: frozenset[int] = DIGITS if self.text[-1] in DIGITS else frozenset()

    def stands_at(self, block: bytes, at: int) -> bool:
        behind = at + len(self.text)
        return (
            (at == 0 or block[at - 1] not in self.not_before)
            and (behind >= len(block) or block[behind] not in self.not_behind)
            and (self.needle.then is None or self.needle.then.match(block, behind) is not None)
        )

    def next(self, block: bytes, start: int, end: int) -> int:
        """Its next place, or -1."""
        while (at := bytescan.find(block, self.text, start, end)) >= 0:
            if self.stands_at(block, at):
                return at
            start = at + 1
        return -1


class Needles:
    """A set that may change between two entries of a search: so one pass follows a connection to its messages.

    What is added while an entry is handled is found from there on, and in the `back` bytes before it (4 MiB at most):
    entries found so come late. What is discarded is not found from the next entry on. An entry is given once, unless it
    was passed over: then a needle that is added later may find it again.
    """

    def __init__(self, needles: Iterable[Needle] = ()) -> None:
        self._current = {needle: Sought(needle) for needle in needles if needle.findable}
        self._added: list[tuple[Sought, int]] = []
        self._until: dict[Needle, int] = {}
        self.version = 0
        self.passed_over = False

    def __iter__(self) -> Iterator[Needle]:
        return iter(self._current)

    def __len__(self) -> int:
        return len(self._current)

    def __contains__(self, needle: object) -> bool:
        return needle in self._current

    def sought(self) -> Collection[Sought]:
        """All of them as they are looked for."""
        return self._current.values()

    def add(self, needle: Needle, back: int = BACK) -> None:
        sought = self._current.get(needle)
        if sought is None and needle.findable:
            sought = self._current[needle] = Sought(needle)
            self._added.append((sought, back))
            self.version += 1
        elif sought is not None and self._until.pop(needle, None) is not None:
            self._added.append((sought, back))

    def again(self, needle: Needle, back: int) -> None:
        """Look further back for one that is in the set."""
        if needle in self._current:
            self._added.append((self._current[needle], back))

    def expire(self, needle: Needle, place: int) -> None:
        """Do not look for it beyond this place of the text, unless it is added again."""
        if needle in self._current:
            self._until[needle] = place

    def until(self, needle: Needle) -> int | None:
        """The place up to which it is looked for, if there is one."""
        return self._until.get(needle)

    def discard(self, needle: Needle) -> None:
        if needle in self._current:
            del self._current[needle]
            self._until.pop(needle, None)
            self.version += 1

    def pass_over(self) -> None:
        """The entry just given is of no use as things stand."""
        self.passed_over = True

    def take_added(self) -> list[tuple[Sought, int]]:
        """What was added since the last call and is still wanted, and how far to look back for it."""
        if not self._added:
            return []
        added, self._added = self._added, []
        return [(sought, back) for sought, back in added if sought.needle in self._current]
