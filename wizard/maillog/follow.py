"""From what was asked to the lines that answer: the technote's greps (S5, S7, S8), until nothing new is linked.

First the lines that hold an address, a mailbox, an id; from those that really say it (not in a subject) the connections
(ICID) and messages (MID); then all their lines, the messages these became or came from, and the lines of their
deliveries (DCID). A delivery is shared by strangers' messages: those are not followed. Nor is what has the same number
on another appliance or after a reboot: what is followed are records, not numbers.

One pass does it where lines come in the order in which they were written (`trail`). Files that overlap, or run from the
newest line on, are searched until nothing new is linked, which is slower and needs no order.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from wizard.maillog.asked import Asked, Window
from wizard.maillog.assemble import assemble
from wizard.maillog.family import Family
from wizard.maillog.in_window import BEHIND, InWindow
from wizard.maillog.log import Log, Windows
from wizard.maillog.needles import Needle
from wizard.maillog.pursuit import Pursuit
from wizard.maillog.records import Connection, Message, Record, Records
from wizard.maillog.saying import says
from wizard.maillog.search import Whole
from wizard.maillog.trail import RESUMED, Trail
from wizard.maillog.wanted import SYSTEM, rows, seeds, spelt

MOST_ROUNDS = 50
"""Each round finds what the one before led to: connection, message, what it became, its deliveries. A log that leads on
and on is not to be believed.
"""


def follow(log: Log, asked: Asked, windows: Windows | None = None, *, beside: bool = True, leads: int = 0) -> Records:
    """Gather into the log every line about the attempts that may fit what was asked; all records that came of it.

    `beside`: also lines that concern mail without naming it, as those of a next hop that cannot be reached, and later
    mail that may have made good what failed. Only where nothing but a time was asked about do the `windows` matter.
    So many addresses from which mail of the sender came are followed, too (`leads`): they are likely to be asked about
    next. What the log was followed for before is not searched for again.
    Raises InputError where that has too many lines.
    """
    if not asked.anything:
        return _follow_window(log, windows, BEHIND if beside else timedelta())
    pursuit = Pursuit(log.followed, asked, beside=beside, leads=leads)
    if not pursuit.trail.needles:
        return assemble(log.lines())
    found = _follow_trail(log, pursuit.trail)
    if found is None:
        return follow_by_rounds(log, asked)
    pursuit.done()
    return found


def follow_by_rounds(log: Log, asked: Asked) -> Records:
    """The same in any order of lines: search, assemble, search for what that shows to be linked."""
    log.gather([*seeds(asked), *SYSTEM, *rows(asked), RESUMED])
    return _follow_all(log, Family(lambda line: says(line.event, asked)))


def _follow_window(log: Log, windows: Windows | None, behind: timedelta) -> Records:
    if windows is None or windows(None) == Window():
        log.gather(None)
        return assemble(log.lines())
    inside = InWindow(log, windows, behind)
    found = _follow_trail(log, Trail(inside.holds, dict.fromkeys(SYSTEM)), inside.may_hold)
    if found is None:
        log.gather(None)
    return found or _follow_all(log, Family(inside.holds))


def _follow_trail(log: Log, trail: Trail, whole: Whole | None = None) -> Records | None:
    """What the trail leads to; None where the log is not in order."""
    following: Trail | None = trail
    for _ in range(MOST_ROUNDS):
        if following is None:
            break
        log.read(following, whole)
        if not log.in_order:
            return None
        following, whole = following.rest(), None
    return assemble(log.lines())


def _follow_all(log: Log, family: Family) -> Records:
    records = assemble(log.lines())
    for _ in range(MOST_ROUNDS):
        if not log.gather([needle for record in family.records(records) for needle in _needles(record)]):
            break
        records = assemble(log.lines())
    return records


def _needles(record: Record) -> Iterator[Needle]:
    kind = "ICID" if isinstance(record, Connection) else "MID" if isinstance(record, Message) else "DCID"
    return spelt(kind, record.number)
