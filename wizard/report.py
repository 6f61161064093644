"""From a case to the report of fixed shape (`wizard.render.contract`), its texts filled in from the rule base."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from wizard.case import State
from wizard.conclusion import Conclusion, Judged
from wizard.diagnosis import answered, focus_values, known_of, undecided
from wizard.engine import Engine
from wizard.facts import UNAVAILABLE, Evidence, Fact
from wizard.gather.requests import text_for
from wizard.idn import readable
from wizard.planner import next_steps
from wizard.render.escape import plain
from wizard.rows import About, Row, instant
from wizard.rulebase.base import RuleBase
from wizard.rulebase.conditions import NONE
from wizard.rulebase.firing import Fired, standing
from wizard.rulebase.model import ADDRESSEES, Finding
from wizard.rulebase.texts import fill, placeholders
from wizard.words import Lang, sentence, words

if TYPE_CHECKING:
    from wizard.render.contract import (
        AboutJson,
        Confidence,
        CoverageJson,
        EvidenceJson,
        FactJson,
        FindingTold,
        MessageJson,
        MomentJson,
        NextTold,
        Origin,
        Plain,
        Reader,
        RecipientJson,
        RemedyJson,
        Report,
    )

OTHER_FINDINGS = 50
EVIDENCE = 12
"""Pieces of evidence shown for one finding."""
SEARCH = "search"

_Shown = Callable[[str], str]
"""A fact's value, by its name, as texts show it."""


def build(state: State, conclusion: Conclusion, engine: Engine, lang: Lang) -> Report:
    """The whole report in one language."""
    focus = conclusion.focus
    outcome = focus.outcome if focus else None
    return {
        "schema": "mailwhy/1",
        "conclusion": None
        if outcome is None
        else {"id": outcome.finding, "confidence": cast("Confidence", conclusion.confidence)},
        "findings": _findings(state, conclusion, engine, lang),
        "facts": _facts(known_of(state, focus.row, engine) if focus else {}),
        "messages": _messages(conclusion.rows, engine.base),
        "timeline": [cast("MomentJson", one._asdict()) for one in (focus.row.timeline if focus else ())],
        "next": _next(state, conclusion, engine, lang),
        "coverage": cast("CoverageJson", state.coverage or {"from": None, "to": None, "files": []}),
    }


def _findings(state: State, conclusion: Conclusion, engine: Engine, lang: Lang) -> list[FindingTold]:
    focus = conclusion.focus
    found: list[FindingTold] = []
    if focus:
        stand = standing(engine.base, focus.fired)
        ordered = sorted(stand, key=lambda one: one is not focus.outcome)
        for one in ordered:
            confidence = conclusion.confidence if one is focus.outcome else one.confidence
            found.append(_finding(one, confidence or one.confidence, focus, state, engine, lang))
    for other in _others(conclusion, engine.base)[:OTHER_FINDINGS]:
        assert other.outcome is not None
        found.append(_finding(other.outcome, other.outcome.confidence, other, state, engine, lang))
    return found


def _others(conclusion: Conclusion, base: RuleBase) -> list[Judged]:
    """Beside the one meant, the worst of each attempt and recipient: an address may have been expanded to several."""
    focus = conclusion.focus
    worst = {_whose(focus): focus} if focus else {}
    for one in conclusion.rows:
        key = _whose(one)
        if one.outcome is None or not one.row.in_window or (focus is not None and worst.get(key) is focus):
            continue
        before = worst[key].outcome if key in worst else None
        if before is None or base.rank(one.outcome.finding) < base.rank(before.finding):
            worst[key] = one
    return [one for one in worst.values() if one is not focus]


def _whose(one: Judged) -> tuple[str, str | None, str | None]:
    return one.row.attempt, one.row.about.host, one.row.about.recipient


def _finding(one: Fired, confidence: str, judged: Judged, state: State, engine: Engine, lang: Lang) -> FindingTold:
    base = engine.base
    finding = base.findings[one.finding]
    facts = known_of(state, judged.row, engine)
    values = base.derive({name: fact.value for name, fact in facts.items()})
    wording = finding.words[lang]
    between = " " if lang == "en" else ""
    notes = [note.text[lang] for note in finding.notes if all(c.judge(values) for c in note.closed)]

    def shown(name: str) -> str:
        return readable(plain(base.shown(name, facts[name].value, lang))) if name in facts else "?"

    made: FindingTold = {
        "id": finding.id,
        "confidence": cast("Confidence", confidence),
        "title": _filled(wording.title, shown),
        "explanation": "\n".join(_filled(text, shown) for text in (wording.explanation, between.join(notes)) if text),
        "detail": _detail(finding, one, facts),
        "about": _about(judged.row),
        "evidence": _evidence(finding.shown_facts(one.rules), facts, _by_age(state)),
        "because": [c.fact for index in one.rules[:1] for c in finding.rules[index].conditions],
        "remedies": _remedies(finding, values, shown, lang),
        "cites": list(finding.cites),
    }
    if finding.limits:
        made["limits"] = _filled(finding.limits[lang], shown)
    return made


def _filled(text: str, shown: _Shown) -> str:
    return fill(text, {name: shown(name) for name in placeholders(text)})


def _known(fact: Fact | None) -> bool:
    return fact is not None and fact.value not in (NONE, UNAVAILABLE)


def _detail(finding: Finding, one: Fired, facts: Mapping[str, Fact]) -> dict[str, Plain]:
    detail = finding.detail_of(one.rules)
    return {key: _plain(facts[name]) for key, name in detail.items() if _known(facts.get(name))}


