"""`mailwhy diagnose`: gather, conclude, report; with questions on a terminal, without with `--auto`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from wizard.case import OPTIONS, State, Step, replay
from wizard.cli.criteria import KEYS
from wizard.cli.main import INTERRUPTED
from wizard.cli.options import GATEWAY, dns_of, facts_of, hand_test_of, output_path
from wizard.cli.output import give
from wizard.cli.shipped import shipped_engine
from wizard.diagnosis import conclusion_of, diagnose, state_of
from wizard.engine import Engine
from wizard.errors import InputError
from wizard.gather import gatherers
from wizard.gather.base import Desk, HandTestOptions
from wizard.render.progress import Progress, over

if TYPE_CHECKING:
    from wizard.cli.kept import Kept
    from wizard.facts import Fact
    from wizard.rulebase.base import RuleBase

OFFLINE = ("free",)
AUTOMATIC = (*OFFLINE, "outward")
"""The cost classes that need nobody."""


def run(options: argparse.Namespace) -> int:
    """Diagnose, write the case if one was named, write the report."""
    path = output_path(options)
    if not options.auto:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise InputError("no-terminal")
        from wizard.cli.guided import run_guided

        return run_guided(options, path)
    engine = shipped_engine()
    facts = facts_of(options, engine.base)
    kept = _kept(options, facts, engine.base)
    steps = [*(kept.steps if kept else ()), *([Step(OPTIONS, facts=facts)] if facts else ())]
    _check(options, replay(steps))
    desk = Desk(engine.base, options.lang, datetime.now(), _tell, dns=dns_of(options), hand_test=_hand_test(options))
    steps, interrupted = _diagnosed(steps, engine, desk, OFFLINE if options.offline else AUTOMATIC, kept)
    state = state_of(steps, engine)
    if kept:
        kept.end(steps, concluded=conclusion_of(state, engine).confidence is not None)
    status = give(state, engine, options, path)
    return INTERRUPTED if interrupted else status


def _diagnosed(
    steps: list[Step], engine: Engine, desk: Desk, allowed: Sequence[str], kept: Kept | None
) -> tuple[list[Step], bool]:
    """The steps to the end, and whether they were interrupted: then what the log gave until then is concluded from."""
    taken = steps
    progress = Progress(over(sys.stderr), desk.lang) if sys.stderr.isatty() else None
    desk.progress = progress

    def note(so_far: list[Step]) -> None:
        nonlocal taken
        taken = list(so_far)
        if progress:
            progress.clear()
        if kept:
            kept.keep(so_far)

    try:
        return diagnose(steps, engine, gatherers(), desk, allowed, keep=note), False
    except KeyboardInterrupt:
        if not desk.logs:
            raise
        for log in desk.logs.values():
            log.stop()
        return diagnose(taken, engine, gatherers(), desk, OFFLINE), True
    finally:
        if progress:
            progress.clear()


def _kept(options: argparse.Namespace, facts: Sequence[Fact], base: RuleBase) -> Kept | None:
    if not options.case:
        return None
    from wizard.cli.kept import Kept

    return Kept(options, facts, base)


def _check(options: argparse.Namespace, state: State) -> None:
    """Raises InputError where there is nothing to go by, or an option of the hand test without what it needs."""
    named = state.has(GATEWAY) and not options.offline
    if not state.has(*KEYS) and not named:
        raise InputError("nothing-to-go-by")
    for option in ("helo", "from_address", "timeout", "send_test"):
        if getattr(options, option) and not state.has(GATEWAY):
            raise InputError("without-gateway", option=f"--{option.replace('_', '-')}")
    if options.send_test:
        from wizard.gather.hand_test import envelope_of

        if not all(envelope_of({fact.name: fact for step in state.steps for fact in step.facts})):
            raise InputError("probe-send-test")


def _hand_test(options: argparse.Namespace) -> HandTestOptions:
    """How to test by hand, shown line by line where somebody watches."""
    asked = hand_test_of(options)
    if not sys.stderr.isatty():
        return asked
    from wizard.smtp.transcript import Display

    return asked._replace(watch=Display(sys.stderr, options.lang, counter=True))


def _tell(text: str) -> None:
    """The running commentary: only where somebody watches."""
    if sys.stderr.isatty():
        print(text, file=sys.stderr)
