"""Pieces of text that occur in many line forms: addresses, quotes, recipient lists, replies, stamps."""

from __future__ import annotations

import re
from datetime import datetime

_LITERAL = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_ESCAPE = re.compile(r"(?:\\(?:015|012|[rnt])|[\r\n\t])+")
_REPLY = re.compile(r"\((?:'(\d{3})'|\"(\d{3})\"), *\[(.*)\]\)(?: *\[.*\])?\.?", re.DOTALL)
_ENHANCED = re.compile(r"\d\.\d{1,3}\.\d{1,3} +")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CTIME = re.compile(r"\w{3} +(\w{3}) +(\d{1,2}) +(\d{1,2}):(\d\d):(\d\d) +(\d{4})", re.ASCII)


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
    return tuple(int(number) for number in re.findall(r"\d{1,20}", text, re.ASCII))


def literals(text: str) -> list[str]:
    r"""The strings of a Python list as the appliance logs it, escapes made readable.

    >>> literals(r"['it\'s full', " + '"user\'s box"' + r", 'two\r\nlines']")
    ["it's full", "user's box", 'two lines']
    """
    found = (single or double for single, double in _LITERAL.findall(text))
    return [_ESCAPE.sub(" ", string).replace("\\'", "'").replace('\\"', '"') for string in found]


def reply(text: str) -> tuple[str | None, str | None]:
    """What a remote server answered, and what the appliance itself noted in its place (code 000): one is None.

    >>> reply("('421', ['4.3.2 try again later'])")
    ('421 4.3.2 try again later', None)
    >>> reply("('550', ['5.1.1 no such', '5.1.1 mailbox here']) []")
    ('550 5.1.1 no such mailbox here', None)
    >>> reply("('000', ['timeout'])")
    (None, 'timeout')
    """
    found = _REPLY.fullmatch(text)
    if found is None:
        return (text or None), None
    code = found[1] or found[2]
    lines = [line.strip() for line in literals(found[3])]
    if code == "000":
        return None, " ".join(lines) or None
    return " ".join([code, *_without_repeated_code(lines)]), None


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
