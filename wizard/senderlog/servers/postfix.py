"""Postfix: lines of `postfix/smtp` and its kin in the mail log; tried with Postfix 3.7.

One line ends one recipient's try and says how it went. `delays=a/b/c/d` are the seconds before the queue manager, in
the queue, in setting up the connection (DNS, greeting, EHLO and TLS included) and in handing over; c + d is the try, or
all of them where several hosts were tried.

    Nov 24 22:18:11 mail postfix/smtp[166]: B023621CCCD: to=<alice@corp.test>, relay=gw.corp.test[192.0.2.1]:25,
      delay=3, delays=0.01/0.01/3/0, dsn=4.4.2, status=deferred (conversation with gw.corp.test[192.0.2.1] timed out
      while receiving the initial server greeting)

A host that failed before another was tried has lines of its own, with the queue id or, where no connection came about,
with the process number only. Who sent the mail stands on the queue manager's line, its Message-ID on that of `cleanup`.
"Refused to talk to me" is a reply to the connection or to EHLO: Postfix words both alike, so the stage is `banner`.
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

NAME = "postfix"

_NO_TRY = ("error", "retry")
_DELIVERING = ("smtp", "lmtp", "local", "virtual", "pipe", "discard", "relay", *_NO_TRY)
_DAEMONS = frozenset((*_DELIVERING, "bounce", "qmgr", "nqmgr", "oqmgr", "cleanup", "pickup", "smtpd"))
_QUEUE_ID = re.compile(r"([0-9A-F]{6,20}|[0-9A-Za-z]{10,20}): ")
_DELIVERY = re.compile(
    r"to=<(?P<to>[^>]{0,512})>(?:, orig_to=<(?P<original>[^>]{0,512})>)?, relay=(?P<relay>[^,]{0,512})"
    r"(?:, conn_use=\d+)?, delay=[\d.]+(?:, delays=[\d.]+/[\d.]+/(?P<setup>[\d.]+)/(?P<transfer>[\d.]+))?"
    r"(?:, dsn=[\d.]+)?, status=(?P<status>[\w-]+) \((?P<text>.*?)\)?$"
)
_FROM = re.compile(r"from=<(?P<sender>[^>]{0,512})>, size=\d+, nrcpt=\d+")
_MESSAGE_ID = re.compile(r"message-id=(?P<id>\S{1,998})")
_SUSPENDED = "delivery temporarily suspended: "
_CONNECT = re.compile(r"connect to (?P<where>\S{1,300}): (?P<why>.{1,120})$")
_BROKEN = re.compile(
    r"(?:lost connection with|conversation with) (?P<where>\S{1,300}) (?P<silent>timed out )?while (?P<doing>.{1,120})"
)
_SAID = re.compile(r"host (?P<where>\S{1,300}) (?:said|refused to talk to me): (?P<reply>.{1,4000})")
_IN_REPLY = re.compile(r" \(in reply to (?P<command>[\w ]{1,30}?)(?: command)?\)?$")
_TLS = re.compile(r"(?:Cannot start TLS|TLS is required|Server certificate not|SSL_connect error)", re.IGNORECASE)
_STAGES = (
    ("initial server greeting", "banner"),
    ("EHLO", "ehlo"),
    ("HELO", "ehlo"),
    ("initial protocol", "ehlo"),
    ("STARTTLS", "starttls"),
    ("MAIL FROM", "mail-from"),
    ("RCPT TO", "rcpt-to"),
    ("DATA", "data"),
    ("end of data", "data"),
    ("message body", "data"),
)


def recognises(text: str) -> bool:
    """Whether a line is Postfix's, whatever name the instance logs under.

    >>> recognises("Nov 24 22:18:11 mail postfix/qmgr[159]: B023621CCCD: removed")
    True
    >>> recognises("Nov 24 22:18:11 mail mta-out/smtp[159]: connect to gw.corp.test[192.0.2.1]:25: Connection refused")
    True
    """
    return bool(_RECOGNISED.search(text[:300]))


_RECOGNISED = re.compile(
    r" (?:[\w.-]*postfix[\w./-]{0,80}/\w+|[\w./-]{1,80}/(?:qmgr|cleanup|smtp|pickup))"
    rf"{AFTER_TAG}(?:[0-9A-Za-z]{{6,20}}: |NOQUEUE|connect)"
)


def classify(text: str) -> Outcome:
    """What Postfix's words for a try say.

    >>> classify("connect to gw.corp.test[192.0.2.1]:25: Connection refused").result
    'connection-refused'
    >>> classify("connect to gw.corp.test[192.0.2.1]:25: Connection timed out").result
    'connect-timeout'
    >>> greeting = classify("conversation with gw[192.0.2.1] timed out while receiving the initial server greeting")
    >>> greeting.result, greeting.stage, greeting.host
    ('greeting-timeout', 'banner', 'gw')
    >>> lost = classify("lost connection with gw.corp.test[192.0.2.1] while sending RCPT TO")
    >>> lost.result, lost.stage, lost.ip
    ('connection-lost', 'rcpt-to', '192.0.2.1')
    >>> said = classify("host gw.corp.test[192.0.2.1] said: 550 5.1.1 Unknown address (in reply to RCPT TO command)")
    >>> said.result, said.stage, said.reply
    ('rejected', 'rcpt-to', '550 5.1.1 Unknown address')
    >>> classify("host gw.corp.test[192.0.2.1] refused to talk to me: 421 4.3.2 too many sessions").result
    'deferred'
    >>> classify("Cannot start TLS: handshake failure").result
    'tls-failed'
    >>> classify("delivery temporarily suspended: connect to gw.corp.test[192.0.2.1]:25: Connection refused").tried
    False
    """
    if text.startswith(_SUSPENDED):
        return replace(classify(text[len(_SUSPENDED) :]), reason=text, tried=False)
    if found := _CONNECT.match(text):
        return _placed(_unconnected(found["why"]), text, found["where"])
    if found := _BROKEN.match(text):
        return _placed(_broken(found["doing"], bool(found["silent"])), text, found["where"])
    if found := _SAID.match(text):
        return _placed(_answered(found["reply"]), text, found["where"])
    if _TLS.match(text):
        return _placed(Outcome(TLS_FAILED, "starttls"), text, text)
    return _placed(Outcome(OTHER), text, text)


def _placed(outcome: Outcome, text: str, where: str) -> Outcome:
    return replace(outcome, reason=text).at(*find_host(where))


def _unconnected(why: str) -> Outcome:
    if why == "Connection refused":
        return Outcome(CONNECTION_REFUSED, "connect")
    if why.endswith("timed out"):
        return Outcome(CONNECT_TIMEOUT, "connect", silent=True)
    return Outcome(OTHER, "connect")


def _broken(doing: str, silent: bool) -> Outcome:
    stage = _stage(doing)
    if silent and stage == "banner":
        return Outcome(GREETING_TIMEOUT, stage, silent=True)
    return Outcome(CONNECTION_LOST, stage, silent=silent)


def _answered(reply: str) -> Outcome:
    found = _IN_REPLY.search(reply)
    if not found:
        return of_reply(reply, "banner")
    return of_reply(reply[: found.start()], _stage(found["command"]))


def _stage(words: str) -> str | None:
    return next((stage for phrase, stage in _STAGES if phrase.lower() in words.lower()), None)


def _final(delivery: re.Match[str]) -> Outcome:
    text = delivery["text"]
    outcome = delivered(text) if delivery["status"] == "sent" else classify(text)
    return outcome.at(*find_host(delivery["relay"]))


@dataclass
class _Message:
    sender: str | None = None
    message_id: str | None = None
    announced: bool = False


class Parser:
    """Reads lines into attempts, one a recipient and host.

    >>> from datetime import datetime
    >>> parser = Parser("mail.log", Clock(datetime(2026, 11, 24)))
    >>> lines = [
    ...     "Nov 24 22:18:08 mail postfix/cleanup[9]: B02362: message-id=<1@partner.test>",
    ...     "Nov 24 22:18:08 mail postfix/qmgr[8]: B02362: from=<bob@partner.test>, size=298, nrcpt=1 (queue active)",
    ...     "Nov 24 22:18:09 mail postfix/smtp[7]: connect to gw2.corp.test[192.0.2.2]:25: Connection refused",
    ...     "Nov 24 22:18:11 mail postfix/smtp[7]: B02362: to=<alice@corp.test>, relay=gw.corp.test[192.0.2.1]:25,"
    ...     " delay=3, delays=0.01/0.01/3/0.5, dsn=2.0.0, status=sent (250 ok)",
    ... ]
    >>> events = [event for number, text in enumerate(lines, 1) for event in parser.feed(Line(number, text))]
    >>> for attempt in (event for event in events if isinstance(event, Attempt)):
    ...     print(attempt.result, attempt.host, attempt.sender, attempt.message_id, attempt.seconds, attempt.reply)
    connection-refused gw2.corp.test bob@partner.test <1@partner.test> None None
    delivered gw.corp.test bob@partner.test <1@partner.test> None 250 ok
    """

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._messages = Recent[_Message]()
        self._processes = Recent[EarlierHosts](2_000)

    def feed(self, line: Line) -> Iterator[Event]:
        entry = split(line.text, self._clock)
        if not entry:
            return
        program, _, daemon = entry.tag.rpartition("/")
        if not program or daemon not in _DAEMONS:
            return
        evidence = Evidence(self._source, line.text, line.number, entry.time.isoformat())
        found = _QUEUE_ID.match(entry.text)
        if found:
            yield from self._of_message(entry, found[1], entry.text[found.end() :], evidence)
        elif daemon == "smtp" and entry.text.startswith("connect to "):
            self._process(entry.pid).note(classify(entry.text), evidence)
        yield Moment(entry.time)

    def _of_message(self, entry: Entry, queue_id: str, text: str, evidence: Evidence) -> Iterator[Event]:
        daemon = entry.tag.rpartition("/")[2]
        message = self._messages.get(queue_id) or _Message()
        if delivery := _DELIVERY.match(text):
            attempt = Attempt(
                NAME,
                entry.time,
                OTHER,
                (evidence,),
                queue_id=queue_id,
                sender=message.sender,
                recipient=delivery["to"],
                original_recipient=delivery["original"],
                message_id=message.message_id,
                via=daemon,
            )
            yield from self._delivered(attempt, entry.pid, delivery)
        elif sender := _FROM.match(text):
            message.sender = sender["sender"]
            if not message.announced:
                message.announced = True
                yield Accepted(NAME, entry.time, queue_id, (evidence,), message.sender, message.message_id)
            self._messages.put(queue_id, message)
        elif identified := _MESSAGE_ID.match(text):
            message.message_id = identified["id"]
            self._messages.put(queue_id, message)
        elif text == "removed":
            self._messages.pop(queue_id)
        elif daemon == "smtp":
            outcome = classify(text)
            if outcome.result != OTHER:
                self._process(entry.pid).note(outcome, evidence)

    def _delivered(self, attempt: Attempt, pid: str, delivery: re.Match[str]) -> Iterator[Attempt]:
        final = _final(delivery)
        if attempt.via in _NO_TRY:
            final = replace(final, tried=False)
        proof = attempt.evidence
        seconds = float(delivery["setup"]) + float(delivery["transfer"]) if delivery["setup"] else None
        for outcome, earlier in self._process(pid).end(attempt.queue_id or ""):
            if (outcome.host, outcome.ip, outcome.result) == (final.host, final.ip, final.result):
                proof = (earlier, *proof)
            else:
                seconds = None
                yield outcome.applied(attempt, (earlier, *attempt.evidence))
        yield final.applied(attempt, proof, seconds)

    def _process(self, pid: str) -> EarlierHosts:
        process = self._processes.get(pid) or EarlierHosts()
        self._processes.put(pid, process)
        return process
