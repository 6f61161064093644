"""Postfix in a network namespace of its own whose resolver never answers for the client's reverse zone.

So its greeting is late for the technote's own reason (S13). A second namespace, joined by a veth pair, holds the
client. Both are made here and removed again; nothing in them reaches any other network.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smtp_servers import make_certificates

from wizard.smtp.model import Options

NETWORK = "198.51.100"
GATEWAY, CLIENT = f"{NETWORK}.1", f"{NETWORK}.24"
NOBODY, FILTERED, ELSEWHERE = f"{NETWORK}.98", f"{NETWORK}.99", "203.0.113.1"
RESOLVER = "127.0.0.1"

HERE = Path(__file__).parent

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = gw.corp.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = all
inet_protocols = ipv4
virtual_mailbox_domains = corp.example
virtual_mailbox_maps = inline:{{ alice@corp.example=here }}
virtual_transport = discard:
smtpd_tls_cert_file = {folder}/good.pem
smtpd_tls_key_file = {folder}/good.pem
smtpd_tls_security_level = may
"""

MASTER_CF = """
smtp      inet  n - n - -     smtpd
cleanup   unix  n - n - 0     cleanup
qmgr      unix  n - n 300 1   qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - -     trivial-rewrite
bounce    unix  - - n - 0     bounce
defer     unix  - - n - 0     bounce
discard   unix  - - n - -     discard
error     unix  - - n - -     error
retry     unix  - - n - -     error
proxymap  unix  - - n - -     proxymap
anvil     unix  - - n - 1     anvil
postlog   unix-dgram n - n - 1 postlogd
"""

PROBE = """
import dataclasses, json, sys
from wizard.smtp.model import Options, Target
from wizard.smtp.probe import probe
host, port, options = json.loads(sys.argv[1])
print(json.dumps(dataclasses.asdict(probe(Target(host, port), Options(**options)))))
"""


def missing() -> str | None:
    """Return why the lab cannot be set up here, or None."""
    for program in ("/usr/sbin/postfix", "ip", "openssl"):
        if not shutil.which(program):
            return f"the program {program} is missing: tests/servers/install-smtp"
    if os.geteuid() != 0:
        return "only root can make network namespaces"
    if subprocess.run(["ip", "netns", "list"], capture_output=True, check=False).returncode:
        return "this kernel has no network namespaces"
    return None


