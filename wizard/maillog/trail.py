"""What one pass over a log follows: numbers that were linked to the question, each from its opening to its end.

A line that says what was asked names a connection (ICID) or message (MID); from there on lines are found by number, and
those link further: a connection's messages, a message's connection, parents, children and deliveries (DCID). What has
ended is let go a while later, so that few numbers are looked for at any place. What began further up than was looked
back is left for another pass (`rest`).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from wizard.maillog.bounce_log import BounceLog
from wizard.maillog.consolidated import Consolidated
from wizard.maillog.events.base import Event
from wizard.maillog.events.connection import Opened
from wizard.maillog.events.delivery import Bounced, Delivered
from wizard.maillog.events.ending import Closed, Killed, Lost
from wizard.maillog.events.envelope import Start
from wizard.maillog.events.hop import (
    ConcurrencyLimit,
    ConnectionError,
    DeliveryClosed,
    DeliveryKilled,
    DeliveryOpened,
    DeliveryTls,
)
from wizard.maillog.events.limits import ListenerSuspended
from wizard.maillog.events.message import Dropped, Finished, ReceivingAborted
from wizard.maillog.events.quarantine import (
    HandoverStarted,
    Quarantined,
    QuarantineDeletedAll,
    QuarantineTagged,
    ReleasedAll,
    SpamQuarantined,
)
from wizard.maillog.events.relation import Generated, Rewritten, Split
from wizard.maillog.events.system import Status
from wizard.maillog.kept import Reading
from wizard.maillog.needles import BACK, Needle, Needles
from wizard.maillog.search import LOOK_BACK
from wizard.maillog.wanted import spelt

LINGER = 512 << 10
"""How many bytes of log behind its end a number is still looked for: syslog may swap lines, `close` follows `lost`."""
TELLING = 10_000
"""A number from here on is searched for by itself, however it is spelt: few lines have it that mean something else."""

_OPENINGS = frozenset({Opened, Start, DeliveryOpened, Consolidated, BounceLog})
_CLOSINGS = frozenset({Closed, Lost, Killed, DeliveryClosed, DeliveryKilled})
_DISPOSED = frozenset({Bounced, Delivered, Dropped, ReceivingAborted, Rewritten, Split})
_HELD = frozenset({HandoverStarted, Quarantined, QuarantineTagged, SpamQuarantined})
_FREED = frozenset({QuarantineDeletedAll, ReleasedAll, Rewritten})
_RELATIONS = (Split, Rewritten, Generated)
_OF_A_HOP = (ConnectionError, ConcurrencyLimit)
_TURNS = _OPENINGS | _CLOSINGS | _DISPOSED | _HELD | _FREED | {Finished}
"""Kinds of lines that begin or end something: the others change nothing."""

RESUMED = Needle(b"resumed")
"""Looked for once receiving was suspended."""

Number = tuple[str | None, str, int]
"""The host that a syslog server put before the line, ICID, MID or DCID, and the number."""


@dataclass(slots=True, eq=False)
class _Followed:
    """What is known of a number that is followed: `whole` means a connection with all its `messages`."""

    needles: tuple[Needle, ...]
    whole: bool = False
    opened: int | None = None
    finished: bool = False
    disposed: bool = False
    held: bool = False
    ended: int | None = None
    messages: list[int] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether nothing more is to come of a message."""
        return self.finished and self.disposed and not self.held


