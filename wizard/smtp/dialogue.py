"""The conversation on one connection, as a sending server would have it, stage by stage."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import NoReturn

from wizard.smtp.grammar import needs_utf8
from wizard.smtp.message import make_message
from wizard.smtp.model import Options, Reason, Reply, Result, Stage, StageName, Tls
from wizard.smtp.record import Record
from wizard.smtp.tls import encrypt
from wizard.smtp.waiting import TimedOut
from wizard.smtp.wire import Closed, Garbled, Wire

QUIT_SECONDS = 5.0

FOREIGN_GREETINGS = {
    b"SSH-": "ssh", b"HTTP/": "http", b"<": "http", b"* OK": "imap", b"* PREAUTH": "imap", b"+OK": "pop3",
    b"\x15\x03": "tls", b"\x16\x03": "tls",
}  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """How the conversation on one connection ended."""

    result: Result = "incomplete"
    stage: StageName = "connect"
    waited: float | None = None
    reason: Reason | None = None
    reply: Reply | None = None
    banner: Reply | None = None
    banner_seconds: float | None = None
    offered: tuple[str, ...] = ()
    tls: Tls | None = None
    speaks: str | None = None
    problem: str = ""
    message_id: str | None = None


class _End(Exception):
    """The conversation ends here; the outcome says how."""


class Dialogue:
    """One conversation. `host` is the name the certificate is held against, `helo` the name to greet with."""

    def __init__(self, wire: Wire, record: Record, options: Options, host: str, helo: str) -> None:
        self._wire = wire
        self._record = record
        self._options = options
        self._host = host
        self._helo = helo
        self._outcome = Outcome()
        self._mail_begun = False

    def run(self) -> Outcome:
        """Talk until the end of what was asked for, a refusal or a failure; take leave where the peer still listens."""
        with contextlib.suppress(_End):
            self._talk()
        last = self._record.stages[-1]
        self._outcome.stage, self._outcome.waited = last.name, last.seconds
        if self._outcome.result in ("accepted", "rejected", "incomplete") or self._outcome.reason == "no-smtputf8":
            self._take_leave()
        return self._outcome

    def _talk(self) -> None:
        self._greet()
        self._hello()
        if any(line.upper() == "STARTTLS" for line in self._outcome.offered):
            self._encrypt()
            self._hello()
        if self._options.sender is None:
            return
        self._mail(self._options.sender)
        if self._options.recipient is None:
            return
        self._command("rcpt-to", f"RCPT TO:<{self._options.recipient}>")
        if self._options.send_test:
            self._send_message(self._options.sender, self._options.recipient)
        self._outcome.result = "accepted"

    def _greet(self) -> None:
        self._record.begin("banner")
        reply = self._reply()
        self._outcome.banner = reply
        self._outcome.banner_seconds = self._record.stage_seconds()
        self._judge(reply)

    def _hello(self) -> None:
        self._record.begin("ehlo")
        self._wire.send_line(f"EHLO {self._helo}")
        reply = self._reply()
        if reply.code // 100 == 5:
            self._wire.send_line(f"HELO {self._helo}")
            reply = self._reply()
            self._outcome.offered = ()
        else:
            self._outcome.offered = tuple(text.strip() for text in reply.texts[1:])
        self._judge(reply)

    def _encrypt(self) -> None:
        self._record.begin("starttls")
        self._wire.send_line("STARTTLS")
        reply = self._reply()
        if reply.code != 220:
            self._outcome.tls = Tls(ok=False, problem=reply.sent)
            self._judge(reply)
        try:
            tls = encrypt(self._wire, self._host, self._record.until)
        except TimedOut:
            self._outcome.tls = Tls(ok=False, problem="timed out")
            self._fail("timeout", reply=reply)
        self._outcome.tls = tls
        if not tls.ok:
            self._fail("tls", problem=tls.problem or "", reply=reply)
        self._record.add("note", "encrypted", f"{tls.protocol} {tls.cipher}")
        if tls.certificate:
            names = ", ".join(tls.certificate.names)
            self._record.add("note", "certificate-names", names or tls.certificate.subject)
            self._record.add("note", "certificate-issuer", tls.certificate.issuer)
            self._record.add("note", "certificate-ends", tls.certificate.not_after)
        trust = {True: "trusted", False: "untrusted", None: "unknown"}[tls.verified]
        self._record.add("note", f"certificate-{trust}", tls.problem or "")
        self._judge(reply)

    def _mail(self, sender: str) -> None:
        parameter = ""
        if needs_utf8(sender + (self._options.recipient or "")):
            if not any(line.upper() == "SMTPUTF8" for line in self._outcome.offered):
                self._record.begin("mail-from")
                self._fail("no-smtputf8")
            parameter = " SMTPUTF8"
        self._command("mail-from", f"MAIL FROM:<{sender}>{parameter}")
        self._mail_begun = True

    def _send_message(self, sender: str, recipient: str) -> None:
        self._record.begin("data")
        self._wire.send_line("DATA")
        reply = self._reply()
        if reply.code != 354:
            self._judge(reply)
        message_id, lines = make_message(sender, recipient)
        self._outcome.message_id = message_id
        self._mail_begun = False
        for line in lines:
            self._wire.send_line(line)
        self._wire.send_line(".")
        self._judge(self._reply())

    def _command(self, stage: StageName, line: str) -> None:
        self._record.begin(stage)
        self._wire.send_line(line)
        self._judge(self._reply())

    def _reply(self) -> Reply:
        try:
            return self._wire.read_reply(self._record.until)
        except Closed as error:
            self._fail("closed", problem=str(error))
        except TimedOut:
            self._fail("no-greeting" if self._outcome.banner is None else "timeout")
        except Garbled as error:
            begins = (name for mark, name in FOREIGN_GREETINGS.items() if error.begins.startswith(mark))
            self._outcome.speaks = next(begins, None)
            self._fail("not-smtp" if self._outcome.banner is None else "garbled", problem=error.problem)

    def _judge(self, reply: Reply) -> None:
        """Close the stage with its last reply, and end the conversation unless that is a 2xx."""
        if reply.code // 100 not in (2, 4, 5):
            self._fail("not-smtp" if self._record.stage == "banner" else "garbled", reply=reply)
        good = reply.code // 100 == 2
        self._record.stages.append(Stage(self._record.stage, self._record.stage_seconds(), good, reply))
        if not good:
            self._outcome.result = "rejected"
            self._outcome.reply = reply
            raise _End

    def _fail(self, reason: Reason, *, problem: str = "", reply: Reply | None = None) -> NoReturn:
        stage = self._record.stage
        self._record.stages.append(Stage(stage, self._record.stage_seconds(), False, reply))
        self._outcome.result = "unreachable" if stage == "banner" else "interrupted"
        self._outcome.reason = reason
        self._outcome.problem = problem
        self._record.add("note", f"ended-{reason}", problem)
        raise _End

    def _take_leave(self) -> None:
        """Say RSET and QUIT; what comes back changes nothing, so the wait is short."""
        for line in ("RSET", "QUIT") if self._mail_begun else ("QUIT",):
            try:
                self._wire.send_line(line)
                self._wire.read_reply(min(self._record.until, time.monotonic() + QUIT_SECONDS))
            except (Closed, TimedOut, Garbled):
                return
