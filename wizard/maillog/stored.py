"""Stored bytes that may change while they are read: read by place, never mapped, as far as they went at first sight.

A memory map of a file that another process truncates kills this one. A log that rotates between two passes has
another name afterwards, or its name has another content; so each pass compares the first bytes and looks beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import BinaryIO, cast

from wizard.maillog.packed import Note

CHUNK = 512 << 10
HEAD = 8 << 10
FINGERPRINT = 512

# Where there is no pread (Windows), two members of one archive on standard input share the place in its file.
_SEEKING = Lock()


# The GNU allocator gives big blocks back to the system at once, and getting them again, page by page, takes longer than
# to search them: until one of this size has been freed. Then it keeps what is smaller at hand. (No page is touched.)
bytes(31 << 20)


class Reader:
    """An open file; `read` gives fewer bytes than asked for only where the file ends (or fails, which is noted).

    `reached` is the furthest place up to which it was read.
    """

    def __init__(self, opened: BinaryIO, size: int, note: Note) -> None:
        self.file = opened
        self.size = size
        self.reached = 0
        self._note = note

    def read(self, offset: int, size: int) -> bytes:
        self.reached = max(self.reached, offset + size)
        try:
            if hasattr(os, "pread"):
                return os.pread(self.file.fileno(), size, offset)
            with _SEEKING:
                self.file.seek(offset)
                return self.file.read(size)
        except OSError as error:
            self._note(error.strerror or "input/output error")
            return b""

    def chunks(self, offset: int, size: int) -> Iterator[bytes]:
        """The bytes of a stretch in order, as far as there are any."""
        end = offset + size
        while offset < end:
            chunk = self.read(offset, min(CHUNK, end - offset))
            if not chunk:
                self._note("shorter than it was at first")
                return
            offset += len(chunk)
            yield chunk


class Stored:
    """A regular file, or standard input kept in `spool`; `failure` says why it could not be opened at first sight."""

    def __init__(self, path: str, spool: BinaryIO | None = None) -> None:
        self.path = path
        self.size = 0
        self.head = b""
        self.modified: float | None = None
        self.identity: tuple[int, int] | None = None
        self.failure: str | None = None
        self._spool = spool
        try:
            opened = spool or _open(path)
        except OSError as error:
            self.failure = error.strerror or "input/output error"
            return
        try:
            self._look(opened)
        finally:
            if opened is not spool:
                opened.close()

    def _look(self, opened: BinaryIO) -> None:
        status = os.fstat(opened.fileno())
        self.size = status.st_size
        self.modified = None if self._spool else status.st_mtime
        self.identity = (status.st_dev, status.st_ino)
        self.head = Reader(opened, self.size, self._fail).read(0, HEAD)[: self.size]

    def _fail(self, problem: str) -> None:
        self.failure = problem

    @contextmanager
    def opened(self, note: Note) -> Iterator[Reader | None]:
        """The same bytes again, also under the name that a rotation gave them; None (and a note) if they are gone."""
        if self.failure:
            note(self.failure)
            yield None
            return
        if self._spool:
            yield Reader(self._spool, self.size, note)
            return
        same = next(filter(None, map(self._same, chain([self.path], self._neighbours()))), None)
        if same is None:
            note("rotated away or rewritten while it was read")
            yield None
            return
        with same:
            yield Reader(same, self.size, note)

    def _same(self, path: str) -> BinaryIO | None:
        """The file of this name, opened, if it still begins as this one did."""
        fingerprint = self.head[:FINGERPRINT]
        try:
            opened = _open(path)
        except OSError:
            return None
        if Reader(opened, self.size, ignore).read(0, len(fingerprint)) == fingerprint:
            return opened
        opened.close()
        return None

    def _neighbours(self) -> Iterator[str]:
        try:
            with os.scandir(Path(self.path).parent) as entries:
                for entry in entries:
                    if entry.is_file() and (entry.stat().st_dev, entry.stat().st_ino) == self.identity:
                        yield entry.path
        except OSError:
            return


def peek(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes of a stream, and the stream with them."""
    first: list[bytes] = []
    size = 0
    for chunk in chunks:
        first.append(chunk)
        size += len(chunk)
        if size >= HEAD:
            break
    return b"".join(first)[:HEAD], chain(first, chunks)


def local(modified: float | None) -> datetime | None:
    """Seconds since 1970 as a naive local time; None for what is none."""
    try:
        return None if modified is None else datetime.fromtimestamp(modified)
    except (OverflowError, OSError, ValueError):
        return None


def _open(path: str) -> BinaryIO:
    return cast(BinaryIO, open(path, "rb", buffering=0))  # noqa: PTH123


def ignore(problem: str) -> None:
    """For a first look, whose failures show again when the file is read."""
