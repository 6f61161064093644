"""Waiting for a socket without blocking longer than a second unseen."""

from __future__ import annotations

import selectors
import socket
import time

from wizard.smtp.record import Record


class TimedOut(Exception):
    """Nothing (or not all) came in time."""


def wait_for(sock: socket.socket, what: int, until: float, record: Record) -> None:
    """Wait until the socket is ready, telling the watcher each second; raises TimedOut at `until` (monotonic)."""
    with selectors.DefaultSelector() as selector:
        selector.register(sock, what)
        while True:
            if selector.select(max(0.0, min(record.next_tick, until) - time.monotonic())):
                return
            now = time.monotonic()
            if now >= until:
                raise TimedOut
            if now >= record.next_tick:
                record.tick(until)
