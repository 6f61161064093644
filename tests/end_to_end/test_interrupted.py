"""Ctrl-C: the end comes at once, with what was found until then, whatever the program is waiting for."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from array import array
from pathlib import Path

import pytest
from playing import written

TEXT = written("+received\n09:00:04 Message aborted MID 5 Dropped by CASE\n09:00:04 Message finished MID 5 done")
ASKED = ("--sender-ip", "198.51.100.24")
AT_ONCE = 3.0
"""Seconds, on a machine that is busy."""
SLOWLY = """
import time
from wizard.maillog.logfile import LogFile
blocks = LogFile.blocks
def slowly(self):
    for block in blocks(self):
        yield block
        if "wait" in self.name:
            print("reading", file=__import__("sys").stderr, flush=True)
            time.sleep(600)
LogFile.blocks = slowly
"""

fcntl, termios = (pytest.importorskip(name, reason="needs pipes and SIGINT") for name in ("fcntl", "termios"))


def drained(pipe: int) -> None:
    """Wait until the other side has read all that is in it, and waits for more."""
    until, waiting = time.monotonic() + 30, array("i", [1])
    while waiting[0] and time.monotonic() < until:
        time.sleep(0.05)
        fcntl.ioctl(pipe, termios.FIONREAD, waiting)


def interrupted(command: str, log: str, *, until: bytes, **environment: str) -> tuple[int, float, bytes, bytes]:
    """Run until that was said on standard error, or it has read its input; interrupt it.

    The status, the seconds until the end, and both streams.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "wizard", *command.split(), "--log", log, *ASKED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )
    assert process.stdin is not None
    assert process.stderr is not None
    if until:
        assert until in process.stderr.readline()
        time.sleep(0.3)  # what waits for the file is to be waiting
    else:
        process.stdin.write(TEXT.encode())
        process.stdin.flush()
        drained(process.stdin.fileno())
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    try:
        out, said = process.communicate(timeout=30)
    finally:
        process.kill()
    return process.returncode, time.monotonic() - begin, out, said


@pytest.fixture
def folder(tmp_path: Path) -> tuple[str, dict[str, str]]:
    """A folder of which the second file is never read to its end, and the environment that makes it so."""
    (tmp_path / "sitecustomize.py").write_text(SLOWLY, encoding="utf-8")
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "mail.@20250303T000000.s").write_bytes(gzip.compress(TEXT.encode()))
    later = TEXT.replace("Mar  3", "Mar  4").replace("Mon", "Tue")
    (logs / "wait.@20250304T000000.s").write_bytes(gzip.compress(later.encode()))
    return str(logs), {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path.cwd()}"}


@pytest.mark.parametrize("command", ["trace", "diagnose --auto --offline --format text"])
def test_while_packed_files_are_read_ahead(command: str, folder: tuple[str, dict[str, str]]) -> None:
    logs, environment = folder
    status, seconds, out, said = interrupted(command, logs, until=b"reading", **environment)
    assert status == 130
    assert seconds < AT_ONCE
    assert b"Traceback" not in said
    assert b"MID 5" in out


@pytest.mark.parametrize("command", ["trace", "diagnose --auto --offline"])
def test_while_standard_input_says_nothing(command: str) -> None:
    status, seconds, _, said = interrupted(command, "-", until=b"")
    assert status == 130
    assert seconds < AT_ONCE
    assert b"Traceback" not in said
