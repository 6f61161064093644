"""What a sending server's log says of its attempts to deliver: the common shape of all servers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from wizard.facts import Evidence
from wizard.senderlog.clock import Clock

GREETING_TIMEOUT = "greeting-timeout"
CONNECTION_LOST = "connection-lost"
CONNECTION_REFUSED = "connection-refused"
CONNECT_TIMEOUT = "connect-timeout"
DEFERRED = "deferred"
REJECTED = "rejected"
TLS_FAILED = "tls-failed"
DELIVERED = "delivered"
OTHER = "other"
RESULTS = (
    GREETING_TIMEOUT,
    CONNECTION_LOST,
    CONNECTION_REFUSED,
    CONNECT_TIMEOUT,
    DEFERRED,
    REJECTED,
    TLS_FAILED,
    DELIVERED,
    OTHER,
)
STAGES = ("connect", "banner", "ehlo", "starttls", "mail-from", "rcpt-to", "data")


class Line(NamedTuple):
    """One physical line of a log: its 1-based number and its text without the line end."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to hand one recipient's mail to one host, as the sending server logged its outcome.

    `time` is when the outcome was logged: aware where the log or the caller gave a zone, else naive. `seconds` is how
    long the try took, where the log tells it. `result` is one of `RESULTS`; `stage` one of `STAGES` or None where the
    log does not tell; `silent` means that the other side said nothing more until the sender's patience ended. `reply`
    is the other side's SMTP reply, `reason` the log's own words. `tried` is False where the server only repeats why it
    does not try now. `recipient` and `sender` are None where the log does not tie them to the try. `via` names the
    transport, mailer or daemon that had the mail in hand.
    """

    server: str
    time: datetime
    result: str
    evidence: tuple[Evidence, ...]
    queue_id: str | None = None
    sender: str | None = None
    recipient: str | None = None
    original_recipient: str | None = None
    message_id: str | None = None
    host: str | None = None
    ip: str | None = None
    port: int | None = None
    stage: str | None = None
    reply: str | None = None
    reason: str | None = None
    seconds: float | None = None
    silent: bool = False
    tried: bool = True
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message taken into the sending server's queue: what is known before any delivery. Once a message."""

    server: str
    time: datetime
    queue_id: str
    evidence: tuple[Evidence, ...]
    sender: str | None = None
    message_id: str | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of this server with a time and nothing to tell: it only widens what the log covers."""

    time: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """Why lines of this log are of no use: `other-exchange-log` (not the Send connectors')."""

    what: str
    line: int


Event = Attempt | Accepted | Moment | Problem


class Parser(Protocol):
    """Reads one server's log line by line. It keeps a bounded memory of messages under way and never raises."""

    def feed(self, line: Line) -> Iterable[Event]: ...


class Server(Protocol):
    """A module of `wizard.senderlog.servers`."""

    NAME: str

    def recognises(self, text: str) -> bool: ...

    def Parser(self, source: str, clock: Clock) -> Parser: ...
