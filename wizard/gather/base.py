"""What every source of facts gives, and what it is given."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from wizard.facts import Fact

if TYPE_CHECKING:
    from wizard.gather.asking import Asker
    from wizard.maillog.log import Log
    from wizard.maillog.logfile import LogFile
    from wizard.resolve.resolver import Resolver
    from wizard.rows import Row
    from wizard.rulebase.base import RuleBase
    from wizard.rulebase.model import Source
    from wizard.smtp.model import Watch
    from wizard.words import Lang


class Gathered(NamedTuple):
    """Facts of the case and, from a search, rows. Nothing at all means that the source failed."""

    facts: tuple[Fact, ...] = ()
    rows: tuple[Row, ...] | None = None
    coverage: Mapping[str, Any] | None = None

    @property
    def failed(self) -> bool:
        """Whether the source gave nothing."""
        return not self.facts and self.rows is None


class DnsOptions(NamedTuple):
    """How DNS is asked: `server` as `IP[:PORT]`, None for the system's; `seconds` for all of the run together."""

    server: str | None = None
    seconds: float = 30.0


class HandTestOptions(NamedTuple):
    """How the gateway is tested by hand: the name to greet with, the local address to connect from, the seconds it may
    take in all, whether one marked message is sent; `watch` is told of every line and each second of waiting.
    """

    helo: str | None = None
    bind: str | None = None
    seconds: float = 300.0
    send_test: bool = False
    watch: Watch | None = None


class Choice(NamedTuple):
    """An attempt that may be the one meant: how to refer to it (`wizard.rows.reference`), and what became of it."""

    reference: str
    row: Row
    finding: str
    arrived: bool


def keep_in_temporary_file(text: str) -> str:
    """Write a text to a file for its owner only, and return the path."""
    import tempfile

    descriptor, path = tempfile.mkstemp(prefix="mailwhy-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text + "\n")
    return path


@dataclass(slots=True)
class Desk:
    """What gatherers share in one run: the opened log, the language, who hears of progress (`progress`: of a search in
    the log, as `wizard.maillog.passes.Watch`).

    `people` is who asks questions. `keep_text` keeps a pasted text and returns its path. `may_contact` says whether a
    host may be talked to. `choices` are the attempts among which one is to be chosen.
    """

    base: RuleBase
    lang: Lang
    now: datetime
    tell: Callable[[str], None] = lambda _: None
    progress: Callable[[int, int, int], None] | None = None
    logs: dict[tuple[str, ...], Log] = field(default_factory=dict)
    files: dict[tuple[str, ...], list[LogFile]] = field(default_factory=dict)
    dns: DnsOptions = field(default_factory=DnsOptions)
    hand_test: HandTestOptions = field(default_factory=HandTestOptions)
    people: Asker | None = None
    keep_text: Callable[[str], str] = keep_in_temporary_file
    may_contact: Callable[[str], bool] = lambda _: True
    choices: tuple[Choice, ...] = ()
    _resolver: Resolver | None = None

    def resolver(self) -> Resolver:
        """The one way to DNS of this run: answers, deadline and budget are shared by all gatherers."""
        if self._resolver is None:
            from wizard.resolve.addressing import parse_server
            from wizard.resolve.resolver import Resolver

            servers = [parse_server(self.dns.server)] if self.dns.server else None
            self._resolver = Resolver(servers, seconds=self.dns.seconds)
        return self._resolver

    def at(self) -> str:
        """The present as ISO time with offset, for what is learnt now."""
        return datetime.now().astimezone().isoformat(timespec="seconds")

    @property
    def asker(self) -> Asker:
        """Who asks the questions. Raises RuntimeError where nobody does: then no source that asks may be allowed."""
        if self.people is None:
            raise RuntimeError("a question, and nobody to ask it")
        return self.people


class Gatherer(Protocol):
    """One source of facts."""

    def __call__(self, source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered: ...