def _plain(fact: Fact) -> Plain:
    return list(fact.value) if isinstance(fact.value, tuple) else fact.value


def _about(row: Row) -> AboutJson | None:
    return None if row.about == About() else cast("AboutJson", row.about._asdict())


def _by_age(state: State) -> list[str]:
    """The paths of the files that were searched, by the first time in each; those alike as they are rotated."""
    files = state.coverage["files"] if state.coverage else ()
    return [file["path"] for file in sorted(files, key=lambda one: instant(one["from"]) or datetime.max)]


def _evidence(names: Iterable[str], facts: Mapping[str, Fact], files: Sequence[str] = ()) -> list[EvidenceJson]:
    """What the shown facts rest on, each piece once: the deciding fact's first, then in log order. Where pieces of two
    files are of one time, the order of the `files` (paths) tells which was written first.
    """
    pieces = list(dict.fromkeys(piece for name in names if name in facts for piece in facts[name].evidence))
    kept = pieces[:EVIDENCE]
    lines = [piece for piece in kept if piece.line is not None]
    sources = {one.source for one in lines}
    begun = {name: min(one.time or "" for one in lines if one.source == name) for name in sources}
    rank = {name: min(at for at, path in enumerate([*files, name]) if _is_named(path, name)) for name in sources}
    lines.sort(key=lambda one: (begun[one.source], rank[one.source], one.source, one.line or 0))
    return [_piece(piece) for piece in [*lines, *(piece for piece in kept if piece.line is None)]]


def _is_named(path: str, name: str) -> bool:
    """Whether evidence shows a file of this path by this name: its base name, with folders where two are alike."""
    return path == name or PurePath(path).as_posix().endswith(f"/{name}")


def _piece(piece: Evidence) -> EvidenceJson:
    if piece.line is None:
        return cast("EvidenceJson", {"source": piece.source, "text": piece.text})
    return {"source": piece.source, "line": piece.line, "time": piece.time, "text": piece.text}


def _remedies(finding: Finding, values: Mapping[str, object], shown: _Shown, lang: Lang) -> list[RemedyJson]:
    chosen = finding.remedies(lang, values)  # type: ignore[arg-type]
    return [
        {"for": cast("Reader", whom), "text": _filled(chosen[whom], shown)} for whom in ADDRESSEES if chosen.get(whom)
    ]


def _facts(facts: Mapping[str, Fact]) -> dict[str, FactJson]:
    return {
        name: {"value": _plain(fact), "from": cast("Origin", fact.origin), "at": fact.at}
        for name, fact in sorted(facts.items())
        if fact.value != UNAVAILABLE
    }


def _messages(rows: Sequence[Judged], base: RuleBase) -> list[MessageJson]:
    """The attempts in the window, the oldest first, the recipients of one message together."""
    groups: dict[str, list[Judged]] = {}
    for one in reversed(rows):
        if one.row.in_window and one.row.attempt not in {SEARCH, "nothing"}:
            groups.setdefault(one.row.attempt, []).append(one)
    return [_message(group, base) for group in groups.values()]


def _message(group: Sequence[Judged], base: RuleBase) -> MessageJson:
    row = group[0].row
    outcomes = [one.outcome.finding for one in group if one.outcome]
    return {
        "host": row.about.host,
        "icid": row.about.icid,
        "mid": row.about.mid,
        "sender": row.sender,
        "recipients": _recipients(group, base),
        "sender_ip": row.about.ip,
        "time": row.began,
        "outcome": min(outcomes, key=base.rank, default=None),
    }


def _recipients(group: Sequence[Judged], base: RuleBase) -> list[RecipientJson]:
    """Each recipient once, with the worst that became of it where it was expanded to several."""
    worst: dict[str, str | None] = {}
    for one in group:
        address = one.row.about.recipient
        if address is None:
            continue
        outcome = one.outcome.finding if one.outcome else None
        known = worst.get(address)
        worst[address] = min((o for o in (known, outcome) if o), key=base.rank, default=None)
    return [{"address": address, "outcome": outcome} for address, outcome in worst.items()]


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _next(state: State, conclusion: Conclusion, engine: Engine, lang: Lang) -> list[NextTold]:
    """What would settle or change the conclusion, from the planner."""
    base = engine.base
    found: list[NextTold] = []
    offered: set[tuple[str, str]] = set()
    values, tried, also = focus_values(conclusion), answered(state, engine), undecided(conclusion, engine)
    facts = known_of(state, conclusion.focus.row, engine) if conclusion.focus else {}
    for step in next_steps(base, engine.fire, values, tried, also):
        source = step.source
        promised = {(source.gatherer, fact) for fact in step.wanted}
        if promised <= offered:  # the same gatherer by way of another need
            continue
        offered |= promised
        hangs = dict.fromkeys(finding for findings in step.wanted.values() for finding in findings)
        titles = (base.findings[name].words[lang].title for name in list(hangs)[:3])
        how = (source.help or source.how or source.title)[lang]
        found.append(
            {
                "fact": next(iter(step.wanted)),
                "question": _sentence_case((source.question or source.title)[lang]),
                "why": sentence("interview", "why", lang, findings=words("interview", lang)["titles"].join(titles)),
                "how": how + _known_already(base.told_with(source, values, lang), lang),
            }
        )
        text = text_for(source, facts, lang, state.steps[-1].at if state.steps else None)
        if text:
            found[-1]["text"] = text
    return found


def _known_already(told: Sequence[str], lang: Lang) -> str:
    return sentence("report", "next.known", lang, facts="; ".join(map(plain, told))) if told else ""