class Lab:
    """The two namespaces with Postfix in the one. `folder` holds what it writes: log, queries, captures.

    `address` and `client_address` are those of Postfix and of the client in `network` (the first three numbers).
    """

    def __init__(self, folder: Path, resolver_timeout: int, resolver_attempts: int, network: str = NETWORK) -> None:
        self.folder = folder
        self.address, self.client_address = f"{network}.1", f"{network}.24"
        self.filtered = f"{network}.99"
        self.gateway = f"mailwhy{os.getpid()}g"
        self.client = f"mailwhy{os.getpid()}c"
        self._resolv_conf = f"nameserver {RESOLVER}\noptions timeout:{resolver_timeout} attempts:{resolver_attempts}\n"
        self._programs: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        for name in (self.gateway, self.client):
            _run("ip", "netns", "add", name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
        ends = ("type", "veth", "peer", "name", "outside", "netns", self.client)
        _run("ip", "-n", self.gateway, "link", "add", "outside", *ends)
        for name, address in ((self.gateway, self.address), (self.client, self.client_address)):
            _run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "outside")
            _run("ip", "-n", name, "link", "set", "outside", "up")
        nowhere = ("lladdr", "02:00:00:00:00:99", "dev", "outside", "nud", "permanent")
        _run("ip", "-n", self.client, "neighbour", "add", self.filtered, *nowhere)
        self._start_resolver()
        self._start_postfix()

    def stop(self) -> None:
        if (self.folder / "main.cf").exists():
            stop = self._inside(self.gateway, "postfix", "-c", str(self.folder), "stop")
            subprocess.run(stop, capture_output=True, check=False)
        for program in self._programs:
            program.terminate()
            program.wait(10)
        for name in (self.gateway, self.client):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
        shutil.rmtree(Path("/etc/netns", self.gateway), ignore_errors=True)

    def probe(self, host: str | None = None, options: Options | None = None) -> dict[str, Any]:
        """Probe from the client's namespace; returns the hand test as a dictionary."""
        asked = json.dumps([host or self.address, 25, dataclasses.asdict(options or Options(timeout=20))])
        command = self.at_client(sys.executable, "-c", PROBE, asked)
        done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def at_client(self, *command: str) -> list[str]:
        """The command line that runs a command in the client's namespace."""
        return self._inside(self.client, *command)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def queries(self) -> list[tuple[float, str]]:
        """Return what the resolver was asked: Unix time and name."""
        lines = (self.folder / "queries").read_text().splitlines()[1:]
        return [(float(line.split()[0]), line.split()[1]) for line in lines]

    @contextlib.contextmanager
    def capture(self) -> Iterator[list[tuple[float, bool, str, int]]]:
        """Capture port 25; when done, the list has for each packet (Unix time, from the gateway?, flags, bytes)."""
        packets: list[tuple[float, bool, str, int]] = []
        out = self.folder / "capture"
        command = self._inside(self.gateway, "tcpdump", "-i", "outside", "-n", "-tt", "-l", "tcp port 25")
        with out.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE) as tcpdump:
            assert tcpdump.stderr is not None
            while b"listening" not in tcpdump.stderr.readline():
                assert tcpdump.poll() is None
            yield packets
            time.sleep(0.3)
            tcpdump.terminate()
        for line in out.read_text().splitlines():
            found = re.match(r"(\d+\.\d+) IP (\S+) > \S+ Flags \[(\S+)\],.* length (\d+)", line)
            if found:
                packets.append((float(found[1]), found[2] == f"{self.address}.25", found[3], int(found[4])))

    def _inside(self, name: str, *command: str) -> list[str]:
        return ["ip", "netns", "exec", name, *command]

    def _start_resolver(self) -> None:
        settings = Path("/etc/netns", self.gateway)
        settings.mkdir(parents=True)
        (settings / "resolv.conf").write_text(self._resolv_conf)
        notes = self.folder / "queries"
        program = [sys.executable, str(HERE / "silent_resolver.py"), RESOLVER, str(notes)]
        self._programs.append(subprocess.Popen(self._inside(self.gateway, *program)))
        _wait_until(lambda: notes.exists() and notes.read_text().startswith("ready"), "the resolver")

    def _start_postfix(self) -> None:
        make_certificates(self.folder)
        daemons = next(p for p in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix") if Path(p).is_dir())
        (self.folder / "main.cf").write_text(MAIN_CF.format(folder=self.folder, daemons=daemons))
        (self.folder / "master.cf").write_text(MASTER_CF)
        (self.folder / "queue").mkdir()
        (self.folder / "data").mkdir()
        shutil.chown(self.folder / "data", "postfix")
        _run(*self._inside(self.gateway, "postfix", "-c", str(self.folder), "start"))
        _wait_until(lambda: "daemon started" in self.log(), "Postfix")


@contextlib.contextmanager
def postfix_lab(resolver_timeout: int = 1, resolver_attempts: int = 2, network: str = NETWORK) -> Iterator[Lab]:
    """Set up the lab; the greeting comes after `resolver_timeout` × `resolver_attempts` seconds."""
    folder = Path(tempfile.mkdtemp(prefix="mailwhy-postfix-"))
    folder.chmod(0o755)  # Postfix's own user reads its settings there
    lab = Lab(folder, resolver_timeout, resolver_attempts, network)
    try:
        lab.start()
        yield lab
    finally:
        lab.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


def _wait_until(ready: Any, what: str, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, f"{what} did not start"
        time.sleep(0.05)
