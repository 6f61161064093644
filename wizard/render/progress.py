"""How far a long search has come, for whoever watches: bytes, rate, time left, lines found so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from wizard.words import Lang, sentence

AFTER = 1.0
"""Seconds that a search may take before anything is said."""
EVERY = 0.2
_UNITS = ("kB", "MB", "GB", "TB")


class Progress:
    """Called for every block that is read: bytes done and in all, lines found so far. `show` is given the line to show
    now and then, and an empty one when that is to be taken away.
    """

    def __init__(self, show: Callable[[str], None], lang: Lang) -> None:
        self._show = show
        self._lang: Lang = lang
        self._began: float | None = None
        self._done = 0
        self._next = 0.0
        self._shown = False

    def __call__(self, done: int, size: int, found: int) -> None:
        now = time.monotonic()
        if self._began is None or done < self._done:  # another pass
            self._began, self._next = now, max(self._next, now + AFTER)
        self._done = done
        if now < self._next or done >= size:
            return
        self._next, self._shown = now + EVERY, True
        rate = done / max(now - self._began, 0.001)
        values = {
            "done": amount(done),
            "size": amount(size),
            "rate": amount(int(rate)),
            "left": clock((size - done) / rate if rate else 0),
            "found": f"{found:,}",
        }
        self._show(sentence("trace", "progress", self._lang, **values))

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._show("")
            self._shown = False


def over(stream: TextIO) -> Callable[[str], None]:
    """Writes a line over the one before on a terminal."""

    def show(text: str) -> None:
        stream.write(f"\r{text}\x1b[K")
        stream.flush()

    return show


def amount(size: int) -> str:
    """Bytes as people read them.

    >>> amount(950), amount(2_147_000_000)
    ('0.9 kB', '2.1 GB')
    """
    value = size / 1000
    for unit in _UNITS[:-1]:
        if value < 1000:
            return f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} {_UNITS[-1]}"


def clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> clock(75.4)
    '1:15'
    """
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02}"
