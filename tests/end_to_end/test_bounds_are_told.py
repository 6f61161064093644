"""What was left out of a log for its size or its damage stands under `coverage`; the answer is right all the same."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playing import run, written

ASKED = ["--sender-ip", "198.51.100.24"]
TEXT = written(
    "+received\n09:00:04 Message aborted MID 5 Dropped by CASE\n09:00:04 Message finished MID 5 done"
).encode()
STAMP = b"Mon Mar  3 08:00:00 2025 Info: "
MIB = 1 << 20
HOSTILE = {
    "a line of 40 MB": (STAMP + b"MID 3 Subject '", b"x", 40, b"'\n", "line longer than 1 MiB cut"),
    "40 MB of zeros": (STAMP + b"ICID 3 close\n", b"\0", 40, b"", "zero bytes left out"),
    "300 MB of zeros": (STAMP + b"ICID 3 close\n", b"\0", 300, b"", "zero bytes left out"),
}


def write(path: Path, name: str, *, packed: bool) -> str:
    """So much of it before the lines that answer; what is to be said of it."""
    begin, piece, times, end, problem = HOSTILE[name]
    with gzip.open(path, "wb", 1) if packed else path.open("wb") as log:
        log.write(begin)
        for _ in range(times):
            log.write(piece * MIB)
        log.write(end + TEXT)
    return problem


def told(path: Path) -> tuple[str, dict[str, list[str]]]:
    """The conclusion, and what is said of each file."""
    played = run(["--log", str(path), *ASKED])
    assert (played.status, played.said) == (0, "")
    report: dict[str, Any] = played.report or {}
    files = {Path(one["path"]).name: one["problems"] for one in report["coverage"]["files"]}
    return report["conclusion"]["id"], files


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["a line of 40 MB", "40 MB of zeros"])
def test_before_the_lines_that_answer(name: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    problem = write(path, name, packed=packed)
    assert told(path) == ("message-dropped", {"mail.log": [problem]})


def test_a_bomb_beside_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.maillog.packed.CEILING", 4 * MIB)
    (tmp_path / "mail.log").write_bytes(TEXT)
    (tmp_path / "mail.log.1.gz").write_bytes(gzip.compress((STAMP + b"ICID 3 close\n") * 1_000_000))
    conclusion, files = told(tmp_path)
    assert conclusion == "message-dropped"
    assert files["mail.log"] == []
    assert "unpacks to far more than a log does: read in part" in files["mail.log.1.gz"]


MEASURED = """
import contextlib, io, sys
from pathlib import Path
from wizard.cli import main
out = io.StringIO()
with contextlib.redirect_stdout(out):
    status = main(["trace", "--log", sys.argv[1], "--sender-ip", "198.51.100.24"])
most = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(status, out.getvalue().count("\\n"), most)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell the most memory used in other ways")
@pytest.mark.parametrize(("name", "packed"), [("a line of 40 MB", False), ("300 MB of zeros", True)])
def test_a_process_stays_small(name: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    write(path, name, packed=packed)
    ran = subprocess.run([sys.executable, "-c", MEASURED, path], capture_output=True, check=True, timeout=60)
    status, lines, kilobytes = map(int, ran.stdout.split())
    assert (status, lines) == (0, TEXT.count(b"\n"))
    assert kilobytes < 120_000
