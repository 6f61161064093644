"""One connection's bytes, put together again as commands, replies and counted messages."""

from __future__ import annotations

import re
from collections import deque
from datetime import datetime, timedelta

from wizard.debuglog import shown
from wizard.debuglog.body import Body
from wizard.debuglog.entries import Chunk
from wizard.debuglog.model import (
    ACCEPTED,
    ENCRYPTED,
    GATEWAY,
    INTERRUPTED,
    NO_MAIL,
    RECEIVED,
    REJECTED,
    SENDER,
    SENT,
    UNKNOWN,
    Conversation,
    Exchange,
    Mail,
)

IDLE = timedelta(minutes=5)
"""The gateway's time-out for a silent sender (AsyncOS user guide 10, listener settings)."""

MOST_EXCHANGES = 400
_MOST_RECIPIENTS = 1_000
_MOST_BUFFERED = 4_096
_MOST_WAITING = 2_000

_REPLY = re.compile(r"(?P<code>[2-5]\d\d)(?P<more>[ -]|$)")
_PATH = re.compile(r":\s{0,4}<?(?P<address>[^>\s]{0,512})")
_SIZE = re.compile(r"BDAT\s+(?P<size>\d{1,12})(?P<last>\s+LAST)?", re.IGNORECASE)
_OPENING = ("EHLO", "HELO", "STARTTLS", "AUTH")
_WORST_FIRST = (REJECTED, INTERRUPTED, ACCEPTED)


