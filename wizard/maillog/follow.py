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

from wizard.maillog.asked import Asked
from wizard.maillog.assemble import assemble
from wizard.maillog.family import Family
from wizard.maillog.log import Log
from wizard.maillog.needles import Needle
from wizard.maillog.records import Connection, Message, Record, Records
from wizard.maillog.trail import RESUMED, Trail
from wizard.maillog.wanted import rows, seeds, spelt

SYSTEM = tuple(
    map(
        Needle,
        (
            b"Connection Error: ",
            b"Harvest Attack",
            b"resource conservation",
            b"suspended",
            b"maximum concurrency",
            b"TLS was required but could not",
        ),
    )
)
"""Lines that concern mail without naming a connection or message."""

MOST_ROUNDS = 50
"""Each round finds what the one before led to: connection, message, what it became, its deliveries. A log that leads on
and on is not to be believed.
"""


def follow(log: Log, asked: Asked, *, beside: bool = True) -> Records:
    """Gather into the log every line about the attempts that may fit what was asked; all records that came of it.

    `beside`: also lines that concern mail without naming it, as those of a next hop that cannot be reached.
    """
    if not asked.anything:
        log.gather(None)
        return assemble(log.lines())
    trail: Trail | None = Trail(asked, [*seeds(asked), *(_beside(asked) if beside else ())])
    for _ in range(MOST_ROUNDS):
        if trail is None:
            break
        log.read(trail)
        if not log.in_order:
            return follow_by_rounds(log, asked)
        trail = trail.rest()
    return assemble(log.lines())


def follow_by_rounds(log: Log, asked: Asked) -> Records:
    """The same in any order of lines: search, assemble, search for what that shows to be linked."""
    log.gather([*seeds(asked), *_beside(asked), RESUMED])
    family = Family(asked)
    records = assemble(log.lines())
    for _ in range(MOST_ROUNDS):
        if not log.gather([needle for record in family.records(records) for needle in _needles(record)]):
            break
        records = assemble(log.lines())
    return records


def _beside(asked: Asked) -> Iterator[Needle]:
    yield from SYSTEM
    yield from rows(asked)


def _needles(record: Record) -> Iterator[Needle]:
    kind = "ICID" if isinstance(record, Connection) else "MID" if isinstance(record, Message) else "DCID"
    return spelt(kind, record.number)
