"""The report as JSON: keys in the contract's order, readable in every language, harmless on a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import cast

from wizard.patterns import pattern
from wizard.render.contract import (
    AboutJson,
    ConclusionJson,
    CoverageJson,
    FactJson,
    FileJson,
    FindingJson,
    LogEvidenceJson,
    MessageJson,
    MomentJson,
    NextJson,
    RecipientJson,
    RemedyJson,
    Report,
)
from wizard.render.escape import HIDDEN

SHAPES: Mapping[str, type] = {
    "conclusion": ConclusionJson,
    "findings": FindingJson,
    "about": AboutJson,
    "evidence": LogEvidenceJson,
    "remedies": RemedyJson,
    "messages": MessageJson,
    "recipients": RecipientJson,
    "timeline": MomentJson,
    "next": NextJson,
    "coverage": CoverageJson,
    "files": FileJson,
}
"""The shape of what stands under a key, or of each thing in the list there."""

SURROGATE = pattern("[\ud800-\udfff]")


def as_json(report: Report) -> str:
    """Return the report as JSON, with a line end.

    Characters that act unseen are written as JSON escapes. What could not be decoded is U+FFFD, since most readers of
    JSON refuse half a surrogate pair.
    """
    text = json.dumps(_ordered_report(_whole(report)), ensure_ascii=False, indent=2)
    return HIDDEN.sub(_escape, text) + "\n"


def _whole(report: Report) -> Report:
    """The report with what people are shown apart as part of the texts that programs read."""
    findings = [
        {**one, "explanation": _joined("\n", one["explanation"], one.get("limits"))} for one in report["findings"]
    ]
    steps = [{**one, "how": _joined("\n\n", one["how"], one.get("text"))} for one in report["next"]]
    return cast(Report, {**report, "findings": findings, "next": steps})


def _joined(between: str, *parts: str | None) -> str | None:
    return between.join(part for part in parts if part) or None


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character == "\n":  # between the values; inside them it is escaped already
        return character
    return "\ufffd" if SURROGATE.match(character) else json.dumps(character)[1:-1]


def _ordered_report(report: Report) -> dict[str, object]:
    ordered = {key: _ordered(report[key], SHAPES.get(key)) for key in Report.__annotations__}  # type: ignore[literal-required]
    return {**ordered, "facts": {name: _ordered(fact, FactJson) for name, fact in sorted(report["facts"].items())}}


def _ordered(value: object, shape: type | None) -> object:
    if isinstance(value, Mapping):
        keys = shape.__annotations__ if shape else value
        return {key: _ordered(value[key], SHAPES.get(key)) for key in keys if key in value}
    if isinstance(value, (list, tuple)):
        return [_ordered(one, shape) for one in value]
    return value
