"""Blocks of log text that end at line ends, so that no line is torn between two."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.maillog.packed import Note
from wizard.maillog.stored import Reader

MAX_LINE = 1 << 20
BLOCK = MAX_LINE - (64 << 10)
REACH = 64 << 10
CUT = "line longer than 1 MiB cut"
ZEROS = "zero bytes left out"


def aligned(reader: Reader, start: int, note: Note, block_size: int = BLOCK) -> Iterator[bytes]:
    """Blocks of a plain file from `start` on, read so that nothing is copied: where a line ends is looked up first.

    Only where lines are longer than a glance reaches they are put together from pieces instead.
    """
    end = reader.size
    while start < end:
        size = end - start
        if size > block_size:
            glance = reader.read(start + block_size, min(REACH, size - block_size))
            newline = glance.find(b"\n")
            if newline < 0 and size > block_size + REACH:
                yield from cut_at_lines(without_zeros(reader.chunks(start, size), note), note)
                return
            size = min(size, block_size + newline + 1) if newline >= 0 else size
        block = reader.read(start, size)
        if len(block) < size or (start + size < end and block[-1:] != b"\n"):
            yield from cut_at_lines(without_zeros(reader.chunks(start, end - start), note), note)
            return
        start += size
        yield from without_zeros(iter((block,)), note)


def without_zeros(chunks: Iterator[bytes], note: Note) -> Iterator[bytes]:
    """A log that was truncated while the appliance or a syslog server wrote to it has runs of zero bytes."""
    for chunk in chunks:
        if b"\0" in chunk:
            note(ZEROS)
            chunk = chunk.replace(b"\0", b"")
        if chunk:
            yield chunk


def cut_at_lines(chunks: Iterator[bytes], note: Note, limit: int = MAX_LINE) -> Iterator[bytes]:
    """Chunks of any size as blocks of whole lines; a line longer than `limit` keeps that much of its beginning."""
    carry = bytearray()
    dropping = False
    for chunk in chunks:
        first = chunk.find(b"\n")
        length = first if first >= 0 else len(chunk)
        if dropping or len(carry) + length > limit:
            if not dropping:
                note(CUT)
                carry += chunk[: limit - len(carry)]
            dropping = first < 0
            if dropping:
                continue
            chunk = chunk[first:]
        last = chunk.rfind(b"\n") + 1
        if last:
            yield b"".join((carry, chunk[:last]))
            carry.clear()
        carry += chunk[last:]
    if carry:
        yield bytes(carry)
