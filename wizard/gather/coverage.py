"""What was searched and found nothing, what the log could say about the time, and `coverage` of the report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from wizard.facts import Evidence
from wizard.gather.base import Desk
from wizard.maillog.asked import Asked, Window, read_address
from wizard.maillog.assemble import assemble
from wizard.maillog.coverage import Gap
from wizard.maillog.events.connection import Opened, is_refusal
from wizard.maillog.held_offsets import offsets
from wizard.maillog.hiding import gather_opened_earlier, gather_openings_without_address, gather_refusals
from wizard.maillog.log import Log, Windows
from wizard.maillog.loglines import Lines, LogLine, iso
from wizard.maillog.say_connection import address_line
from wizard.maillog.says import Says
from wizard.maillog.surroundings import Surroundings
from wizard.rows import instant
from wizard.words import sentence

SHOWN = 5
"""Lines shown as examples of refusals or connections without an address."""


def coverage_of(log: Log) -> dict[str, Any]:
    """The files that were searched, what they hold and what was wrong with them, in the shape of the report."""
    files = []
    for index, (file, (first, last)) in enumerate(zip(log.files, offsets(log), strict=True)):
        survey = log.survey(index)
        files.append(
            {
                "path": file.path,
                "lines": survey.lines,
                "bytes": survey.bytes,
                "from": iso(survey.first, first),
                "to": iso(survey.last, last),
                "problems": list(file.problems),
            }
        )
    starts = [str(one["from"]) for one in files if one["from"]]
    ends = [str(one["to"]) for one in files if one["to"]]
    return {
        "from": min(starts, key=_moment, default=None),
        "to": max(ends, key=_moment, default=None),
        "files": files,
    }


def _moment(time: str) -> datetime:
    return instant(time) or datetime.min


def say_coverage(says: Says, log: Log, around: Surroundings, question: Asked, span: Windows, desk: Desk) -> None:
    """The facts of a search without a result: for what, whether the log covers the time, what may hide in it."""
    zones = {one.offset for one in log.appliances()}
    window = span(zones.pop() if len(zones) == 1 else None)
    found = Evidence("search", _searched(log, question, window, desk))
    holes = log.gaps(span)
    if question.candidates:
        says.say("log.connection", "none", evidence=[found])
    says.say("log.mail", "none", evidence=[found])
    says.say("log.searched", found.text, evidence=[found])
    says.say("log.coverage", _word(log, holes, window), evidence=[found])
    if holes:
        text = "; ".join(f"{hole.start.isoformat(' ')} – {hole.end.isoformat(' ')}" for hole in holes[:SHOWN])
        missing = sentence("evidence", "missing", desk.lang, stretches=text)
        says.say("log.missing", text, evidence=[Evidence("search", missing)])
    gather_refusals(log, span, SHOWN)
    refused = [line for line in log.lines() if is_refusal(line.event) and _inside(line, span)]
    says.say("log.refusals", "some" if refused else "none", *refused[:SHOWN])
    unknown = _unknown_addresses(log, span) if question.candidates else []
    says.say("log.unknown_addresses", "some" if unknown else "none", *unknown[:SHOWN])
    suspended = [one for one, resumed in around.suspensions() if _inside(one, span, resumed)]
    says.say("log.listener", "suspended" if suspended else "open", *suspended[:SHOWN])


def _word(log: Log, holes: list[Gap], window: Window) -> str:
    first, last = log.first, log.last
    if first is None or last is None or log.stopped:
        return "unknown"
    if not holes:
        return "whole"
    start, end = window.since or first, window.until or last
    if start >= end:
        return "none"
    dark = sum((min(hole.end, end) - max(hole.start, start) for hole in holes), timedelta())
    return "none" if dark >= end - start else "part"


def _inside(line: LogLine, span: Windows, last: LogLine | None = None) -> bool:
    """Whether a line, or what lasted from it to the last one, lies at least partly in the time asked about."""
    return span(line.offset).overlaps(line.time, (last or line).time)


def _searched(log: Log, question: Asked, window: Window, desk: Desk) -> str:
    """One sentence: for what, in which files, from when to when."""
    wanted = [str(c.network).removesuffix("/32").removesuffix("/128") for c in question.candidates]
    wanted += [one for one in (question.sender, question.recipient, question.subject, question.message_id) if one]
    names = ", ".join(file.name for file in log.files[:SHOWN]) + (", …" if len(log.files) > SHOWN else "")
    lines = sum(log.survey(index).lines for index in range(len(log.files)))
    return sentence(
        "evidence",
        "searched",
        desk.lang,
        wanted=", ".join(wanted[:SHOWN]) + (", …" if len(wanted) > SHOWN else ""),
        files=names,
        lines=lines,
        start=_said(window.since or log.first),
        end=_said(window.until or log.last),
    )


def _said(time: datetime | None) -> str:
    return time.isoformat(" ") if time else "?"


def _unknown_addresses(log: Log, span: Windows) -> list[LogLine]:
    """Connections in the window whose address the log does not tell: masked, or opened before the log begins."""
    gather_openings_without_address(log)
    gather_opened_earlier(log)
    lines = [line for line in log.lines() if isinstance(line.event, Opened) and _inside(line, span)]
    masked = [line for line in lines if read_address(line.event.address) is None]  # type: ignore[union-attr]
    return masked + [line for line in _opened_earlier(log.lines()) if _inside(line, span)]


def _opened_earlier(lines: Lines) -> Iterable[LogLine]:
    for connection in assemble(lines).connections:
        if connection.lines and connection.first(Opened) is None and address_line(connection) is None:
            yield connection.lines[0]
