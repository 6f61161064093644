"""The case that `--case` names: gone on with where there is one, and written after every step."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from wizard.case import Step
from wizard.casefile.file import CONCLUDED, OPEN, Head, Keeper, load
from wizard.casefile.fitting import fitting
from wizard.facts import Fact
from wizard.interview.foreign import described, named_in, without
from wizard.interview.memory import Memory
from wizard.interview.resuming import unnamed
from wizard.render.escape import terminal
from wizard.rulebase.base import RuleBase
from wizard.words import sentence


class Kept:
    """`steps` are those of the file, `keep` writes it. Raises InputError where there is a file that is no case."""

    def __init__(self, options: argparse.Namespace, facts: Sequence[Fact], base: RuleBase) -> None:
        self._memory = Memory()
        path = Path(options.case)
        self.steps: list[Step] = []
        head = Head()
        if path.exists():
            case = load(path)
            head = case.head
            self.steps = self._trusted(head, fitting(case.steps, base), facts, options)
        self.keep = Keeper(path, head)

    def _trusted(self, head: Head, steps: list[Step], facts: Sequence[Fact], options: argparse.Namespace) -> list[Step]:
        """The steps without those that reach for what nobody named here; what is left out is said."""
        strange = unnamed(head.id, steps, facts, self._memory)
        if strange:
            what = ", ".join(described(one, options.lang) for one in sorted(strange))
            print(terminal(sentence("interview", "foreign.withdrawn", options.lang, what=what)), file=sys.stderr)
        return without(steps, strange)

    def end(self, steps: Sequence[Step], *, concluded: bool) -> None:
        """Write the case as it stands in the end; what it names counts as named here from now on."""
        self.keep(steps, CONCLUDED if concluded else OPEN)
        self._memory.trust(self.keep.head.id, named_in(steps))
