"""Several files read ahead at once: blocks in their order, and an end when nobody wants them any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from wizard.maillog.cores import read_ahead
from wizard.maillog.files import find_files
from wizard.maillog.search import Needle, Needles, search, search_files


class Packed:
    plain = False

    def shared(self) -> AbstractContextManager[None]:
        return nullcontext()


class Endless(Packed):
    def blocks(self) -> Iterator[bytes]:
        while True:
            time.sleep(0.001)
            yield b"x\n"


class Broken(Packed):
    def blocks(self) -> Iterator[bytes]:
        yield b"x\n"
        raise ValueError("broken")


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_what_is_found_comes_in_the_order_of_the_files(tmp_path: Path, cores: int) -> None:
    for number in range(9):
        (tmp_path / f"mail.log.{number + 1}").write_bytes(b"Info: MID %d done\n" % number * 1000 * (9 - number))
    files = find_files([str(tmp_path)])
    found = search_files(list(enumerate(files)), Needles([Needle(b"MID")]), lambda *_: None, cores=cores)
    alone = [
        (index, entry.line, entry.raw) for index, file in enumerate(files) for entry in search(file, [Needle(b"MID")])
    ]
    assert [(entry.source, entry.line, entry.raw) for entry in found] == alone
    assert all(file.reached == file.size for file in files)


def test_failures_reach_the_caller() -> None:
    (first,) = read_ahead([Broken()], len, 2)
    assert next(first) == (b"x\n", 2)
    with pytest.raises(ValueError, match="broken"):
        next(first)


def test_who_stops_reading_ends_the_rest() -> None:
    before = threading.active_count()
    files = read_ahead([Endless()] * 4, len, 2)
    assert next(next(files)) == (b"x\n", 2)
    files.close()  # type: ignore[attr-defined]
    until = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() == before
