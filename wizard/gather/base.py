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
    from wizard.maillog.log import Log


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


@dataclass(slots=True)
class Desk:
    """What gatherers share in one run: the opened log, the language, who hears of progress."""

    base: RuleBase
    lang: Lang
    now: datetime
    tell: Callable[[str], None] = lambda _: None
    logs: dict[tuple[str, ...], Log] = field(default_factory=dict)
    _asker: Asker | None = None

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
