"""Which appliance wrote a line: its syslog host, else the serial number in its file's header, else the path by which
the file was named. Files of one folder without either are one appliance's, files of different named paths different
ones', unless the same telling line stands in both: then they are two pulls of one log that overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wizard.maillog.events.base import Event
from wizard.maillog.events.connection import Opened
from wizard.maillog.events.envelope import From, To
from wizard.maillog.events.header import MessageId, Subject
from wizard.maillog.events.message import Ready
from wizard.maillog.gathered import Gathered
from wizard.maillog.kept import Reading
from wizard.maillog.loglines import Appliance

_TELLING = (Opened, From, To, MessageId, Subject, Ready)
"""Lines with what somebody sent. Two appliances that use the same numbers in the same second differ in one of these."""

_Said = tuple[type[Event], int, int, datetime | None]


class Identity:
    """The appliances of some files. Files are asked after their first search: it finds their headers."""

    def __init__(self, files: Sequence[Gathered]) -> None:
        self._files = files
        self._appliances: dict[str, Appliance] = {}
        self._keys: dict[tuple[int, str | None], str] = {}
        self._said: dict[_Said, dict[int, str]] = {}
        self._alike: set[tuple[int, int]] = set()
        self._unlike: set[tuple[int, int]] = set()
        self.several = len({one.file.named for one in files}) > 1

    def note(self, index: int, line: Reading) -> None:
        """Take in a line of a file where there are `several`: it may show anew which files are one appliance's."""
        event = line.event
        if line.host is not None or not isinstance(event, _TELLING):
            return
        own, before = self._files[index].file.named, len(self._alike) + len(self._unlike)
        number = event.icid if isinstance(event, Opened) else event.mid
        rid = (event.rid or 0) if isinstance(event, To) else 0
        texts = self._said.setdefault((type(event), number, rid, line.time), {})
        for other, text in texts.items():
            if other != own:
                pair = min(own, other), max(own, other)
                (self._alike if text == line.text else self._unlike).add(pair)
        texts[own] = line.text
        if len(self._alike) + len(self._unlike) != before:
            self._keys.clear()

    def key(self, index: int, host: str | None) -> str:
        """The key of the appliance that wrote a line of this file, which has this syslog host."""
        if (index, host) not in self._keys:
            self._keys[index, host] = host if host is not None else self._key(index)
        return self._keys[index, host]

    def _key(self, index: int) -> str:
        path = self._path(self._files[index].file.named)
        serials = self._files[index].serials or self._serials_of(path)
        return f"SN {next(iter(serials))}" if len(serials) == 1 else f"path {path}"

    def appliance(self, key: str) -> Appliance:
        """The appliance of a key."""
        if key not in self._appliances:
            serial = key.removeprefix("SN ") if key.startswith("SN ") else None
            self._appliances[key] = Appliance(key, serial or (None if key.startswith("path ") else key))
        return self._appliances[key]

    def _path(self, named: int) -> int:
        """The first of the named paths that is this appliance's."""
        for first, second in sorted(self._alike - self._unlike, reverse=True):
            named = first if named == second else named
        return named

    def _serials_of(self, path: int) -> set[str]:
        return set().union(*(one.serials for one in self._files if self._path(one.file.named) == path))
