"""What a hand test is made of and what it ends in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

StageName = Literal["connect", "banner", "ehlo", "starttls", "mail-from", "rcpt-to", "data"]

Origin = Literal["here", "sender-network"]

Result = Literal["accepted", "rejected", "incomplete", "interrupted", "unreachable"]
"""`accepted`: nothing was refused, and the recipient was accepted (with a test message: the message, too).
`rejected`: a reply of 4xx or 5xx, the greeting included. `incomplete`: nothing was refused, but no recipient was tried.
`interrupted`: it broke after the greeting, without a refusal. `unreachable`: no connection, or no SMTP greeting."""

Reason = Literal[
    "refused", "filtered", "unroutable", "unresolved", "no-greeting", "closed", "not-smtp",
    "timeout", "garbled", "tls", "no-smtputf8",
]  # fmt: skip
"""Why there was no result: the first row before the greeting (`unreachable`), the second and `closed` after it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to test: a host name or an address without brackets, and a port."""

    host: str
    port: int = 25

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Options:
    """How to test. Seconds throughout; what is given is checked by `grammar` before a byte is sent.

    `helo`: None = this host's full name, or where it has none, the address literal of this end of the connection.
    `sender`, `recipient`: None = end before MAIL FROM or RCPT TO; the sender "" is `<>`. `bind`: the local address.
    `timeout` bounds the whole test of one host, `connect_timeout` one connection attempt (30 at most), `pause` is kept
    between two tries. `send_test` sends one marked message; nothing else ever sends one.
    """

    helo: str | None = None
    sender: str | None = None
    recipient: str | None = None
    bind: str | None = None
    timeout: float = 300.0
    connect_timeout: float = 30.0
    pause: float = 5.0
    send_test: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's whole reply: its code, its lines as sent (without line ends), its enhanced code (`5.1.1`) if any."""

    code: int
    lines: tuple[str, ...]
    enhanced: str | None = None

    @property
    def sent(self) -> str:
        """The reply as sent, several lines joined by a blank, as sending servers log it."""
        return " ".join(self.lines)

    @property
    def texts(self) -> tuple[str, ...]:
        """Each line without its code."""
        return tuple(line[4:] for line in self.lines)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the conversation. `seconds` is None where nobody measured, `ok` None where a paste does not tell."""

    name: StageName
    seconds: float | None
    ok: bool | None
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript: seconds since the test began (None: unknown), who spoke, and the text, unescaped.

    A `note` is the tester's own remark: `text` is its key in the words of the hand test, `detail` what it is about.
    """

    offset: float | None
    direction: Literal["sent", "received", "note"]
    text: str
    detail: str = ""
    stage: StageName = "connect"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the server's certificate says; names are the subject alternative ones, times ISO 8601 in UTC."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: str
    not_after: str


@dataclass(frozen=True, slots=True)
class Tls:
    """How STARTTLS went. `verified` is True, False or None (not to be told); `problem` says why not, or what failed."""

    ok: bool
    protocol: str | None = None
    cipher: str | None = None
    certificate: Certificate | None = None
    verified: bool | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """One connection attempt: its address, seconds to the connection or its failure (None: unknown), why it failed.

    `local` is the address of this end, where there was a connection and somebody looked.
    """

    address: str
    port: int
    seconds: float | None
    reason: Reason | None = None
    detail: str = ""
    local: str | None = None


@dataclass(frozen=True, slots=True)
class HandTest:
    """A finished hand test. `stages` and `transcript` span all tries; `reply` is the one that decided a rejection.

    `started` is ISO 8601 with offset (None where a paste does not tell). `banner_seconds` runs from the connection to
    the end of the greeting. `waited` is how long the last stage lasted: how long it was waited where nothing came.
    `speaks` names another protocol that was recognised instead of a greeting. `problem` is a technical remark.
    """

    target: str
    origin: Origin
    started: str | None
    result: Result
    stage: StageName
    reason: Reason | None = None
    reply: Reply | None = None
    waited: float | None = None
    seconds: float | None = None
    banner_seconds: float | None = None
    banner: Reply | None = None
    tries: tuple[Try, ...] = ()
    stages: tuple[Stage, ...] = ()
    offered: tuple[str, ...] = ()
    tls: Tls | None = None
    speaks: str | None = None
    problem: str = ""
    message_id: str | None = None
    transcript: tuple[Line, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """What a watcher is told: each transcript `line`, and each second of waiting a `tick`.

    `waited` and `limit` are seconds since the stage began; `stage` is what is waited for.
    """

    kind: Literal["line", "tick"]
    stage: StageName
    waited: float = 0.0
    limit: float = 0.0
    line: Line | None = None


Watch = Callable[[Event], None]
