"""How fast logs are searched, against GNU grep and ripgrep in the same run.

    python -m benchmarks                  a log of 200 MB in a temporary folder
    python -m benchmarks --size 2000      of 2 GB
    python -m benchmarks --log FILE       a log made before (--keep FILE makes it)
    python -m benchmarks --many           100,000 connections that all match, once: some minutes

Each row is the median of five or more runs, interleaved, of a whole process with the log in the page cache.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.generate import (
    WANTED_ADDRESS,
    WANTED_ADDRESSES,
    WANTED_DOMAIN,
    WANTED_NETWORK,
    pack_rotated,
    write_log,
)

IDS = r"grep -oE '{kind} [0-9]+\b' {lines} | sort -u > {ids}"
Job = tuple[str, list[str]]
UNITS = ("one address: `rg -F`", "one address: `grep -F`", "a Python loop that splits the lines")
"""What the others are compared with: the first that was measured."""
ENVIRONMENT = {**os.environ, "LC_ALL": "C"}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)  # users have their bytecode cached


def three_greps(tool: str, log: Path, folder: Path) -> list[str]:
    """The technote's way: grep the address, grep its ICIDs, grep their MIDs."""
    one, two, icids, mids = (folder / name for name in ("one", "two", "icids", "mids"))
    steps = (
        f"{tool} -F {WANTED_ADDRESS} {log} > {one}",
        IDS.format(kind="ICID", lines=one, ids=icids),
        f"{tool} -wFf {icids} {log} > {two}",
        IDS.format(kind="MID", lines=two, ids=mids),
        f"{tool} -wFf {mids} {log}",
    )
    return ["sh", "-c", " && ".join(steps)]


