"""Several files read at once: unpacking and reading leave the interpreter free for other threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from wizard.maillog.search import Blocks

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


class _Stoppable:
    def __init__(self, file: Blocks, stopped: Event) -> None:
        self._file = file
        self._stopped = stopped

    def blocks(self) -> Iterator[bytes]:
        for block in self._file.blocks():
            if self._stopped.is_set():
                return
            yield block


def each_file(
    files: Sequence[Blocks], work: Callable[[int, Blocks], T], cores: int | None = None
) -> Generator[T, None, None]:
    """What `work` makes of each file (its index, and the file to search), in the order of the files.

    At most `cores` files are under way at once, and as many results wait. When the caller stops reading, or is
    interrupted, the files under way end at their next block.
    """
    cores = min(cores or os.cpu_count() or 1, len(files))
    if cores <= 1:
        yield from (work(index, file) for index, file in enumerate(files))
        return
    from concurrent.futures import ThreadPoolExecutor

    stopped = Event()
    pool = ThreadPoolExecutor(cores, thread_name_prefix="log")
    try:
        waiting: deque[Future[T]] = deque()
        for index, file in enumerate(files):
            waiting.append(pool.submit(work, index, _Stoppable(file, stopped)))
            if len(waiting) >= 2 * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)
