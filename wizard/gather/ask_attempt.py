"""Which of several attempts is meant, where they came to different ends (S6)."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.facts import Fact
from wizard.gather.answers import answer, checked
from wizard.gather.base import Choice, Desk, Gathered
from wizard.gather.windows import window_facts
from wizard.rulebase.model import Source
from wizard.rulebase.texts import fill, placeholders
from wizard.typed.when import read_when
from wizard.words import Lang, sentence, words

SHOWN = 12
OTHER_TIME = "?other-time"


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Offer the failures, then the arrivals, the latest first; or another time, for which the log is searched anew."""
    offered = sorted(desk.choices, key=lambda one: one.arrived)[:SHOWN]
    say = words("interview", desk.lang)
    left = len(desk.choices) - len(offered)
    other = sentence("interview", "attempt.more", desk.lang, count=left) if left else say["attempt.other-time"]
    choices = [(one.reference, described(one, desk)) for one in offered]
    chosen = desk.asker.choose(source, [*choices, (OTHER_TIME, other)])
    if chosen == OTHER_TIME:
        return _at_another_time(facts, desk)
    return Gathered() if chosen is None else Gathered((answer("attempt.meant", chosen, chosen),))


def _at_another_time(facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    check = checked(lambda text: read_when(text, desk.now.astimezone(), desk.lang), desk.lang)
    typed = desk.asker.line(words("interview", desk.lang)["attempt.when"], check)
    return Gathered() if typed is None else Gathered(window_facts(typed, facts, desk))


def described(one: Choice, desk: Desk) -> str:
    """One attempt in two lines: when, from where, from whom to whom; what became of it."""
    row = one.row
    who = " → ".join(part for part in (row.sender, row.about.recipient) if part)
    title = desk.base.findings[one.finding].words[desk.lang].title
    parts = [(row.began or "?")[:19].replace("T", " "), row.about.ip or "", who]
    return "  ".join(part for part in parts if part) + f"\n  {_filled(title, row.facts, desk)}"


def _filled(title: str, facts: Mapping[str, Fact], desk: Desk) -> str:
    lang: Lang = desk.lang
    shown = {n: desk.base.shown(n, facts[n].value, lang) if n in facts else "?" for n in placeholders(title)}
    return fill(title, shown)
