"""The members of a zip archive, as places in its file: each is then read like a file of its own."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import islice, pairwise
from typing import BinaryIO, NamedTuple

from wizard.maillog.packed import Note, unpack
from wizard.maillog.stored import CHUNK, Reader

MEMBERS = 10_000
LOCAL_MAGIC = b"PK\x03\x04"
LOCAL_HEADER = struct.Struct("<4s5H3I2H")
PACKING = {
    zipfile.ZIP_STORED: None,
    zipfile.ZIP_DEFLATED: "deflate",
    zipfile.ZIP_BZIP2: "bzip2",
    93: "zstd",
    95: "xz",
}


class Member(NamedTuple):
    """One file: `size` packed bytes behind the local header at `offset`; `problem` if it cannot be read."""

    name: str
    offset: int
    size: int
    packing: str | None
    modified: datetime | None
    problem: str | None = None

    def chunks(self, reader: Reader, note: Note) -> Iterator[bytes]:
        """What it holds, out of the archive's file."""
        start = data_offset(reader.read(self.offset, LOCAL_HEADER.size), self.offset)
        if start is None:
            note("damaged zip archive")
            return iter(())
        chunks = reader.chunks(start, self.size)
        return unpack(chunks, self.packing, note) if self.packing else chunks


def members(archive: BinaryIO, note: Note) -> list[Member]:
    """The files in an archive, but hidden ones, in the order of their places."""
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = opened.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error, EOFError, RuntimeError):
        note("damaged zip archive")
        return list(islice(_without_directory(archive), MEMBERS))
    infos = sorted((i for i in infos if not i.is_dir() and not hidden(i.filename)), key=lambda i: i.header_offset)
    if len(infos) > MEMBERS:
        note(f"more than {MEMBERS} files in the archive: the rest is left out")
        infos = infos[:MEMBERS]
    found = []
    reached = 0
    for info in infos:
        if info.header_offset < reached:
            note("files that overlap in the archive are left out")
            continue
        reached = info.header_offset + LOCAL_HEADER.size + info.compress_size
        found.append(_member(info))
    return found


def _member(info: zipfile.ZipInfo) -> Member:
    problem = None
    if info.flag_bits & 1:
        problem = "encrypted"
    elif info.compress_type not in PACKING:
        problem = f"packed by a method not read here ({info.compress_type})"
    try:
        modified = datetime(*info.date_time)
    except ValueError:
        modified = None
    return Member(
        info.filename, info.header_offset, info.compress_size, PACKING.get(info.compress_type), modified, problem
    )


def _without_directory(archive: BinaryIO) -> Iterator[Member]:
    """What a download that broke off still holds: the directory of an archive is at its end."""
    places = [*_local_headers(archive), archive.seek(0, io.SEEK_END)]
    for place, following in pairwise(places):
        archive.seek(place)
        header = LOCAL_HEADER.unpack(archive.read(LOCAL_HEADER.size))
        name = archive.read(header[9]).decode("utf-8", "replace")
        start = place + LOCAL_HEADER.size + header[9] + header[10]
        if start < following and header[3] in PACKING and not header[2] & 1 and not hidden(name):
            yield Member(name, place, following - start, PACKING[header[3]], None)


def _local_headers(archive: BinaryIO) -> Iterator[int]:
    archive.seek(0)
    at, window = 0, b""
    while chunk := archive.read(CHUNK):
        window += chunk
        found = window.find(LOCAL_MAGIC)
        while 0 <= found <= len(window) - LOCAL_HEADER.size:
            header = LOCAL_HEADER.unpack_from(window, found)
            if header[1] < 100 and 0 < header[9] < 1024:
                yield at + found
            found = window.find(LOCAL_MAGIC, found + 4)
        keep = LOCAL_HEADER.size - 1
        at, window = at + len(window) - len(window[-keep:]), window[-keep:]


def hidden(name: str) -> bool:
    """Whether a folder's listing would not show a file of this name, or it describes one to another system."""
    return name.startswith("__MACOSX/") or posixpath.basename(name).startswith(".")


def data_offset(local_header: bytes, offset: int) -> int | None:
    """Where the packed bytes begin, by the local header (30 bytes) found at `offset`; None if it is none."""
    if len(local_header) < LOCAL_HEADER.size:
        return None
    magic, *_, name_length, extra_length = LOCAL_HEADER.unpack(local_header)
    return offset + LOCAL_HEADER.size + name_length + extra_length if magic == LOCAL_MAGIC else None
