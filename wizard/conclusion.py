"""Which of several attempts is meant, and so what concludes. It knows fates and ranks, no finding by name.

A temporary failure is superseded by a later arrival of the same sender's mail to the same recipient, a lasting one
only by the arrival of the same Message-ID. Of what is left the latest failure concludes, else the latest arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from wizard.engine import Engine
from wizard.facts import UNAVAILABLE
from wizard.judging import ARRIVED, FactsOf, Judged, judge
from wizard.rows import Row, is_referred_to
from wizard.rulebase.model import CONFIDENCES
from wizard.superseding import supersede

__all__ = ["ARRIVED", "MEANT", "Conclusion", "Judged", "conclude"]

MEANT = "attempt.meant"
"""The fact that says which attempt the user means."""


class Conclusion(NamedTuple):
    """What concludes. `focus` is the attempt meant (the first row where none has an outcome), `confidence` is capped by
    what ties that attempt to the question. `rows` are all that were judged, the newest first. `choices` are those any
    of which may be meant, where they came to different ends.
    """

    focus: Judged | None
    confidence: str | None
    rows: tuple[Judged, ...]
    choices: tuple[Judged, ...] = ()


def conclude(engine: Engine, rows: Sequence[Row], case: FactsOf) -> Conclusion:
    """Judge every row, each together with what the case knows of it, and choose the one that concludes."""
    newest_first = sorted((judge(engine, row, case) for row in reversed(rows)), key=_begins, reverse=True)
    judged, superseded, superseding = supersede(engine, newest_first, case)
    left = _meant([one for one in judged if one not in superseded and (one.row.in_window or one in superseding)])
    focus = _choose(engine, left or judged)
    confidence = _capped(focus, judged) if focus and focus.outcome else None
    return Conclusion(focus, confidence, tuple(judged), _choices(engine, left))


def _begins(one: Judged) -> datetime:
    return one.began or datetime.min


def _choose(engine: Engine, left: list[Judged]) -> Judged | None:
    """The attempt that concludes, among those that nothing superseded, the newest first."""
    concluding = _concluding(engine, left)
    failures = [one for one in concluding if one.fate != ARRIVED]
    if failures:
        meant = [one for one in failures if one.row.attempt == failures[0].row.attempt]
        return min(meant, key=lambda one: _rank(engine, one))
    inside = [one for one in concluding if one.row.in_window]
    return next(iter(inside or concluding or left), None)


def _concluding(engine: Engine, left: Iterable[Judged]) -> list[Judged]:
    """Those that can conclude: with an outcome, and not of the kind that yields where fitting mail concludes."""
    able = [one for one in left if one.outcome is not None]
    standing = [one for one in able if not _yields(engine, one)]
    return standing if any(_is_mail(one.row) for one in standing) else able


def _is_mail(row: Row) -> bool:
    """Whether it came to an envelope at least."""
    return row.about.mid is not None or row.sender is not None


def _meant(left: list[Judged]) -> list[Judged]:
    """What the user says is meant, where that is said and there."""
    return [one for one in left if _is_meant(one)] or left


def _is_meant(one: Judged) -> bool:
    said = one.known[MEANT].value if MEANT in one.known else UNAVAILABLE
    return said != UNAVAILABLE and is_referred_to(one.row, str(said))


def _choices(engine: Engine, left: Iterable[Judged]) -> tuple[Judged, ...]:
    able = tuple(one for one in _concluding(engine, left) if one.row.in_window)
    return able if len({_end(engine, one) for one in able}) > 1 else ()


def _end(engine: Engine, one: Judged) -> tuple[str, str]:
    """What became of it, and what is to be done then."""
    assert one.outcome is not None
    return one.outcome.finding, engine.base.findings[one.outcome.finding].remedy_key(one.values)


def _yields(engine: Engine, one: Judged) -> bool:
    assert one.outcome is not None
    return engine.base.findings[one.outcome.finding].yields is not None


def _rank(engine: Engine, one: Judged) -> tuple[int, str]:
    assert one.outcome is not None
    return engine.base.rank(one.outcome.finding)


def _capped(focus: Judged, judged: Iterable[Judged]) -> str:
    """The outcome's confidence, at most `likely` for a failure that nothing but its address ties to the question where
    other fitting mail arrived, or that only a candidate address ties to it at all.
    """
    assert focus.outcome is not None
    confidence, ties = focus.outcome.confidence, focus.row.ties
    if focus.fate == ARRIVED:
        return confidence
    only_candidate = ties == {"candidate"}
    others = any(_is_other_arrival(one, focus) for one in judged)
    untied = not ties & {"sender", "recipient", "subject", "message-id"} and not _is_meant(focus)
    return _at_most_likely(confidence) if only_candidate or (others and untied) else confidence


def _is_other_arrival(one: Judged, focus: Judged) -> bool:
    """Whether it is other fitting mail that arrived: other recipients of the same message are not."""
    return one.fate == ARRIVED and one.row.in_window and one.row.attempt != focus.row.attempt


def _at_most_likely(confidence: str) -> str:
    return max(confidence, "likely", key=CONFIDENCES.index)
