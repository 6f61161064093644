"""Logs that are written to, truncated and rotated away by somebody else while they are read."""

from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.maillog.plain import STAMP
from wizard.errors import InputError
from wizard.maillog.asked import Asked, Candidate, read_network
from wizard.maillog.files import find_files
from wizard.maillog.follow import follow
from wizard.maillog.log import Log
from wizard.maillog.search import Needle, search

OURS = "198.51.100.24"
OPENED = f"New SMTP ICID %d interface Data 1 (192.0.2.14) address {OURS} reverse dns host mx.example verified no\n"
WRITTEN = STAMP + OPENED.encode()
CHUNK = b"".join(WRITTEN % number for number in range(2000))


def grow(folder: Path) -> None:
    with (folder / "mail.current").open("ab") as log:
        log.write(CHUNK)


def truncate(folder: Path) -> None:
    path = folder / "mail.current"
    os.truncate(path, path.stat().st_size // 3)
    grow(folder)


def rotate(folder: Path) -> None:
    """What logrotate does: shift, pack the second, begin anew."""
    names = ["mail.current", "mail.log.1", "mail.log.2.gz"]
    if (folder / names[1]).exists():
        (folder / "packing").write_bytes(gzip.compress((folder / names[1]).read_bytes(), 1))
        (folder / "packing").rename(folder / names[2])
        (folder / names[1]).unlink()
    (folder / names[0]).rename(folder / names[1])
    grow(folder)


def replace(folder: Path) -> None:
    (folder / "new").write_bytes(CHUNK[: len(CHUNK) // 2])
    (folder / "new").replace(folder / "mail.current")


def delete(folder: Path) -> None:
    (folder / "mail.current").unlink()
    grow(folder)


@contextmanager
def meanwhile(change: Callable[[Path], None], folder: Path) -> Iterator[None]:
    """Somebody who changes the folder without a pause."""
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            if sum(path.stat().st_size for path in folder.iterdir()) > 4_000_000:
                (folder / "mail.current").write_bytes(CHUNK)
            change(folder)

    somebody = threading.Thread(target=run)
    somebody.start()
    try:
        yield
    finally:
        over.set()
        somebody.join()


@pytest.mark.parametrize("change", [grow, truncate, rotate, replace, delete])
def test_whatever_is_found_was_written_and_nothing_breaks(change: Callable[[Path], None], tmp_path: Path) -> None:
    grow(tmp_path)
    found = turns = 0
    end = time.monotonic() + 60
    with meanwhile(change, tmp_path):
        while turns < 12 or (not found and time.monotonic() < end):
            turns += 1
            try:
                files = find_files([str(tmp_path)])
            except InputError:  # between two files of one name there is a moment without any
                continue
            for file in files:
                for entry in search(file, [Needle(OURS.encode())]):
                    assert OURS.encode() in entry.raw
                    found += 1
            records = follow(Log(files), Asked(candidates=(Candidate(read_network(OURS), "option"),)))
            assert all(connection.lines for connection in records.connections)
    assert found
