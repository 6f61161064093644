"""Pieces of text that occur in many line forms: addresses, quotes, recipient lists, replies, stamps."""

from __future__ import annotations

import re
from datetime import datetime

from wizard.patterns import pattern

_LITERAL = pattern(r"""'([^'\\]*(?:\\.[^'\\]*)*)'|"([^"\\]*(?:\\.[^"\\]*)*)\"""", re.DOTALL)
_QUOTE = pattern(r"['\"]")
_ESCAPE = pattern(r"(?:\\(?:015|012|[rnt])|[\r\n\t])+")
_REPLY = pattern(r"\(['\"](\d{3})['\"], *\[", re.ASCII)
_ENHANCED = pattern(r"\d\.\d{1,3}\.\d{1,3} +")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBERS = pattern(r"\d{1,20}", re.ASCII)
_CTIME = pattern(r"\w{3} +(\w{3}) +(\d{1,2}) +(\d{1,2}):(\d\d):(\d\d) +(\d{4})", re.ASCII)


def address(text: str) -> str:
    """An envelope address without its brackets; the empty string is the sender of bounces.

    >>> address("<bob@sender.test>"), address("< bob@sender.test>"), address("bob@sender.test"), address("<>")
    ('bob@sender.test', 'bob@sender.test', 'bob@sender.test', '')
    """
    text = text.strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1].strip()
    return text


def unquoted(text: str) -> str:
    """Text without the one pair of quotes around it.

    >>> unquoted("'it is'"), unquoted('"it is"'), unquoted("it is"), unquoted("'ends with a quote''")
    ('it is', 'it is', 'it is', "ends with a quote'")
    """
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        return text[1:-1]
    return text


def numbers(text: str) -> tuple[int, ...]:
    """The recipient numbers of `[0, 1]` or `0`.

    >>> numbers("[0, 1, 12]"), numbers("0"), numbers("[]")
    ((0, 1, 12), (0,), ())
    """
    return tuple(map(int, _NUMBERS.findall(text)))


def literals(text: str) -> list[str]:
    r"""The strings of a Python list as the appliance logs it, escapes made readable.

    >>> literals(r"['it\'s full', " + '"user\'s box"' + r", 'two\r\nlines']")
    ["it's full", "user's box", 'two lines']
    """
    return _literals(text)[0]


def _literals(text: str, end: str = "") -> tuple[list[str], int]:
    """The strings, and where the list ends: at the first `end` outside of them, or where they stop being strings."""
    found: list[str] = []
    at = 0
    while True:
        quote = _QUOTE.search(text, at)
        stop = text.find(end, at, quote.start() if quote else len(text)) if end else -1
        literal = _LITERAL.match(text, quote.start()) if quote and stop < 0 else None
        if literal is None:
            return found, stop if stop >= 0 else at
        string = literal[1] if literal[1] is not None else literal[2]
        found.append(_ESCAPE.sub(" ", string).replace("\\'", "'").replace('\\"', '"'))
        at = literal.end()


def reply(text: str) -> tuple[str | None, str | None]:
    """What a remote server answered, and what the appliance itself noted in its place (code 000): one is None.

    >>> reply("('421', ['4.3.2 try again later'])")
    ('421 4.3.2 try again later', None)
    >>> reply("('550', ['5.1.1 no such', '5.1.1 mailbox here']) []")
    ('550 5.1.1 no such mailbox here', None)
    >>> reply("('000', ['timeout'])")
    (None, 'timeout')
    >>> reply("('452', ['it's full'])")
    ("452 it's full", None)
    """
    found = _REPLY.match(text)
    if found is None:
        return (text or None), None
    inner = text[found.end() :]
    lines, end = _literals(inner, "]")
    if not inner.startswith("]", end):  # quotes do not pair: as it is
        lines = [_ESCAPE.sub(" ", inner).rstrip("])'\"[ ").lstrip("'\"")]
    lines = [line.strip() for line in lines]
    if found[1] == "000":
        return None, " ".join(lines) or None
    return " ".join([found[1], *_without_repeated_code(lines)]), None


def _without_repeated_code(lines: list[str]) -> list[str]:
    first = _ENHANCED.match(lines[0]) if lines else None
    if first is None:
        return lines
    code = first[0].strip()
    return lines[:1] + [line[len(code) :].strip() if line.startswith(code) else line for line in lines[1:]]


def ctime(text: str) -> datetime | None:
    """The time of `Www Mmm dd HH:MM:SS YYYY`, None where there is no such time.

    >>> ctime("Mon Mar 31 20:01:23 2003"), ctime("Mon Feb 31 20:01:23 2003")
    (datetime.datetime(2003, 3, 31, 20, 1, 23), None)
    """
    found = _CTIME.match(text)
    if found is None or found[1] not in _MONTHS:
        return None
    day, hour, minute, second, year = (int(part) for part in found.group(2, 3, 4, 5, 6))
    try:
        return datetime(year, _MONTHS.index(found[1]) + 1, day, hour, minute, min(second, 59))
    except ValueError:
        return None
