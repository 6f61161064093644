"""The time asked about, from what people say of it: whose clock they mean, and with some room around a moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from wizard.facts import Fact
from wizard.gather.answers import answer, with_offset
from wizard.gather.base import Desk
from wizard.gather.search_log import PATHS, paths_of
from wizard.typed.when import When, read_when
from wizard.typed.zones import offset_of, spelt
from wizard.words import sentence, words

ROOM = timedelta(hours=1)
"""Searched before and after a moment: people round, queues wait a little."""
SINCE, UNTIL = "window.since", "window.until"


def window_facts(typed: str, facts: Mapping[str, Fact], desk: Desk) -> tuple[Fact, ...]:
    """Since and until, and how they were understood said back. Raises InputError for what is no time."""
    return told_window(read_when(typed, desk.now.astimezone(), desk.lang), typed, facts, desk)


def told_window(when: When, typed: str, facts: Mapping[str, Fact], desk: Desk) -> tuple[Fact, ...]:
    """The same for a time that was read already."""
    log = _log_offset(facts, desk)
    offset = when.offset
    if offset is None:
        mine = offset_of(when.since.astimezone())
        offset = _asked_zone(mine, log, desk) if log is not None and log != mine else log
    since, until = (when.since - ROOM, when.until + ROOM) if when.moment else (when.since, when.until)
    until = max(since, min(until, _present(offset)))
    desk.asker.tell(_said(since, until, offset, log, desk))
    ends = (with_offset(since, offset), with_offset(until, offset))
    return tuple(answer(name, value, typed) for name, value in zip((SINCE, UNTIL), ends, strict=True))


def _present(offset: int | None) -> datetime:
    here = datetime.now().astimezone().replace(microsecond=0)
    if offset is None:
        return here.replace(tzinfo=None)
    return (here - (here.utcoffset() or timedelta()) + timedelta(minutes=offset)).replace(tzinfo=None)


def _log_offset(facts: Mapping[str, Fact], desk: Desk) -> int | None:
    """The zone of the log, where it was opened and tells one."""
    log = desk.logs.get(paths_of(facts)) if PATHS in facts else None
    offsets = {appliance.offset for appliance in log.appliances()} if log else set()
    return offsets.pop() if len(offsets) == 1 else None


def _asked_zone(mine: int, log: int, desk: Desk) -> int:
    say = words("interview", desk.lang)
    choices = [(mine, "zone.mine"), (log, "zone.log"), *([(0, "zone.utc")] if 0 not in {mine, log} else [])]
    offered = [(str(offset), sentence("interview", key, desk.lang, zone=spelt(offset))) for offset, key in choices]
    return int(desk.asker.pick(say["zone.which"], offered))


def _said(since: datetime, until: datetime, offset: int | None, log: int | None, desk: Desk) -> str:
    key = "window.of-log" if offset is None else "window.of-zone"
    text = sentence(
        "interview",
        key,
        desk.lang,
        since=f"{since:%Y-%m-%d %H:%M}",
        until=f"{until:%H:%M}" if since.date() == until.date() else f"{until:%Y-%m-%d %H:%M}",
        zone=spelt(offset or 0),
    )
    if offset is None or log is None or log == offset:
        return text
    shift = timedelta(minutes=log - offset)
    there = sentence("interview", "window.in-log", desk.lang, since=f"{since + shift:%Y-%m-%d %H:%M}", zone=spelt(log))
    return f"{text} {there}"
