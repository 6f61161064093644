"""The few operations on big blocks that decide how fast a search is: by vector instructions where the wheels are there.

`find(block, text, start, end)` and `count(block, text, start, end)` are those of bytes; `lower(block)` folds ASCII;
`occurrences(texts)` gives a function from a block to all (index of text, start, end) in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any

Occurrences = Callable[[bytes | memoryview], Iterable[tuple[int, int, int]]]

_LOWER = bytes(range(256)).lower()


def optional(*names: str) -> Any | None:
    """The first of these modules that is installed."""
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


_stringzilla = optional("stringzilla")

find: Callable[[bytes, bytes, int, int], int] = _stringzilla.find if _stringzilla else bytes.find
count: Callable[[bytes, bytes, int, int], int] = _stringzilla.count if _stringzilla else bytes.count


def lower(block: bytes) -> bytes:
    folded: bytes = _stringzilla.translate(block, _LOWER) if _stringzilla else block.lower()
    return folded


def occurrences(texts: Sequence[bytes]) -> Occurrences | None:
    """One pass for all the texts, overlapping ones included; None where no library for that is installed."""
    library = optional("ahocorasick_rs")
    if library is None:
        return None
    automaton = library.BytesAhoCorasick(texts, implementation=library.Implementation.DFA)

    def occur(block: bytes | memoryview) -> Iterable[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = automaton.find_matches_as_indexes(block, overlapping=True)
        return found

    return occur
