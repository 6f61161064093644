"""`mailwhy rules`: the findings, the facts, one finding in words, and whether the rule base is sound."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.cli.main import CONCLUDED, FAILED
from wizard.cli.options import output_path
from wizard.data import data_folder
from wizard.errors import InputError
from wizard.rulebase.base import RuleBase
from wizard.rulebase.load import load

if TYPE_CHECKING:
    from wizard.graph.picture import Walk


def run(options: argparse.Namespace) -> int:
    """Run one action."""
    folder = Path(options.rules) if getattr(options, "rules", None) else data_folder("rules")
    base = load(folder)
    if options.action == "check":
        return _check(folder, base)
    if options.action == "graph":
        return _graph(base, options)
    lines = {"list": _list, "facts": _facts, "explain": _explain}[options.action](base, options)
    for line in lines:
        print(line)
    return CONCLUDED


def _list(base: RuleBase, options: argparse.Namespace) -> Iterable[str]:
    for name in sorted(base.findings, key=base.rank):
        finding = base.findings[name]
        yield f"{name:<32} {finding.role:<8} {finding.words[options.lang].title}"


def _facts(base: RuleBase, options: argparse.Namespace) -> Iterable[str]:
    for name, kind in base.facts.items():
        values = ", ".join(kind.values) if kind.values else kind.type
        yield f"{name:<24} {kind.label[options.lang]} ({values})"


def _explain(base: RuleBase, options: argparse.Namespace) -> Iterable[str]:
    from wizard.rulebase.explain import explain

    if options.id not in base.findings:
        near = difflib.get_close_matches(options.id, base.findings, 1)
        raise InputError("no-such-finding", id=options.id, near=near[0] if near else next(iter(base.findings)))
    yield explain(base, options.id, options.lang)


def _graph(base: RuleBase, options: argparse.Namespace) -> int:
    from wizard.cli.output import put
    from wizard.graph.mermaid import mermaid
    from wizard.graph.picture import Picture
    from wizard.graph.svg import svg

    path = output_path(options)
    picture = Picture(base, _walk(base, Path(options.case)) if options.case else None)
    put((svg if options.picture == "svg" else mermaid)(picture, options.lang), path)
    return CONCLUDED


def _walk(base: RuleBase, path: Path) -> Walk:
    from wizard.casefile.file import load as load_case
    from wizard.casefile.fitting import fitting
    from wizard.engine import Engine
    from wizard.graph.walked import walked

    return walked(fitting(load_case(path).steps, base), Engine(base))


def _check(folder: Path, base: RuleBase) -> int:
    from wizard.engine import Engine
    from wizard.rulebase.cases import load_cases, uncovered
    from wizard.rulebase.firing import standing

    engine = Engine(base)
    cases = load_cases(folder, base)
    wrong = uncovered(base, cases)
    for case in cases:
        got = {one.finding: one.confidence for one in standing(base, engine.fire(case.facts))}
        if got != case.findings:
            wrong.append(f"{case.at}: {case.finding}: {case.name}: expected {case.findings}, got {got}")
    for line in wrong:
        print(line)
    print(f"{len(base.findings)} findings, {len(base.rules)} rules, {len(cases)} cases, {len(wrong)} wrong")
    return FAILED if wrong else CONCLUDED
