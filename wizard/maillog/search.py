"""Entries of a log that hold given texts: the one boundary behind which searching is fast."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from wizard.maillog.entries import (
    Entry,
    all_entries,
    continuation_end,
    entry_around,
    last_entry,
    lines_of,
)

__all__ = ["Entry", "Needle", "search"]

Bounds = Iterator[tuple[int, int]]
Finder = Callable[[bytes, int, int], Bounds]


class Needle(NamedTuple):
    """A text within one line. Behind a digit at its end stands no further digit, before an alphanumeric start none."""

    text: bytes
    ignore_case: bool = False


class Blocks(Protocol):
    """What is searched: `wizard.maillog.files.LogFile`."""

    def blocks(self) -> Iterator[bytes]: ...


def search(
    file: Blocks, needles: Sequence[Needle] | None, observe: Callable[[int, bytes], None] | None = None
) -> Iterator[Entry]:
    """The entries of which any line holds any of the needles (all of them for None), each once, in the file's order.

    `observe` is called once per block with the number of its first line, before entries that end in it are given.
    """
    find = all_entries if needles is None else _finder(needles)
    number = pending_number = 1
    pending = b""
    for block in file.blocks():
        if observe:
            observe(number, block)
        begin = continuation_end(pending, block) if pending else 0
        if begin == len(block):
            pending += block
        else:
            yield from _entries(pending + block[:begin], 0, begin + len(pending), pending_number, find)
            end = last_entry(block, begin)
            yield from _entries(block, begin, end, number + block.count(b"\n", 0, begin), find)
            pending = block[end:]
            pending_number = number + block.count(b"\n", 0, end)
        number += block.count(b"\n")
    yield from _entries(pending, 0, len(pending), pending_number, find)


def _entries(block: bytes, begin: int, end: int, number: int, find: Finder) -> Iterator[Entry]:
    for start, reached in find(block, begin, end):
        number += block.count(b"\n", begin, start)
        begin = start
        raw = lines_of(block, start, reached)
        if raw:
            yield Entry(number, raw)


def _finder(needles: Sequence[Needle]) -> Finder:
    patterns = [_pattern(needle) for needle in dict.fromkeys(needles) if needle.text]

    def find(block: bytes, begin: int, end: int) -> Bounds:
        reached = begin
        for at in sorted(match.start() for pattern in patterns for match in pattern.finditer(block, begin, end)):
            if at >= reached:
                start, reached = entry_around(block, at, begin, end)
                yield start, reached

    return find


def _pattern(needle: Needle) -> re.Pattern[bytes]:
    before = rb"(?<![0-9A-Za-z])" if re.match(rb"[0-9A-Za-z]", needle.text) else b""
    behind = rb"(?![0-9])" if re.search(rb"[0-9]\Z", needle.text) else b""
    return re.compile(before + re.escape(needle.text) + behind, re.IGNORECASE if needle.ignore_case else 0)
