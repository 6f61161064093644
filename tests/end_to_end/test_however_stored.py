"""One log, kept in every way in which logs are kept: report and trace are the same but for where a line stands."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import lzma
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from playing import Played, run

from benchmarks.generate import HEADER, START, WANTED_ADDRESS, WANTED_DOMAIN, log_lines
from wizard.cli import main

ASKED = {"address": ("--sender-ip", WANTED_ADDRESS), "domain": ("--sender", WANTED_DOMAIN)}
DROPPED = "Dropped by CASE"
FILES = 30


@cache
def lines() -> list[str]:
    """A minute of a busy gateway, 2 MB. The message that was dropped has an entry with letters beyond ASCII, and one
    that goes on behind a line end.
    """
    logged = list(islice(log_lines(3, 120), 21_000))
    subject = f"{wanted_message(logged)} Subject"
    at = next(n for n, line in enumerate(logged) if subject in line)
    entry = logged[at].partition("Subject")[0] + "Custom Log Entry:"
    logged[at + 1 : at + 1] = [f"{entry} ご案内\n", f"{entry} one\n", "two\n"]
    return logged


def wanted_message(logged: list[str]) -> str:
    """The message of the sender asked for that was dropped, as `MID 5`."""
    whole = "".join(logged)
    sent: list[str] = re.findall(rf"(MID \d+) ICID \d+ From: <\S+@{re.escape(WANTED_DOMAIN)}>", whole)
    return next(mid for mid in sent if f"Message aborted {mid} {DROPPED}" in whole)


def text() -> str:
    return "".join(lines())


@dataclass
class Kept:
    """How the log is kept: what names it, and how many of its lines come before each file's first."""

    named: list[Path | str]
    before: dict[str, int]
    stdin: bytes = b""


def one(folder: Path, name: str, data: bytes) -> Kept:
    (folder / name).write_bytes(data)
    return Kept([folder / name], {name: 0})


def zipped(folder: Path) -> Kept:
    name = "mail_logs/mail.@20240304T000000.c"
    with zipfile.ZipFile(folder / "mail_logs.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mail_logs/", b"")
        archive.writestr(name, text())
    return Kept([folder / "mail_logs.zip"], {f"mail_logs.zip:{name}": 0})


def packings() -> list[tuple[str, Callable[[bytes], bytes]]]:
    found: list[tuple[str, Callable[[bytes], bytes]]] = [("gz", gzip.compress), ("bz2", bz2.compress)]
    found.append(("xz", lambda data: lzma.compress(data, preset=0)))
    for library in ("compression.zstd", "backports.zstd"):
        with contextlib.suppress(ImportError):
            return [*found, ("zst", import_module(library).compress)]
    return found


def shares(cuts: list[int]) -> Iterator[tuple[int, bytes]]:
    """The log cut before these of its lines (from 0 on): lines before each piece, and the piece."""
    edges = [0, *cuts, len(lines())]
    for begin, end in pairwise(edges):
        yield begin, "".join(lines()[begin:end]).encode()


def rotated_and_packed(folder: Path) -> Kept:
    """`mail.log.29.gz` to `mail.log`, the newest two not packed yet."""
    share = len(lines()) // FILES
    ways = packings()
    before = {}
    for number, (begin, piece) in zip(
        range(FILES - 1, -1, -1), shares([share * n for n in range(1, FILES)]), strict=True
    ):
        ending, pack = ways[number % len(ways)]
        name = f"mail.log.{number}.{ending}" if number > 1 else f"mail.log.{number}" if number else "mail.log"
        (folder / name).write_bytes(pack(piece) if number > 1 else piece)
        before[name] = begin
    return Kept([folder], before)


def cut_within_the_message(folder: Path) -> Kept:
    """AsyncOS rolls over, often in one second, before each line of the message; every file has a header of its own."""
    message = wanted_message(lines())
    cuts = [n for n, line in enumerate(lines()) if message in line]
    header = "".join(f"{{stamp}} Info: {line}\n" for line in HEADER)
    before = {}
    for number, (begin, piece) in enumerate(shares(cuts)):
        stamp = piece[:24].decode()
        name = "mail.current" if begin == cuts[-1] else f"mail.@20240304T00{number:04}.s"
        (folder / name).write_bytes((header.format(stamp=stamp).encode() if begin else b"") + piece)
        before[name] = begin - (len(HEADER) if begin else 0)
    return Kept([folder], before)


