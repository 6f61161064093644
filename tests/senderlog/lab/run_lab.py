"""Lets real sending servers meet bad gateways: `unshare -mnpf --mount-proc python run_lab.py OUT UNPACKED`, as root.

Leaves what the servers log in OUT: postfix.log, exim-main, syslog (Sendmail's).
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import bad_gateways as gateways
import private_namespace as namespace
import sending_servers as servers

PATIENCE = 25.0
_OUTCOME = re.compile(r"(?:to=<?|== |\*\* |=> )alice@([\w-]+\.test)>?[ ,]")


def main(out: Path, unpacked: Path) -> None:
    work = out / "work"
    work.mkdir(parents=True)
    for folder in (out, work):
        folder.chmod(0o777)
    namespace.raise_loopback()
    unpacked = namespace.furnish(work, unpacked)
    namespace.collect_syslog(work, out / "syslog")
    listeners = gateways.start()
    servers.postfix(work / "postfix", out / "postfix.log")
    servers.sendmail(work / "sendmail", unpacked)
    servers.exim(work / "exim", out / "exim.log", unpacked)
    wait_for_outcomes([out / "postfix.log", out / "exim-main", out / "syslog"])
    servers.stop_postfix(work / "postfix")
    for listener in listeners:
        listener.close()


def wait_for_outcomes(logs: list[Path]) -> None:
    """Until every log has an outcome for every mail, or patience ends."""
    expected = set(gateways.hosts_of_domains()) - {"partner.test"}
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if all(expected <= set(_OUTCOME.findall(log.read_text(errors="replace"))) for log in logs if log.exists()):
            return
        time.sleep(0.2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
