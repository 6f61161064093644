"""The real servers' logs, written once a session, or the reason why they cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

LAB = Path(__file__).parent / "lab" / "run_lab.py"


def unpacked_servers() -> Path:
    return Path(os.environ.get("MAILWHY_TEST_SERVERS") or Path.home() / ".cache" / "mailwhy-test-servers")


def missing() -> str | None:
    """What keeps the real servers from running here."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "real sending servers need root (a namespace of their own)"
    if not Path("/usr/sbin/postfix").exists() or not (unpacked_servers() / "complete").exists():
        return "no real sending servers: run tests/servers/install-senders"
    probe = ["unshare", "-mnpf", "--mount-proc", "true"]
    if not shutil.which("unshare") or subprocess.run(probe, capture_output=True, check=False).returncode:
        return "real sending servers need unshare -mnpf, which this machine refuses"
    return None


@pytest.fixture(scope="session")
def real_logs() -> Iterator[dict[str, Path]]:
    """The log of each server that ran against the gateways of `lab/bad_gateways.py`."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    out = Path(tempfile.mkdtemp(prefix="mailwhy-senders-"))
    command = ["unshare", "-mnpf", "--kill-child", "--mount-proc", "--propagation", "private"]
    command += [sys.executable, str(LAB), str(out), str(unpacked_servers())]
    try:
        subprocess.run(command, check=True, timeout=90, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        yield {"postfix": out / "postfix.log", "exim": out / "exim-main", "sendmail": out / "syslog"}
    finally:
        shutil.rmtree(out, ignore_errors=True)
