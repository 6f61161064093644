"""The technote's own case with real servers (S13, S14): gateway log, DNS and hand test in one run, one report.

Postfix greets late in a namespace of its own, since its resolver never answers for the client's reverse zone; the
client stands in another, with name servers that see the same zone fail.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

sys.path.append(str(Path(__file__).parents[1] / "smtp"))
sys.path.append(str(Path(__file__).parents[1] / "resolve"))

import postfix_lab
from servers import missing_programs

from wizard.data import data_folder

HERE = Path(__file__).parent
NETWORK = "198.18.1"
ZONE = "1.18.198.in-addr.arpa"
DELAY = 6.0  # time-out × attempts of the resolver that Postfix asks
LOST = """\
Mon Mar  3 09:00:00 2025 Info: New SMTP ICID 10 interface PublicNet ({gateway}) address {client} \
reverse dns host unknown verified no
Mon Mar  3 09:00:00 2025 Info: ICID 10 ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 3.5
Mon Mar  3 09:00:31 2025 Info: ICID 10 Connection from {client} on interface PublicNet ({gateway}) \
lost after 31 seconds (DNS query took 30 seconds), before any commands were received
"""


def missing() -> str | None:
    """Why the scene cannot be set up here, or None."""
    if reason := postfix_lab.missing():
        return reason
    if not shutil.which("tcpdump"):
        return "the program tcpdump is missing: tests/servers/install-smtp"
    servers = missing_programs()
    return f"needs real name servers, {servers}: tests/servers/install-dns" if servers else None


REASON = missing()
pytestmark = pytest.mark.skipif(REASON is not None, reason=REASON or "")


@dataclass(frozen=True)
class Scene:
    """The two namespaces, and on which port of the client's loopback its resolver listens."""

    lab: postfix_lab.Lab
    dns_port: int
    log: Path

    def mailwhy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the program at the client."""
        command = self.lab.at_client(sys.executable, "-m", "wizard", *arguments)
        return subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, timeout=90, check=False)

    def report(self, *arguments: str) -> dict[str, Any]:
        """Run it for a report of the right shape."""
        done = self.mailwhy(*arguments, "--format", "json")
        assert (done.returncode, done.stderr) == (0, "")
        report: dict[str, Any] = json.loads(done.stdout)
        schema = data_folder("reports") / "schema" / "mailwhy-1.json"
        jsonschema.validate(report, json.loads(schema.read_text(encoding="utf-8")))
        return report


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    folder = Path(tempfile.mkdtemp(prefix="mailwhy-scene-"))
    folder.chmod(0o755)
    with postfix_lab.postfix_lab(3, 2, NETWORK) as lab:
        log = folder / "mail.log"
        log.write_text(LOST.format(gateway=lab.address, client=lab.client_address), encoding="utf-8")
        command = lab.at_client(sys.executable, str(HERE / "name_servers.py"), str(folder))
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as servers:
            assert servers.stdin is not None
            assert servers.stdout is not None
            try:
                yield Scene(lab, int(servers.stdout.readline()), log)
            finally:
                servers.stdin.close()
                servers.wait(20)
    shutil.rmtree(folder, ignore_errors=True)


def test_one_run_one_report_with_the_chain_of_causes(scene: Scene, tmp_path: Path) -> None:
    lab, case = scene.lab, tmp_path / "case.json"
    known = ("--log", str(scene.log), "--sender-ip", lab.client_address, "--case", str(case))
    envelope = ("--sender", "bob@partner.example", "--recipient", "alice@corp.example")
    outward = ("--gateway", lab.address, "--helo", "mail.partner.example", "--resolver", f"127.0.0.1:{scene.dns_port}")
    with lab.capture() as packets:
        report = scene.report("diagnose", "--auto", *known, *envelope, *outward)
    assert report["conclusion"] == {"id": "banner-timeout", "confidence": "certain"}
    findings = {one["id"]: one for one in report["findings"]}
    assert set(findings) == {"banner-timeout", "banner-slow", "reverse-dns-timeout", "hand-test-accepted"}

    # What was measured is what a packet capture says, over the one connection that was made.
    opened = [time for time, _, flags, _ in packets if flags == "S"]
    greeted = next(time for time, from_gateway, _, size in packets if from_gateway and size)
    assert len(opened) == 1
    slow = findings["banner-slow"]["detail"]
    assert slow["reason"] == "reverse-dns"
    assert slow["seconds"] == pytest.approx(greeted - opened[0], abs=0.5)
    assert slow["seconds"] == pytest.approx(DELAY, abs=0.5)

    assert findings["reverse-dns-timeout"]["detail"]["zone"] == ZONE
    said = findings["banner-timeout"]["explanation"]
    assert re.search(r"in a test by hand .* the greeting is late now, too", said, re.IGNORECASE)
    assert "one cause leads to the next" in said
    remedies = {one["for"]: one["text"] for one in findings["banner-timeout"]["remedies"]}
    assert "PTR" in remedies["sender-admin"]
    assert "at least 5 minutes" in remedies["sender-admin"]
    assert "dnsconfig" in remedies["gateway-admin"]
    assert {piece["source"] for piece in findings["banner-timeout"]["evidence"]} == {"mail.log", "probe", "dns"}
    assert report["facts"]["hand_test.origin"]["value"] == "sender-network"
    assert lab.log().count("message-id=") == 0

    japanese = scene.mailwhy("report", str(case), "--format", "text", "--lang", "ja")
    flat = "".join(japanese.stdout.split())
    assert "送信サーバーが、ゲートウェイのグリーティングを待ちきれずに切断しました" in flat
    assert "原因は次のようにつながっています" in flat
    assert ZONE in flat


def test_a_dead_address_ends_by_its_deadline_with_the_right_finding(scene: Scene) -> None:
    began = time.monotonic()
    dead = scene.report("probe", scene.lab.filtered, "--timeout", "2")
    assert 2 <= time.monotonic() - began < 4.5
    assert dead["conclusion"] == {"id": "gateway-unreachable", "confidence": "possible"}
    assert dead["findings"][0]["detail"]["reason"] == "filtered"
    assert dead["findings"][0]["detail"]["seconds"] == pytest.approx(2, abs=0.3)
    nowhere = scene.report("probe", "203.0.113.1", "--timeout", "5")
    assert nowhere["findings"][0]["detail"]["reason"] == "unroutable"


def test_an_address_that_this_machine_has_not_is_said(scene: Scene) -> None:
    done = scene.mailwhy("probe", scene.lab.address, "--from-address", "192.0.2.1", "--lang", "en")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "mailwhy: No connection can be made from 192.0.2.1 (Cannot assign requested address);"
    )
