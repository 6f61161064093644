"""Is what was named the log that answers? If not, it is said what it is instead."""

from __future__ import annotations

from itertools import islice

from wizard.errors import InputError
from wizard.maillog.encoding import decode
from wizard.maillog.kinds_of_log import recognise
from wizard.maillog.log import Log
from wizard.maillog.logfile import LogFile
from wizard.words import Lang, sentence, words

ANSWERING = {"mail", "tracking", "consolidated", "bounce", "header-only"}
"""Kinds of text that say what became of mail."""
FOREIGN = {"empty", "image", "binary", "prose"}
"""Kinds of text that are no log of the gateway at all."""
UNREAD = "unread"
"""Nothing came of it: its problems say why."""
_BEGINNING = 200_000


def check(log: Log, lang: Lang) -> bool:
    """Whether any of the files is a log that answers; files that are something else get that as a problem.

    Raises InputError where none of them is a log of this gateway.
    """
    kinds = [(file, _kind(file)) for file in log.files]
    for file, kind in kinds:
        if kind not in ANSWERING and kind != UNREAD:
            file.note(kind)
    if all(kind in FOREIGN or kind == UNREAD for _, kind in kinds):
        named = ", ".join(_named(file, kind, lang) for file, kind in kinds[:5])
        raise InputError("no-gateway-log", files=named + (", …" if len(kinds) > 5 else ""))
    return any(kind in ANSWERING for _, kind in kinds)


def _kind(file: LogFile) -> str:
    beginning = b"".join(islice(file.blocks(), 1))[:_BEGINNING]
    if not beginning:
        return UNREAD if file.problems else "empty"
    return recognise(decode(line) for line in beginning.split(b"\n"))


def _named(file: LogFile, kind: str, lang: Lang) -> str:
    return sentence("evidence", "of-kind", lang, file=file.name, kind=_in_words(file, kind, lang))


def _in_words(file: LogFile, kind: str, lang: Lang) -> str:
    if kind != UNREAD:
        return words("evidence", lang)[f"kind.{kind}"]
    problem = file.problems[0]
    return words("report", lang).get(f"problem.{problem}", problem)
