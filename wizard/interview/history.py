"""The answers of a case so far, and the steps that are left when one of them is taken back or to be given anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from wizard.case import OPTIONS, Step
from wizard.diagnosis import ASKED
from wizard.planner import Key
from wizard.rulebase.base import RuleBase
from wizard.words import Lang


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: the step's index, the question's title, what was typed (None: "I don't know")."""

    index: int
    title: str
    typed: str | None
    source: str


class Rewind(Exception):
    """Go on with these steps. `held` are answers that count if the same questions come up again, `suggested` what was
    typed before, by source; `now` is a question that was put off and is to be asked now.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        held: Mapping[Key, Step] = MappingProxyType({}),
        suggested: Mapping[str, str] = MappingProxyType({}),
        now: Key | None = None,
    ) -> None:
        super().__init__()
        self.steps = list(steps)
        self.held = dict(held)
        self.suggested = dict(suggested)
        self.now = now


def is_question(step: Step, base: RuleBase) -> bool:
    """Whether a step is the answer to a question."""
    source = base.sources.get(step.source)
    return source is not None and source.cost in ASKED


def answers(steps: Sequence[Step], base: RuleBase, lang: Lang) -> list[Answered]:
    """Every question that was answered, in order."""
    return [
        Answered(index, base.sources[step.source].title[lang], typed_in(step), step.source)
        for index, step in enumerate(steps)
        if is_question(step, base)
    ]


def typed_in(step: Step) -> str | None:
    """What was typed for a step, None for "I don't know"."""
    return next((piece.text for fact in step.facts for piece in fact.evidence if piece.source == "answer"), None)


def take_back(steps: Sequence[Step], index: int) -> Rewind:
    """Undo to before an answer: what followed is withdrawn."""
    return Rewind(steps[:index], suggested=_suggested(steps[index : index + 1]))


def change(steps: Sequence[Step], index: int, base: RuleBase) -> Rewind:
    """Give one answer anew; later ones count again where the same question still comes up."""
    later = [step for step in steps[index + 1 :] if is_question(step, base)]
    given = [step for step in steps[index + 1 :] if step.source == OPTIONS]
    held = {(step.source, step.inputs): step for step in later}
    return Rewind([*steps[:index], *given], held, _suggested(steps[index : index + 1]))


def _suggested(steps: Sequence[Step]) -> dict[str, str]:
    return {step.source: typed for step in steps if (typed := typed_in(step)) and "\n" not in typed}
