"""qmail: the log of `qmail-send`, through `multilog` or `splogger`. From its documentation (qmail-log(5)) and the words
in qmail-remote's source (notqmail); not tried with a running qmail.

    @400000006a1f2b5c0a1b2c3d starting delivery 9: msg 4711 to remote alice@corp.test
    @400000006a1f2e8812345678 delivery 9: deferral: Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/

Recipient and outcome are tied by the delivery's number, which begins anew when qmail-send does; the sender by the
message's number, which is used again. Blanks are logged as `_`. qmail says little:

- "connection died" is a lost connection or a silence of `timeoutremote` (20 minutes), at whatever stage: never told to
  be the greeting. From 20 s on it is called silent.
- "wasn't able to establish an SMTP connection" names no host and no cause: `connect-timeout` if it took 20 s or more,
  else `other`, for qmail does not even try an address again within an hour after it has not answered.
- no Message-ID.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from wizard.facts import Evidence
from wizard.senderlog.clock import Clock
from wizard.senderlog.model import (
    CONNECT_TIMEOUT,
    CONNECTION_LOST,
    OTHER,
    TLS_FAILED,
    Accepted,
    Attempt,
    Event,
    Line,
    Moment,
)
from wizard.senderlog.outcome import Outcome, Recent, delivered, of_reply
from wizard.senderlog.syslog import split

NAME = "qmail"

SILENT_FROM = 20.0

_STAMP = re.compile(r"(?P<seconds>\d{9,11})\.(?P<micro>\d{6}) ", re.ASCII)
_INFO = re.compile(r"info msg (?P<message>\d{1,20}): bytes \d+ from <(?P<sender>[^>]{0,512})>")
_END = re.compile(r"end msg (?P<message>\d{1,20})")
_START = re.compile(
    r"starting delivery (?P<delivery>\d{1,20}): msg (?P<message>\d{1,20}) to (?P<via>local|remote) (?P<to>\S{1,512})"
)
_RESULT = re.compile(r"delivery (?P<delivery>\d{1,20}): (?P<result>success|failure|deferral): (?P<words>.*)")
_SENTENCES = (
    r"status: local \d|starting delivery \d+: msg |delivery \d+: (?:success|failure|deferral): |"
    r"info msg \d+: bytes |(?:new|end) msg \d+$"
)
_WORDS = re.compile(_SENTENCES)
_RECOGNISED = re.compile(
    r"(?:@4[0-9a-f]{23}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+|\d{9,11}\.\d{6}|"
    rf".{{0,120}}?qmail[\w-]{{0,20}}(?:\[\d+\])?:(?: \d+\.\d{{6}})?) (?:{_SENTENCES})"
)
_CONNECTED = re.compile(r"Connected to (?P<where>[^\s]{2,300})(?: \([^)]{0,300}\))? but (?P<what>.*)")
_HOST_SAID = re.compile(
    r"(?P<where>[0-9A-Fa-f.:]{2,45})(?: \([^)]{0,300}\))? "
    r"(?P<what>does not like recipient|failed on DATA command|failed after I sent the message|accepted message)"
)
_REPLY = re.compile(r"Remote host said: (?P<reply>.*)")
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]{2,45}$")
_STAGES = (
    ("greeting failed", "banner"),
    ("my name was rejected", "ehlo"),
    ("sender was rejected", "mail-from"),
    ("does not like recipient", "rcpt-to"),
    ("failed on DATA command", "data"),
    ("failed after I sent the message", "data"),
)


def recognises(text: str) -> bool:
    """Whether a line has one of qmail-send's sentences where its time ends.

    >>> recognises("@400000006a1f2b5c0a1b2c3d starting delivery 9: msg 4711 to remote alice@corp.test")
    True
    """
    return bool(_RECOGNISED.match(text[:300]))


def classify(words: str, seconds: float | None) -> Outcome:
    """What qmail's words say, given how long the try took.

    >>> classify("192.0.2.1_accepted_message./Remote_host_said:_250_ok_4711/", 0.2).reply
    '250 ok 4711'
    >>> died = classify("Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/", 1200.0)
    >>> died.result, died.ip, died.stage, died.silent
    ('connection-lost', '192.0.2.1', None, True)
    >>> busy = classify("Connected_to_192.0.2.1_but_greeting_failed./Remote_host_said:_421_4.3.2_too_many/", 0.1)
    >>> busy.result, busy.stage, busy.reply
    ('deferred', 'banner', '421 4.3.2 too many')
    >>> no = classify("192.0.2.1_does_not_like_recipient./Remote_host_said:_550_5.1.1_no/Giving_up_on_192.0.2.1./", 0.1)
    >>> no.result, no.stage, no.reply
    ('rejected', 'rcpt-to', '550 5.1.1 no')
    >>> classify("Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/", 60.0).result
    'connect-timeout'
    >>> classify("Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/", 0.0).result
    'other'
    """
    text = words.replace("_", " ").strip("/ ")
    found = _CONNECTED.match(text) or _HOST_SAID.match(text)
    outcome = _outcome(text, found["what"] if found else "", seconds)
    where = found["where"] if found else ""
    if _ADDRESS.match(where):
        return replace(outcome, reason=text, ip=where)
    return replace(outcome, reason=text, host=where or None)


def _outcome(text: str, what: str, seconds: float | None) -> Outcome:
    said = _REPLY.search(text)
    if what == "accepted message":
        return delivered(_reply(said) if said else "")
    silent = seconds is not None and seconds >= SILENT_FROM
    if what.startswith("connection died"):
        return Outcome(CONNECTION_LOST, silent=silent)
    if said:
        return of_reply(_reply(said), next((stage for words, stage in _STAGES if what.startswith(words)), None))
    if "TLS" in text[:80]:
        return Outcome(TLS_FAILED, "starttls")
    if "able to establish an SMTP connection" in text:
        return Outcome(CONNECT_TIMEOUT if silent else OTHER, "connect", silent=silent)
    return Outcome(OTHER)


def _reply(said: re.Match[str]) -> str:
    return said["reply"].partition("/Giving up on ")[0].rstrip("/ ").replace("/", " ")


@dataclass(frozen=True)
class _Delivery:
    message: str
    recipient: str
    via: str
    started: datetime
    evidence: Evidence


class Parser:
    """Reads lines into attempts, one a delivery.

    >>> from datetime import datetime
    >>> parser = Parser("current", Clock(datetime(2026, 6, 3)))
    >>> lines = [
    ...     "@400000006a1f2b5c0a1b2c3d info msg 4711: bytes 512 from <bob@partner.test> qp 77 uid 501",
    ...     "@400000006a1f2b5c0a1b2c3d starting delivery 9: msg 4711 to remote alice@corp.test",
    ...     "@400000006a1f2b5e0a1b2c3d delivery 9: deferral: Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/",
    ... ]
    >>> events = [event for number, text in enumerate(lines, 1) for event in parser.feed(Line(number, text))]
    >>> attempt = next(event for event in events if isinstance(event, Attempt))
    >>> attempt.recipient, attempt.sender, attempt.ip, attempt.seconds, attempt.time.isoformat(timespec="seconds")
    ('alice@corp.test', 'bob@partner.test', '192.0.2.1', 2.0, '2026-06-02T19:13:24+00:00')
    """

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._senders = Recent[str]()
        self._deliveries = Recent[_Delivery](5_000)

    def feed(self, line: Line) -> Iterator[Event]:
        located = _locate(line.text, self._clock)
        if not located:
            return
        time, text = located
        evidence = Evidence(self._source, line.text, line.number, time.isoformat())
        if info := _INFO.match(text):
            self._senders.put(info["message"], info["sender"])
            yield Accepted(NAME, time, info["message"], (evidence,), info["sender"])
        elif start := _START.match(text):
            delivery = _Delivery(start["message"], start["to"], start["via"], time, evidence)
            self._deliveries.put(start["delivery"], delivery)
        elif result := _RESULT.match(text):
            known = self._deliveries.pop(result["delivery"])
            if known:
                yield self._ended(known, time, result, evidence)
        elif end := _END.match(text):
            self._senders.pop(end["message"])
        yield Moment(time)

    def _ended(self, known: _Delivery, time: datetime, result: re.Match[str], evidence: Evidence) -> Attempt:
        seconds = max(0.0, round((time - known.started).total_seconds(), 3))
        if known.via == "local" and result["result"] == "success":
            outcome = delivered(result["words"])
        else:
            outcome = classify(result["words"], seconds)
        attempt = Attempt(
            NAME,
            time,
            OTHER,
            (evidence,),
            queue_id=known.message,
            sender=self._senders.get(known.message),
            recipient=known.recipient,
            via=known.via,
        )
        return outcome.applied(attempt, (known.evidence, evidence), seconds)


def _locate(text: str, clock: Clock) -> tuple[datetime, str] | None:
    """Time and words of a line: multilog's stamp, splogger's within a syslog line, or syslog's own."""
    framed = split(text, clock)
    if framed and "qmail" in framed.tag:
        stamp = _STAMP.match(framed.text)
        return (_stamped(stamp), framed.text[stamp.end() :]) if stamp else (framed.time, framed.text)
    timed = clock.read(text)
    if timed:
        return (timed[0], text[timed[1] :].lstrip()) if _WORDS.match(text[timed[1] :].lstrip()) else None
    stamp = _STAMP.match(text)
    return (_stamped(stamp), text[stamp.end() :]) if stamp else None


def _stamped(stamp: re.Match[str]) -> datetime:
    return datetime.fromtimestamp(int(stamp["seconds"]), timezone.utc).replace(microsecond=int(stamp["micro"]))
