"""What may hide in a log that does not show an address: refusals, which name none, connections whose opening names none
or stands in an earlier file. Looked for only where nothing else was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from wizard.maillog.asked import Window
from wizard.maillog.coverage import gaps
from wizard.maillog.encoding import decode
from wizard.maillog.entries import Entry
from wizard.maillog.events.connection import is_refusal
from wizard.maillog.gathered import Gathered
from wizard.maillog.held_offsets import offsets
from wizard.maillog.log import Log, Windows
from wizard.maillog.needles import Needle
from wizard.maillog.prefix import split_prefix, time_of
from wizard.maillog.search import search
from wizard.maillog.survey import Extent
from wizard.patterns import pattern

HEAD = timedelta(minutes=15)
"""The longest that a connection may last by default (Cisco AsyncOS user guide, listener settings)."""

_REFUSED = Needle(b"TCPREFUSE")
_ADDRESS = rb" address +(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}:[0-9a-f:.]*)(?:\s|$)"
_WITHOUT_ADDRESS = Needle(b"smtp icid ", ignore_case=True, then=re.compile(rb"(?![^\n]{0,400}?" + _ADDRESS + rb")"))
_OPENED = pattern(rb"New \w{1,10} ICID:? *(\d{1,20})")
_NUMBER = pattern(rb"\bICID:? (\d{1,20})")
_NOW_AND_THEN = 100


def gather_refusals(log: Log, windows: Windows, most: int) -> None:
    """Keep some of the refusals (TCPREFUSE) in the time asked about, of each file at most so many."""
    for index, (one, zone) in enumerate(zip(log.surveyed(), offsets(log), strict=True)):
        left = most
        for entry in () if log.stopped else search(one.file, [_REFUSED]):
            line = one.read(entry.line, entry.raw)
            if is_refusal(line.event) and windows(zone.first).overlaps(line.time, line.time):
                if not one.holds(line.number):
                    log.keep(index, line)
                left -= 1
            if not left:
                break


def gather_openings_without_address(log: Log) -> None:
    """Keep the openings of connections whose address is masked or cut off."""
    log.gather([_WITHOUT_ADDRESS])


def gather_opened_earlier(log: Log) -> None:
    """Keep what the first quarter of an hour says of connections that are not opened in it, where a log begins: in the
    oldest file of an appliance and behind a gap. What other files do not open, the file before them does.
    """
    beginnings = _beginnings(log)
    for index, one in enumerate(log.surveyed()):
        hosts = [host for host, extent in one.survey.extents.items() if any(extent is begin for begin in beginnings)]
        several = len(one.survey.extents) > 1
        found: dict[tuple[str | None, int], list[Entry]] = {}
        opened: set[tuple[str | None, int]] = set()
        for entry in _head(one) if hosts and not log.stopped else ():
            number = _NUMBER.search(entry.raw)
            if number is None or one.holds(entry.line):
                continue
            host = split_prefix(decode(entry.raw)).host if several else hosts[0]
            key = host, int(number[1])
            if _OPENED.search(entry.raw):
                opened.add(key)
                found.pop(key, None)
            elif key not in opened and key[1] and host in hosts:
                found.setdefault(key, []).append(entry)
        for entry in (entry for entries in found.values() for entry in entries):
            log.keep(index, one.read(entry.line, entry.raw))


def _beginnings(log: Log) -> list[Extent]:
    """What the files hold of each appliance first of all, and first behind each gap."""
    found = []
    for extents in log.extents().values():
        by_age = sorted((one for one in extents if one.first), key=lambda one: one.first or datetime.max)
        behind = {gap.end for gap in gaps(extents, Window())}
        found += by_age[:1] + [one for one in by_age[1:] if one.first in behind]
    return found


def _head(one: Gathered) -> Iterator[Entry]:
    first = one.survey.first
    for count, entry in enumerate(search(one.file, None) if first else ()):
        if one.survey.newest_first or count % _NOW_AND_THEN == 0:
            beyond = time_of(decode(entry.raw), one.date)
            if first and beyond and beyond - first > HEAD:
                if one.survey.newest_first:
                    continue
                return
        yield entry
