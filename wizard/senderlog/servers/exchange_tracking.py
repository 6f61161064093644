"""Exchange: the message tracking log, as the file `MSGTRK*.LOG` or as `Get-MessageTrackingLog | Export-Csv` writes it.
From Microsoft's documentation of the fields and events; not tried with a running Exchange.

    #Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,...
    2026-11-24T13:18:08.100Z,,EX01,192.0.2.1,gw.corp.test,...,Internet,SMTP,SENDEXTERNAL,4711,<1@partner.test>,...

`SEND` and `SENDEXTERNAL` are deliveries, `DEFER` and `FAIL` failures whose cause stands among other words in
`recipient-status` or `source-context`, with the host in `{FQDN=...};{IP=...}` or "The last endpoint attempted was ...".
Exchange's own words for a broken connection are replies that it makes up: `421 4.2.1 Unable to connect` (with the
socket's error 10060: no answer, 10061: refused), `421 4.4.1 Connection timed out`, `421 4.4.2 Connection dropped due to
...`. They do not tell the stage: a missing greeting is a lost connection that was silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from wizard.facts import Evidence
from wizard.senderlog.clock import Clock
from wizard.senderlog.model import (
    CONNECT_TIMEOUT,
    CONNECTION_LOST,
    CONNECTION_REFUSED,
    OTHER,
    TLS_FAILED,
    Accepted,
    Attempt,
    Event,
    Line,
    Moment,
)
from wizard.senderlog.outcome import Outcome, delivered, of_reply
from wizard.senderlog.table import row

NAME = "exchange"

_FILE = (
    "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,"
    "internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,"
    "related-recipient-address,reference,message-subject,sender-address,return-path"
)
_EXPORTED = {"timestamp": "datetime", "recipients": "recipientaddress", "sender": "senderaddress"}
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_OUTCOMES = ("SEND", "SENDEXTERNAL", "DEFER", "FAIL")
_TRYING = ("SMTP", "QUEUE", "DNS", "ROUTING")
_EVENTS = "RECEIVE|SUBMIT|SEND|SENDEXTERNAL|DEFER|FAIL|DELIVER|TRANSFER|EXPAND|RESOLVE|HARECEIVE|HAREDIRECT|DSN|BADMAIL"
_SOURCES = "SMTP|STOREDRIVER|ROUTING|AGENT|DNS|DSN|QUEUE|GATEWAY|PICKUP|ADMIN|APPROVAL|ORAR|REDUNDANCY|MAILBOXRULE"
_RECOGNISED = re.compile(
    r"#Log-type: Message Tracking Log|#Fields: date-time,client-ip,|.{0,200}\"EventId\"|"
    rf"\d{{4}}-\d\d-\d\dT[\d:.]+Z,.{{0,400}}?,(?:{_SOURCES}),(?:{_EVENTS}),"
)
_LOCAL_DATES = tuple(
    re.compile(date + r" (?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)" + half, re.ASCII)
    for date, half in (
        (r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})", " (?P<half>[AP])M"),
        (r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})", ""),
        (r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", ""),
    )
)
"""PowerShell's dates in the administrator's own culture, as far as they cannot be mistaken for another's."""
_HOST = re.compile(r"\{FQDN=(?P<host>[^}]{0,255})\};\{IP=(?P<ip>[^}]{0,45})\}")
_ENDPOINT = re.compile(r"last endpoint attempted was \[?(?P<ip>[0-9A-Fa-f.:]{2,45}?)\]?:(?P<port>\d{1,5})(?!\S*:)")
_SOCKET_ERROR = re.compile(r"(?:[Ww]insock|[Ss]ocket) error code:? (?P<code>\d{1,6})")
_OWN = re.compile(r"Unable to connect|Connection timed out|Connection dropped|4\.4\.397|Failed to connect")
_TLS = re.compile(r"TLS negotiation|4\.7\.5\b|4\.7\.320|[Cc]annot establish.{0,20}TLS|STARTTLS is required")
_INNER_REPLY = re.compile(r"\"(?P<reply>[45]\d\d[ \-][^\"]{1,2000})\"?")
_REPLY = re.compile(r"(?P<reply>[45]\d\d[ \-].{1,2000}?)(?=\}|$)")


def recognises(text: str) -> bool:
    """Whether a line is of a message tracking log.

    >>> recognises("2026-11-24T13:18:08.1Z,,EX01,192.0.2.1,gw,,Internet,SMTP,SENDEXTERNAL,7,<1@partner.test>,,a@b.test")
    True
    """
    return bool(_RECOGNISED.match(text[:1000]))


def classify(words: str) -> Outcome:
    """What the words of a failure say.

    >>> timeout = "[{LED=451 4.4.397 Error communicating with target host. -> 421 4.2.1 Unable to connect -> "
    >>> timeout += "SocketTimedout: Socket error code 10060};{MSG=};{FQDN=gw.corp.test};{IP=192.0.2.1};{LRT=}]"
    >>> found = classify(timeout)
    >>> found.result, found.host, found.ip
    ('connect-timeout', 'gw.corp.test', '192.0.2.1')
    >>> classify('451 4.4.0 Primary target IP address responded with: "421 4.4.2 Connection dropped due to X."').result
    'connection-lost'
    >>> refused = '451 4.4.0 Primary target IP address responded with: "554 gw.corp.test access rejected."'
    >>> classify(refused).result, classify(refused).reply
    ('rejected', '554 gw.corp.test access rejected.')
    >>> classify("550 5.1.1 Unknown address").result
    'rejected'
    """
    outcome = replace(_outcome(words), reason=words or None)
    if found := _HOST.search(words):
        return outcome.at(found["host"] or None, found["ip"].partition(" ")[0] or None, None)
    if found := _ENDPOINT.search(words):
        return outcome.at(None, found["ip"], int(found["port"]))
    return outcome


