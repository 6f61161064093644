"""The consolidated event log: one entry for each message, in ArcSight's Common Event Format (CEF).

Names of keys differ by version (`src` or `sourceAddress`). Values hold blanks; subjects and file names were written by
strangers and may look like keys, so what stands in quotes or braces is skipped, and the first of two wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from wizard.maillog.events.base import Event
from wizard.maillog.events.text import ctime, unquoted
from wizard.patterns import pattern


class Consolidated(Event):
    """One message and what became of it. `action`: as printed (`DELIVERED`, `BOUNCED`, `DQ`, `QUARANTINED`, …).

    `direction`: `inbound` or `outbound`; `serial`: the appliance's, or the host's name that was configured for it.

    >>> event = read("CEF:0|Cisco|C100V|14.0|ESA_CONSOLIDATED_LOG_EVENT|Consolidated Log Event|5|"
    ...     "deviceExternalId=42-AB ESAMID=16 ESAICID=62 endTime=Mon Nov 14 15:40:48 2022 suser=bob@sender.test "
    ...     "cs2Label=SenderCountry cs2=United States act=BOUNCED ESAFinalActionDetails=5.1.0 - Unknown address error "
    ...     "duser=al@corp.example sourceAddress=198.51.100.9 msg='act=DELIVERED'")
    >>> event.mid, event.sender, event.address, event.action, event.country, event.subject
    (16, 'bob@sender.test', '198.51.100.9', 'BOUNCED', 'United States', 'act=DELIVERED')
    """

    mid: int | None
    icid: int | None
    dcid: int | None
    sender: str | None
    recipients: tuple[str, ...]
    address: str | None
    host: str | None
    action: str | None
    details: str | None
    status: str | None
    subject: str | None
    message_id: str | None
    start: datetime | None
    end: datetime | None
    direction: str | None
    score: str | None
    country: str | None
    group: str | None
    header_from: str | None
    serial: str | None


_FIELDS_BEFORE = 7
_KEY = pattern(r"(?:^| )((?:ESA|cs\d|cfp\d|cn\d|device|source|start|end|event)[A-Za-z0-9]*|[a-z]{2,12}\d?)=", re.ASCII)
_QUOTED = pattern(r"""'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*\"|[{}]""", re.DOTALL)
_DIRECTIONS = {"0": "inbound", "1": "outbound"}
_LAST = "msg"  # what follows a subject are details of TLS and URLs only
_MORE = pattern(r"' ESA(?:TLS|URL)\w*=", re.ASCII)


def read(body: str) -> Consolidated | None:
    """Read a CEF entry, whatever the product calls itself; None if it is none of this gateway's."""
    header = body.split("|", _FIELDS_BEFORE)
    if len(header) <= _FIELDS_BEFORE or not header[0].startswith("CEF:"):
        return None
    values: dict[str, str] = {}
    for key, value in _pairs(header[_FIELDS_BEFORE]):
        values.setdefault(key, value.strip())
    labelled = {values[key]: values.get(key.removesuffix("Label")) for key in values if key.endswith("Label")}

    def first(*keys: str) -> str | None:
        return next((values[key] for key in keys if values.get(key)), None)

    if first("ESAMID", "ESAICID") is None:
        return None
    message_id, subject = labelled.get("ExternalMsgID"), first("msg")
    return Consolidated(
        _number(first("ESAMID")),
        _number(first("ESAICID")),
        _number(first("ESADCID")),
        first("suser"),
        tuple(name.strip() for name in re.split("[;,]", first("duser") or "") if name.strip()),
        first("src", "sourceAddress"),
        first("shost", "sourceHostName"),
        first("act"),
        first("ESAFinalActionDetails"),
        first("ESAStatus"),
        None if subject is None else unquoted(subject),
        unquoted(message_id) if message_id else None,
        ctime(first("start", "startTime") or ""),
        ctime(first("end", "endTime") or ""),
        _DIRECTIONS.get(first("deviceDirection") or ""),
        labelled.get("SBRSScore") or first("cfp1"),
        labelled.get("SenderCountry") or first("cs2"),
        first("ESASenderGroup"),
        first("ESAFriendlyFrom"),
        first("deviceExternalId"),
    )


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    found = _KEY.search(text)
    while found:
        start = found.end()
        if found[1] == _LAST:
            more = _MORE.search(text, start)
            yield found[1], text[start : more.start() + 1] if more else text[start:]
            return
        after = _KEY.search(text, _past_literal(text, start))
        yield found[1], text[start : after.start() if after else len(text)]
        found = after


def _past_literal(text: str, at: int) -> int:
    """The end of a quoted string or of a (nested) dictionary that begins here; else here."""
    depth = 0
    start = at
    while text[at : at + 1] in {"'", '"', "{"} or depth:
        found = _QUOTED.match(text, at) if not depth else _QUOTED.search(text, at)
        if found is None:
            return start
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        at = found.end()
        if depth <= 0:
            return at
    return at


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,20}", text, re.ASCII) else None
