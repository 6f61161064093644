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
    """How many lines end there: a sum of ones takes a tenth of the time that counting a text takes."""
    if _stringzilla is None:
        return block.count(b"\n", start, end)
    count: int = _stringzilla.bytesum(_stringzilla.translate(block, _LINE_ENDS, start=start, end=end))
    return count


def lower(block: bytes) -> bytes:
    folded: bytes = _stringzilla.translate(block, _LOWER) if _stringzilla else block.lower()
    return folded


class Places:
    """Where some texts stand in a block: one pass for many of them, which leaves the interpreter to other threads.

    Each text comes with whether its case is ignored; such a one is in lower case.
    """

    def __init__(self, texts: Sequence[tuple[bytes, bool]]) -> None:
        self._passes: list[_Pass] = []
        for folded in (False, True):
            alike = [(index, text) for index, (text, ignores_case) in enumerate(texts) if ignores_case is folded]
            if _ahocorasick is None:
                self._passes += [_EachAlone(alike, folded)] if alike else []
            else:
                self._passes += [_Automaton(group, folded) for group in _groups(alike, _SPELLINGS if folded else 1)]

    def __call__(self, block: bytes, begin: int, end: int) -> list[tuple[int, int]]:
        """All places of all texts, each with the index of its text, in ascending order."""
        found: list[tuple[int, int]] = []
        for number, one in enumerate(self._passes):
            found += one.places(block, begin, end)
            if isinstance(one, _Automaton) and one.misled:
                self._passes[number] = _EachAlone(one.texts, folded=True)
        return sorted(found) if found else found


_Texts = Sequence[tuple[int, bytes]]
"""Texts with their indices."""


class _EachAlone:
    """Looks for one text after the other."""

    def __init__(self, texts: _Texts, folded: bool) -> None:
        self._texts = texts
        self._folded = folded

    def places(self, block: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Each place with the index of its text."""
        folded = lower(block) if self._folded else block
        for index, text in self._texts:
            at = begin - 1
            while (at := find(folded, text, at + 1, end)) >= 0:
                yield at, index


# Vector instructions look for so many patterns at a time. With a first or rarest byte among few, the library would look
# for those bytes instead, which digits make slow: patterns that stand in no text keep it from that.
_AT_A_TIME = 48
_MOST_PASSES = 20
_NOWHERE = [bytes(range(first, first + 4)) for first in range(5)]
_PIECE = 4
_SPELLINGS = 1 << _PIECE
_COMMON = b".-etaoinsrhldcu0123456789mfpgwybvkxjqz"
_OFTEN = 1 << 10


def _groups(texts: _Texts, patterns: int) -> list[_Texts]:
    """The texts, of so many patterns each, divided so that vector instructions can be used."""
    size = _AT_A_TIME // patterns
    if len(texts) > size * _MOST_PASSES:
        return [texts]
    return [texts[start : start + size] for start in range(0, len(texts), size)]


class _Automaton:
    """Looks first for the leftmost pattern, which is fast, and only around that for all.

    Where case is ignored, a piece of each text is looked for in all its spellings.
    """

    def __init__(self, texts: _Texts, folded: bool) -> None:
        assert _ahocorasick is not None
        self.texts = texts
        self._folded = folded
        parts: dict[bytes, list[tuple[int, bytes, int]]] = {}
        for index, text in texts:
            start, end = _telling(text) if folded else (0, len(text))
            for pattern in _spellings(text[start:end]) if folded else (text,):
                parts.setdefault(pattern, []).append((index, text, start))
        self._patterns, self._parts = list(parts), list(parts.values())
        self._longest = max(map(len, self._patterns))
        every = [*self._patterns, *_NOWHERE] if len(self._patterns) > 1 else self._patterns
        self._leftmost = _ahocorasick.BytesAhoCorasick(every, matchkind=_ahocorasick.MatchKind.LeftmostFirst)
        self._all: Any | None = None
        self._searched = self._missed = 0

    @property
    def misled(self) -> bool:
        """Whether a piece stands in so many places without its text that it is of no use."""
        return len(self.texts) <= _AT_A_TIME and self._missed * _OFTEN > max(self._searched, 256 * _OFTEN)

    def places(self, block: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Each place with the index of its text."""
        view = memoryview(block)[begin:end]
        self._searched += end - begin
        reached = 0
        for _, start, stop in self._leftmost.find_matches_as_indexes(view):
            for pattern, at in self._around(view, max(start, reached), stop):
                for index, text, offset in self._parts[pattern]:
                    place = begin + at - offset
                    if not self._folded or _stands(text, block, place, begin, end):
                        yield place, index
                    else:
                        self._missed += 1
            reached = stop

    def _around(self, view: memoryview, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Every pattern that begins between these two, overlapping ones included."""
        if self._all is None:
            assert _ahocorasick is not None
            self._all = _ahocorasick.BytesAhoCorasick(self._patterns)
        piece = view[start : stop + self._longest - 1]
        for pattern, at, _ in self._all.find_matches_as_indexes(piece, overlapping=True):
            if start + at < stop:
                yield pattern, start + at


def _stands(text: bytes, block: bytes, place: int, begin: int, end: int) -> bool:
    """Whether a text in lower case stands there in any."""
    return place >= begin and block[place : min(end, place + len(text))].lower() == text


_Pass = _EachAlone | _Automaton


def _telling(text: bytes) -> tuple[int, int]:
    """The piece of a text in lower case that is likely to be the rarest; the end of a domain never is."""
    beginning = len(text.rpartition(b".")[0])
    end = beginning if beginning >= _PIECE else len(text)
    places = range(max(0, end - _PIECE), -1, -1)  # from the end on: that is where numbers differ
    start = max(places, key=lambda at: sum(map(_COMMON.find, text[at : at + _PIECE])))
    return start, start + _PIECE


def _spellings(piece: bytes) -> list[bytes]:
    """A piece in lower case with each of its letters small or capital."""
    return [bytes(spelt) for spelt in product(*({byte, *bytes([byte]).upper()} for byte in piece))]