WAYS: dict[str, Callable[[Path], Kept]] = {
    "30 rotated files, packed in every way": rotated_and_packed,
    "rotated before each line of the message": cut_within_the_message,
    "utf-16 with byte order mark": lambda folder: one(folder, "mail.txt", text().encode("utf-16")),
    "utf-8 with byte order mark": lambda folder: one(folder, "mail.txt", text().encode("utf-8-sig")),
    "shift_jis": lambda folder: one(folder, "mail.txt", text().encode("cp932")),
    "crlf": lambda folder: one(folder, "mail.txt", text().replace("\n", "\r\n").encode()),
    "gzip": lambda folder: one(folder, "mail.log.gz", gzip.compress(text().encode())),
    "gzip without a name that says so": lambda folder: one(folder, "mail.log", gzip.compress(text().encode())),
    "zip as downloaded": zipped,
    "standard input": lambda _: Kept(["-"], {"-": 0}, text().encode()),
    "standard input, packed": lambda _: Kept(["-"], {"-": 0}, gzip.compress(text().encode("utf-16"))),
}


@contextlib.contextmanager
def given(kept: Kept) -> Iterator[list[str]]:
    """The options that name the log, with what it has on standard input."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(kept.stdin)))
        yield [word for named in kept.named for word in ("--log", str(named))]


def diagnosed(kept: Kept, asked: str) -> Played:
    with given(kept) as options:
        return run([*options, *ASKED[asked]])


def traced(kept: Kept, asked: str, *options: str) -> list[str]:
    out = io.StringIO()
    with given(kept) as named, contextlib.redirect_stdout(out):
        assert main(["trace", *named, *ASKED[asked], *options]) == 0
    return out.getvalue().splitlines()


def placed(told: Any, before: dict[str, int]) -> Any:
    """The same with every line at its place in the whole log instead of in a file."""
    if isinstance(told, list):
        return [placed(one, before) for one in told]
    if not isinstance(told, dict):
        return told
    shown = {key: placed(value, before) for key, value in told.items()}
    if shown.get("line") is not None:
        shown["line"] += before[shown.pop("source")]
    return shown


def comparable(report: dict[str, Any], before: dict[str, int]) -> dict[str, Any]:
    """All of a report but its coverage, the log's own paths, and when it was made."""
    facts = {
        name: {**fact, "at": fact["at"] if (fact["at"] or "").startswith(f"{START:%Y-%m-%d}") else None}
        for name, fact in report["facts"].items()
        if name != "log.files"
    }
    rest = {key: value for key, value in report.items() if key != "coverage"}
    return placed({**rest, "facts": facts}, before)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return one(tmp_path_factory.mktemp("plain"), "mail.log", text().encode())


@pytest.fixture(scope="module")
def reports(plain: Kept) -> dict[str, Played]:
    """What is said of the plain file."""
    return {asked: diagnosed(plain, asked) for asked in ASKED}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("way", WAYS)
def test_the_report_is_the_same_however_the_log_is_stored(
    way: str, asked: str, tmp_path: Path, plain: Kept, reports: dict[str, Played]
) -> None:
    kept = WAYS[way](tmp_path)
    expected, got = reports[asked], diagnosed(kept, asked)
    assert (expected.status, got.status, got.said) == (0, 0, "")
    assert expected.report is not None
    assert got.report is not None
    assert comparable(got.report, kept.before) == comparable(expected.report, plain.before)
    covered, whole = got.report["coverage"], expected.report["coverage"]
    assert [covered[end][:19] for end in ("from", "to")] == [whole[end][:19] for end in ("from", "to")]
    assert [problem for file in covered["files"] for problem in file["problems"]] == []
    assert len(covered["files"]) == len(kept.before)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("way", WAYS)
def test_the_trace_prints_the_same_lines(way: str, asked: str, tmp_path: Path, plain: Kept) -> None:
    kept = WAYS[way](tmp_path)
    expected = traced(plain, asked)
    named = re.compile("|".join(f"{re.escape(name)}:" for name in kept.before))
    got = traced(kept, asked)
    assert [named.sub("", line, count=1) for line in got] == expected if len(kept.before) > 1 else got == expected
    whole = [placed(json.loads(line), plain.before) for line in traced(plain, asked, "--json")]
    assert [placed(json.loads(line), kept.before) for line in traced(kept, asked, "--json")] == whole
    assert [event["text"] for event in whole if "ご案内" in event["text"] or event["text"].endswith("one two")]


@pytest.mark.parametrize("way", [way for way in WAYS if "rotated" in way])
def test_the_message_stands_in_several_files(way: str, tmp_path: Path) -> None:
    events = [json.loads(line) for line in traced(WAYS[way](tmp_path), "domain", "--json")]
    message = int(wanted_message(lines()).removeprefix("MID "))
    assert len({event["source"] for event in events if event["mid"] == message}) > 1
