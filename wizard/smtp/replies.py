"""What caused a 4xx or 5xx reply: the gateway's usual texts, and where the text is its administrator's own, the codes.

Used for the hand test and for replies that a sending server's log quotes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from wizard.smtp.model import StageName
from wizard.smtp.tables import table

MAX_TEXT = 4000

CODE = re.compile(r"\s*([45][0-9]{2})(?:[ -]|\Z)")
ENHANCED = re.compile(r"\s*#?[245]\.(?:([0-9]{1,3}\.[0-9]{1,3})|x\.[0-9])\s*", re.IGNORECASE)


class Cause(NamedTuple):
    """`word` is a cause of `replies.yaml`, `sure` where the gateway's own text says so, `cites` its sources."""

    word: str
    sure: bool
    cites: tuple[str, ...] = ()


def find_cause(sent: str, stage: StageName | None = None) -> Cause | None:
    """Return what caused a reply as sent (several lines joined by a blank, a line end or a written-out `\\n`).

    >>> find_cause("550 #5.1.0 Address rejected.")
    Cause(word='recipient-table', sure=True, cites=('Cisco TAC 215912',))
    >>> find_cause("554-esa6 554 Not today", "banner")
    Cause(word='host-access', sure=False, cites=())
    >>> find_cause("550 no")

    None where it is no 4xx or 5xx reply, or nothing is known of it.
    """
    found = CODE.match(sent)
    if not found:
        return None
    code = found[1]
    texts = [part for part in re.split(rf"(?:\A|\s|\\n){code}[ -]", sent[:MAX_TEXT].strip()) if part]
    enhanced: str | None = None
    for text in texts:
        bare = ENHANCED.match(text)
        enhanced = enhanced or (bare[1] if bare else None)
        words = text[bare.end() :] if bare else text
        for pattern, cause in _patterns():
            if pattern.match(words):
                return cause
    return _likely(stage, code, enhanced)


def cause_label(word: str, lang: Literal["en", "ja"]) -> str:
    """Return a cause in words: a noun phrase."""
    return str(table("replies")["causes"][word][lang])


@cache
def _patterns() -> list[tuple[re.Pattern[str], Cause]]:
    return [
        (re.compile(row["text"], re.IGNORECASE), Cause(row["cause"], True, tuple(row.get("cites", ()))))
        for row in table("replies")["replies"]
    ]


def _likely(stage: StageName | None, code: str, enhanced: str | None) -> Cause | None:
    here = {"stage": stage, "code": code, "enhanced": enhanced}
    for row in table("replies")["likely"]:
        if all(here[key] == value for key, value in row.items() if key != "cause"):
            return Cause(row["cause"], False)
    return None
