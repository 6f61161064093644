"""One guided case from its beginning to its end: resumed or begun, asked, saved at each step, remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from wizard.case import Step
from wizard.casefile.file import CONCLUDED, OPEN, WAITING, Keeper
from wizard.diagnosis import conclusion_of, state_of
from wizard.engine import Engine
from wizard.facts import Fact
from wizard.gather import gatherers
from wizard.gather.base import Desk, DnsOptions, HandTestOptions
from wizard.interview import foreign
from wizard.interview.consent import Consent
from wizard.interview.console import Console, Menu
from wizard.interview.guided import Guided
from wizard.interview.history import Rewind
from wizard.interview.how import how
from wizard.interview.interviewer import Interviewer
from wizard.interview.memory import Memory
from wizard.interview.remembering import offer_to_remember, shown_by
from wizard.interview.resuming import begin
from wizard.interview.screen import wrapped
from wizard.interview.site import Site
from wizard.interview.watching import Watching
from wizard.interview.why import title
from wizard.rulebase.model import COSTS
from wizard.words import Lang, sentence, words

SYSTEM = "system"
"""The name server that this computer is set to ask, as the site's `resolver`."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for: the case's file, the facts given, how DNS is asked, whether to stay offline, the
    language where one was asked for, and how a gateway is tested by hand.
    """

    case: Path | None
    given: Sequence[Fact]
    dns: DnsOptions
    offline: bool
    lang: Lang | None
    hand_test: HandTestOptions = field(default_factory=HandTestOptions)


class Guide:
    """Leads through one case. `config` is where the site is remembered, None for not at all."""

    def __init__(
        self, engine: Engine, lang: Lang, console: Console, memory: Memory, site: Site, config: Path | None
    ) -> None:
        self.engine = engine
        self.lang: Lang = lang
        self.say = words("interview", lang)
        self.console = console
        self.memory = memory
        self.site = site
        self.config = config
        self._keeper: Keeper | None = None

    def lead(self, request: Request) -> list[Step]:
        """The steps of the case, settled or as far as they go. Raises what ends an interview before its end."""
        self.memory.forget_old()
        base = self.engine.base
        begun = begin(request.case, request.given, base, self.memory, self.console, self.lang)
        self._keeper = Keeper(begun.path, begun.head) if begun.path else None
        self.memory.trust(begun.head.id, foreign.named_in(begun.steps))
        if self._keeper and request.case:
            self._keeper(begun.steps)
        if not begun.resumed:
            self.console.tell(wrapped(self.say["begin"]))
        interviewer = Interviewer(self.console, self.engine, self.lang)
        interviewer.defaults = self._defaults()
        interviewer.keep_text = self.memory.keep_text
        remembered = self.site.resolver if self.site.resolver != SYSTEM else None
        dns = DnsOptions(request.dns.server or remembered, request.dns.seconds)
        desk = Desk(base, self.lang, datetime.now(), dns=dns, keep_text=self.memory.keep_text)
        consent = Consent(self.console, self.lang, named=bool(dns.server or self.site.resolver))
        allowed = [cost for cost in COSTS if cost != "outward" or not request.offline]
        guided = Guided(self.engine, gatherers(), desk, interviewer, self._keep, allowed, consent)
        watch = Watching(guided.commentary, self.console, self.lang)
        desk.hand_test = request.hand_test._replace(watch=watch)
        steps = self._to_the_end(begun.steps, guided, interviewer)
        self._save(steps, guided)
        self._remember(steps, request, consent)
        return steps

    def say_where(self) -> None:
        """Say how to go on with the case, where it is kept."""
        self._say_of_the_case("end.saved")

    def say_again(self) -> None:
        """Say how to have the report once more."""
        self._say_of_the_case("end.again")

    def _say_of_the_case(self, key: str) -> None:
        if self._keeper and self._keeper.path.exists():
            self.console.tell("")
            self.console.tell(wrapped(sentence("interview", key, self.lang, path=self._keeper.path), "  "))

    def _to_the_end(self, steps: list[Step], guided: Guided, interviewer: Interviewer) -> list[Step]:
        while True:
            steps = guided.run(steps)
            try:
                self._end(steps, interviewer)
            except Rewind as rewind:
                steps = guided.rewound(rewind)
            else:
                return steps

    def _end(self, steps: list[Step], interviewer: Interviewer) -> None:
        """Say what is concluded; the report, how it was reached, or an answer to change. Raises Rewind."""
        state = state_of(steps, self.engine)
        conclusion = conclusion_of(state, self.engine)
        outcome = conclusion.focus.outcome if conclusion.focus else None
        if outcome is None:
            self.console.tell(f"\n{wrapped(self.say['end.open'], '  ')}")
        else:
            sure = words("report", self.lang)[f"confidence.{conclusion.confidence}"]
            said = title(self.engine.base, outcome.finding, self.lang)
            text = sentence("interview", "end.concluded", self.lang, title=said, confidence=sure)
            self.console.tell(f"\n{wrapped(text, '  ')}")
        items = (
            ("report", self.say["end.report"]),
            *((("how", self.say["menu.how"]),) if outcome else ()),
            ("answers", self.say["menu.answers"]),
        )
        while True:
            chosen = self.console.menu(Menu(self.say["end.question"], items, "report"))
            if chosen == "report":
                return
            if chosen == "how":
                interviewer.tell(how(state, self.engine, self.lang))
            else:
                interviewer.change_answer(steps)

    def _defaults(self) -> dict[str, str]:
        found = {"log.files": " ".join(self.site.log), "gateway.host": self.site.gateway or ""}
        return {name: text for name, text in found.items() if text}

    def _keep(self, steps: Sequence[Step]) -> None:
        if self._keeper:
            self._keeper(steps, OPEN)
            self.memory.trust(self._keeper.head.id, foreign.named_in(steps))

    def _save(self, steps: list[Step], guided: Guided) -> None:
        if self._keeper is None:
            return
        if not guided.waiting:
            self._keeper(steps, CONCLUDED)
            return
        self._keeper(steps, WAITING)
        titles = ", ".join(dict.fromkeys(source.title[self.lang] for source in guided.waiting.values()))
        self.console.tell(wrapped(sentence("interview", "end.waits", self.lang, titles=titles), "  "))
        self.say_where()

    def _remember(self, steps: list[Step], request: Request, consent: Consent) -> None:
        if self.config is not None:
            resolver = request.dns.server or (SYSTEM if consent.asked and consent.given else None)
            site = shown_by(steps, self.site, self.memory.folder, resolver, request.lang)
            offer_to_remember(site, self.site, self.config, self.console, self.lang)
