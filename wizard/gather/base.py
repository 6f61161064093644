"""What every source of facts gives, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from wizard.facts import Fact
from wizard.rows import Row
from wizard.rulebase.base import RuleBase
from wizard.rulebase.model import Source
from wizard.words import Lang

if TYPE_CHECKING:
    from wizard.gather.asking import Asker
    from wizard.maillog.files import LogFile
    from wizard.maillog.log import Log
    from wizard.resolve.resolver import Resolver


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts of the case and, from a search, rows. Nothing at all means that the source failed."""

    facts: tuple[Fact, ...] = ()
    rows: tuple[Row, ...] | None = None
    coverage: Mapping[str, Any] | None = None

    @property
    def failed(self) -> bool:
        """Whether the source gave nothing."""
        return not self.facts and self.rows is None


@dataclass(frozen=True, slots=True)
class DnsOptions:
    """How DNS is asked: `server` as `IP[:PORT]`, None for the system's; `seconds` for all of the run together."""

    server: str | None = None
    seconds: float = 30.0


@dataclass(slots=True)
class Desk:
    """What gatherers share in one run: the opened log, the language, who hears of progress."""

    base: RuleBase
    lang: Lang
    now: datetime
    tell: Callable[[str], None] = lambda _: None
    logs: dict[tuple[str, ...], Log] = field(default_factory=dict)
    files: dict[tuple[str, ...], list[LogFile]] = field(default_factory=dict)
    dns: DnsOptions = field(default_factory=DnsOptions)
    _asker: Asker | None = None
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
        """Who asks the questions; made when the first is asked."""
        if self._asker is None:
            from wizard.gather.asking import Asker

            self._asker = Asker(self.lang)
        return self._asker


class Gatherer(Protocol):
    """One source of facts."""

    def __call__(self, source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered: ...
