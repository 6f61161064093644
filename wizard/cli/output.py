"""The report to where it was asked for: standard output or a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.case import State
from wizard.cli.main import CONCLUDED, NO_CONCLUSION
from wizard.diagnosis import conclusion_of
from wizard.engine import Engine
from wizard.errors import InputError
from wizard.render import render
from wizard.render.phrases import Labels
from wizard.report import build
from wizard.rulebase.base import RuleBase
from wizard.words import Lang

if TYPE_CHECKING:
    from wizard.render.contract import Report


def give(state: State, engine: Engine, options: argparse.Namespace, path: Path | None) -> int:
    """Render the case and write it; the exit status says whether a conclusion was reached."""
    return write(build(state, conclusion_of(state, engine), engine, options.lang), engine.base, options, path)


def write(report: Report, base: RuleBase, options: argparse.Namespace, path: Path | None) -> int:
    """Render a report and write it; the exit status says whether a conclusion was reached."""
    put(render(report, options.format, options.lang, labels(base, options.lang)), path)
    return CONCLUDED if report["conclusion"] else NO_CONCLUSION


def put(text: str, path: Path | None) -> None:
    """Write a text to a file, or to standard output. Raises InputError where that is not possible."""
    if path is None:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError("output-not-written", path=str(path), reason=error.strerror or str(error)) from error


def labels(base: RuleBase, lang: Lang) -> Labels:
    """The rule base's own names of facts, values and findings."""
    return Labels(
        facts={name: kind.label[lang] for name, kind in base.facts.items()},
        values={(name, value): texts[lang] for name, kind in base.facts.items() for value, texts in kind.words.items()},
        findings={name: finding.words[lang].title for name, finding in base.findings.items()},
        details={(name, key): facts for name, one in base.findings.items() for key, facts in one.details.items()},
    )
