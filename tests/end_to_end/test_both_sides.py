"""A real sending Postfix against the slow real gateway: both logs, probe and DNS in one run (S10 to S14).

Postfix as the gateway greets late, since its resolver never answers for the client's reverse zone. Postfix as client
waits two seconds for the greeting; for another sender it has a route to a port where nobody listens. The client's log
is its own. The gateway's lines are in the gateway's form, which Postfix does not write, at the moments of a capture.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path += [str(HERE.parent / "smtp"), str(HERE.parent / "resolve")]

import postfix_lab  # noqa: E402
from servers import missing_programs  # noqa: E402

NETWORK = "198.18.1"
ZONE = "1.18.198.in-addr.arpa"
PATIENCE = 2
BOB, DAVE, ALICE = "bob@partner.example", "dave@partner.example", "alice@corp.example"
MAIN_CF = """\
compatibility_level = 3.6
myhostname = mail.partner.example
mydestination =
config_directory = {folder}
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = loopback-only
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = none
smtp_helo_timeout = {patience}s
relayhost = [{gateway}]:25
sender_dependent_relayhost_maps = inline:{{ {dave}=[{gateway}]:2526 }}
"""
MASTER_CF = """\
pickup    unix  n - n 1 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
error     unix  - - n - - error
retry     unix  - - n - - error
smtp      unix  - - n - - smtp
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def missing() -> str | None:
    if reason := postfix_lab.missing():
        return reason
    if not shutil.which("tcpdump"):
        return "the program tcpdump is missing: tests/servers/install-smtp"
    servers = missing_programs()
    return f"needs real name servers: apt-get install {servers} (tests/servers/install-dns)" if servers else None


REASON = missing()
pytestmark = pytest.mark.skipif(REASON is not None, reason=REASON or "")


@dataclass(frozen=True)
class Scene:
    """Both namespaces after the client has tried its two mails, with the logs of both sides."""

    lab: postfix_lab.Lab
    folder: Path
    dns_port: int
    opened: float
    left: float

    def gateway_log(self, *, with_the_connection: bool) -> Path:
        """The gateway's log of the time, in its own form, with another host's connections around it."""
        begin = datetime.fromtimestamp(int(self.opened))
        lines = [self._opened(7, begin.replace(minute=0, second=0), "192.0.2.9"), f"{_stamp(begin)} ICID 7 close"]
        if with_the_connection:
            lines += [
                self._opened(8, begin, self.lab.client_address),
                f"{_stamp(begin)} ICID 8 ACCEPT SG UNKNOWNLIST match sbrs[none] SBRS None",
                f"{_stamp(datetime.fromtimestamp(int(self.left)))} ICID 8 lost",
            ]
        end = datetime.fromtimestamp(int(self.left) + 60)
        lines += [self._opened(9, end, "192.0.2.9"), f"{_stamp(end)} ICID 9 close"]
        path = self.folder / f"mail.{'current' if with_the_connection else 'other'}"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    def _opened(self, icid: int, when: datetime, address: str) -> str:
        return (
            f"{_stamp(when)} New SMTP ICID {icid} interface PublicNet ({self.lab.address}) address {address} "
            "reverse dns host unknown verified no"
        )

    def report(self, log: Path, sender: str, *arguments: str) -> dict[str, Any]:
        """Run the program at the client, who has the sender's address and so tests as the sender."""
        command = self.lab.at_client(
            sys.executable, "-m", "wizard", "diagnose", "--auto", "--format", "json", "--log", str(log),
            "--sender-log", str(self.folder / "mail.log"), "--sender-ip", self.lab.client_address,
            "--sender", sender, "--recipient", ALICE, "--gateway", self.lab.address,
            "--helo", "mail.partner.example", "--resolver", f"127.0.0.1:{self.dns_port}", *arguments,
        )  # fmt: skip
        done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, timeout=90, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        report: dict[str, Any] = json.loads(done.stdout)
        return report


def _stamp(when: datetime) -> str:
    return f"{when:%a %b} {when.day:2} {when:%H:%M:%S %Y} Info:"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    folder = Path(tempfile.mkdtemp(prefix="mailwhy-sides-"))
    folder.chmod(0o755)
    with postfix_lab.postfix_lab(3, 2, NETWORK) as lab:
        command = lab.at_client(sys.executable, str(HERE / "name_servers.py"), str(folder))
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as servers:
            assert servers.stdin is not None
            assert servers.stdout is not None
            try:
                port = int(servers.stdout.readline())
                with lab.capture() as packets:
                    _send(lab, folder)
                yield Scene(
                    lab,
                    folder,
                    port,
                    next(when for when, ours, flags, _ in packets if flags == "S" and not ours),
                    next(when for when, ours, flags, _ in packets if "F" in flags and not ours),
                )
            finally:
                stop = lab.at_client("/usr/sbin/postfix", "-c", str(folder), "stop")
                subprocess.run(stop, check=False, capture_output=True)
                servers.stdin.close()
                servers.wait(20)
    shutil.rmtree(folder, ignore_errors=True)


