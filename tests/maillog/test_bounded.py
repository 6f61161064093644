"""Streams that no log is, in their real sizes: memory stays small, and what stands behind them is found."""

from __future__ import annotations

import gzip
import os
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from zlib import compressobj

import pytest

from tests.maillog.plain import STAMP
from wizard.maillog.blocks import BLOCK, GLANCE, MAX_LINE, REACH
from wizard.maillog.files import find_files
from wizard.maillog.logfile import LogFile
from wizard.maillog.packed import PIECE
from wizard.maillog.search import Needle, search
from wizard.maillog.stored import CHUNK

WANTED = Needle(b"MID 77777")
BEHIND = STAMP + b"MID 77777 ready\n"
CUT, ZEROS = "line longer than 1 MiB cut", "zero bytes left out"
MIB = 1 << 20


def stream(*pieces: tuple[bytes, int]) -> Iterator[bytes]:
    """Each piece so many times, never all of it at once."""
    for piece, times in pieces:
        for _ in range(times):
            yield piece


ENDLESS = ((STAMP + b"MID 3 Subject '", 1), (b"x" * MIB, 40), (b"'\n", 1), (BEHIND, 1))
NULS = ((STAMP + b"MID 3 ready\n", 1), (bytes(MIB), 40), (BEHIND, 1))
BOTH = (
    (STAMP + b"MID 3 ready\n", 400),
    (STAMP + b"MID 3 Subject '", 1),
    (b"x\0" * (MIB // 2), 40),
    (b"\n", 1),
    (BEHIND, 1),
)
RUN_OF_ZEROS = ((STAMP + b"MID 3 ready\n", 1), (bytes(MIB), 300), (BEHIND, 1))
HIDDEN_BEHIND_THE_CUT = ((STAMP + b"MID 3 Subject '", 1), (b"x" * MIB, 40), (b" MID 77777'\n", 1), (BEHIND, 1))


def plain(path: Path, pieces: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)


def packed(path: Path, pieces: Iterator[bytes]) -> None:
    packer = compressobj(1, wbits=31)
    with path.open("wb") as file:
        file.writelines(map(packer.compress, pieces))
        file.write(packer.flush())


def wide(path: Path, pieces: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        file.write(b"\xff\xfe")
        file.writelines(piece.decode().encode("utf-16-le") for piece in pieces)


def one(path: Path) -> LogFile:
    (file,) = find_files([str(path)])
    return file


@pytest.mark.parametrize(
    ("kept", "pieces", "line", "problems"),
    [
        (plain, ENDLESS, 2, {CUT}),
        (packed, ENDLESS, 2, {CUT}),
        (wide, ENDLESS, 2, {CUT}),
        (plain, NULS, 2, {ZEROS}),
        (packed, NULS, 2, {ZEROS}),
        (plain, BOTH, 402, {CUT, ZEROS}),
        (packed, RUN_OF_ZEROS, 2, {ZEROS}),
        (plain, HIDDEN_BEHIND_THE_CUT, 2, {CUT}),
    ],
)
def test_memory_is_bounded_and_the_answer_right(
    kept: Callable[[Path, Iterator[bytes]], None],
    pieces: tuple[tuple[bytes, int], ...],
    line: int,
    problems: set[str],
    tmp_path: Path,
) -> None:
    path = tmp_path / "mail.log"
    kept(path, stream(*pieces))
    file = one(path)
    tracemalloc.start()
    try:
        found = [(entry.line, entry.raw) for entry in search(file, [WANTED])]
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == [(line, BEHIND[:-1])]
    assert set(file.problems) == problems
    assert most < 24 * MIB


def around(size: int) -> range:
    return range(size - 2, size + 3)


EDGES = sorted(
    {
        place
        for size in (PIECE, CHUNK, MAX_LINE, BLOCK, BLOCK + GLANCE, BLOCK + REACH, 2 * BLOCK)
        for place in around(size)
    }
)


@pytest.mark.parametrize("packing", [bytes, gzip.compress])
def test_needles_at_the_edges_of_what_is_read_at_once(packing: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """An entry that ends, or begins, or holds its needle, within two bytes of each edge; some logs end there."""
    line = STAMP + b"MID 5 ICID 5 From: <u@example.net>\n"
    for edge in EDGES:
        for before in (edge, edge - len(BEHIND), edge - len(STAMP), edge - len(STAMP) - len(b"MID 77")):
            count, rest = divmod(before, len(line))
            head = line * (count - 1) + b"x" * (rest + len(line) - 1) + b"\n"
            for behind in (b"", BEHIND, line * 3):
                data = head + BEHIND + behind
                path = tmp_path / "mail.log"
                path.write_bytes(packing(data.removesuffix(b"\n")))
                found = [(entry.line, entry.raw) for entry in search(one(path), [WANTED])]
                expected = [(count + 1, BEHIND[:-1])] + [(count + 2, BEHIND[:-1])] * (behind == BEHIND)
                assert found == expected, (edge, before, len(behind))


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and devices")
def test_what_is_no_file_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_bytes(BEHIND)
    os.mkfifo(tmp_path / "pipe.log")
    (tmp_path / "null.log").symlink_to("/dev/null")
    (tmp_path / "zero.log").symlink_to("/dev/zero")
    (tmp_path / "tty.log").symlink_to("/dev/tty")
    (tmp_path / "nowhere.log").symlink_to("gone")
    (tmp_path / "itself.log").symlink_to("itself.log")
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(tmp_path / "s.log"))
        for named in (str(tmp_path), f"{tmp_path}/*.log"):
            assert [file.name for file in find_files([named])] == ["mail.log"]
