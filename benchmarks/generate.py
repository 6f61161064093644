"""A gateway's mail log as it would have been written: seeded, of any size, with known connections in it.

The chains of many connections are interleaved by time, as AsyncOS writes them; `stories.txt` has their lines. All
addresses are from the ranges kept for documentation and benchmarks.
"""

from __future__ import annotations

import gzip
import heapq
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

START = datetime(2024, 3, 4)
A_SECOND = 12
"""Connections per second."""

WANTED_DOMAIN = "partner.example"
WANTED_ADDRESSES = tuple(f"203.0.113.{n}" for n in range(10, 20))
WANTED_ADDRESS = WANTED_ADDRESSES[0]
WANTED_NETWORK = "203.0.113.0/24"

HEADER = (
    "Begin Logfile",
    "Version: 15.0.0-104 SN: 4229C7D1ABC123456789-0123456789AB",
    "Time offset from UTC: 0 seconds",
)
CONNECTIONS = {"accepted": 70, "rejected": 22, "refused": 4, "lost": 3, "limited": 1}
MESSAGES = {"delivered": 90, "bounced": 3, "delayed": 2, "dropped": 3, "quarantined": 2}

Script = list[tuple[float, str]]


def stories() -> dict[str, Script]:
    told: dict[str, Script] = {}
    for line in Path(__file__).with_name("stories.txt").read_text(encoding="ascii").splitlines():
        if line.startswith("["):
            told[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            delay, text = line.split(maxsplit=1)
            told[list(told)[-1]].append((float(delay), text))
    return told


class Gateway:
    """Its counters and its chance."""

    def __init__(self, seed: int, wanted_every: int) -> None:
        self._random = random.Random(seed)
        self._wanted_every = wanted_every
        self._stories = stories()
        self._icid, self._mid, self._dcid = 60_140_291, 24_611_421, 6_565_554

    def connection(self) -> Iterator[tuple[float, str]]:
        """The lines of one connection and what becomes of its messages, each with its delay."""
        self._icid += 1
        known = {"icid": self._icid, **self._sender()}
        kind = self._chosen(CONNECTIONS)
        if kind != "refused":
            yield from self._told("opened", known)
        yield from self._told(kind, known)
        if kind == "accepted":
            for message in range(1 if self._random.random() < 0.9 else 3):
                self._mid += 1
                self._dcid += 2
                known |= {"mid": self._mid, "dcid": self._dcid, "later": self._dcid + 1}
                known |= {
                    "number": self._random.randrange(1000, 1_000_000),
                    "sender": f"u{self._random.randrange(9000)}@{known['domain']}",
                    "recipient": f"u{self._random.randrange(9000)}@corp.example",
                }
                for story in ("message", self._chosen(MESSAGES)):
                    yield from self._told(story, known, 1.2 * message)
            yield from self._told("closed", known)

    def _told(self, story: str, known: dict[str, object], after: float = 0) -> Iterator[tuple[float, str]]:
        return ((after + delay, text.format_map(known)) for delay, text in self._stories[story])

    def _chosen(self, weights: dict[str, int]) -> str:
        return self._random.choices(list(weights), list(weights.values()))[0]

    def _sender(self) -> dict[str, str]:
        if self._wanted_every and self._icid % self._wanted_every == 0:
            address = WANTED_ADDRESS if self._random.random() < 0.5 else self._random.choice(WANTED_ADDRESSES)
            host, domain = f"mail{address[-2:]}.{WANTED_DOMAIN}", WANTED_DOMAIN
        else:
            number = self._random.randrange(1 << 17)
            address = f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
            domain = f"h{number % 5000}.example.net"
            host = f"mx{number % 7}.{domain}" if number % 9 else "unknown"
        return {"address": address, "host": host, "domain": domain, "verified": "no" if host == "unknown" else "yes"}


def log_lines(seed: int, wanted_every: int) -> Iterator[str]:
    """Stamped lines without end; one in `wanted_every` connections comes from WANTED_ADDRESSES (0: none)."""
    gateway, pace = Gateway(seed, wanted_every), random.Random(seed)
    waiting: list[tuple[float, int, str]] = [(0.0, order, line) for order, line in enumerate(HEADER)]
    now, order = 0.0, len(HEADER)
    stamped, stamp = -1, ""
    while True:
        now += pace.expovariate(A_SECOND)
        for delay, line in gateway.connection():
            order += 1
            heapq.heappush(waiting, (now + delay, order, line))
        while waiting and waiting[0][0] <= now:
            time, _, line = heapq.heappop(waiting)
            if int(time) != stamped:
                stamped = int(time)
                stamp = f"{START + timedelta(seconds=stamped):%a %b %d %H:%M:%S %Y}"
            yield f"{stamp} {'Warning' if line.startswith('System limit') else 'Info'}: {line}\n"


def write_log(path: Path, size: int, *, seed: int = 1, wanted_every: int = 2000) -> None:
    """A log of at least `size` bytes."""
    lines = log_lines(seed, wanted_every)
    written = 0
    with path.open("w", encoding="ascii", newline="\n") as log:
        while written < size:
            written += log.write("".join(islice(lines, 10_000)))


def pack_rotated(log: Path, folder: Path, files: int) -> None:
    """The log as that many rotated and packed files."""
    folder.mkdir(exist_ok=True)
    share = log.stat().st_size // files + 1
    with log.open("rb") as whole:
        for number in range(files, 0, -1):
            end = whole.tell() + share
            with gzip.open(folder / f"mail.log.{number}.gz", "wb", 6) as packed:
                while lines := whole.readlines(min(1_000_000, end - whole.tell())) if whole.tell() < end else []:
                    packed.write(b"".join(lines))
