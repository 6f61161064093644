"""Where a case begins: anew, from its file, or from what an earlier run left unfinished."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wizard.case import OPTIONS, Step
from wizard.casefile.file import CaseFile, Head, load
from wizard.casefile.fitting import fitting
from wizard.facts import Fact
from wizard.interview import foreign
from wizard.interview.console import Console, Menu
from wizard.interview.history import typed_in
from wizard.interview.memory import Memory
from wizard.interview.screen import wrapped
from wizard.rulebase.base import RuleBase
from wizard.words import Lang, sentence, words


@dataclass(frozen=True, slots=True)
class Begun:
    """The steps to begin with, and where the case is kept (None: nowhere)."""

    path: Path | None
    head: Head
    steps: list[Step]
    resumed: bool = False


def begin(
    named: Path | None, given: Sequence[Fact], base: RuleBase, memory: Memory, console: Console, lang: Lang
) -> Begun:
    """The case to work on. `given` is what the command line gave. Raises InputError for a file that is no case."""
    found = _found(named, bool(given), memory, console, lang)
    options = [Step(OPTIONS, facts=tuple(given))] if given else []
    if found is None:
        head = Head()
        return Begun(named or memory.new_case(head.id), head, options)
    path, case = found
    steps = fitting(case.steps, base)
    strange = unnamed(case.head.id, steps, given, memory)
    if strange and not _allowed(strange, console, lang):
        steps = foreign.without(steps, strange)
    console.tell(wrapped(words("interview", lang)["resumed"], "  "))
    return Begun(path, case.head, [*steps, *options], resumed=True)


def unnamed(case_id: str, steps: Sequence[Step], given: Sequence[Fact], memory: Memory) -> set[str]:
    """What a case names on this machine or network that was not named here, for this case."""
    here = foreign.named_in([Step(OPTIONS, facts=tuple(given))])
    return foreign.named_in(steps) - memory.trusted(case_id) - here


def _found(
    named: Path | None, is_given: bool, memory: Memory, console: Console, lang: Lang
) -> tuple[Path, CaseFile] | None:
    if named is not None:
        return (named, load(named)) if named.exists() else None
    left = None if is_given else memory.unfinished()
    if left is None:
        return None
    say = words("interview", lang)
    typed_first = next((typed for step in left[1].steps if (typed := typed_in(step))), say["resume.nothing"])
    about = typed_first.splitlines()[0][:60]
    begun = datetime.fromtimestamp(left[0].stat().st_mtime).strftime("%Y-%m-%d %H:%M")
    question = sentence("interview", "resume.question", lang, about=about, when=begun)
    items = (("yes", say["resume.yes"]), ("no", say["resume.no"]))
    return left if console.menu(Menu(question, items, "yes")) == "yes" else None


def _allowed(strange: Collection[str], console: Console, lang: Lang) -> bool:
    say = words("interview", lang)
    what = ", ".join(foreign.described(one, lang) for one in sorted(strange))
    question = sentence("interview", "foreign.question", lang, what=what)
    items = (("no", say["foreign.no"]), ("yes", say["foreign.yes"]))
    return console.menu(Menu(question, items, "no")) == "yes"
