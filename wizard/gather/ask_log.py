"""Where the mail log is: a path, or Message Tracking details pasted in its stead, or the way to get one of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.answers import answer, what_is_wrong
from wizard.gather.base import Desk, Gathered
from wizard.maillog.files import find_files
from wizard.rulebase.model import Source


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask for a path, or for pasted text where the source says so."""
    del facts
    if source.gatherer == "ask_tracking":
        return _pasted(source, desk)

    def check(text: str) -> str | None:
        try:
            find_files([str(Path(text).expanduser())])
        except InputError as error:
            return what_is_wrong(error, desk.lang)
        return None

    typed = desk.asker.text(source, check, path=True)
    if typed is None:
        desk.asker.tell((source.help or source.title)[desk.lang])
        return Gathered()
    return Gathered((answer("log.files", (str(Path(typed).expanduser()),), typed),))


def _pasted(source: Source, desk: Desk) -> Gathered:
    """The pasted text goes into a file for its owner only, so that it is read like any log and not lost."""
    text = desk.asker.paste(source)
    if text is None:
        return Gathered()
    descriptor, path = tempfile.mkstemp(prefix="mailwhy-tracking-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text + "\n")
    return Gathered((answer("log.files", (path,), path),))
