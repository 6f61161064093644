"""Logs of servers that do not run here, read as their documentation shows them."""

from __future__ import annotations

from datetime import datetime

from wizard.senderlog import Attempt, Clock, SenderLog

NOW = Clock(datetime(2026, 11, 25))


def attempts(lines: list[str], clock: Clock = NOW) -> tuple[str | None, list[Attempt]]:
    """The server that wrote the lines, and the attempts that they tell of."""
    log = SenderLog(enumerate(lines, start=1), "a.log", clock)
    return log.server, [event for event in log.events() if isinstance(event, Attempt)]
