"""The few operations on big blocks that decide how fast a search is: by vector instructions where the wheels are there.

`find(block, text, start, end)` and `rfind` are those of bytes; `line_ends(block, start, end)` counts LF;
`lower(block)` folds ASCII; `Places` finds many texts in one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import product
from typing import Any

_LOWER = bytes(range(256)).lower()
_FEW = 1 << 10
_LINE_ENDS = bytes(byte == 0x0A for byte in range(256))


def optional(*names: str) -> Any | None:
    """The first of these modules that is installed."""
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


_stringzilla = optional("stringzilla")
_ahocorasick = optional("ahocorasick_rs")

find: Callable[[bytes, bytes, int, int], int] = _stringzilla.find if _stringzilla else bytes.find
rfind: Callable[[bytes, bytes, int, int], int] = _stringzilla.rfind if _stringzilla else bytes.rfind


def line_ends(block: bytes, start: int, end: int) -> int:
    """How many lines end there: a sum of ones takes a third of the time that counting a text takes."""
    if _stringzilla is None or end - start < _FEW:
        return block.count(b"\n", start, end)
    count: int = _stringzilla.bytesum(_stringzilla.translate(block, _LINE_ENDS, start=start, end=end))
    return count


def lower(block: bytes) -> bytes:
    folded: bytes = _stringzilla.translate(block, _LOWER) if _stringzilla else block.lower()
    return folded


class Places:
    """Where some texts stand in a block: one pass for all of them, which leaves the interpreter to other threads.

    Each text comes with whether its case is ignored; such a one is in lower case.
    """

    def __init__(self, texts: Sequence[tuple[bytes, bool]]) -> None:
        self._texts = texts
        self._automata = [_Automaton(group) for group in _groups(texts)] if _ahocorasick else []

    def __call__(self, block: bytes, begin: int, end: int) -> list[tuple[int, int]]:
        """All places of all texts, each with the index of its text, in ascending order."""
        if not _ahocorasick:
            return sorted(self._one_by_one(block, begin, end))
        found = [place for automaton in self._automata for place in automaton.places(block, begin, end)]
        return sorted(found) if found else found

    def _one_by_one(self, block: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
        folded = lower(block) if any(ignores_case for _, ignores_case in self._texts) else b""
        for index, (text, ignores_case) in enumerate(self._texts):
            at = begin - 1
            while (at := find(folded if ignores_case else block, text, at + 1, end)) >= 0:
                yield at, index


# Vector instructions look for so many patterns at a time. With a first or rarest byte among few, the library would look
# for those bytes instead, which digits make slow: patterns that stand in no text keep it from that.
_AT_A_TIME = 48
_MOST_PASSES = 20
_NOWHERE = [bytes(range(first, first + 4)) for first in range(5)]
_PIECE = 4
_COMMON = b"etaoinsrhldcumfpgwybvkxjqz"

_Part = tuple[int, int, bool]
"""The index of a text, where in it the piece begins that is looked for, and whether case is ignored."""


def _groups(texts: Sequence[tuple[bytes, bool]]) -> Iterator[Sequence[tuple[int, bytes, bool]]]:
    """The texts with their indices, divided so that each group has few enough patterns."""
    group: list[tuple[int, bytes, bool]] = []
    room = _AT_A_TIME
    many = sum(1 << _PIECE if ignores_case else 1 for _, ignores_case in texts) > _AT_A_TIME * _MOST_PASSES
    for index, (text, ignores_case) in enumerate(texts):
        patterns = 1 << _PIECE if ignores_case else 1
        if room < patterns and not many:
            yield group
            group, room = [], _AT_A_TIME
        group.append((index, text, ignores_case))
        room -= patterns
    if group:
        yield group


class _Automaton:
    """Looks first for the leftmost pattern, which is fast, and only around that for all."""

    def __init__(self, texts: Sequence[tuple[int, bytes, bool]]) -> None:
        assert _ahocorasick is not None
        self._parts: list[_Part] = []
        self._texts = {index: text for index, text, _ in texts}
        patterns: list[bytes] = []
        for index, text, ignores_case in texts:
            start, end = _telling(text) if ignores_case else (0, len(text))
            for pattern in _spellings(text[start:end]) if ignores_case else (text,):
                self._parts.append((index, start, ignores_case))
                patterns.append(pattern)
        self._longest = max(map(len, patterns))
        kinds = _ahocorasick.MatchKind
        every = [*patterns, *_NOWHERE] if len(patterns) > 1 else patterns
        self._leftmost = _ahocorasick.BytesAhoCorasick(every, matchkind=kinds.LeftmostFirst)
        self._all: Any | None = None
        self._patterns = patterns

    def places(self, block: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
        view = memoryview(block)[begin:end]
        reached = 0
        for _, start, stop in self._leftmost.find_matches_as_indexes(view):
            start, stop = max(start, reached), stop + self._longest - 1
            for part, at in self._around(view, start, stop):
                if at < reached:
                    continue
                index, offset, ignores_case = self._parts[part]
                place, text = begin + at - offset, self._texts[index]
                if not ignores_case or (place >= begin and block[place : min(end, place + len(text))].lower() == text):
                    yield place, index
            reached = stop - self._longest + 1

    def _around(self, view: memoryview, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Every pattern that begins between these two, overlapping ones included."""
        if self._all is None:
            assert _ahocorasick is not None
            self._all = _ahocorasick.BytesAhoCorasick(self._patterns)
        limit = stop - self._longest + 1
        for part, at, _ in self._all.find_matches_as_indexes(view[start:stop], overlapping=True):
            if start + at < limit:
                yield part, start + at


def _telling(text: bytes) -> tuple[int, int]:
    """The piece of a text in lower case that is likely to be the rarest."""
    if len(text) <= _PIECE:
        return 0, len(text)
    start = max(range(len(text) - _PIECE + 1), key=lambda at: sum(map(_COMMON.find, text[at : at + _PIECE])))
    return start, start + _PIECE


def _spellings(piece: bytes) -> list[bytes]:
    """A piece in lower case with each of its letters small or capital."""
    return [bytes(spelt) for spelt in product(*({byte, *bytes([byte]).upper()} for byte in piece))]
