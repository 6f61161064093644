"""Message Tracking details, pasted from the gateway's web interface: the log's events in sentences.

They name recipients by address, not by number. What is worded as in the log behind the number is read as there.
"""

from __future__ import annotations

import re

from wizard.maillog.events import connection, delivery, envelope, message, quarantine, scanning
from wizard.maillog.events.base import Event, Forms
from wizard.maillog.events.connection import Closed, Lost, Opened, TlsFailed, TlsSucceeded, verdict
from wizard.maillog.events.delivery import (
    Bounced,
    Delayed,
    Delivered,
    DeliveryClosed,
    DeliveryOpened,
    DeliveryStarted,
    DeliveryTls,
    Response,
    failure_text,
)
from wizard.maillog.events.ending import disconnected
from wizard.maillog.events.envelope import From, RecipientRejected, Start, To
from wizard.maillog.events.header import MessageId, Subject
from wizard.maillog.events.message import Policy, Queued, Ready, aborted
from wizard.maillog.events.quarantine import HandoverStarted, Quarantined, SpamQuarantined
from wizard.maillog.events.scanning import Scanned
from wizard.maillog.events.text import address, unquoted
from wizard.patterns import pattern

read = Forms()
_log = Forms(connection.read, envelope.read, message.read, quarantine.read, scanning.read, delivery.read)


class ConnectionNote(Event):
    """Something else about a connection that decides nothing.

    >>> read("Incoming connection (ICID 50) has sender_group: LIST, sender_ip: 198.51.100.9 and sbrs: 3.5")
    ConnectionNote(icid=50, text='has sender_group: LIST, sender_ip: 198.51.100.9 and sbrs: 3.5')
    """

    icid: int
    text: str


_OPENED = pattern(
    r"Protocol \S+ interface ([^()]*)\(IP ([^()]*)\) on incoming connection \(ICID (\d{1,20})\) from sender IP (\S+?)\."
    r"(?: +Reverse DNS +host(?: +(?!verified )(\S+))? +verified +(\w+)\.?)?",
    re.ASCII,
)
_ICID = pattern(r"(?:Incoming connection )?\(ICID (\d{1,20})\):? +(.*)", re.ASCII | re.DOTALL)
_DCID = pattern(r"(?:Delivery connection )?\(DCID (\d{1,20})\):? +(.*)", re.ASCII | re.DOTALL)
_TLS = pattern(r"successfully accepted TLS protocol (\S+)(?: cipher (\S+?))?(?: \S+)?\.?")
_START = pattern(r"Start message (\d{1,20}) on incoming connection \(ICID (\d{1,20})\)\.?", re.ASCII)
_HOP = pattern(
    r"SMTP delivery connection \(DCID (\d{1,20})\) opened from \D{0,80}?interface (\S+) to IP address (\S+?)"
    r"(?: on port (\d{1,5}))?\.?",
    re.ASCII,
)
_RPC = pattern(r"Remote procedure call connection \(RCID (\d{1,20})\) started for message (\d{1,20}) to .*", re.ASCII)
_MESSAGE = pattern(r"Message (\d{1,20})(?: of \d+)?:? +(.*)", re.ASCII | re.DOTALL)
_ON = pattern(r"(enqueued )?on incoming connection \(ICID (\d{1,20})\) +(.*)", re.ASCII | re.DOTALL)
_READY = pattern(r"\((\d{1,20}) bytes\) from (\S*) ready\.?", re.ASCII)
_POLICY = pattern(r"matched per-recipient policy (.+) for (\w+) mail policies\.?")
_SCANNED = pattern(r"scanned by (.{1,80}?)[.:]? (?:(Interim|Final) v|V)erdict: ?(.*)", re.DOTALL)
_ENGINE = pattern(r"(?:Anti-\w+ engine|Advanced Malware Protection engine)[: ]*")
_ANSWER = pattern(r"to (\S+) received remote SMTP response (.*)", re.DOTALL)
_STARTED = pattern(r"Delivery started for message (\d{1,20}) to (\S+?)\.?", re.ASCII)
_SENT = pattern(r"Delivery details: Message (\d{1,20}) sent to (\S+)(?: (\[.*))?", re.ASCII | re.DOTALL)
_FAILED = pattern(
    r"to (\S+) (?:(?:hard |soft )?(bounced) by destination server|(?:was )?(delayed|bounced))[.:]?(?: Reason:?)? *(.*)",
    re.DOTALL,
)
_HELD = pattern(r"quarantined (?:in|to) (?:the )?\"?([^\"]*?)\"?(?: quarantine)?(?: \((.*)\))?\.?")


@read.word("Protocol")
def _opened(body: str) -> Event | None:
    found = _OPENED.fullmatch(body)
    if found is None:
        return None
    verified = None if found[6] is None else found[6] == "yes"
    host = None if found[5] == "unknown" else found[5]
    return Opened(int(found[3]), found[1].strip(), found[2], found[4], host, verified)


