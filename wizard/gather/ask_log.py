"""Where the mail log is: a path, or Message Tracking details pasted in its stead, or the way to get one of them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from wizard.errors import InputError
from wizard.facts import Fact
from wizard.gather.answers import answer, checked, what_is_wrong
from wizard.gather.base import Desk, Gathered
from wizard.gather.kinds import check
from wizard.gather.pasted import kept_log
from wizard.gather.search_log import PATHS, open_log
from wizard.maillog.files import find_files
from wizard.maillog.kinds_of_log import recognise
from wizard.rulebase.model import Source
from wizard.words import words

READABLE = {"mail", "tracking", "consolidated", "bounce"}


def gather(source: Source, facts: Mapping[str, Fact], desk: Desk) -> Gathered:
    """Ask for a path, or for pasted text where the source says so; again where it is not the log that answers."""
    if source.gatherer == "ask_tracking":
        pasted = desk.asker.paste(source, checked(_readable, desk.lang))
        return Gathered() if pasted is None else Gathered(kept_log(pasted, desk))
    while True:
        typed = desk.asker.text(source, checked(_read, desk.lang), path=True)
        if typed is None:
            desk.asker.tell((source.how or source.help or source.title)[desk.lang])
            return Gathered()
        if "\n" in typed:
            return Gathered(kept_log(typed, desk))
        paths = tuple(str(Path(path).absolute()) for path in _read(typed))
        found = answer(PATHS, paths, typed)
        wrong = _wrong({**facts, PATHS: found}, desk)
        if wrong is None:
            return Gathered((found,))
        desk.asker.tell(wrong)


def _wrong(facts: Mapping[str, Fact], desk: Desk) -> str | None:
    """What the named log is instead of one that says what became of mail, None for one that does."""
    try:
        answers = check(open_log(facts, desk), desk.lang)
    except InputError as error:
        return what_is_wrong(error, desk.lang)
    return None if answers else words("interview", desk.lang)["log.other-kind"]


def _read(text: str) -> tuple[str, ...]:
    """The paths typed: one with blanks in it, or several. Raises InputError where one of them does not exist."""
    if "\n" in text:
        _readable(text)
        return ()
    if text.strip() == "-":
        raise InputError("no-such-file", path=text)
    whole = str(Path(text.strip().strip("\"'")).expanduser())
    try:
        find_files([whole])
    except InputError:
        paths = _split(text)
        if len(paths) < 2:
            raise
        find_files(paths)
        return tuple(paths)
    return (whole,)


def _split(text: str) -> list[str]:
    try:
        return [str(Path(part).expanduser()) for part in shlex.split(text, posix="\\" not in text)]
    except ValueError:
        return []


def _readable(text: str) -> None:
    """Raises InputError for a pasted text that is no log of the gateway."""
    if recognise(text.splitlines()) not in READABLE:
        raise InputError("pasted-no-log")
