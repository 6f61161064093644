"""What is kept of the entries that were found: their bytes, and in a few numbers what is asked of millions of them.

An object for each line, with what it says, takes a kilobyte, and a sender may have millions of lines. So a line is kept
as it stands in its file, and is read again when somebody asks what it says.
"""

from __future__ import annotations

from array import array
from datetime import datetime
from typing import NamedTuple

from wizard.maillog.encoding import decode
from wizard.maillog.events.base import Event
from wizard.maillog.lines import read, read_entry

Origin = tuple[int, str | None, int | None]
"""The index of a line's file, its syslog host, and the minutes east of UTC that its own stamp says."""
Numbers = tuple[int | None, int | None, int | None]
"""ICID, MID, DCID."""
_NOBODY: Numbers = (None, None, None)

_WHOLE = 0xFFFF
"""In place of where the body begins: it takes the whole entry to read it again."""
_LONG, _NONE = 0xFFFFFFFE, 0xFFFFFFFF
"""In place of a number: one is longer than these counters get, so that the line has to be asked; there is none."""


class Reading(NamedTuple):
    """An entry taken apart: `text` is all of it on one line, `raw` its bytes, on as many lines, without the last's end.

    `body` is the text without stamp, host, tag and level. `host` and `own_offset` (minutes east of UTC) are what the
    entry says itself.
    """

    source: str
    number: int
    time: datetime | None
    text: str
    body: str
    event: Event | None
    raw: bytes
    host: str | None = None
    own_offset: int | None = None


class Kept:
    """The entries kept, by their places: the order in which they were found."""

    def __init__(self) -> None:
        self.numbers = array("Q")
        self.times: list[datetime | None] = []
        self.kinds: list[type[Event] | None] = []
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        self._bodies = array("H")
        self._origins = array("I")
        self._named = array("I"), array("I"), array("I")
        self._known: dict[Origin, int] = {}
        self._origin: list[Origin] = []

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, index: int, one: Reading) -> int:
        """Keep an entry of the file of this index; its place."""
        place = len(self.times)
        self.numbers.append(one.number)
        self.times.append(one.time)
        self._bytes += one.raw
        self._ends.append(len(self._bytes))
        self._bodies.append(_body_at(one))
        origin = index, one.host, one.own_offset
        known = self._known.get(origin)
        if known is None:
            known = self._known[origin] = len(self._origin)
            self._origin.append(origin)
        self._origins.append(known)
        event = one.event
        self.kinds.append(None if event is None else type(event))
        self._name(*(_NOBODY if event is None else (event.icid, event.mid, event.dcid)))
        return place

    def _name(self, icid: int | None, mid: int | None, dcid: int | None) -> None:
        if (icid or 0) >= _LONG or (mid or 0) >= _LONG or (dcid or 0) >= _LONG:
            icid = mid = dcid = _LONG
        icids, mids, dcids = self._named
        icids.append(_NONE if icid is None else icid)
        mids.append(_NONE if mid is None else mid)
        dcids.append(_NONE if dcid is None else dcid)

    def origin(self, place: int) -> Origin:
        """Whose line it is, as far as it says so itself."""
        return self._origin[self._origins[place]]

    def named(self, place: int) -> Numbers:
        """The numbers that an entry is about."""
        icids, mids, dcids = self._named
        icid, mid, dcid = icids[place], mids[place], dcids[place]
        if icid == _LONG:
            event = self.event(place)
            return (event.icid, event.mid, event.dcid) if event else _NOBODY
        return (
            None if icid == _NONE else icid,
            None if mid == _NONE else mid,
            None if dcid == _NONE else dcid,
        )

    def raw(self, place: int) -> str:
        """The entry as it stands in the file."""
        return decode(bytes(self._bytes[self._ends[place] : self._ends[place + 1]]))

    def text(self, place: int) -> str:
        """All of it on one line."""
        raw = self.raw(place)
        return raw.strip() if self._bodies[place] != _WHOLE else read_entry(raw)[0].text

    def body(self, place: int) -> str:
        """The text without stamp, host, tag and level."""
        if self._bodies[place] != _WHOLE:
            return self.text(place)[self._bodies[place] :]
        prefix, _ = read_entry(self.raw(place))
        return prefix.text[prefix.text.rfind(prefix.body) :]

    def event(self, place: int) -> Event | None:
        """What it says."""
        if self.kinds[place] is None:
            return None
        return read(self.body(place)) if self._bodies[place] != _WHOLE else read_entry(self.raw(place))[1]


def _body_at(one: Reading) -> int:
    """Where the body begins in the text, if it is one line and all the rest of it."""
    at = len(one.text) - len(one.body)
    return at if at < _WHOLE and b"\n" not in one.raw and one.text.endswith(one.body) else _WHOLE
