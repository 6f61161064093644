"""What was searched and found nothing, what the log could say about the time, and `coverage` of the report."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from wizard.facts import Evidence
from wizard.gather.base import Desk
from wizard.maillog.asked import Asked, Window, read_address
from wizard.maillog.attempts import refused_connections
from wizard.maillog.coverage import Gap
from wizard.maillog.events.connection import Opened
from wizard.maillog.log import Log
from wizard.maillog.loglines import LogLine, iso
from wizard.maillog.records import Records
from wizard.maillog.say_connection import address_line
from wizard.maillog.says import Says
from wizard.maillog.search import Needle
from wizard.words import sentence

SHOWN = 5
"""Lines shown as examples of refusals or connections without an address."""


def coverage_of(log: Log) -> dict[str, Any]:
    """The files that were searched, what they hold and what was wrong with them, in the shape of the report."""
    files = []
    for index, file in enumerate(log.files):
        survey = log.survey(index)
        offset = log.offset(index)
        files.append(
            {
                "path": file.path,
                "lines": survey.lines,
                "bytes": survey.bytes,
                "from": iso(survey.first, offset),
                "to": iso(survey.last, offset),
                "problems": list(file.problems),
            }
        )
    starts = [str(one["from"]) for one in files if one["from"]]
    ends = [str(one["to"]) for one in files if one["to"]]
    return {"from": min(starts, default=None), "to": max(ends, default=None), "files": files}


def say_coverage(says: Says, log: Log, records: Records, question: Asked, desk: Desk) -> None:
    """The facts of a search without a result: for what, whether the log covers the time, what may hide in it."""
    window = question.window
    found = Evidence("search", _searched(log, question, desk))
    holes = log.gaps(window)
    if question.candidates:
        says.say("log.connection", "none", evidence=[found])
    says.say("log.mail", "none", evidence=[found])
    says.say("log.searched", found.text, evidence=[found])
    says.say("log.coverage", _word(log, holes, window), evidence=[found])
    if holes:
        text = "; ".join(f"{hole.start.isoformat(' ')} – {hole.end.isoformat(' ')}" for hole in holes[:SHOWN])
        missing = sentence("evidence", "missing", desk.lang, stretches=text)
        says.say("log.missing", text, evidence=[Evidence("search", missing)])
    refused = [
        one.refusal for one in refused_connections(records.loose) if one.refusal and _inside(one.refusal, window)
    ]
    says.say("log.refusals", "some" if refused else "none", *refused[:SHOWN])
    unknown = _unknown_addresses(log, window) if question.candidates else []
    says.say("log.unknown_addresses", "some" if unknown else "none", *unknown[:SHOWN])


def _word(log: Log, holes: list[Gap], window: Window) -> str:
    first, last = log.first, log.last
    if first is None or last is None:
        return "unknown"
    if not holes:
        return "whole"
    start, end = window.since or first, window.until or last
    if start >= end:
        return "none"
    dark = sum((min(hole.end, end) - max(hole.start, start) for hole in holes), timedelta())
    return "none" if dark >= end - start else "part"


def _inside(line: LogLine, window: Window) -> bool:
    return window.overlaps(line.time, line.time)


def _searched(log: Log, question: Asked, desk: Desk) -> str:
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
        start=_said(question.window.since or log.first),
        end=_said(question.window.until or log.last),
    )


def _said(time: datetime | None) -> str:
    return time.isoformat(" ") if time else "?"


def _unknown_addresses(log: Log, window: Window) -> list[LogLine]:
    """Connections in the window whose address the log does not tell: masked, or opened before the log begins."""
    log.gather([Needle(b"SMTP ICID ", ignore_case=True)])
    lines = [line for line in log.lines() if isinstance(line.event, Opened) and _inside(line, window)]
    masked = [line for line in lines if read_address(line.event.address) is None]  # type: ignore[union-attr]
    return masked + _opened_earlier(log, window)


def _opened_earlier(log: Log, window: Window) -> list[LogLine]:
    from wizard.maillog.assemble import assemble

    log.gather_head()
    connections = assemble(log.lines()).connections
    return [
        connection.lines[0]
        for connection in connections
        if connection.lines
        and connection.first(Opened) is None
        and address_line(connection) is None
        and _inside(connection.lines[0], window)
    ]
