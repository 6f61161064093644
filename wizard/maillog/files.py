"""Which files a path means, and one stream of log text for each, however it is stored.

A path is a file, a folder (its files and those one level below), a glob, or `-` for standard input. What a stream
holds is found by its content: gzip, bzip2, xz and zstd are unpacked, the members of a zip or tar archive are streams of
their own, text saved in UTF-16 is transcoded. Hidden files, pipes and devices in a folder are passed over.
"""

from __future__ import annotations

import errno
import glob
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from wizard.errors import InputError
from wizard.maillog.blocks import Plain, from_pieces
from wizard.maillog.encoding import sniff, transcode
from wizard.maillog.globs import matches
from wizard.maillog.packed import Note, is_tar, packing_of, unpack
from wizard.maillog.rotation import rotation_key
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
    def packed(self) -> bool:
        """Whether unpacking its bytes takes longer than searching them."""
        return (self._member is not None and self._member.packed) or packing_of(self._stored.head) is not None

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


def find_files(paths: Sequence[str]) -> list[LogFile]:
    """The streams that these paths mean, each file once, in the order of the paths and of rotation within a folder.

    Raises InputError for a path that does not exist or cannot be read, a device, a folder without files and a glob
    without match. A file in a folder that cannot be read is a stream without text that says why.
    """
    found: list[LogFile] = []
    seen: set[tuple[int, int] | str] = set()
    for named, path in enumerate(paths):
        for stored in _stored(path) if path not in paths[:named] else ():
            key = stored.identity or stored.path
            if key not in seen:
                seen.add(key)
                found += _streams(stored, named)
    _shorten_names(found)
    return found


def _stored(path: str) -> list[Stored]:
    if path == "-":
        return [_spooled(sys.stdin.buffer, path)]
    if _exists(path):
        return _existing(path)
    if not glob.has_magic(path):
        raise InputError("no-such-file", path=path)
    matched = matches(path)
    found = _regular(sorted(_inside(matched), key=_order))
    failure = found[0].failure if found and all(one.failure for one in found) else None
    if failure or not found:
        unreadable = found[0].path if failure else next(filter(_is_closed, [*matched, str(Path(path).parent)]), None)
        if unreadable:
            raise InputError("unreadable-file", path=unreadable, reason=failure or os.strerror(errno.EACCES))
        raise InputError("glob-without-match", path=path)
    return found


def _exists(path: str) -> bool:
    try:
        os.lstat(path)
    except PermissionError as error:
        raise InputError("unreadable-file", path=path, reason=error.strerror) from None
    except (OSError, ValueError):
        return False
    return True


def _is_closed(folder: str) -> bool:
    """Whether a folder's files cannot be listed."""
    return os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK)  # noqa: PTH112


def _existing(path: str) -> list[Stored]:
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            found = _regular(sorted(_inside(_listed(path)), key=_order))
            if not found:
                raise InputError("folder-without-files", path=path)
            return found
        if stat.S_ISFIFO(mode):
            with open(path, "rb") as pipe:  # noqa: PTH123
                return [_spooled(pipe, path)]
        if not stat.S_ISREG(mode):
            raise InputError("not-a-file", path=path)
    except FileNotFoundError:
        raise InputError("no-such-file", path=path) from None
    except OSError as error:
        raise InputError("unreadable-file", path=path, reason=error.strerror or "input/output error") from None
    stored = Stored(path)
    if stored.failure:
        raise InputError("unreadable-file", path=path, reason=stored.failure)
    return [stored]


def _spooled(stream: BinaryIO, path: str) -> Stored:
    from wizard.maillog.spool import spooled

    return spooled(stream, path)


def _listed(folder: str) -> list[str]:
    return [os.path.join(folder, name) for name in os.listdir(folder) if not name.startswith(".")]  # noqa: PTH118, PTH208


def _inside(paths: Iterable[str]) -> Iterator[str]:
    """These paths, with the files in a folder instead of the folder."""
    for path in paths:
        try:
            yield from _listed(path) if os.path.isdir(path) else [path]  # noqa: PTH112
        except OSError:
            continue


def _regular(paths: Iterable[str]) -> list[Stored]:
    return [Stored(path) for path in paths if os.path.isfile(path)]  # noqa: PTH113


def _order(path: str) -> tuple[str, tuple[str, int, str, int, str]]:
    folder, name = os.path.split(path)
    return folder, rotation_key(name)


def _streams(stored: Stored, named: int) -> list[LogFile]:
    """The file itself, or the members of an archive; an archive that lists none stays as one stream that says why."""
    whole = LogFile(stored, named)
    inside = _members(stored, whole.note)
    if inside is None:
        return [whole]
    if not inside and not whole.problems:
        whole.note("no file in the archive")
    inside.sort(key=lambda member: _order(member.name))
    found = [LogFile(stored, named, member) for member in inside] or [whole]
    for file in found:
        file.problems = list(dict.fromkeys([*whole.problems, *file.problems]))
    return found


def _members(stored: Stored, note: Note) -> list[Member] | None:
    """What an archive holds; None for a file that is none."""
    packing = packing_of(stored.head)
    if packing is None and not is_tar(stored.head):
        return None
    with stored.opened(note) as reader:
        if reader is None:
            return None
        if packing == "zip":
            from wizard.maillog import zipped

            return [*zipped.members(reader.file, note)]
        from wizard.maillog import tarred

        layers = tarred.layers(reader)
        return None if layers is None else [*tarred.members(reader, layers, note)]


def _shorten_names(files: list[LogFile]) -> None:
    """Base names, with as many folders before them as tell them apart."""
    length = 1
    while files:
        names = [PurePath(*file.parts[-length:]).as_posix() for file in files]
        alike = Counter(names)
        left = []
        for file, name in zip(files, names, strict=True):
            file.name = name
            if alike[name] > 1 and length < len(file.parts):
                left.append(file)
        files = left
        length += 1
