"""The bounce log, a log of its own: one entry for each recipient that bounced or was delayed, `MID:RID` first."""

from __future__ import annotations

import re

from wizard.maillog.events.base import Event, Forms
from wizard.maillog.events.text import address, reply
from wizard.patterns import pattern

read = Forms()


class BounceLog(Event):
    """One recipient that bounced or was delayed. `kind`: `bounced` or `delayed`; `detail`: the gateway's own note.

    >>> read("Bounced: 45346670:0 From:<bob@sender.test> To:<no@corp.example> "
    ...      'Reason: "5.1.0 - Unknown address error" Response: "(\\'550\\', [\\'No such account.\\'])"')
    ... # doctest: +NORMALIZE_WHITESPACE
    BounceLog(mid=45346670, rid=0, kind='bounced', sender='bob@sender.test', recipient='no@corp.example',
              reason='5.1.0 - Unknown address error', response='550 No such account.', detail=None)
    """

    mid: int
    rid: int
    kind: str
    sender: str
    recipient: str
    reason: str | None
    response: str | None
    detail: str | None


_HEAD = pattern(
    r"(Bounced|Delayed): +(\d{1,20}):(\d{1,20}) +From: ?(<[^<>]{0,400}>|\S*) +To: ?(<[^<>]{0,400}>|\S*)", re.ASCII
)
_REASON = pattern(r' *Reason: ?"([^"]*)"')
_RESPONSE = pattern(r' *Response: ?"')


@read.word("Bounced:", "Delayed:")
def _entry(body: str) -> Event | None:
    found = _HEAD.match(body)
    if found is None:
        return None
    rest = body[found.end() :]
    reason = _REASON.match(rest)
    if reason:
        rest = rest[reason.end() :]
    mark = _RESPONSE.match(rest)
    if rest.strip() and not reason and not mark:
        return None
    response, detail = reply(rest[mark.end() :]) if mark else (None, None)
    return BounceLog(
        int(found[2]),
        int(found[3]),
        found[1].lower(),
        address(found[4]),
        address(found[5]),
        reason[1] if reason else None,
        response,
        detail,
    )
