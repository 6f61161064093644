"""Which of several attempts is meant, and so what concludes. It knows fates and ranks, no finding by name.

A temporary failure is superseded by a later arrival of the same sender's mail to the same recipient, a lasting one
only by the arrival of the same Message-ID. Of what is left the latest failure concludes, else the latest arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wizard.engine import Engine
from wizard.facts import UNAVAILABLE, Fact, Value
from wizard.rows import Row, instant, is_referred_to, seconds_between
from wizard.rulebase.firing import Fired, best
from wizard.rulebase.model import CONFIDENCES

SUPERSEDES_WITHIN = timedelta(days=5)
TEMPORARY = {"refused-for-now", "pending", "unknown"}
ARRIVED = "arrived"
MEANT = "attempt.meant"
"""The fact that says which attempt the user means."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A row and what fired on it; `outcome` is the standing outcome, if any."""

    row: Row
    values: Mapping[str, Value]
    fired: tuple[Fired, ...]
    outcome: Fired | None

    @property
    def fate(self) -> str | None:
        """The outcome's fate, None without an outcome."""
        return self.outcome.fate if self.outcome else None


@dataclass(frozen=True, slots=True, eq=False)
class Conclusion:
    """What concludes. `focus` is the attempt meant (the first row where none has an outcome), `confidence` is capped by
    what ties that attempt to the question. `rows` are all that were judged, the newest first. `choices` are those any of
    which may be meant, where they came to different ends.
    """

    focus: Judged | None
    confidence: str | None
    rows: tuple[Judged, ...]
    choices: tuple[Judged, ...] = ()


FactsOf = Callable[[Row], Mapping[str, Fact]]
"""What the case knows that holds for a row, beside the row's own facts."""


def conclude(engine: Engine, rows: Sequence[Row], case: FactsOf) -> Conclusion:
    """Judge every row, each together with what the case knows of it, and choose the one that concludes."""
    judged = sorted((judge(engine, row, case) for row in rows), key=_begins, reverse=True)
    judged, superseded = _supersede(engine, judged, case)
    left = _meant([one for one in judged if one not in superseded])
    focus = _choose(engine, left)
    confidence = _capped(focus, judged) if focus and focus.outcome else None
    return Conclusion(focus, confidence, tuple(judged), _choices(engine, left))


def judge(engine: Engine, row: Row, case: FactsOf) -> Judged:
    """What the rules say of one row."""
    return _judge(engine, row, {**case(row), **row.facts})


def _judge(engine: Engine, row: Row, facts: Mapping[str, Fact]) -> Judged:
    values = {name: fact.value for name, fact in facts.items()}
    fired = engine.fire(values)
    return Judged(row, values, fired, best(engine.base, fired))


def _begins(one: Judged) -> datetime:
    return instant(one.row.began) or datetime.min


def _supersede(engine: Engine, judged: list[Judged], case: FactsOf) -> tuple[list[Judged], set[Judged]]:
    """The rows, arrivals now knowing how late they came, and those failures that a later arrival made good."""
    arrivals = [one for one in judged if one.fate == ARRIVED]
    made_good: dict[Judged, list[Judged]] = {one: [] for one in arrivals}
    for failure in judged:
        if failure.outcome is not None and failure.fate != ARRIVED:
            success = next((one for one in reversed(arrivals) if _makes_good(one, failure)), None)
            if success is not None:
                made_good[success].append(failure)
    late = {one: _told_late(engine, one, failures, case) for one, failures in made_good.items()}
    superseded = {failure for failures in made_good.values() for failure in failures}
    return [late.get(one, one) for one in judged], superseded


def _makes_good(success: Judged, failure: Judged) -> bool:
    began, received = instant(failure.row.began), instant(success.row.received or success.row.began)
    if began is None or received is None or success.row.attempt == failure.row.attempt:
        return False
    if not began < received <= began + SUPERSEDES_WITHIN:
        return False
    if failure.fate not in TEMPORARY:
        return failure.row.message_id is not None and failure.row.message_id == success.row.message_id
    if failure.row.sender is None:
        return failure.row.about.ip is not None and failure.row.about.ip == success.row.about.ip
    recipient = failure.row.about.recipient
    return _same(failure.row.sender, success.row.sender) and (
        recipient is None or _same(recipient, success.row.about.recipient)
    )


def _same(mailbox: str, other: str | None) -> bool:
    return other is not None and mailbox.strip(" <>").casefold() == other.strip(" <>").casefold()


def _told_late(engine: Engine, success: Judged, failures: Iterable[Judged], case: FactsOf) -> Judged:
    """The arrival with the facts `late.*`: how long after the first try, and which outcome held it up first."""
    first = min(failures, key=_begins, default=None)
    cause = first.outcome if first else None
    began = first.row.began if first else success.row.began
    if first is None and success.row.before is not None:
        cause = _judge(engine, success.row, {**case(success.row), **success.row.before}).outcome
    done = max((fact.at for name, fact in success.row.facts.items() if name in _DONE and fact.at), default=None)
    seconds = seconds_between(began, done)
    if cause is None or seconds is None:
        return success
    evidence = [e for fact in (first.row.facts if first else success.row.before or {}).values() for e in fact.evidence][
        :3
    ]
    told = {
        "late.seconds": Fact("late.seconds", seconds, "logs", done, tuple(dict.fromkeys(evidence))),
        "late.cause": Fact("late.cause", cause.finding, "logs", began),
    }
    return judge(engine, replace(success.row, facts={**success.row.facts, **told}), case)


_DONE = {"log.delivery"}
"""Facts whose time is that of the arrival."""


def _choose(engine: Engine, left: list[Judged]) -> Judged | None:
    """The attempt that concludes, among those that nothing superseded, the newest first."""
    concluding, mail = _concluding(engine, left)
    failures = [one for one in mail or concluding if one.fate != ARRIVED and one.row.in_window]
    if failures:
        meant = [one for one in failures if one.row.attempt == failures[0].row.attempt]
        return min(meant, key=lambda one: _rank(engine, one))
    inside = [one for one in mail if one.row.in_window]
    return next(iter(inside or mail or concluding or left), None)


def _concluding(engine: Engine, left: Iterable[Judged]) -> tuple[list[Judged], list[Judged]]:
    """Those that can conclude, and those of them that no fitting mail keeps from it."""
    concluding = [one for one in left if one.outcome is not None and (one.row.in_window or one.fate == ARRIVED)]
    return concluding, [one for one in concluding if not _yields(engine, one)]


def _meant(left: list[Judged]) -> list[Judged]:
    """What the user says is meant, where that is said and there."""
    return [one for one in left if _is_meant(one)] or left


def _is_meant(one: Judged) -> bool:
    said = one.values.get(MEANT, UNAVAILABLE)
    return said != UNAVAILABLE and is_referred_to(one.row, str(said))


def _choices(engine: Engine, left: Iterable[Judged]) -> tuple[Judged, ...]:
    concluding, mail = _concluding(engine, left)
    able = tuple(one for one in mail or concluding if one.row.in_window)
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
