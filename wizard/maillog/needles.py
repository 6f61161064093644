"""Texts to look for, and the set of them that grows while a log is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

BACK = 64 << 10


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


class Needles:
    """A set that may change between two entries of a search: so one pass follows a connection to its messages.

    What is added while an entry is handled is found from there on, and in the `back` bytes before it (4 MiB at most):
    entries found so come late. What is discarded is not found from the next entry on. An entry is given once, unless it
    was passed over: then a needle that is added later may find it again.
    """

    def __init__(self, needles: Iterable[Needle] = ()) -> None:
        self._current = dict.fromkeys(needles)
        self._added: list[tuple[Needle, int]] = []
        self.version = 0
        self.passed_over = False

    def __iter__(self) -> Iterator[Needle]:
        return iter(self._current)

    def __len__(self) -> int:
        return len(self._current)

    def __contains__(self, needle: object) -> bool:
        return needle in self._current

    def add(self, needle: Needle, back: int = BACK) -> None:
        if needle not in self._current:
            self._current[needle] = None
            self._added.append((needle, back))
            self.version += 1

    def pass_over(self) -> None:
        """The entry just given is of no use as things stand."""
        self.passed_over = True

    def again(self, needle: Needle, back: int) -> None:
        """Look further back for one that is in the set."""
        if needle in self._current:
            self._added.append((needle, back))

    def discard(self, needle: Needle) -> None:
        if needle in self._current:
            del self._current[needle]
            self.version += 1

    def take_added(self) -> list[tuple[Needle, int]]:
        """What was added since the last call and is still wanted."""
        if not self._added:
            return []
        added, self._added = self._added, []
        return [(needle, back) for needle, back in added if needle in self._current]
