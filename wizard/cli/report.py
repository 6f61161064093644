"""`mailwhy report CASE`: a saved case again, in another format or language, asking and reading nothing anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from wizard.casefile.file import load as load_case
from wizard.casefile.fitting import fitting
from wizard.cli.options import output_path
from wizard.cli.output import give
from wizard.cli.shipped import shipped_engine
from wizard.diagnosis import state_of


def run(options: argparse.Namespace) -> int:
    """Render the case as the rules judge it now."""
    path = output_path(options)
    case = load_case(Path(options.case))
    engine = shipped_engine()
    steps = fitting(case.steps, engine.base)
    return give(state_of(steps, engine), engine, options, path)
