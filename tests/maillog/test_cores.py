"""Several files at once: results in their order, and an end at once when nobody wants them any more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.maillog.cores import Blocks, each_file
from wizard.maillog.files import find_files
from wizard.maillog.search import Needle, search


class Endless:
    def blocks(self) -> Iterator[bytes]:
        while True:
            time.sleep(0.001)
            yield b"x\n"


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_results_come_in_the_order_of_the_files(tmp_path: Path, cores: int) -> None:
    for number in range(9):
        (tmp_path / f"mail.log.{number + 1}").write_bytes(b"Info: MID %d done\n" % number * 1000 * (9 - number))
    files = find_files([str(tmp_path)])

    def work(index: int, file: Blocks) -> tuple[int, int]:
        return index, len(list(search(file, [Needle(b"MID")])))

    assert list(each_file(files, work, cores)) == [(index, 1000 * (index + 1)) for index in range(9)]
    assert all(file.reached == file.size for file in files)


def test_failures_reach_the_caller_and_end_the_rest() -> None:
    def work(index: int, file: Blocks) -> int:
        if index == 0:
            raise ValueError("first")
        return sum(1 for _ in file.blocks())

    with pytest.raises(ValueError, match="first"):
        list(each_file([Endless()] * 4, work, 2))


def test_who_stops_reading_does_not_wait() -> None:
    class Short:
        def blocks(self) -> Iterator[bytes]:
            yield b"x\n"

    results = each_file([Short(), Endless()], lambda _, file: sum(1 for _ in file.blocks()), 2)
    assert next(results) == 1
    results.close()
