"""The members of a zip archive, as places in its file: each is then read like a file of its own."""

from __future__ import annotations

import posixpath
import struct
import zipfile
from datetime import datetime
from typing import BinaryIO, NamedTuple

from wizard.maillog.packed import Note

MEMBERS = 10_000
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


def members(archive: BinaryIO, note: Note) -> list[Member]:
    """The files in an archive, but hidden ones, in the order of their places."""
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = opened.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error, EOFError, RuntimeError):
        note("damaged zip archive")
        return []
    infos = sorted((i for i in infos if not i.is_dir() and not _hidden(i.filename)), key=lambda i: i.header_offset)
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


def _hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or posixpath.basename(name).startswith(".")


def data_offset(local_header: bytes, offset: int) -> int | None:
    """Where the packed bytes begin, by the local header (30 bytes) found at `offset`; None if it is none."""
    if len(local_header) < LOCAL_HEADER.size:
        return None
    magic, *_, name_length, extra_length = LOCAL_HEADER.unpack(local_header)
    return offset + LOCAL_HEADER.size + name_length + extra_length if magic == b"PK\x03\x04" else None
