"""Files read ahead of whoever searches them, on several cores: unpacking, reading and looking for a text by vector
instructions leave the interpreter free for other threads.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from queue import Full, Queue
from threading import Event, Thread
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")

AHEAD = 32
"""Blocks that all files together may be read ahead: 64 MiB."""
MOST_AT_ONCE = 8
_MOMENT = 0.1


class Blocks(Protocol):
    """What is searched: `wizard.maillog.files.LogFile`."""

    def blocks(self) -> Iterator[bytes]: ...


def read_ahead(
    files: Sequence[Blocks], look: Callable[[bytes], T], cores: int | None = None
) -> Iterator[Iterator[tuple[bytes, T]]]:
    """For each file, in their order, its blocks in theirs, each with what `look` makes of it.

    As many files as there are cores are under way at once. What goes wrong in a file is raised where it is read. When
    the caller stops, so do they.
    """
    cores = min(cores or os.cpu_count() or 1, MOST_AT_ONCE)
    if cores == 1:
        for file in files:
            yield ((block, look(block)) for block in file.blocks())
        return
    stopped = Event()
    under_way: deque[_Reader[T]] = deque()
    try:
        waiting = deque(files)
        while waiting or under_way:
            while waiting and len(under_way) < cores:
                under_way.append(_Reader(waiting.popleft(), look, max(2, AHEAD // min(cores, len(files))), stopped))
            yield under_way[0].blocks()
            under_way.popleft()
    finally:
        stopped.set()


class _Reader(Generic[T]):
    def __init__(self, file: Blocks, look: Callable[[bytes], T], most: int, stopped: Event) -> None:
        self._file = file
        self._look = look
        self._read: Queue[tuple[bytes, T] | BaseException | None] = Queue(most)
        self._stopped = stopped
        Thread(target=self._run, name="log", daemon=True).start()

    def blocks(self) -> Iterator[tuple[bytes, T]]:
        while (read := self._read.get()) is not None:
            if isinstance(read, BaseException):
                raise read
            yield read

    def _run(self) -> None:
        try:
            for block in self._file.blocks():
                if not self._give((block, self._look(block))):
                    return
        except BaseException as error:  # whatever it is, it is the searching thread's to handle
            self._give(error)
        else:
            self._give(None)

    def _give(self, read: tuple[bytes, T] | BaseException | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._read.put(read, timeout=_MOMENT)
            except Full:
                continue
            return True
        return False
