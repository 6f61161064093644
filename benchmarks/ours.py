"""What is measured of this project, each as a process of its own: `python -m benchmarks.ours JOB LOG [TEXT ...]`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from wizard.maillog.files import find_files
from wizard.maillog.logfile import LogFile
from wizard.maillog.search import Needle, Needles, search_files

Files = list[tuple[int, LogFile]]
TURNS = re.compile(
    rb"New SMTP (?P<opened>ICID \d+)|(?P<closed>ICID \d+) close"
    rb"|Start (?P<begun>MID \d+)|Message finished (?P<done>MID \d+)"
)


def nobody(index: int, number: int, block: bytes) -> None:
    """Watches nothing."""


def found(files: Files, texts: Sequence[bytes], *, numbered: bool = False) -> int:
    needles = Needles(Needle(text) for text in texts)
    return sum(1 for _ in search_files(files, needles, nobody, numbered=numbered))


def numbered(files: Files, texts: Sequence[bytes]) -> int:
    return found(files, texts, numbered=True)


def found_in_any_case(files: Files, texts: Sequence[bytes]) -> int:
    needles = Needles(Needle(text, ignore_case=True) for text in texts)
    return sum(1 for _ in search_files(files, needles, nobody, numbered=False))


def followed(files: Files, texts: Sequence[bytes]) -> int:
    """Each connection that holds a text, and its messages, each from its first line to its last."""
    wanted = Needles(Needle(text) for text in texts)
    entries = 0
    for entry in search_files(files, wanted, nobody, numbered=False):
        entries += 1
        turn = TURNS.search(entry.raw)
        if turn and (turn["opened"] or turn["begun"]):
            wanted.add(Needle(turn["opened"] or turn["begun"]))
        elif turn:
            wanted.discard(Needle(turn["closed"] or turn["done"]))
    return entries


def split(files: Files, texts: Sequence[bytes]) -> int:
    """What any program in plain Python does at least: the words of each line."""
    del texts
    words = 0
    for _, file in files:
        with open(file.path, encoding="latin-1") as log:  # noqa: PTH123
            for line in log:
                words += len(line.split())
    return words


JOBS = {"split": split, "find": found, "number": numbered, "any-case": found_in_any_case, "follow": followed}


def main(job: str, log: str, *texts: str) -> None:
    raw = [text.encode() for text in texts]
    sys.stdout.write(f"{JOBS[job](list(enumerate(find_files([log]))), raw)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
