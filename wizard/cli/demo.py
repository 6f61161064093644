"""`mailwhy demo`: the main job on a sample log that comes with the program, offline."""

from __future__ import annotations

import argparse
from datetime import datetime

from wizard.case import OPTIONS, Step
from wizard.cli.diagnose import OFFLINE
from wizard.cli.options import output_path
from wizard.cli.output import give
from wizard.cli.shipped import shipped_engine
from wizard.data import data_folder
from wizard.diagnosis import diagnose, state_of
from wizard.facts import Fact, Value
from wizard.gather import gatherers
from wizard.gather.base import Desk

SAMPLE = "sample/mail.current"
SENDER = "198.51.100.24"


def run(options: argparse.Namespace) -> int:
    """Diagnose the sample and write the report."""
    path = output_path(options)
    engine = shipped_engine()
    given: dict[str, Value] = {
        "log.files": (str(data_folder("reports") / SAMPLE),),
        "sender.address": (SENDER,),
        "sender.source": "option",
        "search.key": "given",
    }
    facts = tuple(Fact(name, value, "option") for name, value in given.items())
    desk = Desk(engine.base, options.lang, datetime.now())
    steps = diagnose([Step(OPTIONS, facts=facts)], engine, gatherers(), desk, OFFLINE)
    return give(state_of(steps, engine), engine, options, path)
