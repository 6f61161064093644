"""`mailwhy trace` through the command line, held against the technote's three greps."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.generate import WANTED_ADDRESS, write_log

OURS, THEIRS = "198.51.100.24", "203.0.113.9"
OPENED = "New SMTP ICID {} interface Data 1 (192.0.2.14) address {} reverse dns host mx.example verified no"
LOG = f"""\
Mon Mar  3 09:00:00 2025 Info: {OPENED.format(5, OURS)}
Mon Mar  3 09:00:00 2025 Info: ICID 5 ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 2.0
Mon Mar  3 09:00:01 2025 Info: Start MID 11 ICID 5
Mon Mar  3 09:00:01 2025 Info: MID 11 ICID 5 From: <bob@partner.example>
Mon Mar  3 09:00:01 2025 Info: MID 11 ICID 5 RID 0 To: <alice@corp.example>
Mon Mar  3 09:00:01 2025 Info: {OPENED.format(6, THEIRS)}
Mon Mar  3 09:00:02 2025 Info: Start MID 12 ICID 6
Mon Mar  3 09:00:02 2025 Info: MID 12 Subject 'not MID 11, nor ICID 5, nor {OURS}'
Mon Mar  3 09:00:02 2025 Info: MID 11 Subject '\x1b[31mred'
Mon Mar  3 09:00:03 2025 Info: MID 11 antivirus negative{" "}
Mon Mar  3 09:00:03 2025 Info: ICID 5 close
Mon Mar  3 09:00:04 2025 Info: MID 11 was split creating MID 13 due to a per-recipient policy sales
Mon Mar  3 09:00:04 2025 Info: MID 13 ICID 0 From: <bob@partner.example>
Mon Mar  3 09:00:05 2025 Info: New SMTP DCID 8 interface 192.0.2.14 address {OURS} port 25
Mon Mar  3 09:00:05 2025 Info: Delivery start DCID 8 MID 13 to RID [0]
Mon Mar  3 09:00:06 2025 Info: Message done DCID 8 MID 13 to RID [0]
Mon Mar  3 09:00:06 2025 Info: Message done DCID 8 MID 12 to RID [0]
Mon Mar  3 09:00:06 2025 Info: Message finished MID 13 done
Mon Mar  3 12:00:00 2025 Info: {OPENED.format(5, THEIRS)}
Mon Mar  3 12:00:01 2025 Info: ICID 5 close
"""
SHOWN = [1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 18]


def trace(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "wizard", "trace", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=120)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "mail.current"
    path.write_text(LOG, encoding="utf-8")
    return path


def three_greps(text: str, wanted: str) -> list[str]:
    """S5, S7 and S8 as an administrator types them: whole words, one after the other."""
    lines = text.splitlines()
    found = [line for line in lines if wanted in line]
    for kind in ("ICID", "MID"):
        numbers = {number for line in found for number in re.findall(rf"\b{kind} \d+\b", line)}
        word = re.compile("|".join(rf"\b{number}\b" for number in sorted(numbers)) or r"(?!)")
        found = [line for line in lines if line in set(found) or word.search(line)]
    return found


def test_the_lines_as_they_stand_followed_to_the_delivery(log: Path) -> None:
    ran = trace("--log", log, "--sender-ip", OURS)
    lines = LOG.splitlines()
    assert ran.stdout.decode().splitlines() == [lines[number - 1] for number in SHOWN]
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_every_line_of_the_three_greps_is_shown_or_left_out_for_a_reason(log: Path) -> None:
    events = [
        json.loads(line)
        for line in trace("--log", log, "--sender-ip", OURS, "--json", "--left-out").stdout.splitlines()
    ]
    shown = {one["line"] for one in events if "left_out" not in one}
    left_out = {one["line"]: one["left_out"] for one in events if "left_out" in one}
    lines = LOG.splitlines()
    assert shown == set(SHOWN)
    assert {lines.index(line) + 1 for line in three_greps(LOG, OURS)} <= shown | left_out.keys()
    assert not shown & left_out.keys()
    assert (left_out[8], left_out[19], left_out[20]) == ("text", "other-time", "other-time")


def test_a_long_log_against_the_three_greps(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    write_log(path, 6_000_000, wanted_every=40)
    text = path.read_text(encoding="ascii")
    ran = trace("--log", path, "--sender-ip", WANTED_ADDRESS, "--json", "--left-out")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    shown = [one["text"] for one in events if "left_out" not in one]
    greps = [line.strip() for line in three_greps(text, WANTED_ADDRESS)]
    assert len(shown) > 900
    assert set(greps) <= {one["text"] for one in events}
    assert {re.sub(r" \d+ .*", "", one["text"][31:]) for one in events if one["text"] in set(shown) - set(greps)} <= {
        "New SMTP DCID",  # what greps by ICID and MID miss
        "DCID",
    }


def test_what_is_wrong_with_the_files_is_said_after_the_lines(tmp_path: Path) -> None:
    packed = gzip.compress(LOG.encode())
    (tmp_path / "mail.log.1.gz").write_bytes(packed[:-8])
    (tmp_path / "mail.log").write_text("Mon Mar  3 13:00:00 2025 Info: ICID 7 close\n")
    (tmp_path / "odd\n\x1b[31m.log").write_bytes(b"")
    lines = [LOG.splitlines()[number - 1] for number in SHOWN]
    for lang, breaks_off, empty in (
        ("en", "the compressed file breaks off", "empty"),
        ("ja", "圧縮ファイルが途中で切れている", "空のファイル"),
    ):
        ran = trace("--log", tmp_path, "--sender-ip", OURS, "--lang", lang)
        assert ran.stdout.decode().splitlines() == [f"mail.log.1.gz:{line}" for line in lines]
        assert ran.stderr.decode().splitlines() == [
            f"mailwhy: mail.log.1.gz: {breaks_off}",
            f"mailwhy: odd\\n\\x1b[31m.log: {empty}",
        ]
        assert ran.returncode == 0


def test_the_names_of_files_are_harmless_where_a_program_reads_them(tmp_path: Path) -> None:
    (tmp_path / "odd\n\x1b[31m.log").write_text(LOG, encoding="utf-8")
    (tmp_path / "mail.log").write_text("Mon Mar  3 13:00:00 2025 Info: ICID 7 close\n")
    shown = trace("--log", tmp_path, "--sender-ip", OURS).stdout.decode().split("\n")
    assert shown[:-1] == [f"odd\\n\\x1b[31m.log:{LOG.splitlines()[number - 1]}" for number in SHOWN]


def test_events(log: Path) -> None:
    first = json.loads(trace("--log", log, "--sender-ip", OURS, "--json").stdout.splitlines()[0])
    text = LOG.splitlines()[0]
    assert first == {
        "source": "mail.current", "line": 1, "time": "2025-03-03T09:00:00", "icid": 5, "mid": None, "dcid": None,
        "kind": "opened", "text": text,
    }  # fmt: skip


def test_groups_stand_apart(log: Path) -> None:
    ran = trace("--log", log, "--sender", "partner.example", "--sender-ip", OURS, "--group")
    assert [len(group.splitlines()) for group in ran.stdout.decode().split("\n\n")] == [len(SHOWN)]
    both = trace("--log", log, "--sender-ip", "198.51.100.0/24", "--sender-ip", "203.0.113.0/24", "--group")
    assert len(both.stdout.decode().split("\n\n")) == 3


def test_names_before_the_lines_of_several_files(log: Path) -> None:
    first, second = log.with_name("mail.@20250303T090000.s"), log.with_name("mail.@20250303T090100.s")
    lines = LOG.splitlines(keepends=True)
    first.write_text("".join(lines[:7]), encoding="utf-8")
    second.write_text("".join(lines[7:]), encoding="utf-8")
    log.unlink()
    ran = trace("--log", log.parent, "--sender-ip", OURS)
    shown = [f"{(first if number < 8 else second).name}:{lines[number - 1]}" for number in SHOWN]
    assert ran.stdout.decode().splitlines(keepends=True) == shown


def test_a_window_takes_what_overlaps_it(log: Path) -> None:
    assert trace("--log", log, "--sender-ip", OURS, "--since", "2025-03-03 09:00:02").returncode == 0
    after = trace("--log", log, "--sender-ip", OURS, "--since", "2025-03-03 10:00")
    assert (after.returncode, after.stdout) == (3, b"")


@pytest.mark.parametrize(
    "arguments", [["--sender-ip", OURS], ["--log", "nowhere", "--sender-ip", OURS], ["--log", "{log}"]]
)
def test_bad_input(log: Path, arguments: list[str]) -> None:
    ran = trace(*(one.format(log=log) for one in arguments))
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.startswith(b"mailwhy: ")


def test_what_is_no_log_of_the_gateway(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all,\nmail does not arrive.\n", encoding="utf-8")
    assert trace("--log", tmp_path / "letter.txt", "--sender-ip", OURS).returncode == 2


def on_terminal(
    *arguments: str | Path, command: str = "trace", interrupt_at: bytes | None = None, **environment: str
) -> tuple[int, bytes]:
    """Run with a terminal for output and errors."""
    process, terminal = pty.fork()
    if not process:
        words = [sys.executable, "-m", "wizard", *command.split(), *map(str, arguments)]
        os.execvpe(words[0], words, {**os.environ, "TERM": "xterm", **environment})
    output = b""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        try:
            chunk = os.read(terminal, 65536) if ready else b""
        except OSError:
            break
        output += chunk
        if interrupt_at and interrupt_at in output:
            os.kill(process, signal.SIGINT)
            interrupt_at = None
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), output


def test_colours_and_visible_escapes_on_a_terminal(log: Path) -> None:
    status, output = on_terminal("--log", log, "--sender-ip", OURS, NO_COLOR="")
    assert status == 0
    assert b"\x1b[33mMID 11\x1b[0m Subject '\\x1b[31mred'" in output
    _, plain = on_terminal("--log", log, "--sender-ip", OURS, NO_COLOR="1")
    assert b"\x1b" not in plain


SEARCHING = rb"searching: [\d.]+ [kM]B of [\d.]+ MB, [\d.]+ [kMG]B/s, \d:\d\d left, [\d,]+ lines found"


@pytest.fixture
def slow(tmp_path: Path) -> dict[str, str]:
    """An environment in which reading a block of a log takes two seconds."""
    (tmp_path / "sitecustomize.py").write_text(
        "import time\nfrom wizard.maillog.blocks import Plain\nblock = Plain.block\n"
        "def slowly(self, number):\n    time.sleep(2 * bool(number))\n    return block(self, number)\n"
        "Plain.block = slowly\n",
        encoding="utf-8",
    )
    write_log(tmp_path / "mail.log", 7_000_000, wanted_every=40)
    return {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path.cwd()}", "NO_COLOR": "1"}


def test_progress_and_interruption_of_a_trace(tmp_path: Path, slow: dict[str, str]) -> None:
    asked = ("--log", tmp_path / "mail.log", "--sender-ip", WANTED_ADDRESS)
    status, output = on_terminal(*asked, interrupt_at=b"lines found", **slow)
    assert status == 130
    assert re.search(SEARCHING, output)
    assert WANTED_ADDRESS.encode() in output.partition(b"lines found")[2]


def test_progress_and_interruption_of_a_diagnosis(tmp_path: Path, slow: dict[str, str]) -> None:
    asked = ("--log", tmp_path / "mail.log", "--sender-ip", WANTED_ADDRESS, "--offline", "--format", "text")
    status, output = on_terminal(*asked, command="diagnose --auto", interrupt_at=b"lines found", **slow)
    assert status == 130
    assert re.search(SEARCHING, output)
    assert b"Evidence" in output
    assert b"interrupted" in output
