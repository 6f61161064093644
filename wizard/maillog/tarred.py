"""The members of a tar archive, as stretches of its text: each is then read like a file of its own.

The standard library takes headers apart, but it is not asked for what stands between them: it would hold a name as long
as a stranger likes in memory. Of a packed archive all before a member is unpacked again to reach it.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from wizard.maillog.packed import Note, is_tar, packing_of, unpack
from wizard.maillog.stored import Reader, ignore, local, peek
from wizard.maillog.zipped import MEMBERS, hidden

NESTING = 3
PASSED_OVER = 4 << 30
"""Bytes that may be unpacked only to reach what stands behind them, in one pass over all members."""
LONGEST_NAME = 64 << 10
HEADERS = 10 * MEMBERS

_FILES = {tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE}
_WITHOUT_DATA = {tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE}
_OF_NEXT = {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}
_RECORD = re.compile(rb"(?:^|\n)\d{1,9} (path|size)=([^\n]*)")


class Member(NamedTuple):
    """One file: `size` bytes from `offset` of the archive's text on; `layers`: how that is packed, outermost first."""

    name: str
    offset: int
    size: int
    modified: datetime | None
    layers: tuple[str, ...] = ()
    problem: str | None = None

    def chunks(self, reader: Reader, note: Note) -> Iterator[bytes]:
        """What it holds, out of the archive's file."""
        if not self.layers:
            return reader.chunks(self.offset, self.size)
        text = _unpacked(reader, self.layers, note)
        text.skip(self.offset)
        return text.pieces(self.size)


class _Plain:
    """The text of an archive that is stored as it is."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.at = 0

    def read(self, size: int) -> bytes:
        found = self._reader.read(self.at, size)
        self.at += len(found)
        return found

    def skip(self, size: int) -> int:
        """Pass over so many bytes: how many of them there are."""
        passed = min(size, self._reader.size - self.at)
        self.at += passed
        return passed


class _Unpacked:
    """The same of a packed one, which can only be read from its beginning to its end."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._chunk = b""
        self._place = 0
        self.at = 0

    def read(self, size: int) -> bytes:
        return b"".join(self.pieces(size))

    def skip(self, size: int) -> int:
        return sum(map(len, self.pieces(size)))

    def pieces(self, size: int) -> Iterator[bytes]:
        """The next so many bytes, as far as there are any."""
        end = self.at + size
        while self.at < end:
            if self._place == len(self._chunk):
                self._chunk, self._place = next(self._chunks, b""), 0
                if not self._chunk:
                    return
            piece = self._chunk[self._place : self._place + end - self.at]
            self._place += len(piece)
            self.at += len(piece)
            yield piece


def layers(reader: Reader) -> tuple[str, ...] | None:
    """How a tar archive is packed, the outermost first; None for what is no tar archive."""
    found: list[str] = []
    head, chunks = peek(reader.chunks(0, reader.size))
    while (packing := packing_of(head)) not in (None, "zip") and len(found) < NESTING:
        found.append(str(packing))
        head, chunks = peek(unpack(chunks, found[-1], ignore))
    return tuple(found) if is_tar(head) else None


def members(reader: Reader, layers: tuple[str, ...], note: Note) -> list[Member]:
    """The files in an archive, but hidden ones, in the order of their places; of two of one name the later one."""
    found: dict[str, Member] = {}
    for member in _listed(_unpacked(reader, layers, note) if layers else _Plain(reader), note):
        if len(found) == MEMBERS:
            note(f"more than {MEMBERS} files in the archive: the rest is left out")
            break
        if not hidden(member.name):
            found.pop(member.name, None)
            found[member.name] = member._replace(layers=layers)
    if layers and sum(member.offset for member in found.values()) > PASSED_OVER:
        note("a big packed tar archive of many files: unpack it first")
        return []
    return list(found.values())


def _listed(text: _Plain | _Unpacked, note: Note) -> Iterator[Member]:
    said: dict[str, str] = {}
    for _ in range(HEADERS):
        header = _header(text.read(tarfile.BLOCKSIZE), note)
        if header is None:
            return
        if header.type in _OF_NEXT:
            said.update(_said_of_next(header.type, text.read(min(header.size, LONGEST_NAME))))
            text.skip(max(0, header.size - LONGEST_NAME))
            text.skip(-header.size % tarfile.BLOCKSIZE)
            continue
        size = 0 if header.type in _WITHOUT_DATA else int(said.get("size", header.size))
        offset, held = text.at, text.skip(size)
        text.skip(-size % tarfile.BLOCKSIZE)
        if held < size:
            note("truncated tar archive")
        if header.type in _FILES:
            yield Member(said.get("path", header.name), offset, held, local(header.mtime))
        said = {}
    note(f"more than {HEADERS} entries in the archive: the rest is left out")


def _header(block: bytes, note: Note) -> tarfile.TarInfo | None:
    """None at the end of the archive, and where it is damaged."""
    if not block.strip(b"\0"):
        return None
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    except tarfile.HeaderError:
        note("truncated tar archive" if len(block) < tarfile.BLOCKSIZE else "damaged tar archive")
        return None
    if header.type == tarfile.GNUTYPE_SPARSE:
        note("a sparse file in the archive: unpack it first")
        return None
    if header.size < 0:
        note("damaged tar archive")
        return None
    return header


def _said_of_next(kind: bytes, data: bytes) -> dict[str, str]:
    """The name of the next file, and its size where that has no room in its header."""
    if kind == tarfile.GNUTYPE_LONGLINK:
        return {}
    if kind == tarfile.GNUTYPE_LONGNAME:
        return {"path": data.rstrip(b"\0").decode("utf-8", "replace")}
    said = {key.decode(): value.decode("utf-8", "replace") for key, value in _RECORD.findall(data)}
    return {key: value for key, value in said.items() if key != "size" or re.fullmatch(r"[0-9]{1,18}", value)}


def _unpacked(reader: Reader, layers: tuple[str, ...], note: Note) -> _Unpacked:
    chunks = reader.chunks(0, reader.size)
    for packing in layers:
        chunks = unpack(chunks, packing, note)
    return _Unpacked(chunks)
