"""A guided run: the loop of both modes, with a user who may go back, put off, change an answer or stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from wizard.case import Step
from wizard.diagnosis import ASKED, Turn, diagnose
from wizard.engine import Engine
from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.answers import what_is_wrong
from wizard.gather.asking import NotNow
from wizard.gather.base import Desk, Gathered, Gatherer
from wizard.interview import history
from wizard.interview.commentary import Commentary
from wizard.interview.interviewer import Interviewer
from wizard.planner import Key
from wizard.render.progress import Progress
from wizard.rulebase.model import COSTS, Source
from wizard.words import sentence

Keep = Callable[[Sequence[Step]], None]


class Guided:
    """One run. What is put off until somebody else answers counts as tried, this time only."""

    def __init__(
        self,
        engine: Engine,
        gatherers: Mapping[str, Gatherer],
        desk: Desk,
        interviewer: Interviewer,
        keep: Keep = lambda _: None,
        allowed: Sequence[str] = COSTS,
        consent: Callable[[Source, Mapping[str, Fact]], bool] = lambda _source, _facts: True,
    ) -> None:
        self.engine = engine
        self.desk = desk
        self.interviewer = interviewer
        self.commentary = Commentary(interviewer.console, engine.base, interviewer.lang)
        self.waiting = interviewer.waiting
        self._refused: set[Key] = set()
        self._held: dict[Key, Step] = {}
        self._keep = keep
        self._allowed = allowed
        self._consent = consent
        self._gatherers = {name: self._led(gather) for name, gather in gatherers.items()}
        self._turn: Turn | None = None

    def run(self, steps: Sequence[Step]) -> list[Step]:
        """Add steps until the conclusion is settled or only what is put off could change it."""
        now = list(steps)
        self.desk.people = self.interviewer
        self.desk.tell = self.commentary.tell
        self.desk.progress = Progress(self.commentary.progress, self.interviewer.lang)
        while True:
            try:
                return diagnose(
                    now,
                    self.engine,
                    self._gatherers,
                    self.desk,
                    self._allowed,
                    keep=self._after,
                    before=self._before,
                    passed_over=self.waiting.keys() | self._refused,
                )
            except history.Rewind as rewind:
                now = self.rewound(rewind)
            except NotNow:
                now = self._put_off()
            except _Refused:
                now = self._steps()
            except InputError as error:
                now = self._mended(error)
            finally:
                self.commentary.end(None)

    def rewound(self, rewind: history.Rewind) -> list[Step]:
        """The steps to go on with after an answer was taken back or is to be changed."""
        self._held = rewind.held
        self.interviewer.suggested = rewind.suggested
        if rewind.now:
            self.waiting.pop(rewind.now, None)
        self._keep(rewind.steps)
        return rewind.steps

    def _steps(self) -> list[Step]:
        return list(self._turn.steps) if self._turn else []

    def _before(self, turn: Turn) -> None:
        self._turn = self.interviewer.turn = turn

    def _after(self, steps: list[Step]) -> None:
        self.commentary.end(steps[-1])
        self._keep(steps)

    def _led(self, gather: Gatherer) -> Gatherer:
        """A gatherer that takes the answers kept, asks for consent, and is commented on."""

        def led(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
            assert self._turn is not None
            if source.cost in ASKED:
                held = self._held.pop(self._turn.key, None)
                return self._kept(source, held) if held else gather(source, facts, desk)
            if source.cost == "outward" and not self._consent(source, facts):
                self._refused.add(self._turn.key)
                raise _Refused
            self.commentary.begin(self._turn)
            return gather(source, facts, desk)

        return led

    def _kept(self, source: Source, held: Step) -> Gathered:
        lang = self.interviewer.lang
        typed = history.typed_in(held) or self.interviewer.say["answers.unknown"]
        said = sentence("interview", "answers.kept", lang, title=source.title[lang], answer=typed.splitlines()[0])
        self.interviewer.tell(said)
        return Gathered(held.facts, held.rows, held.coverage)

    def _put_off(self) -> list[Step]:
        assert self._turn is not None
        self.waiting[self._turn.key] = self._turn.gather.source
        self._keep(self._turn.steps)
        self.interviewer.tell(self.interviewer.say["later.saved"])
        return self._steps()

    def _mended(self, error: InputError) -> list[Step]:
        """Where an answer turns out to be unusable: said, and asked again. Raises the error where it was no answer."""
        assert self._turn is not None
        base, source, steps = self.engine.base, self._turn.gather.source, self._turn.steps
        inputs = {*source.needs, *source.uses}
        given = [i for i, step in enumerate(steps) if history.is_question(step, base) and _gives(step, inputs)]
        if not given:
            raise error
        self.commentary.end(None)
        self.interviewer.tell(what_is_wrong(error, self.interviewer.lang))
        return self.rewound(history.take_back(steps, given[-1]))


class _Refused(Exception):
    """The user wants no contact with the host that a source would turn to."""


def _gives(step: Step, facts: set[str]) -> bool:
    return any(fact.name in facts for fact in step.facts)
