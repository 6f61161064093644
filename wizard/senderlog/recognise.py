"""Which mail server wrote a log, told by its lines, and its events in their order."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import cast

from wizard.senderlog import servers
from wizard.senderlog.clock import Clock
from wizard.senderlog.model import Event, Line, Server
from wizard.senderlog.pasted import unwrapped
from wizard.senderlog.syslog import stripped

SAMPLE = 500
"""Lines looked at from the first one that some server wrote."""


@cache
def known_servers() -> tuple[Server, ...]:
    """Every module of the servers' folder.

    >>> sorted({server.NAME for server in known_servers()})
    ['exchange', 'exim', 'postfix', 'qmail', 'sendmail']
    """
    names = sorted(module.name for module in pkgutil.iter_modules(servers.__path__))
    return tuple(cast(Server, importlib.import_module(f"{servers.__name__}.{name}")) for name in names)


class SenderLog:
    """One log, read once and as it comes, from `lines` of (1-based number, text).

    `server` is the name of the mail server that wrote it, or None where no line is of one that is known; `lines` counts
    what was read so far.

    >>> from datetime import datetime
    >>> text = "Nov 24 22:18:08 mail postfix/smtp[7]: B02362: to=<alice@b.test>, relay=none, delay=1, status=sent (ok)"
    >>> log = SenderLog([(1, text)], "mail.log", Clock(datetime(2026, 11, 24)))
    >>> log.server, [type(event).__name__ for event in log.events()]
    ('postfix', ['Attempt', 'Moment'])
    """

    def __init__(self, lines: Iterable[tuple[int, str]], source: str, clock: Clock) -> None:
        self.lines = 0
        self._source = source
        self._clock = clock
        self._rest = self._counted(lines)
        self._sample, module = self._recognise()
        self._module = module
        self.server = module.NAME if module else None

    @classmethod
    def of_paste(cls, text: str, clock: Clock, source: str = "-") -> SenderLog:
        """A log from what somebody pasted, whose long lines a mail program may have wrapped or quoted."""
        return cls(unwrapped(text), source, clock)

    def events(self) -> Iterator[Event]:
        """What the log says, line after line; times may jump as the log's do."""
        if not self._module:
            return
        parser = self._module.Parser(self._source, self._clock)
        sample, self._sample = self._sample, []
        for line in sample:
            yield from parser.feed(line)
        for line in self._rest:
            yield from parser.feed(line)

    def _counted(self, lines: Iterable[tuple[int, str]]) -> Iterator[Line]:
        for number, text in lines:
            self.lines += 1
            yield Line(number, stripped(text))

    def _recognise(self) -> tuple[list[Line], Server | None]:
        votes: Counter[int] = Counter()
        sample: list[Line] = []
        modules = known_servers()
        for line in self._rest:
            votes.update(index for index, module in enumerate(modules) if module.recognises(line.text))
            if votes:
                sample.append(line)
            if len(sample) >= SAMPLE:
                break
        return sample, modules[votes.most_common(1)[0][0]] if votes else None
