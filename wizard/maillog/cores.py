"""Files read ahead of whoever searches them, on several cores: unpacking, reading and looking for a text by vector
instructions leave the interpreter free for other threads.

Packed files are unpacked several at a time, each by one thread; the blocks of a big plain file are dealt out.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import cycle
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")

AHEAD = 32
"""Blocks that all files together may be read ahead: 64 MiB."""
DEALT_AHEAD = 3
"""Blocks that each thread may be ahead in a plain file: memory that is used again soon is still at hand."""
MOST_AT_ONCE = 8
_MOMENT = 0.1
_WORTH_DEALING = 4


class Dealt(Protocol):
    """Blocks that may be read in any order, as those of `wizard.maillog.blocks.Plain`."""

    def __len__(self) -> int: ...

    def block(self, number: int) -> Sequence[bytes] | None: ...

    def blocks(self) -> Iterator[bytes]: ...

    def rest(self, number: int) -> Iterator[bytes]: ...


class Blocks(Protocol):
    """What is searched: `wizard.maillog.logfile.LogFile`."""

    @property
    def plain(self) -> bool: ...

    def blocks(self) -> Iterator[bytes]: ...

    def shared(self) -> AbstractContextManager[Dealt | None]: ...


Look = Callable[[bytes], T]
Looked = Iterator[tuple[bytes, T]]


def read_ahead(files: Sequence[Blocks], look: Look[T], cores: int | None = None) -> Iterator[Looked[T]]:
    """For each file, in their order, its blocks in theirs, each with what `look` makes of it.

    Up to so many `cores` (all) are busy at once. What goes wrong in a file is raised where it is read. When the caller
    stops, so do they.
    """
    cores = min(cores or os.cpu_count() or 1, MOST_AT_ONCE)
    if cores == 1:
        for file in files:
            yield _looked(file.blocks(), look)
        return
    stopped = Event()
    under_way: deque[Looked[T]] = deque()
    most = max(2, AHEAD // min(cores, len(files)))
    try:
        waiting = deque(files)
        while waiting or under_way:
            while waiting and len(under_way) < cores:
                file = waiting.popleft()
                under_way.append(_dealt_out(file, look, cores) if file.plain else _unpacked(file, look, most, stopped))
            yield under_way[0]
            under_way.popleft()
    finally:
        stopped.set()


def _looked(blocks: Iterable[bytes], look: Look[T]) -> Looked[T]:
    return ((block, look(block)) for block in blocks)


def _unpacked(file: Blocks, look: Look[T], most: int, stopped: Event) -> Looked[T]:
    reader = _Reader(_looked(file.blocks(), look), most, stopped)
    return iter(reader.take, None)


def _dealt_out(file: Blocks, look: Look[T], cores: int) -> Generator[tuple[bytes, T], None, None]:
    """The blocks of a plain file, read by each of the threads in turn until they cannot be told apart."""
    stopped = Event()
    with file.shared() as plain:
        if plain is None:
            return
        count = len(plain)
        if count < _WORTH_DEALING:
            yield from _looked(plain.blocks(), look)
            return

        def share(first: int) -> Iterator[list[tuple[bytes, T]]]:
            for number in range(first, count, cores):
                parts = plain.block(number)
                if parts is None:
                    return
                yield list(_looked(parts, look))

        readers = [_Reader(share(first), DEALT_AHEAD, stopped) for first in range(cores)]
        try:
            for number, reader in zip(range(count), cycle(readers)):
                looked = reader.take()
                if looked is None:
                    stopped.set()
                    yield from _looked(plain.rest(number), look)
                    return
                yield from looked
        finally:
            stopped.set()
            for reader in readers:
                reader.join()


class _Reader(Generic[T]):
    """A thread that goes through `things`, so many of them ahead of who takes them; None ends them."""

    def __init__(self, things: Iterator[T], most: int, stopped: Event) -> None:
        self._things = things
        self._read: Queue[T | BaseException | None] = Queue(most)
        self._stopped = stopped
        self._thread = Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def take(self) -> T | None:
        while True:  # with a limit in time, else Ctrl-C may get lost just when the waiting begins
            try:
                read = self._read.get(timeout=_MOMENT)
                break
            except Empty:
                continue
        if isinstance(read, BaseException):
            raise read
        return read

    def join(self) -> None:
        """Wait until the thread has seen that it is to stop: then the file may be closed."""
        self._thread.join()

    def _run(self) -> None:
        try:
            for thing in self._things:
                if not self._give(thing):
                    return
        except BaseException as error:  # whatever it is, it is the searching thread's to handle
            self._give(error)
        else:
            self._give(None)

    def _give(self, read: T | BaseException | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._read.put(read, timeout=_MOMENT)
            except Full:
                continue
            return True
        return False
