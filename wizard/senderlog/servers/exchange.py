"""Exchange: the SMTP protocol log of the Send connectors (`SmtpSend\\SEND*.LOG`). From Microsoft's documentation of the
fields and events and from lines that administrators published; not tried with a running Exchange.

    #Log-type: SMTP Send Protocol Log
    #Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context
    2026-11-24T13:18:08.100Z,Internet,08DA1,1,,192.0.2.1:25,*,,attempting to connect
    2026-11-24T13:18:08.200Z,Internet,08DA1,2,10.0.0.5:4711,192.0.2.1:25,+,,
    2026-11-24T13:23:08.300Z,Internet,08DA1,3,10.0.0.5:4711,192.0.2.1:25,-,,Local

A session's lines share its id: `+` connected, `>` sent, `<` received, `-` closed and by whom, `*` a remark. Times are
UTC. A session that ends before RCPT TO names no recipient: its attempt has none. A session that the server itself
closes while it waits is a silence of the other side. The name in the other side's greeting is its own claim and is not
used as the host. Protocol logging is off by default, and the Receive connectors' log (`RECV*.LOG`) tells nothing here.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from wizard.facts import Evidence
from wizard.senderlog.clock import Clock
from wizard.senderlog.model import (
    CONNECT_TIMEOUT,
    CONNECTION_LOST,
    CONNECTION_REFUSED,
    DELIVERED,
    GREETING_TIMEOUT,
    OTHER,
    TLS_FAILED,
    Accepted,
    Attempt,
    Event,
    Line,
    Moment,
    Problem,
)
from wizard.senderlog.outcome import Outcome, Recent, of_reply
from wizard.senderlog.secrets import masked
from wizard.senderlog.table import row

NAME = "exchange"

FIELDS = (
    "date-time",
    "connector-id",
    "session-id",
    "sequence-number",
    "local-endpoint",
    "remote-endpoint",
    "event",
    "data",
    "context",
)
_RECOGNISED = re.compile(
    r"#Log-type: SMTP (?:Send|Receive) Protocol Log|#Fields: date-time,connector-id,session-id|"
    r"\d{4}-\d\d-\d\dT[\d:.]+Z,[^,]*,[0-9A-F]{6,20},\d+,[^,]*,[^,]*:\d+,[-+<>*],"
)
_ENDPOINT = re.compile(r"\[?(?P<ip>[0-9A-Fa-f.:]{2,45})(?:%\d+)?\]?:(?P<port>\d{1,5})$")
_SOCKET_ERROR = re.compile(r"(?:Winsock|[Ss]ocket) error code:? (?P<code>\d{1,6})")
_MESSAGE = re.compile(r"InternetMessageId (?P<id><[^>\s]{1,998}>)")
_PATH = re.compile(r":\s{0,4}<(?P<address>[^>]{0,512})>")
_SOCKET = {
    "10060": Outcome(CONNECT_TIMEOUT, "connect", silent=True),
    "10061": Outcome(CONNECTION_REFUSED, "connect"),
    "10054": Outcome(CONNECTION_LOST, "connect"),
}
_MOST_RECIPIENTS = 1_000
_VERBS = {
    "EHLO": "ehlo",
    "HELO": "ehlo",
    "STAR": "starttls",
    "MAIL": "mail-from",
    "RCPT": "rcpt-to",
    "DATA": "data",
    "BDAT": "data",
    ".": "data",
}


def recognises(text: str) -> bool:
    """Whether a line is of a protocol log.

    >>> recognises("2026-11-24T13:18:08.200Z,Internet,08DA1F2E,2,10.0.0.5:4711,192.0.2.1:25,+,,")
    True
    """
    return bool(_RECOGNISED.match(text[:600]))


@dataclass
class _Mail:
    """The mail under way in a session: what was answered to whom."""

    sender: str | None = None
    message_id: str | None = None
    refused: Outcome | None = None
    recipients: dict[str, Outcome | None] = field(default_factory=dict)

    def settle(self, outcome: Outcome) -> None:
        """What ends the mail ends it for everybody who has no outcome yet."""
        for recipient, known in self.recipients.items():
            self.recipients[recipient] = known or self.refused or outcome


@dataclass
class _Session:
    """One connection. `waiting` are the verbs not yet answered; `trouble` is what keeps it from coming to a mail."""

    begun: datetime
    ip: str | None = None
    port: int | None = None
    connected: bool = False
    greeted: bool = False
    leaving: bool = False
    reported: bool = False
    trouble: Outcome | None = None
    waiting: deque[str] = field(default_factory=lambda: deque(maxlen=_MOST_RECIPIENTS))
    mail: _Mail = field(default_factory=_Mail)
    proof: deque[Evidence] = field(default_factory=lambda: deque(maxlen=3))

    def connecting(self, time: datetime) -> None:
        self.begun, self.connected, self.greeted, self.trouble = time, False, False, None
        self.waiting.clear()

    def sent(self, command: str) -> None:
        verb = command[:4].upper()
        path = _PATH.search(command)
        if verb == "MAIL":
            self.mail.sender = path["address"] if path else None
        elif verb == "RCPT" and path and len(self.mail.recipients) < _MOST_RECIPIENTS:
            self.mail.recipients[path["address"]] = None
        elif verb == "QUIT":
            self.leaving = True
        if verb == "BDAT":
            verb = "." if command.rstrip().upper().endswith("LAST") else "BDAT"
        self.waiting.append(f"RCPT {path['address']}" if verb == "RCPT" and path else verb)

    def received(self, reply: str) -> bool:
        """Take a reply; True if it was the last word on the mail."""
        if not reply[:3].isdigit() or reply[3:4] == "-":
            return False
        if not self.greeted:
            self.greeted = True
            self.refuse(of_reply(reply, "banner"))
            return False
        verb, _, recipient = (self.waiting.popleft() if self.waiting else "").partition(" ")
        if verb == "DATA" and reply.startswith("354"):
            self.waiting.appendleft(".")
            return False
        outcome = of_reply(reply, _VERBS.get(verb))
        if verb == ".":
            self.mail.settle(outcome)
            return True
        if outcome.result != DELIVERED:
            self._refused(verb, recipient, outcome)
        return False

    def refuse(self, outcome: Outcome) -> None:
        if outcome.result != DELIVERED:
            self.trouble = outcome

    def _refused(self, verb: str, recipient: str, outcome: Outcome) -> None:
        if verb == "RCPT":
            self.mail.recipients[recipient] = self.mail.refused or outcome
        elif verb in ("MAIL", "DATA", "BDAT"):
            self.mail.refused = outcome
        elif verb == "STAR":
            self.refuse(Outcome(TLS_FAILED, "starttls", outcome.reply))
        elif verb in ("EHLO", "HELO"):
            self.refuse(outcome)

    def broken(self, by_us: bool) -> Outcome:
        """What it means that the connection was closed now."""
        if not self.connected:
            return Outcome(OTHER, "connect")
        stage = _VERBS.get((self.waiting[0] if self.waiting else "").partition(" ")[0]) if self.greeted else "banner"
        if by_us and not self.greeted:
            return Outcome(GREETING_TIMEOUT, stage, silent=True)
        return Outcome(CONNECTION_LOST, stage, silent=by_us)


class Parser:
    """Reads a session's lines into an attempt for each recipient, or one without recipient.

    >>> from datetime import datetime
    >>> parser = Parser("SEND20261124-1.LOG", Clock(datetime(2026, 11, 24)))
    >>> lines = [
    ...     "2026-11-24T13:18:08.100Z,Internet,08DA1F2E,1,,192.0.2.1:25,*,,attempting to connect",
    ...     "2026-11-24T13:18:08.200Z,Internet,08DA1F2E,2,10.0.0.5:4711,192.0.2.1:25,+,,",
    ...     "2026-11-24T13:23:08.200Z,Internet,08DA1F2E,3,10.0.0.5:4711,192.0.2.1:25,-,,Local",
    ... ]
    >>> events = [event for number, text in enumerate(lines, 1) for event in parser.feed(Line(number, text))]
    >>> attempt = next(event for event in events if isinstance(event, Attempt))
    >>> attempt.result, attempt.ip, attempt.recipient, attempt.seconds
    ('greeting-timeout', '192.0.2.1', None, 300.1)
    """

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._fields: tuple[str, ...] = FIELDS
        self._foreign = False
        self._sessions = Recent[_Session](5_000)

    def feed(self, line: Line) -> Iterator[Event]:
        if line.text.startswith("#"):
            yield from self._header(line)
            return
        timed = self._clock.read(line.text)
        if self._foreign or not timed:
            return
        time = timed[0]
        values = dict(zip(self._fields, row(line.text), strict=False))
        if values.get("session-id") and "event" in values:
            shown = masked(line.text, values["event"], values.get("data", ""))
            evidence = Evidence(self._source, shown, line.number, time.isoformat())
            yield from self._step(time, values, evidence)
        yield Moment(time)

    def _header(self, line: Line) -> Iterator[Problem]:
        if line.text.startswith("#Log-type:"):
            self._foreign = "SMTP Send" not in line.text
            if self._foreign:
                yield Problem("other-exchange-log", line.number)
        elif line.text.startswith("#Fields:"):
            self._fields = tuple(name.strip().lower() for name in line.text[8:].split(","))

    def _step(self, time: datetime, values: dict[str, str], evidence: Evidence) -> Iterator[Event]:
        identifier, event = values["session-id"], values["event"]
        data, context = values.get("data", ""), values.get("context", "")
        session = self._sessions.get(identifier) or _Session(time)
        self._sessions.put(identifier, session)
        endpoint = _ENDPOINT.match(values.get("remote-endpoint", ""))
        if endpoint:
            session.ip, session.port = endpoint["ip"], int(endpoint["port"])
        session.proof.append(evidence)
        if event == "+":
            session.connected = True
        elif event == ">":
            if data[:4].upper() in ("MAIL", "RSET", "QUIT"):
                yield from self._given_up(identifier, session, time)
            session.sent(data)
        elif event == "<":
            if session.received(data):
                yield from self._mail(identifier, session, time)
        elif event == "-":
            self._sessions.pop(identifier)
            yield from self._closed(identifier, session, time, context)
        else:
            yield from self._remark(identifier, session, time, f"{data} {context}", evidence)

    def _remark(
        self, identifier: str, session: _Session, time: datetime, words: str, evidence: Evidence
    ) -> Iterator[Event]:
        if "attempting to connect" in words:
            session.connecting(time)
        elif found := _MESSAGE.search(words):
            yield from self._given_up(identifier, session, time)
            session.mail.message_id = found["id"]
            yield Accepted(NAME, time, found["id"], (evidence,), None, found["id"])
        elif "TLS negotiation failed" in words:
            session.trouble = Outcome(TLS_FAILED, "starttls", reason=words.strip())
        elif failed := _SOCKET_ERROR.search(words):
            outcome = _SOCKET.get(failed["code"], Outcome(OTHER, "connect"))
            session.reported = True
            yield self._attempt(identifier, session, time, None, replace(outcome, reason=words.strip()))

    def _given_up(self, identifier: str, session: _Session, time: datetime) -> Iterator[Attempt]:
        """A mail whose recipients or sender were refused is left without a last word."""
        if session.mail.recipients:
            session.mail.settle(Outcome(OTHER))
            yield from self._mail(identifier, session, time)
        elif session.mail.refused:
            yield self._attempt(identifier, session, time, None, session.mail.refused)
            session.mail, session.begun, session.reported = _Mail(), time, True

    def _closed(self, identifier: str, session: _Session, time: datetime, context: str) -> Iterator[Attempt]:
        by_us = context.startswith("Local") or "imed" in context
        outcome = session.trouble or session.mail.refused or session.broken(by_us)
        if session.mail.recipients:
            session.mail.settle(outcome)
            yield from self._mail(identifier, session, time)
        elif session.trouble or session.mail.refused or not (session.leaving or session.reported):
            reason = outcome.reason or f"session closed: {context}"
            yield self._attempt(identifier, session, time, None, replace(outcome, reason=reason))

    def _mail(self, identifier: str, session: _Session, time: datetime) -> Iterator[Attempt]:
        for recipient, outcome in session.mail.recipients.items():
            if outcome:
                yield self._attempt(identifier, session, time, recipient, outcome)
        session.mail, session.begun, session.reported = _Mail(), time, True

    def _attempt(
        self, identifier: str, session: _Session, time: datetime, recipient: str | None, outcome: Outcome
    ) -> Attempt:
        seconds = max(0.0, round((time - session.begun).total_seconds(), 3))
        attempt = Attempt(
            NAME,
            time,
            OTHER,
            (),
            queue_id=identifier,
            sender=session.mail.sender,
            recipient=recipient,
            message_id=session.mail.message_id,
            via="smtp",
        )
        return outcome.at(None, session.ip, session.port).applied(attempt, tuple(session.proof), seconds)
