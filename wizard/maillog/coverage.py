"""Does the log cover the time asked about? Per appliance: the holes between and in its files, the window's edges."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from wizard.maillog.asked import Window
from wizard.maillog.survey import SILENCE, Extent

GRACE = timedelta(minutes=10)


class Gap(NamedTuple):
    """A stretch of the time asked about that an appliance's log does not show."""

    start: datetime
    end: datetime


class _Shown(NamedTuple):
    """A stretch that a file shows: the first and the last connection opened in it, in the order of time."""

    start: datetime
    end: datetime
    first_icid: int | None
    last_icid: int | None


def gaps(extents: Iterable[Extent], window: Window) -> list[Gap]:
    """The holes of one appliance's log within the window, in order; without a window, within the log itself.

    An edge of the window counts beyond 10 minutes' grace; an hour's silence only where the connection counter jumped.
    """
    shown = sorted(_shown(extents), key=lambda one: (one.start, one.end))
    if not shown:
        return []
    holes = [gap for gap in _holes(shown) if window.overlaps(gap.start, gap.end)]
    first, last = shown[0].start, max(one.end for one in shown)
    return [*_before(first, window), *holes, *_after(last, window)]


def _shown(extents: Iterable[Extent]) -> Iterable[_Shown]:
    for extent in extents:
        for piece in extent.pieces:
            icids = piece.opens_with, piece.closes_with
            yield _Shown(piece.start, piece.end, *(icids[::-1] if extent.newest_first else icids))


def _holes(shown: Iterable[_Shown]) -> Iterable[Gap]:
    reached: datetime | None = None
    icid: int | None = None
    silences: list[Gap] = []
    for one in shown:
        if reached is not None and one.start - reached > SILENCE:
            silences.append(Gap(reached, one.start))
        if one.first_icid is not None:
            if silences and icid is not None and _jumped(icid, one.first_icid):
                yield from silences
            silences = []
        if reached is None or one.end >= reached:
            reached = one.end
            icid = icid if one.last_icid is None else one.last_icid


def _jumped(before: int, after: int) -> bool:
    """Whether connections lie between two ICIDs. After a reboot the counter may begin anew, with 1."""
    return after - before > 1 or 1 < after < before


def _before(first: datetime, window: Window) -> Iterable[Gap]:
    if window.since and first - window.since > GRACE:
        yield Gap(window.since, min(first, window.until or first))
    elif window.until and not window.since and first - window.until > GRACE:
        yield Gap(window.until, first)


def _after(last: datetime, window: Window) -> Iterable[Gap]:
    beyond = window.until or window.since
    if beyond and beyond - last > GRACE:
        yield Gap(last if window.until is None else max(last, window.since or last), beyond)