@read.word("Incoming", "(ICID")
def _connection(body: str) -> Event | None:
    found = _ICID.fullmatch(body)
    if found is None:
        return None
    icid, text = int(found[1]), found[2]
    if body.startswith("(ICID"):
        return verdict(icid, text.removesuffix("."))
    tls = _TLS.fullmatch(text)
    if tls:
        return TlsSucceeded(icid, tls[1], tls[2])
    if text.rstrip(".") in {"lost", "closed", "close"}:
        return Lost(icid) if text.startswith("lost") else Closed(icid)
    if text.startswith("TLS failed"):
        return TlsFailed(icid, text[len("TLS failed") :].strip(": .") or None)
    return disconnected(icid, text) or _log(f"ICID {icid} {text}") or ConnectionNote(icid, text)


@read.word("Start")
def _start(body: str) -> Event | None:
    found = _START.fullmatch(body)
    return Start(int(found[1]), int(found[2]), None) if found else None


@read.word("SMTP")
def _hop(body: str) -> Event | None:
    found = _HOP.fullmatch(body)
    return DeliveryOpened(int(found[1]), found[2], found[3], int(found[4]) if found[4] else None) if found else None


@read.word("Remote")
def _handover(body: str) -> Event | None:
    found = _RPC.fullmatch(body)
    return HandoverStarted(int(found[1]), int(found[2])) if found else None


@read.word("Delivery", "(DCID")
def _delivery(body: str) -> Event | None:
    found = _DCID.fullmatch(body)
    if found is None:
        return None
    dcid, text = int(found[1]), found[2]
    if _TLS.match(text):
        return DeliveryTls(dcid, True, text)
    if text.rstrip(".") in {"closed", "close", "lost"}:
        return DeliveryClosed(dcid)
    started = _STARTED.fullmatch(text)
    if started:
        return DeliveryStarted(dcid, int(started[1]), (), False, (address(started[2]),))
    sent = _SENT.fullmatch(text)
    if sent:
        return Delivered(dcid, int(sent[1]), (), False, sent[3], (address(sent[2].rstrip(".")),))
    about = _MESSAGE.fullmatch(text)
    if about:
        return _failed(int(about[1]), about[2], dcid)
    return DeliveryTls(dcid, False, text) if "TLS" in text[:40] else None


@read.word("Message")
def _message(body: str) -> Event | None:
    found = _MESSAGE.fullmatch(body)
    if found is None:
        return None
    mid, text = int(found[1]), found[2]
    for reader in (_on_connection, _header, _policy, _scanned, _answer, _failed, _held):
        event = reader(mid, text)
        if event is not None:
            return event
    if text.startswith("aborted"):
        return aborted(mid, text.removeprefix("aborted").strip(": ").removesuffix("."))
    return _log.message(mid, text.removesuffix("."))


def _on_connection(mid: int, text: str) -> Event | None:
    found = _ON.fullmatch(text)
    if found is None:
        return None
    icid, text = int(found[2]), found[3].removesuffix(".")
    if found[1]:
        return From(mid, icid, address(text.removeprefix("from "))) if text.startswith("from") else None
    added = re.fullmatch(r"added recipient \((.*)\)", text)
    if added:
        return To(mid, icid, None, address(added[1]))
    refused = re.fullmatch(r"rejected recipient \((.*)\)(?: by (.+))?", text)
    return RecipientRejected(mid, icid, address(refused[1]), refused[2] or "") if refused else None


def _header(mid: int, text: str) -> Event | None:
    if text.startswith("contains message ID header "):
        return MessageId(mid, unquoted(text.removeprefix("contains message ID header ").removesuffix(".")))
    if text.startswith("original subject on injection:"):
        return Subject(mid, text.removeprefix("original subject on injection:").strip())
    found = _READY.fullmatch(text)
    return Ready(mid, int(found[1]), address(found[2])) if found else None


def _policy(mid: int, text: str) -> Event | None:
    found = _POLICY.fullmatch(text)
    if found:
        return Policy(mid, found[1], found[2], True)
    return Queued(mid) if text.rstrip(".") == "queued for delivery" else None


def _scanned(mid: int, text: str) -> Event | None:
    found = _SCANNED.fullmatch(text)
    if found is None:
        return None
    engine = _ENGINE.sub("", found[1]).strip() or found[1]
    return Scanned(mid, engine, found[3].strip(" ."), found[2] == "Interim")


def _answer(mid: int, text: str) -> Event | None:
    found = _ANSWER.fullmatch(text)
    return Response(mid, (), unquoted(found[2].removesuffix(".")), (address(found[1]),)) if found else None


def _failed(mid: int, text: str, dcid: int | None = None) -> Event | None:
    found = _FAILED.fullmatch(text)
    if found is None:
        return None
    kind = Delayed if found[3] == "delayed" else Bounced
    return kind(dcid, mid, None, address(found[1]), (), *failure_text(found[4]))


def _held(mid: int, text: str) -> Event | None:
    found = _HELD.fullmatch(text)
    if found is None:
        return None
    return SpamQuarantined(mid) if found[1] == "Spam Quarantine" else Quarantined(mid, found[1], found[2])
