"""A recorded SMTP conversation: what may be shown of it, where it broke and by whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from wizard.facts import Evidence

SENT, RECEIVED = "sent", "received"

ACCEPTED = "accepted"
REJECTED = "rejected"
INTERRUPTED = "interrupted"
NO_MAIL = "no-mail"
ENCRYPTED = "encrypted"
"""TLS bytes were recorded instead of what they held: nothing is known of what came after."""

SENDER, GATEWAY, UNKNOWN = "sender", "gateway", "unknown"

STAGES = ("banner", "ehlo", "starttls", "mail-from", "rcpt-to", "data")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A command or reply. `word` is the verb or the code, `text` what may be shown: no secret and no body is in it."""

    time: datetime
    direction: str
    word: str
    text: str
    line: int


@dataclass(slots=True)
class Mail:
    """One MAIL FROM and what came of it. `recipients` are those accepted, `refused` the others with their replies."""

    sender: str
    recipients: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    body_bytes: int = 0
    result: str = INTERRUPTED
    stage: str = "mail-from"
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One recorded connection, from its first to its last byte.

    `result` is the worst of its mails: `rejected`, `interrupted` or `accepted`; without a mail `rejected` if the
    gateway refused in its greeting, else `no-mail`; or `encrypted`. `broke_at` is one of `STAGES`, None where
    nothing broke; `broke_by` says who refused, left or fell silent: `sender`, `gateway` or `unknown`. `reply` is the
    reply that decided. `seconds` is from first to last byte. `still_open` means that the log ends within the gateway's
    idle time-out after the last byte, so that the rest may be in the next file. `mangled` means that the commands came
    with X in place of letters, as a firewall's SMTP inspection leaves them. `left_out` counts exchanges that were not
    kept. Times are the appliance's, naive if its zone was not given.
    """

    icid: int
    ip: str | None
    started: datetime
    ended: datetime
    exchanges: tuple[Exchange, ...]
    mails: tuple[Mail, ...]
    result: str
    broke_at: str | None
    broke_by: str | None
    reply: str | None
    still_open: bool = False
    mangled: bool = False
    left_out: int = 0

    @property
    def seconds(self) -> float:
        return (self.ended - self.started).total_seconds()

    @property
    def mail(self) -> Mail | None:
        """The mail that gave the result."""
        fitting = [mail for mail in self.mails if mail.result == self.result] or self.mails
        return fitting[-1] if fitting else None

    @property
    def sender(self) -> str | None:
        return self.mail.sender if self.mail else None

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every recipient named in that mail, accepted or not."""
        return (*self.mail.recipients, *self.mail.refused) if self.mail else ()

    @property
    def body_bytes(self) -> int:
        return self.mail.body_bytes if self.mail else 0

    def evidence(self, source: str, last: int = 4) -> tuple[Evidence, ...]:
        """Its first and last exchanges, as they may be shown."""
        kept = self.exchanges if len(self.exchanges) <= last + 1 else (self.exchanges[0], *self.exchanges[-last:])
        return tuple(
            Evidence(
                source,
                f"{self.icid} {'Sent' if one.direction == SENT else 'Received'}: {one.text}",
                one.line,
                one.time.isoformat(),
            )
            for one in kept
        )


@dataclass(slots=True)
class DebugLog:
    """What a debug log held. `not_understood` are (line, why): `not-debug`, `no-time`, `cut`; at most the first 1,000.

    `problems` are `domain-debug-log` (it records deliveries, not injections) and `too-many-conversations`.
    """

    conversations: list[Conversation] = field(default_factory=list)
    not_understood: list[tuple[int, str]] = field(default_factory=list)
    not_understood_count: int = 0
    problems: list[str] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    entries: int = 0
