"""Logs in short, and the command line asked about them in process, with a name server of the test's own."""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.cli import main

GATEWAY = "192.0.2.11"
"""The gateway's own address in the logs: the second mail exchanger of partner.test."""
QUIET = [
    line
    for hour in (8, 9, 10)
    for number, minute in enumerate((0, 20, 40))
    for line in (
        f"{hour:02}:{minute:02}:00 New SMTP ICID {hour * 10 + number} interface Data 1 ({GATEWAY}) "
        "address 203.0.113.150 reverse dns host mx.other.example verified yes",
        f"{hour:02}:{minute:02}:00 ICID {hour * 10 + number} ACCEPT SG UNKNOWNLIST match sbrs[none] SBRS None",
        f"{hour:02}:{minute:02}:01 ICID {hour * 10 + number} close",
    )
]
"""A morning on which only strangers came."""


@dataclass(frozen=True)
class Told:
    """What one run said."""

    status: int
    out: str
    said: str
    seconds: float

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.out)
        return report

    @property
    def conclusion(self) -> tuple[str, str] | None:
        found = self.report["conclusion"]
        return found and (found["id"], found["confidence"])

    @property
    def findings(self) -> dict[str, dict[str, Any]]:
        return {one["id"]: one for one in self.report["findings"]}

    @property
    def facts(self) -> dict[str, Any]:
        return {name: fact["value"] for name, fact in self.report["facts"].items()}

    def evidence(self, finding: str) -> str:
        return "\n".join(piece["text"] for piece in self.findings[finding]["evidence"] if piece["source"] == "dns")


def run(*arguments: str) -> Told:
    """The command line with these arguments."""
    out, said = io.StringIO(), io.StringIO()
    began = time.monotonic()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        status = main(list(arguments))
    return Told(status, out.getvalue(), said.getvalue(), time.monotonic() - began)


def write(path: Path, lines: Sequence[str]) -> Path:
    """A log of 3 March 2025 from entries such as `09:00:00 ICID 7 lost`, in their order of time."""
    text = "".join(f"Mon Mar  3 {line[:8]} 2025 Info: {line[9:]}\n" for line in sorted(lines, key=lambda one: one[:8]))
    path.write_text(text, encoding="utf-8")
    return path


def connection(icid: int, address: str, *, at: str = "09:30", verified: str = "yes", host: str = "mail.x.test") -> str:
    """The opening of a connection."""
    return (
        f"{at}:00 New SMTP ICID {icid} interface Data 1 ({GATEWAY}) address {address} reverse dns host {host} "
        f"verified {verified}"
    )


def rejected(icid: int, address: str, *, at: str = "09:30") -> list[str]:
    """A connection that the gateway rejects for its reputation."""
    verdict = f"ICID {icid} REJECT SG BLOCKED_LIST match sbrs[-10.0:-3.0] SBRS -8.0 country Germany"
    return [connection(icid, address, at=at), f"{at}:00 {verdict}", f"{at}:01 ICID {icid} close"]


def lost(icid: int, address: str, *, verified: str = "yes") -> list[str]:
    """A connection that the sender leaves after 31 seconds without a word."""
    verdict = f"ICID {icid} ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 2.0 country Germany"
    return [connection(icid, address, verified=verified), f"09:30:00 {verdict}", f"09:30:31 ICID {icid} lost"]


def delivered(icid: int, address: str, sender: str, *, at: str = "08:10", to: str = "alice@corp.test") -> list[str]:
    """Mail that arrives."""
    said = [
        f"ICID {icid} ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 2.0 country Germany",
        f"Start MID {icid} ICID {icid}",
        f"MID {icid} ICID {icid} From: <{sender}>",
        f"MID {icid} ICID {icid} RID 0 To: <{to}>",
        f"MID {icid} Message-ID '<m{icid}@x.test>'",
        f"MID {icid} ready 2890 bytes from <{sender}>",
        f"ICID {icid} close",
        f"MID {icid} queued for delivery",
        f"New SMTP DCID {icid} interface 192.0.2.20 address 10.0.0.9 port 25",
        f"Delivery start DCID {icid} MID {icid} to RID [0]",
        f"Message done DCID {icid} MID {icid} to RID [0] ",
        f"MID {icid} RID [0] Response '2.0.0 Ok'",
        f"Message finished MID {icid} done",
        f"DCID {icid} close",
    ]
    return [connection(icid, address, at=at), *(f"{at}:{second:02} {body}" for second, body in enumerate(said))]
