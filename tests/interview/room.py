"""A way to lead through a case without a terminal, with the shipped rule base."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scripted import Scripted, script

from wizard.case import Step
from wizard.conclusion import Conclusion
from wizard.diagnosis import conclusion_of, state_of
from wizard.engine import Engine
from wizard.facts import Fact
from wizard.gather.base import DnsOptions
from wizard.interview.guide import Guide, Request
from wizard.interview.memory import Memory
from wizard.interview.site import Site
from wizard.words import Lang

LOG = Path(__file__).parent / "mail.current"


class Room:
    """One user at one machine: what is kept between runs, and the last console."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.memory = Memory(folder / "state")
        self.config: Path | None = None
        self.site = Site(remember=False)
        self.console = Scripted([])
        self.guide: Guide | None = None

    def lead(
        self,
        lines: str,
        *,
        case: Path | None = None,
        given: Sequence[Fact] = (),
        lang: Lang = "en",
        offline: bool = True,
    ) -> list[Step]:
        """Lead through a case with the replies in `lines`; every reply must have been asked for."""
        return self.answer(script(lines), case=case, given=given, lang=lang, offline=offline)

    def answer(
        self,
        replies: list[tuple[str, str]],
        *,
        case: Path | None = None,
        given: Sequence[Fact] = (),
        lang: Lang = "en",
        offline: bool = True,
    ) -> list[Step]:
        """The same with replies that may have line breaks in them."""
        self.console = Scripted(replies)
        self.guide = Guide(self.engine, lang, self.console, self.memory, self.site, self.config)
        steps = self.guide.lead(Request(case, given, DnsOptions(), offline, None))
        assert not self.console.replies, f"never asked: {self.console.replies}"
        return steps


END = "What next? => Show the report"
"""The last answer of a case that is led to its report."""


def concluded(steps: list[Step], engine: Engine) -> Conclusion:
    return conclusion_of(state_of(steps, engine), engine)


def finding(steps: list[Step], engine: Engine) -> str | None:
    focus = concluded(steps, engine).focus
    return focus.outcome.finding if focus and focus.outcome else None


def value(steps: list[Step], name: str) -> object:
    found = [fact.value for step in steps for fact in step.facts if fact.name == name]
    return found[-1] if found else None
