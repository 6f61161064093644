"""Sendmail: lines of `sendmail` and `sm-mta` in the mail log; tried with Sendmail 8.17.

    Nov 24 22:18:16 mail sendmail[289]: 6AOMIDiR000287: timeout waiting for input from gw.corp.test during client
      greeting
    Nov 24 22:18:16 mail sendmail[289]: 6AOMIDiR000287: to=<alice@corp.test>, ctladdr=<bob@partner.test> (1000/1000),
      delay=00:00:03, xdelay=00:00:03, mailer=esmtp, pri=30075, relay=gw.corp.test. [192.0.2.1], dsn=4.4.2,
      stat=Deferred: Connection timed out with gw.corp.test.

`xdelay` is the try, or all of them where several hosts were tried. Only the line before tells a missing greeting from
any other silence; no line tells at which stage a connection was reset or refused a command. `reply=` is the other
side's, except where Sendmail makes one up: `421 4.4.1 Connection reset by HOST`, `403 4.7.0 ...` (TLS). A success is
logged without the reply's code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

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
from wizard.senderlog.syslog import AFTER_TAG, Entry, split

NAME = "sendmail"

_TAGS = ("sendmail", "sm-mta", "sm-msp", "sm-que")
_QUEUE_ID = re.compile(r"([0-9A-Za-z]{12,20}): ")
_FROM = re.compile(r"from=<?(?P<sender>[^,>\s]{0,512})>?, size=")
_MESSAGE_ID = re.compile(r", msgid=(?P<id>[^,\s]{1,998})")
_TO = re.compile(r"to=(?P<to>.{1,4000}?)(?=, (?:ctladdr|delay|xdelay|mailer|pri|relay|dsn|reply|stat)=)(?P<rest>.*)")
_FIELD = re.compile(r", (ctladdr|delay|xdelay|mailer|pri|relay|dsn|reply|stat)=")
_TIMEOUT = re.compile(r"timeout waiting for input from (?P<where>\S{1,255}) during client (?P<doing>.{1,100})")
_UNCONNECTED = re.compile(r"makeconnection \((?P<where>\S{1,255} \[[^\]]{2,50}\]).{0,40}\) failed: (?P<why>.{1,300})")
_XDELAY = re.compile(r"(?:(\d{1,5})\+)?(\d\d):(\d\d):(\d\d)")
_OWN_REPLY = re.compile(r"4\d\d 4\.4\.\d (?P<words>Connection (?:reset|timed out).*)")
_TLS = re.compile(r"403 4\.7\.0|454 4\.3\.3 TLS|TLS handshake|STARTTLS")
_STAGES = (
    ("greeting", "banner"),
    ("EHLO", "ehlo"),
    ("HELO", "ehlo"),
    ("STARTTLS", "starttls"),
    ("MAIL", "mail-from"),
    ("RCPT", "rcpt-to"),
    ("DATA", "data"),
)


def recognises(text: str) -> bool:
    """Whether a line is Sendmail's about a message.

    >>> recognises("Nov 24 22:18:16 mail sm-mta[289]: 6AOMIDiR000287: to=<alice@corp.test>, delay=00:00:03, ...")
    True
    """
    return bool(_RECOGNISED.search(text[:300]))


_RECOGNISED = re.compile(
    rf" (?:sendmail|sm-mta|sm-msp\S{{0,20}}|sm-que){AFTER_TAG}(?:\[ID [^\]]+\] )?[0-9A-Za-z]{{12,20}}: "
)


def classify(stat: str, reply: str, dsn: str) -> Outcome:
    """What `stat=`, `reply=` and `dsn=` of a recipient's line say, without the lines before it.

    >>> classify("Deferred: Connection refused by gw.corp.test.", "", "4.4.1").result
    'connection-refused'
    >>> classify("Deferred: Connection reset by gw.corp.test.", "", "4.4.2").result
    'connection-lost'
    >>> classify("Deferred: Connection timed out with gw.corp.test.", "", "4.4.1").result
    'connect-timeout'
    >>> classify("User unknown", "550 5.1.1 Unknown address", "5.1.1").result
    'rejected'
    >>> classify("Deferred: 451 4.7.1 later", "451 4.7.1 later", "4.3.0").result
    'deferred'
    >>> classify("Deferred", "421 4.4.1 Connection reset by gw.corp.test.", "4.4.2").result
    'connection-lost'
    >>> classify("Deferred: 403 4.7.0 TLS handshake failed.", "", "4.7.0").result
    'tls-failed'
    >>> classify("Sent (ok: Message 4711 accepted)", "", "2.0.0").result
    'delivered'
    >>> classify("queued", "", "").tried
    False
    """
    if stat.startswith("Sent") and not reply:
        return delivered(stat.partition("(")[2].removesuffix(")"))
    words = reply or stat.removeprefix("Deferred: ")
    if own := _OWN_REPLY.match(words):
        words = own["words"]
    return replace(_outcome(words, dsn), reason=stat if not reply else f"{stat} ({reply})", tried=stat != "queued")


def _outcome(words: str, dsn: str) -> Outcome:
    if _TLS.match(words):
        return Outcome(TLS_FAILED, "starttls")
    if words[:3].isdigit():
        return of_reply(words, None)
    if words.startswith("Connection refused"):
        return Outcome(CONNECTION_REFUSED, "connect")
    if words.startswith("Connection reset"):
        return Outcome(CONNECTION_LOST)
    if words.startswith("Connection timed out"):
        return _timed_out(dsn)
    if words == "Deferred" and dsn == "4.4.2":
        return Outcome(CONNECTION_LOST)
    return Outcome(OTHER)


def _timed_out(dsn: str) -> Outcome:
    if dsn == "4.4.1":
        return Outcome(CONNECT_TIMEOUT, "connect", silent=True)
    return Outcome(CONNECTION_LOST, silent=True)


@dataclass
class _Message:
    sender: str | None = None
    message_id: str | None = None


class Parser:
    """Reads lines into attempts, one a recipient and host.

    >>> from datetime import datetime
    >>> parser = Parser("maillog", Clock(datetime(2026, 11, 24)))
    >>> lines = [
    ...     "Nov 24 22:18:13 mail sm-mta[28]: 6AOMIDiR000287: from=<bob@partner.test>, size=75, msgid=<1@p.test>",
    ...     "Nov 24 22:18:16 mail sm-mta[28]: 6AOMIDiR000287: timeout waiting for input from gw.corp.test."
    ...     " during client greeting",
    ...     "Nov 24 22:18:16 mail sm-mta[28]: 6AOMIDiR000287: to=<alice@corp.test>,<carol@corp.test>, delay=00:00:03,"
    ...     " xdelay=00:00:03, mailer=esmtp, relay=gw.corp.test. [192.0.2.1], dsn=4.4.2,"
    ...     " stat=Deferred: Connection timed out with gw.corp.test.",
    ... ]
    >>> events = [event for number, text in enumerate(lines, 1) for event in parser.feed(Line(number, text))]
    >>> for attempt in (event for event in events if isinstance(event, Attempt)):
    ...     print(attempt.result, attempt.host, attempt.recipient, attempt.sender, attempt.seconds)
    greeting-timeout gw.corp.test alice@corp.test bob@partner.test 3.0
    greeting-timeout gw.corp.test carol@corp.test bob@partner.test 3.0
    """

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._messages = Recent[_Message]()
        self._hosts = Recent[EarlierHosts]()

    def feed(self, line: Line) -> Iterator[Event]:
        entry = split(line.text, self._clock)
        if not entry or not entry.tag.startswith(_TAGS):
            return
        found = _QUEUE_ID.match(entry.text)
        if found:
            evidence = Evidence(self._source, line.text, line.number, entry.time.isoformat())
            yield from self._of_message(entry, found[1], entry.text[found.end() :], evidence)
        yield Moment(entry.time)

    def _of_message(self, entry: Entry, queue_id: str, text: str, evidence: Evidence) -> Iterator[Event]:
        if to := _TO.match(text):
            yield from self._ended(entry, queue_id, to, evidence)
        elif sender := _FROM.match(text):
            identifier = _MESSAGE_ID.search(text)
            message = _Message(sender["sender"], identifier["id"] if identifier else None)
            self._messages.put(queue_id, message)
            yield Accepted(NAME, entry.time, queue_id, (evidence,), message.sender, message.message_id)
        elif silence := _TIMEOUT.match(text):
            self._earlier(queue_id).note(_silence(silence), evidence)
        elif failed := _UNCONNECTED.match(text):
            outcome = _outcome(failed["why"], "4.4.1")
            self._earlier(queue_id).note(
                replace(outcome, reason=failed["why"]).at(*find_host(failed["where"])), evidence
            )

    def _ended(self, entry: Entry, queue_id: str, to: re.Match[str], evidence: Evidence) -> Iterator[Attempt]:
        fields = _fields(to["rest"])
        message = self._messages.get(queue_id) or _Message()
        outcomes = self._outcomes(queue_id, fields, evidence)
        for recipient in to["to"].split(","):
            attempt = Attempt(
                NAME,
                entry.time,
                OTHER,
                (evidence,),
                queue_id=queue_id,
                sender=message.sender,
                recipient=recipient.strip(" <>"),
                message_id=message.message_id,
                via=fields.get("mailer"),
            )
            for outcome, proof, seconds in outcomes:
                yield outcome.applied(attempt, proof, seconds)

    def _outcomes(
        self, queue_id: str, fields: dict[str, str], evidence: Evidence
    ) -> list[tuple[Outcome, tuple[Evidence, ...], float | None]]:
        """The hosts that failed before, then the one that the line itself is about, with the lines before it."""
        relay = fields.get("relay", "")
        host, ip, port = find_host(relay)
        final = classify(fields.get("stat", ""), fields.get("reply", ""), fields.get("dsn", ""))
        final = final.at(host or (relay.rstrip(".") or None), ip, port)
        proof: tuple[Evidence, ...] = (evidence,)
        others: list[tuple[Outcome, tuple[Evidence, ...], float | None]] = []
        for outcome, earlier in self._earlier(queue_id).end(queue_id):
            if outcome.host == final.host and final.result in (outcome.result, CONNECTION_LOST):
                final = replace(final, result=outcome.result, stage=outcome.stage, silent=outcome.silent)
                proof = (earlier, *proof)
            else:
                others.append((outcome, (earlier, evidence), None))
        return [*others, (final, proof, None if others else _seconds(fields.get("xdelay", "")))]

    def _earlier(self, queue_id: str) -> EarlierHosts:
        earlier = self._hosts.get(queue_id) or EarlierHosts()
        self._hosts.put(queue_id, earlier)
        return earlier


def _silence(found: re.Match[str]) -> Outcome:
    stage = next((stage for word, stage in _STAGES if word in found["doing"]), None)
    result = GREETING_TIMEOUT if stage == "banner" else CONNECTION_LOST
    return Outcome(result, stage, reason=found[0], host=found["where"].rstrip("."), silent=True)


def _fields(text: str) -> dict[str, str]:
    """The fields after the recipients. The other side's words come last, so nothing in them passes for a field.

    >>> _fields(", relay=gw [192.0.2.1], dsn=5.1.1, reply=550 no, relay=evil, stat=User unknown")
    {'relay': 'gw [192.0.2.1]', 'dsn': '5.1.1', 'reply': '550 no, relay=evil', 'stat': 'User unknown'}
    """
    fields: dict[str, str] = {}
    found = _FIELD.search(text)
    while found:
        name, value = found[1], text[found.end() :]
        if name == "reply":
            fields["reply"], _, fields["stat"] = value.rpartition(", stat=")
            return fields
        if name == "stat":
            return {**fields, "stat": value}
        following = _FIELD.search(text, found.end())
        fields.setdefault(name, text[found.end() : following.start()] if following else value)
        found = following
    return fields


def _seconds(xdelay: str) -> float | None:
    found = _XDELAY.match(xdelay)
    if not found:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
