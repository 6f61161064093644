"""The running commentary: what is being done, in one line each, and what was found."""

from __future__ import annotations

import threading
import time
from collections.abc import Set

from wizard.case import Step
from wizard.diagnosis import Turn
from wizard.facts import UNAVAILABLE, Fact
from wizard.interview.console import Console
from wizard.interview.screen import cut, width, wrapped
from wizard.rows import Row
from wizard.rulebase.base import RuleBase
from wizard.rulebase.conditions import NONE
from wizard.rulebase.model import TEXTS
from wizard.words import Lang, sentence, words

SHOWN = 3
"""Facts told of."""
_TICK = 1.0
_MARGINS = ("  ", "    ")
"""Before the first and the further lines of what is told."""


class Commentary:
    """Says on the console what is being done; seconds are counted where the line can be written anew."""

    def __init__(self, console: Console, base: RuleBase, lang: Lang) -> None:
        self._console = console
        self._base = base
        self._lang: Lang = lang
        self._doing: str | None = None
        self._progress = ""
        self._wanted: frozenset[str] = frozenset()
        self._over = threading.Event()
        self._ticker: threading.Thread | None = None

    def begin(self, turn: Turn) -> None:
        """A step that nobody is asked about begins."""
        self._doing, self._progress = turn.gather.source.title[self._lang], ""
        self._wanted = frozenset(turn.gather.wanted)
        if self._console.plain:
            self._console.tell(self._line(sentence("interview", "doing", self._lang, title=self._doing)))
            return
        self._over = threading.Event()
        self._ticker = threading.Thread(
            target=self._tick, args=(self._over, self._doing, time.monotonic()), daemon=True
        )
        self._ticker.start()

    def hush(self) -> None:
        """What is being done shows itself from now on: no more counting here."""
        if self._ticker:
            self._stop()
            self._console.tell(self._line(self._doing or ""))

    def tell(self, text: str) -> None:
        """Something that is found out meanwhile."""
        self._console.tell(wrapped(text, *_MARGINS))

    def progress(self, text: str) -> None:
        """How far it has come."""
        self._progress = text

    def end(self, step: Step | None) -> None:
        """It is done; without a step it was broken off."""
        doing, self._doing = self._doing, None
        if doing is None:
            return
        self._stop()
        if step is not None:
            found = found_in(step, self._wanted, self._base, self._lang)
            said = found if self._console.plain else doing + words("interview", self._lang)["colon"] + found
            self._console.tell(wrapped(said, *_MARGINS))

    def _stop(self) -> None:
        self._over.set()
        if self._ticker:
            self._ticker.join()
            self._console.redraw("")
            self._ticker = None

    def _line(self, text: str) -> str:
        return cut(f"  {text}", width() - 1)

    def _tick(self, over: threading.Event, doing: str, begun: float) -> None:
        text = sentence("interview", "doing", self._lang, title=doing)
        while not over.is_set():
            seconds = int(time.monotonic() - begun)
            counted = f" ({sentence('interview', 'seconds', self._lang, seconds=seconds)})" if seconds else ""
            self._console.redraw(self._line(self._progress or text + counted))
            over.wait(_TICK)


def found_in(step: Step, wanted: Set[str], base: RuleBase, lang: Lang) -> str:
    """What a step gave, in a few words: of the facts it was taken for, else of the others."""
    say = words("interview", lang)
    if step.rows is not None:
        return _attempts([row for row in step.rows if row.in_window and row.attempt != "search"], lang)
    told = [fact for fact in step.facts if fact.value not in (NONE, UNAVAILABLE) and fact.name in base.facts]
    asked_for = [fact for fact in told if fact.name in wanted] or told
    first = [fact for fact in asked_for if base.facts[fact.name].type in TEXTS] or asked_for
    shown = dict.fromkeys(_shown(fact, base, lang) for fact in first)
    return say["list"].join(list(shown)[:SHOWN]) or say["found.nothing"]


def _shown(fact: Fact, base: RuleBase, lang: Lang) -> str:
    """An address or the like speaks for itself; a word or a number needs the fact's name before it."""
    kind, value = base.facts[fact.name], base.shown(fact.name, fact.value, lang)
    return value if kind.type in TEXTS else f"{kind.label[lang]}{words('interview', lang)['colon']}{value}"


def _attempts(rows: list[Row], lang: Lang) -> str:
    times = sorted(row.began[:16].replace("T", " ") for row in rows if row.began)
    if not rows:
        return words("interview", lang)["found.no-attempt"]
    values = {"since": times[0] if times else "?", "until": times[-1] if times else "?", "count": len(rows)}
    return sentence("interview", "found.attempt" if len(rows) == 1 else "found.attempts", lang, **values)
