"""A private network and private system files: the servers see names and users that the machine does not have."""

from __future__ import annotations

import fcntl
import socket
import struct
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path

from bad_gateways import GATEWAYS

_SET_FLAGS, _UP = 0x8914, 0x1

HOST = "mail.partner.test"
USERS = {"postfix": 2101, "Debian-exim": 2102, "smmta": 2103, "smmsp": 2104}
GROUPS = {**USERS, "postdrop": 2105}


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh", b"lo", _UP))


def bind(source: Path, target: str) -> None:
    subprocess.run(["mount", "--bind", str(source), target], check=True)


def furnish(folder: Path, unpacked: Path) -> Path:
    """Bind files of `folder` over those of the system; the mounts end with the namespace.

    Returns where every user finds the unpacked servers: the servers drop root's rights, and may not enter its home.
    """
    files = {
        "/etc/hosts": _lines(f"{gateway.address} {gateway.host}" for gateway in GATEWAYS)
        + f"127.0.0.1 {HOST} mail localhost\n",
        "/etc/passwd": Path("/etc/passwd").read_text()
        + _new("/etc/passwd", USERS, "{0}:x:{1}:{1}::/nonexistent:/bin/false"),
        "/etc/group": Path("/etc/group").read_text() + _new("/etc/group", GROUPS, "{0}:x:{1}:"),
        "/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    for target, text in files.items():
        source = folder / Path(target).name
        source.write_text(text)
        if Path(target).exists():
            bind(source, target)
    _own_devices(folder / "dev")
    visible = folder / "unpacked"
    visible.mkdir()
    bind(unpacked, str(visible))
    _find_libraries(visible, folder)
    return visible


def collect_syslog(folder: Path, target: Path) -> None:
    """Write what arrives at /dev/log to `target`, in the form of a syslog daemon: time, host, program, text."""
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(str(folder / "dev" / "log"))
    (folder / "dev" / "log").chmod(0o666)

    def receive() -> None:
        with target.open("a", buffering=1, encoding="utf-8", errors="surrogateescape") as log:
            while True:
                text = receiver.recv(65536).decode("utf-8", "surrogateescape")
                body = text.split(">", 1)[-1].rstrip("\n\0")
                log.write(f"{body[:15]} {HOST.partition('.')[0]} {body[16:]}\n")

    threading.Thread(target=receive, daemon=True).start()


def _own_devices(folder: Path) -> None:
    folder.mkdir()
    for name in ("null", "zero", "random", "urandom", "full"):
        (folder / name).touch()
        bind(Path("/dev") / name, str(folder / name))
    subprocess.run(["mount", "--rbind", str(folder), "/dev"], check=True)


def _find_libraries(unpacked: Path, folder: Path) -> None:
    """A cache of the dynamic linker that also knows the unpacked libraries: the servers clean their environment."""
    places = sorted({str(library.parent) for library in unpacked.glob("**/*.so.*")})
    (folder / "ld.so.conf").write_text(_lines(["include /etc/ld.so.conf", *places]))
    command = ["/sbin/ldconfig", "-X", "-f", str(folder / "ld.so.conf"), "-C", str(folder / "ld.so.cache")]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    bind(folder / "ld.so.cache", "/etc/ld.so.cache")


def _new(path: str, names: dict[str, int], form: str) -> str:
    known = {line.split(":")[0] for line in Path(path).read_text().splitlines()}
    return _lines(form.format(name, number) for name, number in names.items() if name not in known)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
