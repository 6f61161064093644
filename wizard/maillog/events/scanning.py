"""What scanners say. None of it is a fate: a positive verdict may lead to delivery, a drop, a quarantine."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event, Forms
from wizard.patterns import pattern

read = Forms()


class Scanned(Event):
    """A scanner's verdict, as printed; `interim` ones are not final. `detail`: the virus, or why it was skipped.

    >>> read("MID 44 interim verdict using engine: CASE spam positive")
    Scanned(mid=44, engine='CASE', verdict='positive', interim=True, detail=None)
    >>> read("MID 44 antivirus repaired 'W32/Zafi-D'")
    Scanned(mid=44, engine='antivirus', verdict='repaired', interim=False, detail="'W32/Zafi-D'")
    >>> read("MID 44 AMP file reputation verdict : SKIPPED (no attachment in message)")
    Scanned(mid=44, engine='AMP', verdict='SKIPPED', interim=False, detail='no attachment in message')
    """

    mid: int
    engine: str
    verdict: str
    interim: bool
    detail: str | None = None


class Spf(Event):
    """An SPF result for one `identity`: `mailfrom`, `helo` or `pra`.

    >>> read("MID 13 SPF: mailfrom identity bob@sender.test Pass (v=spf1)")
    Spf(mid=13, identity='mailfrom', address='bob@sender.test', result='Pass')
    """

    mid: int
    identity: str
    address: str
    result: str


class Dkim(Event):
    """A DKIM result: its first word, and the gateway's text.

    >>> read("MID 13 DKIM: permfail body hash did not verify [final] (d=sender.test s=s1 i=@sender.test)").result
    'permfail'
    """

    mid: int
    result: str
    text: str


class Dmarc(Event):
    """A DMARC result: `pass`, `fail`, `skipped`, another word as printed, or None where the line tells none.

    >>> read("MID 13 DMARC: Message from domain sender.test, DMARC fail (SPF aligned False, DKIM aligned False)").result
    'fail'
    >>> read("MID 13 DMARC: Verification passed")
    Dmarc(mid=13, result='pass', text='Verification passed')
    """

    mid: int
    result: str | None
    text: str


class CustomLog(Event):
    """What an administrator's filter logs, in the administrator's words.

    >>> read("MID 20 Custom Log Entry: MID 5 Bounced: by nobody")
    CustomLog(mid=20, text='MID 5 Bounced: by nobody')
    """

    mid: int
    text: str


class ScanError(Event):
    """A scanner could not do its work.

    >>> read("MID 15180223, message scanning error: Size Limit Exceeded")
    ScanError(mid=15180223, text='message scanning error: Size Limit Exceeded')
    """

    mid: int
    text: str


class ScanNote(Event):
    """Something else that happened in the work queue and decides nothing.

    >>> read("MID 46 URL www.sender.test has reputation 3.0 matched Condition: URL Reputation Rule")
    ScanNote(mid=46, text='URL www.sender.test has reputation 3.0 matched Condition: URL Reputation Rule')
    """

    mid: int
    text: str


_ENGINE = pattern(
    r"(?:(interim) verdict )?using engine: (SPF Verdict Cache|\S+) "
    r"(?:using (cached) verdict|spam (.+)|(?!spam$|using)(.+))"
)
_INTERIM_AV = pattern(r"interim AV verdict using (\S+) (\S+)(?: +(.*))?")
_ANTIVIRUS = pattern(r"(antivirus|Brightmail) (\w{1,30})(?: +(.*))?")
_AMP = pattern(r"AMP file reputation verdict ?: ?([^()]*?)(?: ?\((.*)\))?", re.DOTALL)
_OUTBREAK = pattern(r"Outbreak Filters: verdict (\S+)(?: +(.*))?")
_SPF = pattern(r"SPF: (\S+) identity (.*) ([A-Za-z]+)(?: +\([^()]*\))?", re.DOTALL)
_SOPHOS = pattern(
    r"(\S+) +antivirus - MID (\d{1,20})(?: \d{1,9})? - (?:Result '([^']*)'|(Virus)|Error|Limit|timed out)(.*)",
    re.ASCII | re.DOTALL,
)
_DMARC_OUTCOME = pattern(r"[Vv]erification (passed|failed|skipped)")
_DMARC_RESULT = pattern(r", DMARC (?!policy\b)([a-z]{1,20})")
_DMARC_WORDS = {"passed": "pass", "failed": "fail"}
_DKIM_RESULTS = {
    "fail",
    "hardfail",
    "invalid",
    "malformed",
    "neutral",
    "none",
    "pass",
    "permerror",
    "permfail",
    "temperror",
    "tempfail",
    "unverified",
}
_ERRORS = (
    "message scanning error",
    "cannot be scanned",
    "not completely scanned",
    "antivirus timeout error",
    "antivirus error",
    "could not be scanned",
    "CASE sent a poorly formatted response",
    "unable to be scanned",
)
_NOTES = (
    "AMP ",
    "Consolidated Sender Threat Level",
    "Could not convert character set",
    "DKIM: ",
    "DLP ",
    "DMARC",
    "DomainKeys: ",
    "File ",
    "Forged ",
    "From: <",
    "Graymail ",
    "Message Headers",
    "Outbreak Filters: ",
    "SDR: ",
    "SPF: ",
    "Safe Print",
    "Sender Domain: ",
    "Skip ",
    "URL ",
    "Virus Threat Level",
    "attachment ",
    "direction: ",
    "enqueued for ",
    "has sender_group",
    "mail headers ",
    "masquerading header ",
    'quarantine "',
    "was too big (",
)
_TRANSFER = "enqueued for transfer"


@read.mid("interim", "using")
def _engine(mid: int, rest: str) -> Event | None:
    found = _INTERIM_AV.fullmatch(rest)
    if found:
        return Scanned(mid, found[1], found[2], True, found[3])
    found = _ENGINE.fullmatch(rest)
    if found is None:
        return None
    return Scanned(mid, found[2], found[3] or found[4] or found[5], bool(found[1]))


@read.mid("antivirus", "Brightmail")
def _antivirus(mid: int, rest: str) -> Event | None:
    if rest.startswith(_ERRORS):
        return ScanError(mid, rest)
    found = _ANTIVIRUS.fullmatch(rest)
    return Scanned(mid, found[1], found[2], False, found[3]) if found else None


@read.mid("AMP")
def _amp(mid: int, rest: str) -> Event | None:
    found = _AMP.fullmatch(rest)
    return Scanned(mid, "AMP", found[1], False, found[2]) if found else None


@read.mid("Outbreak")
def _outbreak(mid: int, rest: str) -> Event | None:
    found = _OUTBREAK.fullmatch(rest)
    return Scanned(mid, "Outbreak Filters", found[1], False, found[2]) if found else None


@read.word("sophos", "mcafee", "Sophos", "McAfee")
def _engine_log(body: str) -> Event | None:
    found = _SOPHOS.fullmatch(body)
    if found is None:
        return None
    mid, engine, detail = int(found[2]), found[1], found[5].strip() or None
    if found[3] is not None or found[4]:
        return Scanned(mid, engine, found[3] or found[4], True, detail)
    return ScanError(mid, body[found.end(2) :].partition("- ")[2])


@read.mid("SPF")
def _spf(mid: int, rest: str) -> Event | None:
    found = _SPF.fullmatch(rest)
    return Spf(mid, found[1], found[2], found[3]) if found else None


@read.mid("DKIM")
def _dkim(mid: int, rest: str) -> Event | None:
    text = rest[len("DKIM:") :].strip()
    result = text.partition(" ")[0]
    return Dkim(mid, result, text) if result in _DKIM_RESULTS else None


@read.mid("DMARC")
def _dmarc(mid: int, rest: str) -> Event | None:
    text = rest[len("DMARC") :].lstrip(": ")
    outcome = _DMARC_OUTCOME.match(text)
    if outcome:
        return Dmarc(mid, _DMARC_WORDS.get(outcome[1], outcome[1]), text)
    results = _DMARC_RESULT.findall(text)
    return Dmarc(mid, results[-1] if results else None, text)


@read.mid("Custom")
def _custom(mid: int, rest: str) -> Event | None:
    head, found, text = rest.partition("Custom Log Entry: ")
    return CustomLog(mid, text) if found and not head else None


@read.mid(*{phrase.split(" ")[0] for phrase in _ERRORS})
def _error(mid: int, rest: str) -> Event | None:
    return ScanError(mid, rest) if rest.startswith(_ERRORS) else None


@read.mid(*{re.split("[ :]", phrase)[0] for phrase in _NOTES})
def _note(mid: int, rest: str) -> Event | None:
    if rest.startswith(_TRANSFER) and '"' not in rest:  # cut off before the quarantine's name
        return None
    cut_off = rest.startswith("SDR: Domains for which")  # whole, it has an event of its own
    return ScanNote(mid, rest) if rest.startswith(_NOTES) and not cut_off else None


@read.mid("ICID")
def _tls_read(mid: int, rest: str) -> Event | None:
    return ScanNote(mid, rest) if re.match(r"ICID \d{1,20} TLS (?:read|wrote) ", rest, re.ASCII) else None
