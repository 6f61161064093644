"""Does the log cover the time asked about? Per appliance: the holes between and in its files, the window's edges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from wizard.maillog.asked import Window
from wizard.maillog.survey import SILENCE, Extent, Silence

GRACE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the time asked about that an appliance's log does not show."""

    start: datetime
    end: datetime


def gaps(extents: Iterable[Extent], window: Window) -> list[Gap]:
    """The holes of one appliance's log within the window, in order; without a window, within the log itself.

    An edge of the window counts beyond 10 minutes' grace; a silence only where the connection counter jumped.
    """
    known = sorted((e for e in extents if e.first and e.last), key=lambda e: (e.first, e.last))
    if not known:
        return []
    found: list[Gap] = []
    end, icid = known[0].first, known[0].first_icid
    assert end is not None
    for extent in known:
        assert extent.first is not None
        assert extent.last is not None
        if extent.first - end > SILENCE and Silence(end, extent.first, icid, extent.first_icid).hides_mail:
            found.append(Gap(end, extent.first))
        found += [
            Gap(s.start, s.end) for s in extent.silences if s.hides_mail and not _shown_elsewhere(s, extent, known)
        ]
        if extent.last >= end:
            end, icid = extent.last, extent.last_icid if extent.last_icid is not None else icid
    found = [gap for gap in found if window.overlaps(gap.start, gap.end)]
    first = known[0].first
    assert first is not None
    if window.since and first - window.since > GRACE:
        found.insert(0, Gap(window.since, min(first, window.until or first)))
    beyond = window.until or window.since
    if beyond and beyond - end > GRACE:
        found.append(Gap(end if window.until is None else max(end, window.since or end), beyond))
    return found


def _shown_elsewhere(silence: Silence, own: Extent, extents: Iterable[Extent]) -> bool:
    """Whether another file of the appliance has lines from within the silence on both sides of its middle."""
    return any(
        e is not own
        and e.first is not None
        and e.last is not None
        and e.first <= silence.start
        and e.last >= silence.end
        for e in extents
    )
