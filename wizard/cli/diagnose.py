"""`mailwhy diagnose`: gather, conclude, report; with questions on a terminal, without with `--auto`."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from wizard import case
from wizard.case import OPTIONS, Step, replay
from wizard.cli.options import KEYS, dns_of, facts_of, output_path
from wizard.cli.output import give
from wizard.data import data_folder
from wizard.diagnosis import diagnose, state_of
from wizard.engine import Engine
from wizard.errors import InputError
from wizard.gather import gatherers
from wizard.gather.base import Desk
from wizard.rulebase.load import load
from wizard.rulebase.model import COSTS

OFFLINE = ("free",)
AUTOMATIC = (*OFFLINE, "outward")
"""The cost classes that need nobody."""


def run(options: argparse.Namespace) -> int:
    """Diagnose, write the case if one was named, write the report."""
    path = output_path(options)
    if not options.auto and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError("no-terminal")
    engine = Engine(load(data_folder("rules")))
    steps = _begin(options, engine)
    kept = Path(options.case) if options.case else None
    desk = Desk(engine.base, options.lang, datetime.now(), _tell, dns=dns_of(options))
    steps = diagnose(
        steps,
        engine,
        gatherers(),
        desk,
        _allowed(options),
        keep=(lambda now: case.save(kept, now)) if kept else (lambda _: None),
    )
    if kept:
        case.save(kept, steps)
    return give(state_of(steps, engine), engine, options, path)


def _allowed(options: argparse.Namespace) -> tuple[str, ...]:
    """The cost classes that this run may draw on."""
    classes = AUTOMATIC if options.auto else COSTS
    return tuple(one for one in classes if one != "outward") if options.offline else tuple(classes)


def _begin(options: argparse.Namespace, engine: Engine) -> list[Step]:
    """The steps of the case to resume, if there is one, and what the options give."""
    earlier = case.load(Path(options.case)) if options.case and Path(options.case).exists() else []
    facts = facts_of(options, engine.base)
    steps = [*earlier, Step(OPTIONS, facts=facts)] if facts or not earlier else earlier
    if options.auto and not replay(steps).has(*KEYS):
        raise InputError("nothing-to-go-by")
    return steps


def _tell(text: str) -> None:
    """The running commentary: only where somebody watches."""
    if sys.stderr.isatty():
        print(text, file=sys.stderr)
