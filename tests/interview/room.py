"""A way to lead through a case without a terminal, with the shipped rule base."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scripted import Scripted, script

from wizard.case import Step
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
