"""What the sending server's own log says of this mail and of its tries to deliver it to us (S10, S12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from wizard.facts import Evidence, Fact, Value
from wizard.gather.base import Desk, Gathered
from wizard.gather.other_logs import connection_span
from wizard.gather.search_log import known
from wizard.gather.their_log import TheirLog, look, question_of
from wizard.rulebase.model import Source
from wizard.senderlog import Attempt, Question, Relevance, same_moment
from wizard.senderlog.model import CONNECTION_REFUSED, DELIVERED, OTHER
from wizard.senderlog.relevance import NOT_ATTEMPTED, SENT_ELSEWHERE
from wizard.words import sentence

SHOWN = 3
"""Tries of one kind whose lines are shown."""


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """The result of the server's tries at our gateway, or where else the mail went, with the lines that say so.

    Raises InputError where no file is the log of a known mail server.
    """
    del source
    log = TheirLog.of(facts, desk)
    question = question_of(facts, desk)
    about_mail = bool(question.recipients or question.message_id)
    found = look(log, question)
    covered = log.covers_the_time(found)
    met, moment = _met(found, facts)
    result = _of([met]) if met else _result(found, about_mail, covered)
    if not result.evidence:
        result = replace(result, evidence=(_searched(log, question, found, desk),))
    page = _Page(desk.at())
    page.say("sender_log.server", next(iter(log.servers)), result)
    page.say("sender_log.result", result.word, result)
    page.say("sender_log.moment", moment, result)
    page.say("sender_log.covers", {True: "whole", False: "part", None: "unknown"}[covered], result)
    page.say("sender_log.waiting", "seen" if found.waiting else "none", result)
    _say_elsewhere(page, found, about_mail)
    if result.attempt:
        _say_attempt(page, result.attempt, result)
    if met and met.reply and not met.reply.startswith("2"):
        page.say("gateway.reply", met.reply, result)
    coverage = {"from": None, "to": None, "files": [reading.coverage() for reading in log.readings]}
    return Gathered(tuple(page.facts), coverage=coverage)


@dataclass(frozen=True, slots=True)
class _Result:
    """What it comes to: the word, the try that gave it, the lines that say it."""

    word: str
    attempt: Attempt | None
    evidence: tuple[Evidence, ...]

    @property
    def at(self) -> str | None:
        return self.attempt.time.isoformat(timespec="seconds") if self.attempt else None


@dataclass(slots=True)
class _Page:
    """Facts as they are written down; `now` is when, for what has no time of its own."""

    now: str
    facts: list[Fact] = field(default_factory=list)

    def say(self, name: str, value: Value | None, result: _Result) -> None:
        if value is not None and value != "":
            self.facts.append(Fact(name, value, "logs", result.at or self.now, result.evidence))


def _met(found: Relevance, facts: Mapping[str, Fact]) -> tuple[Attempt | None, str]:
    """The try that is the gateway's own connection seen from the other side, and whether there is one.

    `unknown`: the two logs' clocks cannot be compared for want of a zone. Where nobody tells otherwise they are taken
    to have the same, which two times that agree then bear out.
    """
    span = connection_span(facts)
    tries = [*found.to_gateway, *(one for one in found.nowhere if one.stage == "connect")]
    if span is None or not tries:
        return None, "none"
    able = [one for one in tries if _can_be(one, facts)]
    zoned = [one for one in able if one.time.tzinfo]
    naive = [one for one in able if not one.time.tzinfo]
    began, ended = (end if end.tzinfo else end.astimezone() for end in span)
    same = same_moment(zoned, began, ended)
    same += same_moment(naive, span[0].replace(tzinfo=None), span[1].replace(tzinfo=None))
    if same:
        return same[0], "same"
    return None, "other" if span[0].tzinfo and not naive else "unknown"


def _can_be(attempt: Attempt, facts: Mapping[str, Fact]) -> bool:
    """Whether a try can be that connection: it cannot have come further there than the gateway saw it come."""
    mail, verdict = known(facts, "log.mail_from"), known(facts, "log.verdict")
    if mail == "none" and verdict != "REJECT":
        return attempt.result != DELIVERED and attempt.stage not in ("mail-from", "rcpt-to", "data")
    return mail not in ("seen", "refused") or attempt.stage not in ("connect", "banner")


def _result(found: Relevance, about_mail: bool, covered: bool | None) -> _Result:
    """What the tries come to that are not tied to one connection.

    What went elsewhere or nowhere counts only where a mail is asked about: a server sends to all the world.
    """
    if found.to_gateway:
        return _of(found.to_gateway)
    if not about_mail:
        return _Result("none", None, ())
    if found.elsewhere:
        return _of([one for one in found.elsewhere if one.result == DELIVERED] or found.elsewhere, SENT_ELSEWHERE)
    unconnected = [one for one in found.nowhere if one.stage == "connect"]
    if unconnected:
        return _of(unconnected)
    if found.nowhere:
        return _of(found.nowhere, NOT_ATTEMPTED)
    waiting = tuple(piece for one in found.waiting[-SHOWN:] for piece in one.evidence)
    return _Result(NOT_ATTEMPTED if found.waiting or covered else "none", None, waiting)


def _of(tries: Sequence[Attempt], word: str | None = None) -> _Result:
    lines = dict.fromkeys(piece for one in tries[-SHOWN:] for piece in one.evidence)
    return _Result(word or _word(tries[-1]), tries[-1], tuple(lines))


def _word(one: Attempt) -> str:
    """The result; where only that no connection came about is told, as of qmail's one sentence for it, that."""
    if one.result != OTHER or one.stage != "connect":
        return one.result
    return CONNECTION_REFUSED if one.server == "qmail" else "connect-failed"