class Trail:
    """Fed with what a search by its `needles` finds, in the order in which it is found.

    Each needle comes with the place up to which it is looked for, None for everywhere. `opened` is told of each
    connection that is followed where it opens. `reached` is the end of the block that is searched.
    """

    def __init__(
        self,
        says: Callable[[Reading], bool],
        needles: Mapping[Needle, int | None],
        known: Mapping[Number, bool] | None = None,
        opened: Callable[[Opened], None] | None = None,
    ) -> None:
        self.needles = Needles(needles)
        self._says = says
        self._opened = opened
        ends = ((end, needle) for needle, end in needles.items() if end is not None)
        self._until = deque(sorted(ends, key=lambda one: one[0]))
        self._followed: dict[Number, _Followed] = {}
        self._wanted: Counter[Needle] = Counter()
        self._ending: deque[tuple[int, Number, _Followed]] = deque()
        self._young: list[tuple[Number, _Followed]] = []
        self._looked: list[tuple[Number, _Followed, int]] = []
        self._known = dict(known or {})
        self._earlier: dict[Number, bool] = {}
        self.reached = 0
        for number, whole in self._known.items():
            self._follow(number).whole = whole

    def rest(self) -> Trail | None:
        """The trail of what began further up than this one looked; None if nothing did."""
        self._look_back()
        self._look_back()
        return Trail(self._says, {}, {**self._known, **self._earlier}) if self._earlier else None

    def block(self, size: int) -> None:
        """The next block of the log begins, of so many bytes."""
        self._look_back()
        self._let_go()
        self.reached += size

    def take(self, line: Reading, at: int) -> bool:
        """Follow what a line links; whether it concerns what is followed, or names no connection or message at all."""
        host, event = line.host, line.event
        if event is None or isinstance(event, Status):
            return False
        if isinstance(event, _RELATIONS):
            return self._relate(host, event, at)
        mid = event.mid
        if mid:
            return self._message(line, event, mid, at)
        if isinstance(event, ListenerSuspended):
            self.needles.add(RESUMED)
        icid = event.icid
        if icid:
            return self._connection(line, event, icid, at)
        dcid = event.dcid
        if dcid and not isinstance(event, _OF_A_HOP):
            followed = self._followed.get((host, "DCID", dcid))
            if followed is not None:
                self._note((host, "DCID", dcid), followed, event, at)
            return followed is not None or (isinstance(event, DeliveryTls) and not event.ok)
        return True

    def _connection(self, line: Reading, event: Event, icid: int, at: int) -> bool:
        host = line.host
        number = host, "ICID", icid
        followed = self._followed.get(number)
        if (followed is None or not followed.whole) and self._says(line):
            followed = self._follow(number)
            followed.whole = True
            for mid in followed.messages:
                self._follow((host, "MID", mid))
        if followed is not None:
            self._note(number, followed, event, at)
            if self._opened is not None and isinstance(event, Opened):
                self._opened(event)
        return followed is not None

    def _message(self, line: Reading, event: Event, mid: int, at: int) -> bool:
        host, icid, dcid = line.host, event.icid, event.dcid
        number = host, "MID", mid
        connection = self._followed.get((host, "ICID", icid)) if icid else None
        if connection is not None and mid not in connection.messages[-1:]:
            connection.messages.append(mid)
        followed = self._followed.get(number)
        if followed is None and ((connection is not None and connection.whole) or self._says(line)):
            followed = self._follow(number)
        if followed is None:
            return False
        if icid and connection is None:
            self._follow((host, "ICID", icid)).messages.append(mid)
        if dcid:
            self._follow((host, "DCID", dcid))
        self._note(number, followed, event, at)
        return True

    def _relate(self, host: str | None, event: Split | Rewritten | Generated, at: int) -> bool:
        new = event.mid if isinstance(event, Generated) else event.new
        old = event.parent if isinstance(event, Generated) else event.mid
        numbers: list[Number] = [(host, "MID", old), (host, "MID", new)]
        if not any(number in self._followed for number in numbers):
            return False
        parent, child = (self._follow(number) for number in numbers)
        if child.opened is None and not isinstance(event, Generated):
            child.opened = at
        self._note(numbers[0], parent, event, at)
        return True

    def _follow(self, number: Number) -> _Followed:
        followed = self._followed.get(number)
        if followed is None:
            followed = self._followed[number] = _Followed(tuple(_needles(number)))
            back = BACK if self.reached > LOOK_BACK else LOOK_BACK
            for needle in followed.needles:
                self._wanted[needle] += 1
                self.needles.add(needle, back)
            self._young.append((number, followed))
        return followed

    def _note(self, number: Number, followed: _Followed, event: Event, at: int) -> None:
        """Take in what a line says of the beginning and the end of what is followed."""
        kind = type(event)
        if kind not in _TURNS or (followed.opened is not None and at < followed.opened):
            return  # nothing to note, or looking back one of another of that number
        if kind in _OPENINGS:
            if followed.ended is not None and followed.opened is None:  # the counter has started again
                self._began_earlier(number, followed)
            followed.opened, followed.ended = at, None
            followed.finished = followed.disposed = followed.held = False
        followed.disposed |= kind in _DISPOSED
        followed.finished |= kind is Finished
        if kind in _HELD or kind in _FREED:
            followed.held = kind in _HELD
        if followed.ended is None and number not in self._known and (kind in _CLOSINGS or followed.over):
            followed.ended = at
            self._ending.append((followed.ended, number, followed))
            for needle in followed.needles:
                if self._wanted[needle] == 1:
                    self.needles.expire(needle, at + LINGER)

    def _began_earlier(self, number: Number, followed: _Followed) -> None:
        if number not in self._known:
            self._earlier[number] = followed.whole

    def _look_back(self) -> None:
        """Look further back for what has no beginning yet; what has none then began further up."""
        for number, followed, place in self._looked:
            if followed.opened is None and place > LOOK_BACK:
                self._began_earlier(number, followed)
        self._looked = []
        for number, followed in self._young:
            if followed.opened is None and number not in self._known:
                for needle in followed.needles:
                    self.needles.again(needle, LOOK_BACK)
                self._looked.append((number, followed, self.reached))
        self._young = []

    def _let_go(self) -> None:
        """Look no more for what ended a while ago, or was asked about up to here only."""
        while self._until and self._until[0][0] <= self.reached:
            self.needles.discard(self._until.popleft()[1])
        while self._ending and self._ending[0][0] + LINGER <= self.reached:
            ended, number, followed = self._ending.popleft()
            if followed.ended != ended:
                continue
            if self._followed.get(number) is followed:
                del self._followed[number]
            for needle in followed.needles:
                self._wanted[needle] -= 1
                if not self._wanted[needle]:
                    del self._wanted[needle]
                    self.needles.discard(needle)


def _needles(number: Number) -> Iterator[Needle]:
    _, kind, value = number
    if value >= TELLING:
        yield Needle(str(value).encode())
    else:
        yield from spelt(kind, value)
