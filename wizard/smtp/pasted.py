"""Read back what another administrator saw when testing by hand: a hand test made from the sender's network (S11).

Telnet shows what was typed or does not; openssl hides the greeting; swaks and the PowerShell lines mark who speaks.
Without typed lines the replies are taken in SMTP's order, and then a refusal stands: a later 250 may be that of RSET.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from wizard.errors import InputError
from wizard.smtp.grammar import parse_target
from wizard.smtp.model import HandTest, Line, Reason, Reply, Result, Stage, StageName, Target, Tls, Try
from wizard.smtp.pasted_lines import Clock, Spoken, means, read_line
from wizard.smtp.wire import MAX_LINES, REPLY_LINE, make_reply

MAX_TEXT = 200_000
MAX_LINE = 1000

STAGES: dict[str, StageName] = {
    "EHLO": "ehlo", "HELO": "ehlo", "STAR": "starttls", "MAIL": "mail-from", "RCPT": "rcpt-to", "DATA": "data",
}  # fmt: skip
ORDER: tuple[StageName, ...] = ("banner", "ehlo", "mail-from", "rcpt-to")
BROKEN: tuple[Reason, ...] = ("timeout", "garbled", "no-smtputf8")
UNREACHED: tuple[Reason, ...] = ("refused", "filtered", "unroutable", "unresolved", "no-greeting", "closed", "not-smtp")

TARGETS = (
    re.compile(r"\btelnet(?:\.exe)?\s+\[?([\w.:-]+?)\]?\s+([0-9]{1,5})\b"),
    re.compile(r"\bTcpClient '([\w.:-]+)', ([0-9]{1,5})"),
    re.compile(r"/dev/tcp/([\w.:-]+)/([0-9]{1,5})\b"),
    re.compile(r"-connect\s+'?(\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}|[\w.-]+:[0-9]{1,5})()"),
    re.compile(r"(?:Connecting To|接続中:) ?([\w.:-]+?)\.\.\.()"),
    re.compile(r"(?:Trying|connecting to) (\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}|[0-9A-Fa-f:.]+?)(?:\.\.\.|\Z)()"),
)
FOREIGN = re.compile(r"(SSH|HTTP)[-/][0-9]|\* (?:OK|PREAUTH)|\+OK")
REAL = re.compile(r"real\s+(?:([0-9]+)m)?([0-9]+[.,][0-9]+)s?")
LAPSE = re.compile(r"=== response in ([0-9]+(?:\.[0-9]+)?)s")
TLS_LINES = (
    re.compile(r"(?:New, )?(?P<protocol>TLSv1[.0-9]*), Cipher is (?P<cipher>[\w-]+)"),
    re.compile(r"=== TLS started with cipher (?P<protocol>TLSv1[.0-9]*):(?P<cipher>[\w-]+)"),
    re.compile(r"Verify return code: (?P<code>[0-9]+) \((?P<problem>[^)]*)\)"),
)


@dataclass
class _Reading:
    """What has been read so far."""

    target: Target | None = None
    tries: list[Try] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    outstanding: StageName | None = None
    stage: StageName = "connect"
    next: StageName = "banner"
    typed: bool = False
    connected: bool = False
    began: float | None = None
    lapse: float | None = None
    ended: str | None = None
    waited: float | None = None
    speaks: str | None = None
    tls: Tls | None = None
    offered: tuple[str, ...] = ()
    over: bool = False


def read_pasted(text: str) -> HandTest:
    """Return the hand test that a pasted transcript shows; its origin is the sender's network.

    Times are kept where the transcript tells them; without, `seconds` and `started` are None.

    >>> read_pasted("220 gw ESMTP\\n250 gw\\n250 sender ok\\n550 #5.1.0 Address rejected.").stage
    'rcpt-to'

    Raises InputError where it holds neither a reply nor a connection or its failure, or is longer than MAX_TEXT.
    """
    if len(text) > MAX_TEXT:
        raise InputError("pasted-too-long", limit=MAX_TEXT)
    clock = Clock()
    spoken = [read_line(line.rstrip("\r"), clock) for line in text.lstrip("\ufeff").split("\n")]
    reading = _Reading(typed=any(one.kind == "sent" for one in spoken))
    partial: list[Spoken] = []
    for one in spoken:
        if one.kind == "received" and REPLY_LINE.match(one.text):
            partial.append(one)
            if one.text[3:4] != "-" or len(partial) >= MAX_LINES:
                _reply(reading, partial)
                partial = []
        elif one.kind == "sent":
            _sent(reading, one)
        elif one.text:
            _said(reading, one)
    if not (reading.stages or reading.connected or reading.ended):
        raise InputError("pasted-not-smtp")
    return _conclude(reading, clock)


def _sent(reading: _Reading, one: Spoken) -> None:
    stage = STAGES.get(one.text[:4].upper())
    reading.outstanding = stage
    reading.began = one.offset
    reading.over = reading.over or one.text.upper() == "QUIT"
    reading.stage = stage or reading.stage
    _keep(reading, one, "sent")


def _reply(reading: _Reading, partial: list[Spoken]) -> None:
    reply = make_reply(tuple(one.text[:MAX_LINE] for one in partial))
    stage = _stage_of(reading, reply)
    reading.stage = stage or reading.stage
    for one in partial:
        _keep(reading, one, "received")
    if reply.code == 221:
        reading.over = True
    if stage is None or (stage == "data" and reply.code == 354):
        return
    end = partial[-1].offset
    seconds = reading.lapse if end is None or reading.began is None else round(end - reading.began, 3)
    reading.lapse, reading.began = None, end
    ok = reply.code // 100 == 2
    reading.stages.append(Stage(stage, seconds, ok, reply))
    if stage == "ehlo" and ok and len(reply.lines) > 1:
        reading.offered = reply.texts[1:]
    reading.next = _after(stage) if ok else reading.next


def _stage_of(reading: _Reading, reply: Reply) -> StageName | None:
    """Say which stage a reply answers: the command typed before it, or in their order where none is shown."""
    if reading.typed:
        stage, reading.outstanding = reading.outstanding, None
        if stage == "data" and reply.code == 354:
            reading.outstanding = "data"
        if stage or any(one.name == "banner" for one in reading.stages):
            return stage if stage or reply.code != 421 else reading.next
        return "ehlo" if reply.code == 250 else "banner"
    refused = any(one.ok is False for one in reading.stages)
    if refused or reply.code == 221:
        return None
    if reply.code == 354:
        reading.next = "data"
    elif reply.code == 220 and reading.next != "banner":
        return "starttls"
    elif reply.code == 250 and (len(reply.lines) > 1 or reading.next == "banner"):  # openssl shows no greeting
        return "ehlo"
    done = reading.next == "rcpt-to" and any(one.name == "rcpt-to" for one in reading.stages)
    return None if done else reading.next


def _after(stage: StageName) -> StageName:
    at = ORDER.index(stage) if stage in ORDER else 0
    return ORDER[min(at + 1, len(ORDER) - 1)]


def _said(reading: _Reading, one: Spoken) -> None:
    _keep(reading, one, "note")
    lapse, real = LAPSE.search(one.text), REAL.match(one.text)
    if lapse:
        reading.lapse = float(lapse[1])
    elif real and [stage.name for stage in reading.stages] == ["banner"]:
        seconds = int(real[1] or 0) * 60 + float(real[2].replace(",", "."))
        reading.stages[0] = Stage("banner", seconds, reading.stages[0].ok, reading.stages[0].reply)
        reading.over = True
    _find_target(reading, one.text)
    _find_tls(reading, one.text)
    foreign = FOREIGN.match(one.text)
    if foreign and not reading.stages:
        reading.speaks = (foreign[1] or ("imap" if one.text.startswith("*") else "pop3")).lower()
    meaning = means(one.text)
    if meaning == "connected":
        reading.connected, reading.ended = True, None
        reading.stage, reading.began = "banner", one.offset
    elif meaning == "tls-failed":
        reading.tls = Tls(ok=False, problem=one.text[:MAX_LINE])
    elif meaning and not (meaning == "closed" and reading.ended):
        _end(reading, meaning, one.offset)


def _end(reading: _Reading, meaning: str, offset: float | None) -> None:
    reading.ended = meaning
    if offset is not None and reading.began is not None:
        reading.waited = round(offset - reading.began, 3)
    if reading.tries and not reading.connected and reading.tries[-1].reason is None:
        reading.tries[-1] = replace(reading.tries[-1], reason=_reason(UNREACHED, meaning))


def _reason(known: tuple[Reason, ...], meaning: str | None) -> Reason | None:
    return next((reason for reason in known if reason == meaning), None)


def _find_target(reading: _Reading, text: str) -> None:
    for pattern in TARGETS:
        found = pattern.search(text)
        if not found:
            continue
        host = found[1] if not found[2] or ":" not in found[1] else f"[{found[1]}]"
        try:
            target = parse_target(f"{host}:{found[2]}" if found[2] else host)
        except InputError:
            continue
        if pattern is TARGETS[-1]:
            reading.tries.append(Try(target.host, target.port, None))
        reading.target = reading.target or target


def _find_tls(reading: _Reading, text: str) -> None:
    for pattern in TLS_LINES:
        found = pattern.search(text)
        told = found.groupdict() if found else {}
        if told.get("protocol"):
            reading.tls = Tls(True, told["protocol"], told["cipher"])
        elif told and reading.tls and reading.tls.ok:
            verified = told["code"] == "0"
            problem = None if verified else told["problem"]
            reading.tls = Tls(True, reading.tls.protocol, reading.tls.cipher, None, verified, problem)


def _keep(reading: _Reading, one: Spoken, direction: str) -> None:
    text = one.text[:MAX_LINE]
    if direction == "note":
        reading.lines.append(Line(one.offset, "note", "pasted", text, reading.stage))
    else:
        reading.lines.append(Line(one.offset, "sent" if direction == "sent" else "received", text, "", reading.stage))


def _conclude(reading: _Reading, clock: Clock) -> HandTest:
    result, stage, reason, reply = _result(reading)
    banner = next((one for one in reading.stages if one.name == "banner"), None)
    stages = [Stage("connect", None, reading.connected or bool(reading.stages)), *reading.stages]
    if result in ("interrupted", "unreachable") and stage != "connect":
        stages.append(Stage(stage, reading.waited, False))
    waited = next(one.seconds for one in reversed(stages) if one.name == stage)
    offsets = [line.offset for line in reading.lines if line.offset is not None]
    return HandTest(
        target=str(reading.target or ""), origin="sender-network",
        started=clock.started.isoformat() if clock.started and clock.started.tzinfo else None,
        result=result, stage=stage, reason=reason, reply=reply, waited=waited,
        seconds=offsets[-1] if offsets else None, banner_seconds=banner.seconds if banner else None,
        banner=banner.reply if banner else None, tries=tuple(reading.tries), stages=tuple(stages),
        offered=reading.offered, tls=reading.tls, speaks=reading.speaks,
        problem=reading.tls.problem or "" if reason == "tls" and reading.tls else "", transcript=tuple(reading.lines),
    )  # fmt: skip


def _result(reading: _Reading) -> tuple[Result, StageName, Reason | None, Reply | None]:
    latest = {one.name: one for one in reading.stages}
    refused = next((one for one in latest.values() if one.ok is False), None)
    if refused:
        return "rejected", refused.name, None, refused.reply
    ended = reading.ended
    if reading.tls and not reading.tls.ok:
        return "interrupted", "starttls", "tls", None
    if not latest:
        if ended == "failed":
            return "unreachable", "connect", None, None
        known = _reason(UNREACHED, ended)
        if not reading.connected:
            return "unreachable", "connect", known, None
        return "unreachable", "banner", "not-smtp" if reading.speaks else known or "no-greeting", None
    asked = "data" if reading.stage == "data" else "rcpt-to"
    if asked in latest and reading.outstanding is None:
        return "accepted", asked, None, None
    if reading.outstanding or (ended and not reading.over):
        stage = reading.outstanding or reading.next
        return "interrupted", stage, _reason((*BROKEN, *UNREACHED), ended), None
    return "incomplete", reading.stages[-1].name, None, None
