"""`mailwhy report CASE`: a saved case again, in another format or language, asking and reading nothing anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from wizard import case
from wizard.case import replay
from wizard.cli.options import output_path
from wizard.cli.output import give
from wizard.data import data_folder
from wizard.engine import Engine
from wizard.rulebase.load import load


def run(options: argparse.Namespace) -> int:
    """Render the case as the rules judge it now."""
    path = output_path(options)
    state = replay(case.load(Path(options.case)))
    return give(state, Engine(load(data_folder("rules"))), options, path)
