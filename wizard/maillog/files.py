"""Which files a path means: a file, a folder (its files and those one level below), a glob, or `-` for standard input.

The members of a zip or tar archive are streams of their own. Hidden files, pipes and devices in a folder are left out.
"""

from __future__ import annotations

import errno
import glob
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from wizard.errors import InputError
from wizard.maillog.globs import matches
from wizard.maillog.logfile import LogFile
from wizard.maillog.packed import Note, is_tar, packing_of
from wizard.maillog.rotation import rotation_key
from wizard.maillog.stored import Stored

if TYPE_CHECKING:
    from wizard.maillog import tarred, zipped

    Member = tarred.Member | zipped.Member


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
