"""Logs that Postfix, Exim and Sendmail wrote in the lab, diagnosed through the command line beside a gateway's log."""

from __future__ import annotations

import contextlib
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from test_sender_real_servers import SERVERS, about

from wizard.cli import main

SENDER_IP = "198.51.100.24"
REJECT = "ICID 10 REJECT SG BLOCKED_LIST match sbrs[-10.0:-3.0] SBRS -7.1"
LIMIT = "ICID 10 Receiving Failed: Connection limit exceeded"
ADMIT = "ICID 10 ACCEPT SG UNKNOWNLIST match sbrs[none] SBRS None"


def gateway_log(address: str, ended: datetime, body: tuple[str, ...] = ()) -> str:
    """The gateway's log: another host's connections at either end and, where `body` says more, the sender's own."""
    entries = [(ended - timedelta(seconds=30), _opened(7, address, "192.0.2.9")), (ended, "ICID 7 close")]
    if body:
        entries.append((ended - timedelta(seconds=3), _opened(10, address, SENDER_IP)))
        entries += [(ended, text) for text in body]
    entries.append((ended + timedelta(seconds=30), _opened(11, address, "192.0.2.9")))
    ordered = sorted(entries, key=lambda entry: entry[0])
    return "".join(f"{when:%a %b} {when.day:2} {when:%H:%M:%S %Y} Info: {text}\n" for when, text in ordered)


def _opened(icid: int, address: str, host: str) -> str:
    return f"New SMTP ICID {icid} interface Data 1 ({address}) address {host} reverse dns host unknown verified no"


CASES: dict[str, tuple[tuple[str, ...], str, str, str | None]] = {
    # domain: the gateway's lines · the conclusion · its confidence · detail.reason
    "slow": ((ADMIT, "ICID 10 lost"), "banner-timeout", "certain", None),
    "refused": ((), "remote-delivery-problem", "possible", "connection-refused"),
    "rcpt-lost": ((), "remote-delivery-problem", "possible", "connection-lost"),
    "busy": ((ADMIT, LIMIT, "ICID 10 close"), "connection-limit", "certain", None),
    "unwanted": ((REJECT, "ICID 10 close"), "connection-rejected", "certain", "reputation"),
    "accepts": ((), "remote-delivery-problem", "likely", "sent-elsewhere"),
}


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("domain", CASES)
def test_diagnosed(server: str, domain: str, real_logs: dict[str, Path], tmp_path: Path) -> None:
    body, finding, confidence, reason = CASES[domain]
    log, recipient = real_logs[server], f"alice@{domain}.test"
    (attempt,) = about(log, recipient).to_gateway
    ours = "127.0.9.9" if domain == "accepts" else attempt.ip
    assert ours
    path = tmp_path / "mail.current"
    path.write_text(gateway_log(ours, attempt.time.replace(microsecond=0, tzinfo=None), body), encoding="utf-8")
    report = diagnosed(
        "--log", str(path), "--sender-log", str(log), "--sender-ip", SENDER_IP,
        "--sender", "bob@partner.test", "--recipient", recipient,
    )  # fmt: skip
    assert report["conclusion"] == {"id": finding, "confidence": confidence}
    first = report["findings"][0]
    assert first["detail"].get("reason") == reason
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    proof = [piece for piece in first["evidence"] if piece["source"] == log.name]
    assert proof
    assert all(lines[piece["line"] - 1].strip() == piece["text"].strip() for piece in proof)
    if domain in ("busy", "unwanted"):
        assert first["detail"]["reply"] == attempt.reply


def diagnosed(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["diagnose", "--auto", "--offline", "--format", "json", *arguments]) == 0
    report: dict[str, Any] = json.loads(out.getvalue())
    return report
