"""How the conclusion so far was reached: the rule that holds, its facts, the evidence they rest on, the citation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wizard.case import State
from wizard.diagnosis import conclusion_of
from wizard.engine import Engine
from wizard.render.contract import EvidenceJson, FactJson, FindingJson
from wizard.render.escape import terminal
from wizard.report import build
from wizard.rulebase.base import RuleBase
from wizard.rulebase.conditions import NONE
from wizard.words import Lang, sentence, words

SHOWN = 4
"""Pieces of evidence."""


def how(state: State, engine: Engine, lang: Lang) -> str:
    """The same rule, facts and evidence that the report has."""
    report = build(state, conclusion_of(state, engine), engine, lang)
    if report["conclusion"] is None:
        return words("interview", lang)["how.none"]
    return "\n".join(_lines(report["findings"][0], report["facts"], engine.base, lang))


def _lines(finding: FindingJson, facts: Mapping[str, FactJson], base: RuleBase, lang: Lang) -> Iterator[str]:
    said = words("report", lang)[f"confidence.{finding['confidence']}"]
    yield sentence("interview", "how.conclusion", lang, title=finding["title"], confidence=said)
    yield sentence("interview", "how.rule", lang, finding=finding["id"])
    yield from (f"- {_fact(name, facts.get(name), base, lang)}" for name in finding["because"])
    yield words("interview", lang)["how.evidence"]
    evidence = finding["evidence"]
    yield from (f"- {_piece(piece, lang)}" for piece in evidence[:SHOWN])
    if len(evidence) > SHOWN:
        yield sentence("interview", "how.evidence.more", lang, count=len(evidence) - SHOWN)
    yield sentence("interview", "how.cites", lang, cites=", ".join(finding["cites"]))


def _fact(name: str, fact: FactJson | None, base: RuleBase, lang: Lang) -> str:
    kind = base.facts[name]
    if fact is None or (fact["value"] == NONE and NONE not in kind.words):
        return f"{kind.label[lang]}: {words('explain', lang)['none']}"
    value = fact["value"]
    shown = base.shown(name, value if isinstance(value, str | int | float) else tuple(value), lang)
    return f"{kind.label[lang]}: {terminal(shown)}"


def _piece(piece: EvidenceJson, lang: Lang) -> str:
    if "line" in piece:
        return f"{terminal(piece['source'])}:{piece['line']}: {terminal(piece['text'])}"
    said = words("report", lang).get(f"evidence.{piece['source']}", piece["source"])
    return f"{said}: {terminal(piece['text'])}"
