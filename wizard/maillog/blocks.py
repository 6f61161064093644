"""Blocks of log text that end at line ends, so that no line is torn between two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wizard.maillog.packed import Note
from wizard.maillog.stored import CHUNK, Reader

MAX_LINE = 1 << 20
GLANCE = 4 << 10
REACH = 64 << 10
BLOCK = 2 << 20
CUT = "line longer than 1 MiB cut"
ZEROS = "zero bytes left out"


def aligned(reader: Reader, start: int, note: Note, block_size: int = BLOCK) -> Iterator[bytes]:
    """Blocks of a plain file from `start` on, read so that nothing is copied: where a line ends is looked up first.

    A block stays in the processor's cache while it is looked through; bigger ones take longer. Where lines are longer
    than a glance reaches, or the file changes, blocks are put together from pieces instead.
    """
    end = reader.size
    while start < end:
        size = end - start
        if size > block_size:
            size = min(size, block_size + _rest_of_line(reader, start + block_size))
        block = reader.read(start, size)
        if len(block) < size or (start + size < end and block[-1:] != b"\n"):
            yield from from_pieces(reader.chunks(start, end - start), note, block_size)
            return
        start += size
        if b"\0" in block or _has_long_lines(block):
            yield from from_pieces((block[at : at + CHUNK] for at in range(0, size, CHUNK)), note, block_size)
        else:
            yield block


def _rest_of_line(reader: Reader, at: int) -> int:
    """How many bytes from here to behind the next line end, 0 if it is out of reach."""
    return reader.read(at, GLANCE).find(b"\n") + 1 or reader.read(at, REACH).find(b"\n") + 1


def _has_long_lines(block: bytes) -> bool:
    """A line that is too long fills at least one of these stretches; in others the first line end is near."""
    half = MAX_LINE // 2
    return any(block.find(b"\n", at, at + half) < 0 for at in range(0, len(block) - half + 1, half))


def from_pieces(chunks: Iterable[bytes], note: Note, block_size: int = BLOCK) -> Iterator[bytes]:
    """Blocks from chunks that begin and end anywhere; no chunk is longer than `MAX_LINE`."""
    return whole_lines(shortened(without_zeros(chunks, note), note), block_size)


def without_zeros(chunks: Iterable[bytes], note: Note) -> Iterator[bytes]:
    """A log that was truncated while the appliance or a syslog server wrote to it has runs of zero bytes."""
    for chunk in chunks:
        if b"\0" in chunk:
            note(ZEROS)
            chunk = chunk.replace(b"\0", b"")
        yield chunk


def shortened(chunks: Iterable[bytes], note: Note, limit: int = MAX_LINE) -> Iterator[bytes]:
    r"""A line longer than `limit` keeps that much of its beginning.

    >>> b"".join(shortened([b"one\ntw", b"o and", b" more\nthree"], print, 5))
    line longer than 1 MiB cut
    line longer than 1 MiB cut
    b'one\ntwo a\nthree'
    """
    length = 0
    for chunk in chunks:
        first = chunk.find(b"\n")
        room = limit - length
        if (first if first >= 0 else len(chunk)) > room:
            note(CUT)
            yield chunk[:room]
            length = limit
            if first < 0:
                continue
            chunk = chunk[first:]
        yield chunk
        last = chunk.rfind(b"\n")
        length = len(chunk) - last - 1 if last >= 0 else length + len(chunk)


def whole_lines(chunks: Iterable[bytes], block_size: int = BLOCK) -> Iterator[bytes]:
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        last = chunk.rfind(b"\n") + 1 if size + len(chunk) >= block_size else 0
        if last:
            yield b"".join((*parts, chunk[:last]))
            parts, size, chunk = [], 0, chunk[last:]
        if chunk:
            parts.append(chunk)
            size += len(chunk)
    if parts:
        yield b"".join(parts)
