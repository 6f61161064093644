"""The injection debug log: the steps on the gateway's command line that record it, and the file that came of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from wizard.debuglog import DebugLog, read
from wizard.debuglog.ask import as_text, walk
from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.answers import answer, checked
from wizard.gather.base import Desk, Gathered
from wizard.gather.debug_log import say_debug_log
from wizard.gather.search_log import known, listed
from wizard.maillog.asked import domain_of
from wizard.maillog.files import find_files
from wizard.rulebase.model import Source
from wizard.words import Lang, words

PASTED = "-"
"""The name of a log that was pasted."""


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Show the steps, and take the log as a path, or pasted: then it is read at once, since it may hold passwords."""
    typed = desk.asker.paste(source, checked(_check, desk.lang), request=ready_text(facts, desk.lang, desk.now))
    if typed is None:
        return Gathered()
    path = _path(typed)
    if path is None:
        return Gathered(say_debug_log([(PASTED, _read(typed))], facts, desk))
    return Gathered((answer("debug_log.files", (path,), path),))


def ready_text(facts: Mapping[str, Fact], lang: Lang, now: datetime) -> str | None:
    """What to type on the gateway to have the next conversations with this sender recorded; None where it is not known
    whose these are.
    """
    del now
    say = words("interview", lang)
    sender, recipient = known(facts, "sender.mailbox"), known(facts, "recipient.mailbox")
    addresses = (*listed(facts, "log.address"), *listed(facts, "sender.address"))
    host = addresses[0] if addresses else f".{domain_of(sender)}" if sender else None
    if host is None:
        return None
    return as_text(walk(lang, host, sender or say["debug.sender"], recipient or say["debug.recipient"]))


def _check(text: str) -> None:
    """Raises InputError for what is neither a file nor holds a conversation."""
    if _path(text) is None and not _read(text).conversations:
        raise InputError("pasted-no-debug-log")


def _read(text: str) -> DebugLog:
    return read(enumerate(text.splitlines(), 1), datetime.now())


def _path(text: str) -> str | None:
    """The file that was named instead of pasting it. Raises InputError for a path that leads to none."""
    plain = text.strip().strip("\"'")
    if "\n" in plain or not plain:
        return None
    path = str(Path(plain).expanduser())
    find_files([path])
    return path
