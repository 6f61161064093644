"""From a host's name to a connection, and why there is none: unresolved, refused, filtered, unroutable."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import threading
import time

from wizard.errors import InputError
from wizard.smtp.model import Options, Reason, Target
from wizard.smtp.record import Record
from wizard.smtp.waiting import TimedOut, wait_for

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
Address = tuple[socket.AddressFamily, SocketAddress]

REASONS: dict[int, Reason] = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "filtered",
    errno.EPERM: "filtered",
    errno.EACCES: "filtered",
}
"""Every other failure to connect means that no way leads there."""


class Unconnected(Exception):
    """There is no connection; `detail` is the system's own word for it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def find_addresses(target: Target, bind: str | None, until: float, record: Record) -> list[Address]:
    """Return the target's addresses in the system's order, each once, of the bound address's family only.

    The system's resolver cannot be interrupted, so it works in a thread that may be left behind.
    Raises Unconnected (unresolved), or InputError where no address is of the bound one's family.
    """
    family = socket.AF_UNSPEC if bind is None else socket.AF_INET6 if ":" in bind else socket.AF_INET
    found: list[Address] = []
    failed: list[OSError] = []
    done, notify = socket.socketpair()

    def look_up() -> None:
        try:
            for kind, _, _, _, place in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM):
                found.append((kind, place))  # type: ignore[arg-type]
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else OSError(str(error)))
        finally:
            notify.close()

    threading.Thread(target=look_up, daemon=True, name="getaddrinfo").start()
    with done:
        try:
            wait_for(done, selectors.EVENT_READ, until, record)
        except TimedOut:
            raise Unconnected("unresolved", "timed out") from None
    if failed or not found:
        raise Unconnected("unresolved", failed[0].strerror or str(failed[0]) if failed else "")
    fitting = [one for one in dict.fromkeys(found) if family in (socket.AF_UNSPEC, one[0])]
    if not fitting:
        raise InputError("probe-bind-family", address=bind, target=str(target))
    return fitting


def connect(address: Address, options: Options, record: Record) -> socket.socket:
    """Return a connected, non-blocking socket; raises Unconnected, or InputError where the bound address is foreign."""
    family, place = address
    until = min(record.until, time.monotonic() + options.connect_timeout)
    sock = None
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        if options.bind:
            _bind(sock, options.bind)
        failed = sock.connect_ex(place)
        if failed in (errno.EINPROGRESS, errno.EWOULDBLOCK):
            wait_for(sock, selectors.EVENT_WRITE, until, record)
            failed = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed not in (0, errno.ECONNRESET):  # reset: it was connected, and shows as closed when it is read
            raise Unconnected(REASONS.get(failed, "unroutable"), os.strerror(failed))
    except OSError as error:
        _close(sock)
        raise Unconnected("unroutable", error.strerror or str(error)) from error
    except TimedOut:
        _close(sock)
        raise Unconnected("filtered", "timed out") from None
    except BaseException:
        _close(sock)
        raise
    return sock


def _bind(sock: socket.socket, address: str) -> None:
    try:
        sock.bind(socket.getaddrinfo(address, 0, family=sock.family, flags=socket.AI_NUMERICHOST)[0][4])
    except OSError as error:
        raise InputError("probe-bind-failed", address=address, problem=error.strerror or str(error)) from error


def _close(sock: socket.socket | None) -> None:
    if sock is not None:
        sock.close()
