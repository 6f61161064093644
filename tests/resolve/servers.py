"""Real name servers for the tests, on loopback: NSD holds the zones of `zones/`, BIND resolves, others misbehave.

All listen on one free port at addresses of their own, since BIND, told to use another port than 53, also asks there.
"""

from __future__ import annotations

import contextlib
import random
import socket
import subprocess
import time
from pathlib import Path

import dns.exception
import dns.message
import dns.query

PROGRAMS = {"bind9": "/usr/sbin/named", "nsd": "/usr/sbin/nsd"}
ZONES = Path(__file__).parent / "zones"

RESOLVER = "127.0.0.1"  # BIND; it listens only on addresses that an interface has
AUTHORITY = "127.53.0.2"
REFUSING = "127.53.0.3"
LAME = "127.53.0.4"
BROKEN = "127.53.0.5"
SILENT = "127.53.0.6"
CLOSED = "127.53.0.7"
MISBEHAVING = "127.53.0.8"  # for what a test starts itself, see misbehaving.py

# zone: its file. A zone without a file cannot be loaded: its server answers SERVFAIL.
AUTHORITY_ZONES = {
    ".": "root.zone",
    "arpa": "arpa.zone",
    "in-addr.arpa": "in-addr.arpa.zone",
    "ip6.arpa": "ip6.arpa.zone",
    "com": "com.zone",
    "test": "test.zone",
    "2.0.192.in-addr.arpa": "reverse-192.0.2.zone",
    "100.51.198.in-addr.arpa": "reverse-198.51.100.zone",
    "113.0.203.in-addr.arpa": "reverse-203.0.113.zone",
    "0-63.113.0.203.in-addr.arpa": "reverse-203.0.113.0-63.zone",
    "0.18.198.in-addr.arpa": "reverse-empty.zone",
    "6.18.198.in-addr.arpa": "reverse-half.zone",
    "9.18.198.in-addr.arpa": "reverse-empty.zone",
    "10.18.198.in-addr.arpa": "reverse-empty.zone",
    "8.b.d.0.1.0.0.2.ip6.arpa": "reverse-2001-db8.zone",
}
BROKEN_ZONES = {"3.18.198.in-addr.arpa": "no-such-file", "broken.test": "no-such-file"}
UNSIGNED_BUT_TRUSTED = "9.18.198.in-addr.arpa"

NSD_CONFIGURATION = """
server:
  {addresses}
  port: {port}
  username: ""
  chroot: ""
  server-count: 1
  zonesdir: "{zones}"
  database: ""
  zonelistfile: "{folder}/zone.list"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  pidfile: "{folder}/nsd.pid"
  logfile: "{folder}/nsd.log"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
"""
BIND_CONFIGURATION = """
options {{
  directory "{folder}"; pid-file "{folder}/named.pid"; session-keyfile "{folder}/session.key";
  port {port}; listen-on {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion yes; allow-query {{ any; }}; allow-recursion {{ any; }}; allow-query-cache {{ any; }};
  empty-zones-enable no; qname-minimization off; servfail-ttl 0; lame-ttl 0; minimal-responses no;
  dnssec-validation yes;
}};
trust-anchors {{ "{trusted}" static-ds 12345 13 2 "{digest}"; }};
controls {{ }};
zone "." {{ type hint; file "{folder}/hints"; }};
"""


def missing_programs() -> str:
    """The names of Debian's packages that are missing, empty if none is."""
    return " ".join(package for package, program in PROGRAMS.items() if not Path(program).exists())


def _udp(address: str, port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((address, port))
    return opened


def _free_port() -> int:
    """A port that is free, for UDP and TCP, at every address of this world."""
    addresses = (RESOLVER, AUTHORITY, REFUSING, LAME, BROKEN, SILENT, CLOSED, MISBEHAVING)
    while True:
        port = random.randrange(20000, 32000)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for address in addresses:
                stack.enter_context(_udp(address, port))
                tcp = stack.enter_context(socket.socket())
                tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                tcp.bind((address, port))
            return port


class World:
    """All servers together; `start` and `stop` bound their lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> int:
        """Returns the port on which all listen."""
        port = _free_port()
        self._silent = _udp(SILENT, port)
        self._start_nsd("authority", [AUTHORITY, LAME], port, AUTHORITY_ZONES)
        self._start_nsd("broken", [BROKEN], port, BROKEN_ZONES)
        self._start_nsd("refusing", [REFUSING], port, {})
        self._start_bind(port)
        for address in (AUTHORITY, REFUSING, BROKEN, RESOLVER):
            self._wait_for(address, port)
        return port

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(10)
        self._silent.close()

    def _start_nsd(self, name: str, addresses: list[str], port: int, zones: dict[str, str]) -> None:
        folder = self.folder / name
        folder.mkdir()
        listen = "\n  ".join(f"ip-address: {address}" for address in addresses)
        text = NSD_CONFIGURATION.format(addresses=listen, port=port, zones=ZONES, folder=folder)
        text += "".join(f'zone:\n  name: "{zone}"\n  zonefile: "{file}"\n' for zone, file in zones.items())
        (folder / "nsd.conf").write_text(text)
        self._run([PROGRAMS["nsd"], "-d", "-c", str(folder / "nsd.conf")], folder)

    def _start_bind(self, port: int) -> None:
        folder = self.folder / "bind"
        folder.mkdir()
        (folder / "hints").write_text(f". 300 IN NS ns.test.\nns.test. 300 IN A {AUTHORITY}\n")
        text = BIND_CONFIGURATION.format(folder=folder, port=port, trusted=UNSIGNED_BUT_TRUSTED, digest="AB" * 32)
        (folder / "named.conf").write_text(text)
        self._run([PROGRAMS["bind9"], "-g", "-4", "-n", "1", "-c", str(folder / "named.conf")], folder)

    def _run(self, command: list[str], folder: Path) -> None:
        with (folder / "output").open("wb") as output:
            self._processes.append(subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT))

    def _wait_for(self, address: str, port: int) -> None:
        query = dns.message.make_query("ns.test", "A")
        for _ in range(100):
            try:
                dns.query.udp(query, address, port=port, timeout=0.5)
                return
            except (dns.exception.DNSException, OSError):
                time.sleep(0.1)
        outputs = "\n".join(path.read_text(errors="replace")[-2000:] for path in self.folder.glob("*/output"))
        raise RuntimeError(f"no answer from {address}:{port}\n{outputs}")
