"""Exim: the main log, alone or through syslog; tried with Exim 4.96.

    2026-11-24 22:18:11 1xVyq0-00003W-32 H=gw.corp.test [192.0.2.1]: SMTP timeout after initial connection: Connection
      timed out
    2026-11-24 22:18:11 1xVyq0-00003W-32 == alice@corp.test R=dnslookup T=remote_smtp defer (110): Connection timed out
      H=gw.corp.test [192.0.2.1]: SMTP timeout after initial connection

A host that failed has a line of its own; the recipient's line (`==` deferred, `**` failed, `=>` and `->` delivered)
names the host only sometimes (not where the connection was refused), and then only the last one tried. Exim does not
log how long a failed try took. Where the kernel uses TCP Fast Open, as Exim 4.96 asks by default, a host that does not
answer the connection at all is logged in the words of a missing greeting: `greeting-timeout` may then be no connection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from wizard.facts import Evidence
from wizard.senderlog.clock import Clock
from wizard.senderlog.model import (
    CONNECT_TIMEOUT,
    CONNECTION_LOST,
    CONNECTION_REFUSED,
    GREETING_TIMEOUT,
    OTHER,
    TLS_FAILED,
    Accepted,
    Attempt,
    Event,
    Line,
    Moment,
)
from wizard.senderlog.outcome import EarlierHosts, Outcome, Recent, delivered, find_host, of_reply
from wizard.senderlog.syslog import split

NAME = "exim"

_MESSAGE = r"[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{6}|[0-9A-Za-z]{11})-[0-9A-Za-z]{2,4}"
_ENTRY = re.compile(rf"\s(?:[+-]\d{{4}}\s)?(?:\[\d+(?:/\d+)?\]\s)?(?P<id>{_MESSAGE})\s(?P<text>.+)")
_RECOGNISED = re.compile(rf"(?:\d\d:\d\d:\d\d(?:\.\d+)?|exim\w*(?:\[\d+\])?:)(?:\s\S{{1,40}}){{0,3}}?\s{_MESSAGE}\s")
_TEXT_ALONE = re.compile(rf"(?P<id>{_MESSAGE})\s(?P<text>.+)")
_ARRIVED = re.compile(r"<= (?P<sender>\S{1,512})(?P<rest>.*)")
_RECIPIENT = re.compile(
    r"(?:=>|->|\*>|>>|(?P<bad>\*\*|==)) (?P<address>\S{1,512})(?: <(?P<original>[^>\s]{1,512})>)?(?P<rest>.*)"
)
_HOST_ALONE = re.compile(r"(?:H=)?(?P<where>\S{1,255} \[[^\]]{2,50}\](?::\d{1,5})?):? (?P<why>.{1,4000})")
_WHERE = re.compile(r" H=(?P<where>\S{1,255} \[[^\]]{2,50}\](?::\d{1,5})?)")
_TRANSPORT = re.compile(r" T=(?P<name>[^\s\"<:]{1,64})")
_SENDER = re.compile(r" F=<(?P<sender>[^>]{0,512})>")
_IDENTIFIER = re.compile(r" id=(?P<id>\S{1,998})")
_CONFIRMED = re.compile(r' C="(?P<reply>(?:[^"\\]|\\.){0,2000})"')
_DURATION = re.compile(r" DT=(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")
_UNITS = (86400, 3600, 60, 1)

_TIMEOUT = re.compile(r"SMTP timeout (?:while connected to .{1,300} )?after (?P<phase>.{1,200})")
_CLOSED = re.compile(r"Remote host (?:\S+ \[[^\]]+\] )?closed connection in response to (?P<phase>.{1,200})")
_ERROR = re.compile(
    r"SMTP error from remote (?:mail server|mailer) after (?P<phase>.{1,600}?): "
    r"(?:host \S+ \[[^\]]+\]: )?(?P<reply>[245]\d\d.*)"
)
_TLS = re.compile(r"TLS session|a TLS session is required|TLS error|requires? TLS|\(gnutls_handshake\)|\(SSL_connect\)")
_PHASES = (
    ("initial connection", "banner"),
    ("EHLO", "ehlo"),
    ("HELO", "ehlo"),
    ("STARTTLS", "starttls"),
    ("MAIL FROM", "mail-from"),
    ("RCPT TO", "rcpt-to"),
    ("DATA", "data"),
    ("end of data", "data"),
    ("data block", "data"),
    ("message", "data"),
)


def recognises(text: str) -> bool:
    """Whether a line carries one of Exim's message ids where Exim puts it.

    >>> recognises("2026-11-24 22:18:11 1xVyq0-00003W-32 Completed")
    True
    >>> recognises("2026-11-24 22:18:11.123 +0900 [77] 1xVyq0-00000000abC-1a2b <= bob@partner.test P=local S=3")
    True
    """
    return bool(_RECOGNISED.search(text[:200]))


def classify(text: str) -> Outcome:
    """What Exim's words for a try say.

    >>> classify("SMTP timeout after initial connection: Connection timed out").result
    'greeting-timeout'
    >>> classify("Connection refused").result, classify("Connection timed out").result
    ('connection-refused', 'connect-timeout')
    >>> lost = classify("Remote host closed connection in response to RCPT TO:<alice@corp.test>")
    >>> lost.result, lost.stage
    ('connection-lost', 'rcpt-to')
    >>> said = classify("SMTP error from remote mail server after end of data: 554 5.7.1 message content rejected")
    >>> said.result, said.stage, said.reply
    ('rejected', 'data', '554 5.7.1 message content rejected')
    >>> classify("TLS session: (gnutls_handshake): An unexpected TLS packet was received.").result
    'tls-failed'
    >>> classify("retry time not reached for any host").tried
    False
    """
    outcome = _outcome(text)
    return replace(outcome, reason=text, tried="retry time not reached" not in text)


def _outcome(text: str) -> Outcome:
    if found := _ERROR.search(text):
        return of_reply(found["reply"], _stage(found["phase"]))
    if found := _TIMEOUT.search(text):
        stage = _stage(found["phase"])
        return Outcome(GREETING_TIMEOUT if stage == "banner" else CONNECTION_LOST, stage, silent=True)
    if found := _CLOSED.search(text):
        return Outcome(CONNECTION_LOST, _stage(found["phase"]))
    if _TLS.search(text):
        return Outcome(TLS_FAILED, "starttls")
    if "Connection refused" in text:
        return Outcome(CONNECTION_REFUSED, "connect")
    if "Connection reset" in text or "Broken pipe" in text:
        return Outcome(CONNECTION_LOST)
    if "timed out" in text:
        return Outcome(CONNECT_TIMEOUT, "connect", silent=True)
    return Outcome(OTHER, "connect" if "unreachable" in text or "No route to host" in text else None)


def _stage(phase: str) -> str | None:
    words = phase.removeprefix("pipelined ").removeprefix("sending ")
    return next((stage for start, stage in _PHASES if words.startswith(start)), None)


@dataclass
class _Message:
    sender: str | None = None
    message_id: str | None = None


class Parser:
    """Reads lines into attempts, one a recipient and host.

    >>> from datetime import datetime
    >>> parser = Parser("mainlog", Clock(datetime(2026, 11, 24)))
    >>> lines = [
    ...     "2026-11-24 22:18:08 1xVyq0-00003Y-34 <= bob@partner.test U=bob P=local S=345 id=1@partner.test",
    ...     "2026-11-24 22:18:08 1xVyq0-00003Y-34 H=gw.corp.test [192.0.2.1] Connection refused",
    ...     "2026-11-24 22:18:08 1xVyq0-00003Y-34 == alice@corp.test R=mx T=smtp defer (111): Connection refused",
    ... ]
    >>> events = [event for number, text in enumerate(lines, 1) for event in parser.feed(Line(number, text))]
    >>> attempt = next(event for event in events if isinstance(event, Attempt))
    >>> attempt.result, attempt.host, attempt.recipient, attempt.sender, attempt.message_id
    ('connection-refused', 'gw.corp.test', 'alice@corp.test', 'bob@partner.test', '<1@partner.test>')
    >>> [proof.line for proof in attempt.evidence]
    [2, 3]
    """

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._messages = Recent[_Message]()
        self._hosts = Recent[EarlierHosts]()

    def feed(self, line: Line) -> Iterator[Event]:
        entry = _locate(line.text, self._clock)
        if not entry:
            return
        time, queue_id, text = entry
        evidence = Evidence(self._source, line.text, line.number, time.isoformat())
        if arrived := _ARRIVED.match(text):
            yield self._arrived(time, queue_id, arrived, evidence)
        elif recipient := _RECIPIENT.match(text):
            yield from self._ended(self._attempt(time, queue_id, recipient, evidence), recipient)
        elif host := _HOST_ALONE.match(text):
            outcome = classify(host["why"]).at(*find_host(host["where"]))
            self._earlier(queue_id).note(outcome, evidence)
        elif text == "Completed":
            self._messages.pop(queue_id)
            self._hosts.pop(queue_id)
        yield Moment(time)

    def _arrived(self, time: datetime, queue_id: str, arrived: re.Match[str], evidence: Evidence) -> Accepted:
        sender = "" if arrived["sender"] == "<>" else arrived["sender"]
        identifier = _IDENTIFIER.search(arrived["rest"])
        message = _Message(sender, f"<{identifier['id']}>" if identifier else None)
        self._messages.put(queue_id, message)
        names = arrived["rest"].rpartition(" for ")[2].split()
        recipients = tuple(names) if all("@" in name and '"' not in name for name in names) else ()
        return Accepted(NAME, time, queue_id, (evidence,), sender, message.message_id, recipients)

    def _attempt(self, time: datetime, queue_id: str, found: re.Match[str], evidence: Evidence) -> Attempt:
        message = self._messages.get(queue_id) or _Message()
        address, original = found["address"].rstrip(":"), found["original"]
        sender = _SENDER.match(found["rest"])
        transport = _TRANSPORT.search(found["rest"])
        return Attempt(
            NAME,
            time,
            OTHER,
            (evidence,),
            queue_id=queue_id,
            sender=sender["sender"] if sender else message.sender,
            recipient=address if "@" in address else original or address,
            original_recipient=original if "@" in address else None,
            message_id=message.message_id,
            via=transport["name"] if transport else None,
        )

    def _ended(self, attempt: Attempt, found: re.Match[str]) -> Iterator[Attempt]:
        rest = found["rest"]
        final = _final(rest, bool(found["bad"]))
        failed = self._earlier(attempt.queue_id or "").end(attempt.queue_id or "")
        if found["bad"] and not final.host and failed:
            last = next((one for one, _ in reversed(failed) if one.result == final.result), failed[-1][0])
            final = final.at(last.host, last.ip, last.port)
        proof = attempt.evidence
        for outcome, earlier in failed:
            if (outcome.host, outcome.ip, outcome.result) == (final.host, final.ip, final.result):
                proof = (earlier, *proof)
            else:
                yield outcome.applied(attempt, (earlier, *attempt.evidence))
        yield final.applied(attempt, proof, _seconds(rest))

    def _earlier(self, queue_id: str) -> EarlierHosts:
        earlier = self._hosts.get(queue_id) or EarlierHosts()
        self._hosts.put(queue_id, earlier)
        return earlier


def _locate(text: str, clock: Clock) -> tuple[datetime, str, str] | None:
    """Time, message id and words of a line, which syslog may have framed and dated once more."""
    timed = clock.read(text)
    if not timed:
        return None
    found = _ENTRY.match(text, timed[1])
    if found:
        return timed[0], found["id"], found["text"]
    framed = split(text, clock)
    if not framed or not framed.tag.startswith("exim"):
        return None
    inner = clock.read(framed.text)
    found = _ENTRY.match(framed.text, inner[1]) if inner else _TEXT_ALONE.match(framed.text)
    return (inner[0] if inner else framed.time, found["id"], found["text"]) if found else None


def _final(rest: str, bad: bool) -> Outcome:
    where = _WHERE.search(rest)
    host = find_host(where["where"]) if where else (None, None, None)
    if bad:
        return classify(_why(rest)).at(*host)
    confirmed = _CONFIRMED.search(rest)
    return delivered(confirmed["reply"] if confirmed else "").at(*host)


def _why(rest: str) -> str:
    """The words after `defer (110): `, or after the colon that ends the fields of a failure."""
    _, deferred, why = rest.partition(" defer (")
    if deferred:
        return why.partition(")")[2].lstrip(": ")
    return rest.partition(": ")[2] or rest.strip(": ")


def _seconds(rest: str) -> float | None:
    found = _DURATION.search(rest)
    if not found:
        return None
    return sum(float(number) * unit for number, unit in zip(found.groups(), _UNITS, strict=True) if number)
