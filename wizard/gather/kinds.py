"""Is what was named the log that answers? If not, it is said what it is instead."""

from __future__ import annotations

from itertools import islice

from wizard.errors import InputError
from wizard.maillog.encoding import decode
from wizard.maillog.files import LogFile
from wizard.maillog.kinds_of_log import recognise
from wizard.maillog.log import Log
from wizard.words import Lang, words

ANSWERING = {"mail", "tracking", "consolidated", "bounce", "header-only"}
"""Kinds of text that say what became of mail."""
FOREIGN = {"empty", "image", "binary", "prose"}
"""Kinds of text that are no log of the gateway at all."""
_BEGINNING = 200_000


def check(log: Log, lang: Lang) -> bool:
    """Whether any of the files is a log that answers; files that are something else get that as a problem.

    Raises InputError where none of them is a log of this gateway.
    """
    kinds = [(file, _kind(file)) for file in log.files]
    for file, kind in kinds:
        if kind not in ANSWERING:
            file.note(kind)
    if all(kind in FOREIGN for _, kind in kinds):
        say = words("evidence", lang)
        named = ", ".join(f"{file.name} ({say['kind.' + kind]})" for file, kind in kinds[:5])
        raise InputError("no-gateway-log", files=named + (", …" if len(kinds) > 5 else ""))
    return any(kind in ANSWERING for _, kind in kinds)


def _kind(file: LogFile) -> str:
    beginning = b"".join(islice(file.blocks(), 1))[:_BEGINNING]
    if not beginning:
        return "image" if "picture" in file.problems else "binary" if file.problems != ["empty"] else "empty"
    return recognise(decode(line) for line in beginning.split(b"\n"))