class Talk:
    """Takes one connection's chunks in order; `conversation` is what they come to so far."""

    def __init__(self, chunk: Chunk) -> None:
        self.icid = chunk.icid
        self.ip = chunk.ip
        self.started = self.ended = chunk.time
        self._last = chunk._replace(data="")
        self.delivering = False
        self._exchanges: list[Exchange] = []
        self._left_out = 0
        self._mails: list[Mail] = []
        self._mail: Mail | None = None
        self._waiting: deque[str] = deque(maxlen=_MOST_WAITING)
        self._buffer = ""
        self._reply_lines: list[str] = []
        self._stage = "banner"
        self._authenticating = False
        self._body = Body()
        self._left = False
        self._encrypted = False
        self._mangled = False
        self._last_reply = ""
        self._refusal: tuple[str, str] | None = None

    def begins_anew(self, chunk: Chunk) -> bool:
        """A greeting where none is due: the number was given to another connection."""
        if chunk.direction != SENT or not chunk.data.startswith("220") or not self._exchanges:
            return False
        return not self._waiting and (self._left or chunk.time - self.ended > IDLE)

    def feed(self, chunk: Chunk) -> None:
        self.ended = max(self.ended, chunk.time)
        self._last = chunk._replace(data="")
        self.ip = self.ip or chunk.ip
        if self._encrypted:
            return
        if chunk.direction == SENT:
            self._flush(chunk)
            self._interrupt_body(chunk)
            for line in chunk.data.splitlines():
                self._reply_line(line, chunk)
        elif self._stage == "starttls" and not self._waiting and chunk.data[:1] in ("\x16", "\x80"):
            self._encrypted = True
            self._keep(chunk, RECEIVED, "", "(TLS from here on)")
        else:
            self._received(chunk.data, chunk)

    # what the sender said

    def _received(self, data: str, chunk: Chunk) -> None:
        if not self._body.open and shown.verb_of(data) and shown.verb_of(self._buffer):
            self._flush(chunk)
        position = 0
        while position < len(data):
            if self._body.open:
                rest = self._body.take(data[position:])
                if rest is None:
                    return
                self._body_ended(chunk)
                position = len(data) - len(rest)
                continue
            end = data.find("\n", position)
            if end < 0:
                self._buffer = (self._buffer + data[position:])[-_MOST_BUFFERED:]
                return
            line, self._buffer = self._buffer + data[position:end], ""
            self._command(line.rstrip("\r"), chunk)
            position = end + 1

    def _flush(self, chunk: Chunk) -> None:
        """The gateway answers: what came before is a whole line, even where its end was not recorded."""
        if self._buffer.strip():
            self._command(self._buffer.rstrip("\r\n"), chunk)
        self._buffer = ""

    def _command(self, line: str, chunk: Chunk) -> None:
        if not line.strip():
            return
        if not self._exchanges and _REPLY.match(line):
            self.delivering = True
        verb, text = shown.command(line, self._authenticating)
        self._keep(chunk, RECEIVED, verb, text)
        self._waiting.append(verb)
        self._stage = shown.STAGE_OF_VERB.get(verb, self._stage)
        if verb == "AUTH":
            self._authenticating = True
        elif verb == "X":
            self._mangled = True
        elif verb == "QUIT":
            self._left = True
        elif verb == "MAIL":
            self._begin_mail(line)
        elif verb == "RCPT" and self._mail:
            self._waiting[-1] = f"RCPT {_address(line)}"
        elif verb == "BDAT" and (size := _SIZE.match(line.lstrip())):
            self._begin_body(int(size["size"]))
            if size["last"]:
                self._waiting[-1] = "."

    def _begin_mail(self, line: str) -> None:
        self._mail = Mail(_address(line))
        if len(self._mails) < _MOST_RECIPIENTS:
            self._mails.append(self._mail)

    def _begin_body(self, announced: int | None) -> None:
        if announced is None:
            self._body.open_data()
        else:
            self._body.open_announced(announced)
        if self._mail:
            self._mail.stage = "data"

    def _body_ended(self, chunk: Chunk) -> None:
        self._size_up()
        if "." not in self._waiting and "BDAT" not in self._waiting:
            self._waiting.append(".")
        self._keep(chunk, RECEIVED, ".", f"(end of {self._mail.body_bytes if self._mail else 0} bytes of a message)")

    def _interrupt_body(self, chunk: Chunk) -> None:
        """A reply ends a message whose end was not seen, unless it is the one that closes the connection."""
        if self._body.open and not self._waiting and not chunk.data.startswith("421"):
            self._waiting.append(".")
        self._size_up()
        self._body.close()

    def _size_up(self) -> None:
        if self._mail:
            self._mail.body_bytes += self._body.size
        self._body.size = 0

    # what the gateway said

    def _reply_line(self, line: str, chunk: Chunk) -> None:
        found = _REPLY.match(line)
        if not found:
            if shown.verb_of(line) and not self._exchanges:
                self.delivering = True
            self._keep(chunk, SENT, "", f"({len(line)} bytes that are no reply)")
            return
        if len(self._reply_lines) < 100:
            self._reply_lines.append(line)
        if found["more"] == "-":
            return
        text, self._reply_lines = "\n".join(self._reply_lines), []
        self._reply(found["code"], text, chunk)

    def _reply(self, code: str, text: str, chunk: Chunk) -> None:
        self._keep(chunk, SENT, code, shown.reply(code, text))
        self._last_reply = text
        verb, _, address = (self._waiting.popleft() if self._waiting else "").partition(" ")
        if code == "334":
            self._authenticating = True
            return
        self._authenticating = False
        if verb == "DATA" and code == "354":
            self._begin_body(None)
        elif code[0] in "45":
            self._refused(verb, address, text)
        elif self._mail and verb == "RCPT":
            self._mail.stage = "rcpt-to"
            if len(self._mail.recipients) < _MOST_RECIPIENTS:
                self._mail.recipients.append(address)
        elif self._mail and verb == ".":
            self._mail.result, self._mail.reply = ACCEPTED, text
            self._mail = None
        elif verb == "RSET":
            self._mail = None
        elif verb in _OPENING:
            self._refusal = None

    def _refused(self, verb: str, address: str, text: str) -> None:
        stage = "data" if verb == "." else shown.STAGE_OF_VERB.get(verb, self._stage)
        mail = self._mail
        if mail and verb == "RCPT":
            mail.stage = stage
            if len(mail.refused) < _MOST_RECIPIENTS:
                mail.refused[address] = text
        elif mail and verb in ("MAIL", "DATA", "BDAT", "."):
            mail.result, mail.reply, mail.stage = REJECTED, text, stage
            self._mail = None
        elif verb in ("", *_OPENING):
            self._refusal = (stage, text)

    # what it comes to

    def conversation(self, log_ends: datetime) -> Conversation:
        self._flush(self._last)
        self._size_up()
        mails = [_settled(mail) for mail in self._mails]
        judged = [mail for number, mail in enumerate(mails) if not _tried_again(mail, mails[number + 1 :])]
        result = self._result(judged)
        stage, by, reply = self._break(result, judged)
        still_open = not self._left and by != GATEWAY and log_ends - self.ended < IDLE
        return Conversation(
            self.icid,
            self.ip,
            self.started,
            self.ended,
            tuple(self._exchanges),
            tuple(mails),
            result,
            stage,
            UNKNOWN if by and still_open else by,
            reply,
            still_open and stage is not None,
            self._mangled,
            self._left_out,
        )

    def _result(self, mails: list[Mail]) -> str:
        for result in _WORST_FIRST:
            if any(mail.result == result for mail in mails):
                return result
        if self._encrypted:
            return ENCRYPTED
        return REJECTED if self._refusal and self._refusal[0] == "banner" else NO_MAIL

    def _break(self, result: str, mails: list[Mail]) -> tuple[str | None, str | None, str | None]:
        """Where, by whom, and with what reply."""
        if result == ENCRYPTED:
            return None, None, None
        mail = next((mail for mail in reversed(mails) if mail.result == result), None)
        if result == ACCEPTED and mail:
            return None, None, mail.reply
        if result == REJECTED and mail:
            return mail.stage, GATEWAY, mail.reply
        if self._refusal and not mails:
            return self._refusal[0], GATEWAY, self._refusal[1]
        stage = mail.stage if mail else self._stage
        if self._last_reply.startswith("421"):
            return stage, GATEWAY, self._last_reply
        if self._left:
            return stage, SENDER, None
        answered = not self._waiting or self._body.open
        return (self._stage if not answered else stage), SENDER if answered else UNKNOWN, None

    def _keep(self, chunk: Chunk, direction: str, word: str, text: str) -> None:
        if len(self._exchanges) < MOST_EXCHANGES:
            self._exchanges.append(Exchange(chunk.time, direction, word, text, chunk.line))
        else:
            self._exchanges[-1] = Exchange(chunk.time, direction, word, text, chunk.line)
            self._left_out += 1


def _address(line: str) -> str:
    found = _PATH.search(line)
    return shown.printable(found["address"]) if found else ""


def _settled(mail: Mail) -> Mail:
    """A mail all of whose recipients were refused is refused, whatever came of the rest."""
    if mail.result == INTERRUPTED and mail.refused and not mail.recipients:
        mail.result, mail.stage = REJECTED, "rcpt-to"
        mail.reply = next(reversed(mail.refused.values()))
    return mail


def _tried_again(mail: Mail, later: list[Mail]) -> bool:
    """A sender refused at first (TLS or authentication wanted) and then taken was not refused."""
    refused = mail.result == REJECTED and mail.stage == "mail-from"
    return refused and any(other.sender == mail.sender for other in later)