def _outcome(words: str) -> Outcome:
    if found := _SOCKET_ERROR.search(words):
        if found["code"] == "10060":
            return Outcome(CONNECT_TIMEOUT, "connect", silent=True)
        return Outcome(CONNECTION_REFUSED if found["code"] == "10061" else OTHER, "connect")
    if _TLS.search(words):
        return Outcome(TLS_FAILED, "starttls")
    if "Connection dropped" in words:
        return Outcome(CONNECTION_LOST, silent="imed" in words.partition("Connection dropped")[2][:60])
    if "4.4.1 Connection timed out" in words:
        return Outcome(CONNECTION_LOST, silent=True)
    if _OWN.search(words):
        return Outcome(OTHER, "connect")
    found = _INNER_REPLY.search(words) or _REPLY.search(words)
    return of_reply(found["reply"], None) if found else Outcome(OTHER)


class Parser:
    """Reads lines into attempts, one a recipient.

    >>> from datetime import datetime
    >>> parser = Parser("MSGTRK2026112413-1.LOG", Clock(datetime(2026, 11, 24)))
    >>> text = "2026-11-24T13:18:08.1Z,,EX01,192.0.2.1,gw.corp.test,,Internet,SMTP,SENDEXTERNAL,7,<1@partner.test>,,"
    >>> text += "alice@corp.test;carol@corp.test,250 2.1.5 ok;250 2.1.5 ok,99,2,,,order,bob@partner.test,"
    >>> for attempt in (event for event in parser.feed(Line(1, text)) if isinstance(event, Attempt)):
    ...     print(attempt.result, attempt.recipient, attempt.sender, attempt.ip, attempt.reply)
    delivered alice@corp.test bob@partner.test 192.0.2.1 250 2.1.5 ok
    delivered carol@corp.test bob@partner.test 192.0.2.1 250 2.1.5 ok
    """

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._fields = _names(_FILE.split(","))

    def feed(self, line: Line) -> Iterator[Event]:
        if line.text.startswith("#Fields:"):
            self._fields = _names(line.text[8:].split(","))
            return
        if '"EventId"' in line.text[:1000]:
            self._fields = _names(row(line.text))
            return
        values = dict(zip(self._fields, row(line.text), strict=False))
        time = self._time(values.get("datetime", ""))
        if time:
            evidence = Evidence(self._source, line.text, line.number, time.isoformat())
            yield from self._event(time, values, evidence)
            yield Moment(time)

    def _time(self, text: str) -> datetime | None:
        found = next((found for form in _LOCAL_DATES if (found := form.match(text))), None)
        if not found:
            timed = self._clock.read(text)
            return timed[0] if timed else None
        year, month, day, hour, minute, second = (int(found[name]) for name in _PARTS)
        half = found.groupdict().get("half")
        if half:
            hour = hour % 12 + 12 * (half == "P")
        try:
            return self._clock.local(datetime(year, month, day, hour, minute, second))
        except ValueError:
            return None

    def _event(self, time: datetime, values: dict[str, str], evidence: Evidence) -> Iterator[Event]:
        event, source = values.get("eventid", "").upper(), values.get("source", "").upper()
        recipients = tuple(part for part in values.get("recipientaddress", "").split(";") if "@" in part)
        sender, message_id = values.get("senderaddress") or None, values.get("messageid") or None
        queue_id = values.get("internalmessageid") or message_id or "?"
        if event in ("RECEIVE", "SUBMIT"):
            yield Accepted(NAME, time, queue_id, (evidence,), sender, message_id, recipients)
        elif event in _OUTCOMES and source in _TRYING:
            for recipient, status in _by_recipient(recipients, values.get("recipientstatus", "")):
                attempt = Attempt(
                    NAME,
                    time,
                    OTHER,
                    (evidence,),
                    queue_id=queue_id,
                    sender=sender,
                    recipient=recipient,
                    message_id=message_id,
                    via=source.lower(),
                )
                yield _ended(event, values, status).applied(attempt, (evidence,))


def _by_recipient(recipients: tuple[str, ...], status: str) -> list[tuple[str | None, str]]:
    """Each recipient with its own status, or with all of it where the parts are not one a recipient."""
    if not recipients:
        return [(None, status)]
    parts = status.split(";")
    return [*zip(recipients, parts if len(parts) == len(recipients) else [status] * len(recipients), strict=True)]


def _ended(event: str, values: dict[str, str], status: str) -> Outcome:
    if event.startswith("SEND"):
        return delivered(status).at(values.get("serverhostname") or None, values.get("serverip") or None, None)
    outcome = classify(f"{status} {values.get('sourcecontext', '')}".strip())
    if values.get("source", "").upper() == "SMTP":
        return outcome
    return replace(outcome, result=OTHER, reply=None, tried=False)


def _names(fields: list[str]) -> tuple[str, ...]:
    """Field names alike in both forms: `recipient-address` and `Recipients` are `recipientaddress`."""
    names = (name.strip(' "\ufeff').lower().replace("-", "") for name in fields)
    return tuple(_EXPORTED.get(name, name) for name in names)
