"""What is measured of this project, each as a process of its own: `python -m benchmarks.ours JOB LOG [TEXT ...]`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from wizard.maillog.cores import each_file
from wizard.maillog.files import find_files
from wizard.maillog.search import Blocks, Needle, Needles, search

TURNS = re.compile(
    rb"New SMTP (?P<opened>ICID \d+)|(?P<closed>ICID \d+) close"
    rb"|Start (?P<begun>MID \d+)|Message finished (?P<done>MID \d+)"
)


def found(file: Blocks, texts: Sequence[bytes]) -> int:
    return sum(1 for _ in search(file, [Needle(text) for text in texts], numbered=False))


def numbered(file: Blocks, texts: Sequence[bytes]) -> int:
    return sum(1 for _ in search(file, [Needle(text) for text in texts]))


def found_in_any_case(file: Blocks, texts: Sequence[bytes]) -> int:
    return sum(1 for _ in search(file, [Needle(text, ignore_case=True) for text in texts], numbered=False))


def followed(file: Blocks, texts: Sequence[bytes]) -> int:
    """Each connection that holds a text, and its messages, each from its first line to its last."""
    wanted = Needles(Needle(text) for text in texts)
    entries = 0
    for entry in search(file, wanted, numbered=False):
        entries += 1
        turn = TURNS.search(entry.raw)
        if turn and (turn["opened"] or turn["begun"]):
            wanted.add(Needle(turn["opened"] or turn["begun"]))
        elif turn:
            wanted.discard(Needle(turn["closed"] or turn["done"]))
    return entries


JOBS = {"find": found, "number": numbered, "any-case": found_in_any_case, "follow": followed}


def main(job: str, log: str, *texts: str) -> None:
    raw = [text.encode() for text in texts]
    entries = sum(each_file(find_files([log]), lambda _, file: JOBS[job](file, raw)))
    sys.stdout.write(f"{entries}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
