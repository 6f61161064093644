"""What a grep for what was asked, for the ICIDs in that and for the MIDs in those (S5, S7, S8) finds that a trace does
not show, each line with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from wizard.maillog.asked import Asked, Window
from wizard.maillog.events.base import Event
from wizard.maillog.log import Log
from wizard.maillog.logfile import LogFile
from wizard.maillog.loglines import LogLine
from wizard.maillog.needles import Needle
from wizard.maillog.saying import says
from wizard.maillog.wanted import seeds

TEXT = "text"
"""What was searched for stands in a text, or says something else: an interface, a next hop, a longer name."""
NO_NUMBER = "no-number"
"""The number is 0: the appliance made it, or there was no connection."""
OTHER_APPLIANCE = "other-appliance"
"""Another appliance uses the same number."""
OTHER_TIME = "other-time"
"""The same appliance used the number before or after."""
NOT_ASKED = "not-asked"
"""The number was found in lines only that are left out themselves."""
NOT_FITTING = "not-fitting"
"""It is about mail that does not fit all that was asked."""

REASONS = (TEXT, NO_NUMBER, OTHER_APPLIANCE, OTHER_TIME, NOT_ASKED, NOT_FITTING)
_NUMBERS = {kind: re.compile(rf"\b{kind}:? (\d{{1,20}})\b", re.ASCII) for kind in ("ICID", "MID")}
_NAMES = ("icid", "mid", "dcid", "new", "parent")

Place = tuple[str, int]
_Key = tuple[str, str, int]


def left_out(
    files: Sequence[LogFile], asked: Asked, shown: Sequence[LogLine], hint: Window, now: datetime
) -> Iterator[tuple[LogLine, str]]:
    """The lines, in log order, each with one of `REASONS`."""
    log = Log(files, hint=hint, now=now)
    log.gather(seeds(asked))
    first = log.lines()
    grepped: set[tuple[str, int]] = set()
    found = first
    for kind in ("ICID", "MID"):
        numbers = {int(one) for line in found for one in _NUMBERS[kind].findall(line.text)}
        grepped |= {(kind, number) for number in numbers}
        log.gather([Needle(f"{kind}{colon} {number}".encode()) for number in numbers for colon in ("", ":")])
        found = log.lines()
    places = {(line.source, line.number) for line in shown}
    keys = {key for line in shown for key in _keys(line)}
    wanted = {key for line in found if says(line.event, asked) for key in _keys(line)}
    for line in found:
        if (line.source, line.number) not in places and (grepped_by := _hit(line, grepped, asked)) is not None:
            yield line, _reason(line, grepped_by, keys, wanted, asked)


def _hit(line: LogLine, grepped: set[tuple[str, int]], asked: Asked) -> list[tuple[str, int]] | None:
    """The numbers by which the greps find the line; None if they do not."""
    numbers = [
        (kind, int(one))
        for kind, form in _NUMBERS.items()
        for one in form.findall(line.text)
        if (kind, int(one)) in grepped
    ]
    return numbers if numbers or _holds(line, asked) else None


def _holds(line: LogLine, asked: Asked) -> bool:
    """Whether it holds what the first grep looks for."""
    text = line.text.lower().encode("utf-8", "replace")
    return any(needle.text.lower() in text for needle in seeds(asked))


def _reason(line: LogLine, hit: list[tuple[str, int]], keys: set[_Key], wanted: set[_Key], asked: Asked) -> str:
    own = [key for key in _keys(line) if key[1] == "DCID" or (key[1], key[2]) in hit]
    if not own:
        return NO_NUMBER if any(number == 0 for _, number in hit) else TEXT
    numbers = {(kind, number) for _, kind, number in own}
    if any(key in keys for key in own):
        return OTHER_TIME
    if any(key in wanted for key in own):
        return NOT_FITTING
    if any((kind, number) in numbers for _, kind, number in keys):
        return OTHER_APPLIANCE
    strange = {number for kind, number in hit if (kind, number) not in numbers}
    if _holds(line, asked) or strange - {0}:
        return TEXT
    return NO_NUMBER if strange else NOT_ASKED


def _keys(line: LogLine) -> Iterator[_Key]:
    """What the line is about: appliance, kind and number."""
    for name in _NAMES:
        number = _number(line.event, name)
        if number:
            kind = "MID" if name in {"new", "parent"} else name.upper()
            yield line.appliance.key, kind, number


def _number(event: Event | None, name: str) -> int:
    number = getattr(event, name, None)
    return number if isinstance(number, int) else 0