def _say_attempt(page: _Page, one: Attempt, result: _Result) -> None:
    page.say("sender_log.stage", one.stage, result)
    page.say("sender_log.silent", "yes" if one.silent else "no", result)
    page.say("sender_log.reply", one.reply, result)
    page.say("sender_log.reason", one.reason, result)
    page.say("sender_log.seconds", one.seconds, result)
    page.say("sender_log.host", _host(one), result)
    page.say("sender_log.time", one.time.isoformat(" ", "seconds"), result)


def _say_elsewhere(page: _Page, found: Relevance, about_mail: bool) -> None:
    """Another host that had the mail, whatever became of the tries at our gateway."""
    delivered = [one for one in found.elsewhere if one.result == DELIVERED]
    tried = (delivered or list(found.elsewhere)) if about_mail else []
    result = _of(tried) if tried else _Result("none", None, ())
    page.say("sender_log.elsewhere", "taken" if tried and delivered else "tried" if tried else "none", result)
    if tried:
        page.say("sender_log.other_host", _host(tried[-1]) or tried[-1].via, result)


def _host(one: Attempt) -> str | None:
    if one.host and one.ip and one.ip != one.host.strip("[]"):
        return f"{one.host} [{one.ip}]"
    return one.host or one.ip


def _searched(log: TheirLog, question: Question, found: Relevance, desk: Desk) -> Evidence:
    """What was looked for in which files, where no line says anything."""
    wanted = [*question.recipients[:1], *filter(None, (question.sender, question.message_id)), *question.gateways]
    text = sentence(
        "evidence",
        "searched",
        desk.lang,
        wanted=", ".join(wanted[:5]),
        files=", ".join(reading.file.name for reading in log.readings[:5]),
        lines=sum(reading.lines for reading in log.readings),
        start=_said(question.since or found.coverage.first),
        end=_said(question.until or found.coverage.last),
    )
    return Evidence("search", text)


def _said(time: datetime | None) -> str:
    return time.isoformat(" ", "seconds") if time else "?"
