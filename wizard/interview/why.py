"""Why a question is asked: which conclusions hang on its answer, in words."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.conclusion import Conclusion
from wizard.planner import Gather
from wizard.rulebase.base import RuleBase
from wizard.rulebase.texts import fill, placeholders
from wizard.words import Lang, sentence, words

SHOWN = 6


def why(gather: Gather, conclusion: Conclusion, base: RuleBase, lang: Lang) -> str:
    """The conclusions that the answer decides between, as the planner has computed it."""
    return "\n".join(_lines(gather, conclusion, base, lang))


def _lines(gather: Gather, conclusion: Conclusion, base: RuleBase, lang: Lang) -> Iterator[str]:
    say = words("interview", lang)
    focus = conclusion.focus
    outcome = focus.outcome.finding if focus and focus.outcome else None
    if outcome is None:
        yield say["why.open"]
    else:
        yield sentence("interview", "why.may-change", lang, title=title(base, outcome, lang))
    hanging = sorted({finding for findings in gather.wanted.values() for finding in findings}, key=base.rank)
    yield from (f"- {title(base, finding, lang)}" for finding in hanging[:SHOWN])
    if len(hanging) > SHOWN:
        yield sentence("interview", "why.more", lang, count=len(hanging) - SHOWN)
    step = f"S{gather.source.step}"
    yield sentence("interview", "why.step", lang, step=step, words=words("report", lang)[f"step.{step}"])


def title(base: RuleBase, finding: str, lang: Lang) -> str:
    """A finding's title, with what its placeholders stand for."""
    text = base.findings[finding].words[lang].title
    return fill(text, {name: f"‹{base.facts[name].label[lang]}›" for name in placeholders(text)})