def _send(lab: postfix_lab.Lab, folder: Path) -> None:
    """Start the client's Postfix, hand in a mail of each of the two, and wait until both have failed."""
    for name in ("queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    text = MAIN_CF.format(folder=folder, patience=PATIENCE, gateway=lab.address, dave=DAVE)
    (folder / "main.cf").write_text(text)
    (folder / "master.cf").write_text(MASTER_CF)
    subprocess.run(lab.at_client("/usr/sbin/postfix", "-c", str(folder), "start"), check=True, capture_output=True)
    for number, sender in enumerate((BOB, DAVE)):
        message = f"From: <{sender}>\nTo: <{ALICE}>\nMessage-ID: <{number}@partner.example>\nSubject: order\n\nHello.\n"
        sendmail = lab.at_client("/usr/sbin/sendmail", "-C", str(folder), "-i", "-f", sender, ALICE)
        subprocess.run(sendmail, input=message, text=True, check=True, capture_output=True, timeout=30)
    until = time.monotonic() + 30
    while (folder / "mail.log").read_text().count("status=deferred") < 2:
        assert time.monotonic() < until, (folder / "mail.log").read_text()
        time.sleep(0.1)


def test_the_wait_for_the_greeting_seen_from_both_sides(scene: Scene) -> None:
    report = scene.report(scene.gateway_log(with_the_connection=True), BOB)
    assert report["conclusion"] == {"id": "banner-timeout", "confidence": "certain"}
    findings = {one["id"]: one for one in report["findings"]}
    assert {"banner-timeout", "banner-slow", "reverse-dns-timeout", "hand-test-accepted"} <= set(findings)
    assert not {"remote-delivery-problem", "connection-without-mail", "no-connection"} & set(findings)
    first = findings["banner-timeout"]
    assert first["detail"]["seconds"] == pytest.approx(PATIENCE, abs=1.5)
    pieces = {piece["source"]: piece for piece in first["evidence"]}
    assert {"mail.current", "mail.log"} <= set(pieces)
    assert "timed out while receiving the initial server greeting" in pieces["mail.log"]["text"]
    lines = (scene.folder / "mail.log").read_text().splitlines()
    assert lines[pieces["mail.log"]["line"] - 1] == pieces["mail.log"]["text"]
    assert findings["banner-slow"]["detail"]["reason"] == "reverse-dns"
    assert findings["banner-slow"]["detail"]["seconds"] == pytest.approx(6, abs=0.7)
    assert findings["reverse-dns-timeout"]["detail"]["zone"] == ZONE
    files = {Path(file["path"]).name: file for file in report["coverage"]["files"]}
    assert files["mail.log"]["lines"] == len(lines)


def test_by_hand_it_works_and_the_servers_mail_never_comes(scene: Scene) -> None:
    report = scene.report(scene.gateway_log(with_the_connection=False), DAVE)
    assert report["conclusion"] == {"id": "remote-delivery-problem", "confidence": "likely"}
    findings = {one["id"]: one for one in report["findings"]}
    assert not {"banner-timeout", "no-connection"} & set(findings)
    first = findings["remote-delivery-problem"]
    assert first["detail"]["reason"] == "connection-refused"
    texts = {piece["source"]: piece["text"] for piece in first["evidence"]}
    assert f"connect to {scene.lab.address}[{scene.lab.address}]:2526: Connection refused" in texts["mail.log"]
    assert {"mail.log", "probe", "search"} <= set(texts)
    assert report["facts"]["hand_test.origin"]["value"] == "sender-network"


def test_what_the_logs_alone_allow(scene: Scene) -> None:
    """Offline: both sides of the wait are still certain, and who refused a connection is only possible."""
    offline = scene.lab.at_client(
        sys.executable, "-m", "wizard", "diagnose", "--auto", "--offline", "--format", "json",
        "--sender-log", str(scene.folder / "mail.log"), "--sender-ip", scene.lab.client_address,
    )  # fmt: skip
    for connected, sender, expected in (
        (True, BOB, {"id": "banner-timeout", "confidence": "certain"}),
        (False, DAVE, {"id": "remote-delivery-problem", "confidence": "possible"}),
    ):
        log = scene.gateway_log(with_the_connection=connected)
        done = subprocess.run(
            [*offline, "--log", str(log), "--sender", sender, "--recipient", ALICE],
            cwd=HERE.parents[1], capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert json.loads(done.stdout)["conclusion"] == expected
