"""Blocks of log text that end at line ends, so that no line is torn between two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from wizard.maillog import bytescan
from wizard.maillog.packed import Note
from wizard.maillog.stored import CHUNK, Reader

MAX_LINE = 1 << 20
GLANCE = 4 << 10
REACH = 64 << 10
BLOCK = 1 << 21
CUT = "line longer than 1 MiB cut"
ZEROS = "zero bytes left out"


class Plain:
    """A plain file in blocks that end at line ends and can be read in any order, so by several threads at a time.

    A block stays in the processor's cache while it is looked through; bigger ones take longer. Nothing is copied: where
    a line ends is looked up first. Where lines are longer than a glance reaches, or the file has changed, the blocks
    cannot be told apart: then the `rest` is put together from pieces.
    """

    def __init__(self, reader: Reader, start: int, note: Note, block_size: int = BLOCK) -> None:
        self._reader = reader
        self._start = start
        self._note = note
        self._size = block_size
        self._begins = {0: start}

    def __len__(self) -> int:
        return max(0, -((self._start - self._reader.size) // self._size))

    def block(self, number: int) -> Sequence[bytes] | None:
        """One of them: as it stands; in several parts or none where zero bytes and long lines are taken out of it.
        None where it cannot be told apart from the next.
        """
        start, end = self._begin(number), self._begin(number + 1)
        block = self._reader.read(start, end - start)
        if len(block) < end - start or (end < self._reader.size and block[-1:] != b"\n"):
            return None
        if bytescan.find(block, b"\0", 0, len(block)) >= 0 or _has_long_lines(block):
            chunks = (block[at : at + CHUNK] for at in range(0, len(block), CHUNK))
            return list(from_pieces(chunks, self._note, self._size))
        return (block,)

    def rest(self, number: int) -> Iterator[bytes]:
        """All from this block on."""
        start = self._begin(number)
        return from_pieces(self._reader.chunks(start, self._reader.size - start), self._note, self._size)

    def blocks(self) -> Iterator[bytes]:
        """All of them, in their order."""
        for number in range(len(self)):
            parts = self.block(number)
            if parts is None:
                yield from self.rest(number)
                return
            yield from parts

    def _begin(self, number: int) -> int:
        begin = self._begins.get(number)
        if begin is None:
            place = self._start + number * self._size
            begin = min(place + self._rest_of_line(place), self._reader.size)
            self._begins[number] = begin
        return begin

    def _rest_of_line(self, at: int) -> int:
        """How many bytes from here to behind the next line end, 0 if it is out of reach."""
        return self._reader.read(at, GLANCE).find(b"\n") + 1 or self._reader.read(at, REACH).find(b"\n") + 1


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
