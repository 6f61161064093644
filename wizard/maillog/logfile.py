"""One stream of log text, however it is stored: what its blocks are, and what was wrong with it.

What a stream holds is found by its content: gzip, bzip2, xz and zstd are unpacked, text saved in UTF-16 is transcoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.maillog.blocks import Plain, from_pieces
from wizard.maillog.encoding import sniff, transcode
from wizard.maillog.packed import is_tar, packing_of, unpack
from wizard.maillog.stored import Reader, Stored, local, peek

if TYPE_CHECKING:
    from wizard.maillog import tarred, zipped

    Member = tarred.Member | zipped.Member

NESTING = 3


class LogFile:
    """One stream of log text.

    `name` is what evidence shows: the base name, longer where two are alike, `-`, or `archive:member`. `named` is the
    index of the argument that named it. `modified` is the file's local date, naive; None for standard input. `size` is
    bytes as stored. `problems` grows while the stream is read.
    """

    def __init__(self, stored: Stored, named: int, member: Member | None = None) -> None:
        self.path = f"{stored.path}:{member.name}" if member else stored.path
        self.name = self.path
        self.named = named
        self.size = member.size if member else stored.size
        self.modified = member.modified if member else local(stored.modified)
        self.problems: list[str] = []
        self._stored = stored
        self._member = member
        self._reader: Reader | None = None
        if stored.failure:
            self.note(stored.failure)
        elif not self.size:
            self.note("empty")
        if member and member.problem:
            self.note(member.problem)

    def __repr__(self) -> str:
        return f"LogFile({self.name!r})"

    @property
    def parts(self) -> tuple[str, ...]:
        """The path in pieces, of which the last names the file, or the archive and what is in it."""
        folders, last = Path(self._stored.path).parts[:-1], Path(self._stored.path).name or self._stored.path
        return (*folders, f"{last}:{self._member.name}" if self._member else last)

    @property
    def reached(self) -> int:
        """How many of its `size` bytes the pass that is under way, or the last one, has read: for progress."""
        start = self._member.offset if self._member else 0
        return max(0, min(self.size, self._reader.reached - start)) if self._reader else 0

    def note(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def blocks(self) -> Iterator[bytes]:
        """The text in blocks of about 2 MiB, each of whole lines (the last may lack its line end), without zero bytes.

        UTF-16 comes as UTF-8; everything else in its own bytes, CRLF included. Nothing for what is no text.
        """
        if self._member and self._member.problem:
            return
        if self.plain:
            with self.shared() as plain:
                yield from plain.blocks() if plain else ()
            return
        with self._stored.opened(self.note) as reader:
            if reader:
                self._reader = reader
                yield from self._text(reader)

    @cached_property
    def plain(self) -> bool:
        """Whether the text is stored as it is, so that its blocks can be read in any order (`shared`)."""
        if self._member or packing_of(self._stored.head) or is_tar(self._stored.head):
            return False
        kind = sniff(self._stored.head)
        return kind.encoding == "utf-8" and not kind.bare_cr and not kind.problem

    @contextmanager
    def shared(self) -> Iterator[Plain | None]:
        """The blocks of plain text; None if the file is gone."""
        with self._stored.opened(self.note) as reader:
            self._reader = reader
            yield Plain(reader, sniff(self._stored.head).bom, self.note) if reader else None

    def _text(self, reader: Reader) -> Iterator[bytes]:
        member = self._member
        if member is None and packing_of(self._stored.head) == "zip":
            return
        chunks = member.chunks(reader, self.note) if member else reader.chunks(0, reader.size)
        head, chunks = peek(chunks)
        for _ in range(NESTING):
            packing = packing_of(head)
            if packing is None:
                break
            if packing == "zip":
                self.note("a zip archive inside a packed file: unpack it first")
                return
            head, chunks = peek(unpack(chunks, packing, self.note))
        if is_tar(head):
            if member:
                self.note("a tar archive inside another archive: unpack it first")
            return
        kind = sniff(head)
        if kind.problem or packing_of(head):
            self.note(kind.problem or "packed too often")
            return
        yield from from_pieces(transcode(chunks, kind), self.note)
