"""Both sides of one mail, played through the command line: the gateway's log, the sender's, recorded conversations."""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from other_sides import (
    ALICE,
    BOB,
    GATEWAY_IP,
    WHEN,
)

from wizard.cli import main

SENDER_IP = "198.51.100.24"
OPENED = WHEN - timedelta(seconds=25)


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Logs of qmail and Exchange are in UTC, the gateway's in this machine's zone."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system cannot change its time zone")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def entry(when: datetime, body: str) -> str:
    return f"{when:%a %b} {when.day:2} {when:%H:%M:%S %Y} Info: {body}\n"


def opened(icid: int = 10, when: datetime = OPENED, ip: str = SENDER_IP, verified: str = "unknown verified no") -> str:
    return entry(when, f"New SMTP ICID {icid} interface Data 1 ({GATEWAY_IP}) address {ip} reverse dns host {verified}")


def accepted(icid: int = 10, when: datetime = OPENED) -> str:
    return entry(when, f"ICID {icid} ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 1.2")


def others(day: datetime = WHEN) -> str:
    """Connections of another host every 20 minutes, so that the log covers two hours on either side."""
    lines = ""
    for number in range(13):
        when = day - timedelta(hours=2) + timedelta(minutes=20 * number)
        lines += opened(100 + number, when, "203.0.113.77", "mx.other.example verified yes")
        lines += entry(when + timedelta(seconds=1), f"ICID {100 + number} close")
    return lines


def sorted_log(*parts: str) -> str:
    return "".join(sorted("".join(parts).splitlines(keepends=True), key=lambda line: line[11:19]))


NO_CONNECTION = others()
LOST = sorted_log(others(), opened(), accepted(), entry(WHEN, "ICID 10 lost"))
LEFT_AT_ONCE = sorted_log(others(), opened(), accepted(), entry(OPENED + timedelta(seconds=2), "ICID 10 lost"))
REJECTED = sorted_log(
    others(),
    opened(),
    entry(OPENED, "ICID 10 REJECT SG BLOCKED_LIST match sbrs[-10.0:-3.0] SBRS -7.1"),
    entry(WHEN, "ICID 10 close"),
)
LIMITED = sorted_log(
    others(),
    opened(),
    accepted(),
    entry(WHEN, "ICID 10 Receiving Failed: Connection limit exceeded"),
    entry(WHEN, "ICID 10 close"),
)


class Played:
    """What one run came to."""

    def __init__(self, status: int, out: str, said: str) -> None:
        self.status, self.said = status, said
        self.report: dict[str, Any] = json.loads(out) if out else {}
        self.findings: dict[str, Any] = {one["id"]: one for one in reversed(self.report.get("findings", []))}

    @property
    def concluded(self) -> tuple[str, str]:
        conclusion = self.report["conclusion"] or {"id": "", "confidence": ""}
        return conclusion["id"], conclusion["confidence"]

    @property
    def first(self) -> Any:
        return self.report["findings"][0]

    def sources(self, finding: str | None = None) -> set[str]:
        """The files and kinds of evidence of a finding, by default of the conclusion."""
        one = self.findings[finding] if finding else self.first
        return {piece["source"] for piece in one["evidence"]}


def diagnose(folder: Path, gateway: str | None, *arguments: str, sender: str | None = None, **files: str) -> Played:
    """`mailwhy diagnose --auto --offline` with a gateway's log, a sender's log and others, on Bob's mail to Alice."""
    given = [
        "diagnose", "--auto", "--offline", "--format", "json",
        "--sender-ip", SENDER_IP, "--sender", BOB, "--recipient", ALICE,
    ]  # fmt: skip
    for option, name, text in (
        ("--log", "mail.current", gateway),
        ("--sender-log", "sender.log", sender),
        *((f"--{option.replace('_', '-')}", f"{option}.txt", text) for option, text in files.items()),
    ):
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
            given += [option, str(folder / name)]
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        status = main([*given, *arguments])
    return Played(status, out.getvalue(), said.getvalue())


BY_HAND = ("--answer", "hand_test.result=accepted", "--answer", "hand_test.origin=sender-network")