def ours(job: str, log: Path, *texts: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.ours", job, str(log), *texts]


def mailwhy(command: str, log: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "wizard", command, "--log", str(log), *options]


def offered(command: str) -> bool:
    asked = [sys.executable, "-m", "wizard", command, "--help"]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0


def jobs(log: Path, packed: Path, rotated: Path, folder: Path) -> list[Job]:
    """What to measure, of what this machine and this version have."""
    wanted: list[Job] = [
        ("one address: `grep -F`", ["grep", "-F", WANTED_ADDRESS, str(log)]),
        ("the technote's three greps: `grep`", three_greps("grep", log, folder)),
    ]
    if shutil.which("rg"):
        wanted += [
            ("one address: `rg -F`", ["rg", "-F", WANTED_ADDRESS, str(log)]),
            ("the technote's three greps: `rg`", three_greps("rg", log, folder)),
        ]
    wanted += [
        ("one address: search", ours("find", log, WANTED_ADDRESS)),
        ("one address: search, lines numbered", ours("number", log, WANTED_ADDRESS)),
        ("one address, followed to its messages: search", ours("follow", log, WANTED_ADDRESS)),
        ("ten addresses, followed: search", ours("follow", log, *WANTED_ADDRESSES)),
        ("a domain in any case: search", ours("any-case", log, WANTED_DOMAIN)),
        ("gzip, one address: `zgrep -F`", ["zgrep", "-F", WANTED_ADDRESS, str(packed)]),
        ("gzip, one address: search", ours("find", packed, WANTED_ADDRESS)),
        ("30 packed files, one address: `zgrep -F`", ["sh", "-c", f"zgrep -F {WANTED_ADDRESS} {rotated}/*"]),
        ("30 packed files, one address: search", ours("find", rotated, WANTED_ADDRESS)),
    ]
    if offered("trace"):
        wanted += [
            (f"{what}`mailwhy trace --sender-ip`", mailwhy("trace", path, "--sender-ip", WANTED_ADDRESS))
            for what, path in (("", log), ("gzip: ", packed), ("30 packed files: ", rotated))
        ]
    if offered("diagnose") and offered("trace"):
        wanted += [
            (f"`mailwhy diagnose --auto --offline` {what}", mailwhy("diagnose", log, "--auto", "--offline", *options))
            for what, options in (
                ("one address", ["--sender-ip", WANTED_ADDRESS]),
                ("ten addresses", [o for a in WANTED_ADDRESSES for o in ("--sender-ip", a)]),
                ("a domain", ["--sender", WANTED_DOMAIN]),
            )
        ]
    return wanted


def of_many(log: Path) -> list[Job]:
    """What to measure where all of a log is asked for."""
    asked = ["--sender-ip", WANTED_NETWORK]
    return [
        ("a Python loop that splits the lines", ours("split", log)),
        ("`mailwhy trace --sender-ip`", mailwhy("trace", log, *asked)),
        ("`mailwhy diagnose --auto --offline`", mailwhy("diagnose", log, "--auto", "--offline", *asked)),
    ]


def run(command: list[str], output: Path) -> tuple[float, int]:
    """Seconds and the most memory (KiB) of a process and its children.

    The output goes to a file, since GNU grep stops at the first match where nobody would see it.
    """
    started = time.perf_counter()
    with output.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, env=ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return time.perf_counter() - started, usage.ru_maxrss


def table(measured: dict[str, list[tuple[float, int]]]) -> str:
    medians = {name: statistics.median(seconds for seconds, _ in runs) for name, runs in measured.items()}
    unit = next(medians[name] for name in UNITS if name in medians)
    rows = ["| | seconds | × the reference | memory, MiB |", "|---|---:|---:|---:|"]
    for name, runs in measured.items():
        memory = max(memory for _, memory in runs) >> 10
        rows.append(f"| {name} | {medians[name]:.2f} | {medians[name] / unit:.1f} | {memory} |")
    return "\n".join(rows)


def measure(log: Path, folder: Path, runs: int) -> str:
    packed, rotated = folder / "mail.log.gz", folder / "rotated"
    _say("packing")
    with log.open("rb") as plain, gzip.open(packed, "wb", 6) as out:
        for _ in range(400):
            out.write(plain.read(1_000_000))
    pack_rotated(log, rotated, 30)
    return timed(jobs(log, packed, rotated, folder), folder, runs, warm=True)


def timed(wanted: list[Job], folder: Path, runs: int, *, warm: bool) -> str:
    """The table of so many runs; the first before them only warms the page cache."""
    measured: dict[str, list[tuple[float, int]]] = {name: [] for name, _ in wanted}
    for turn in range(0 if warm else 1, runs + 1):
        _say(f"run {turn} of {runs}")
        for name, command in wanted:
            result = run(command, folder / "output")
            if turn:
                measured[name].append(result)
    return table(measured)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--size", type=int, default=200, metavar="MB", help="size of the log (200)")
    parser.add_argument("--wanted-every", type=int, default=2000, metavar="N", help="one in N connections is asked for")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--many", action="store_true", help="a log of which every connection is asked for")
    parser.add_argument("--log", type=Path, help="use this log instead of making one")
    parser.add_argument("--keep", type=Path, help="make the log here, measure nothing")
    options = parser.parse_args()
    if options.keep:
        write_log(options.keep, options.size * 1_000_000, seed=options.seed, wanted_every=options.wanted_every)
        return
    with tempfile.TemporaryDirectory(prefix="mailwhy-bench-") as folder:
        log = options.log
        if options.many:
            log = Path(folder, "mail.log")
            write_log(log, 250_000_000, seed=options.seed, wanted_every=1)
            sys.stdout.write(timed(of_many(log), Path(folder), 1, warm=False) + "\n")
            return
        if log is None:
            log = Path(folder, "mail.log")
            _say(f"writing {options.size} MB")
            write_log(log, options.size * 1_000_000, seed=options.seed, wanted_every=options.wanted_every)
        sys.stdout.write(measure(log, Path(folder), options.runs) + "\n")


if __name__ == "__main__":
    main()
