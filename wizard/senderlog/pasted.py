"""Log lines that came through a mail program or a web form."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BEGINS = re.compile(
    r"[>|\s]{0,8}(?:[^\s:,\"<>=]{1,255}:(?:\d{1,9}:)?)?"
    r"(?:<\d{1,3}>|\d{4}-\d\d-\d\d|(?:\d{4} )?[A-Z][a-z]{2} {1,2}\d{1,2} |@4[0-9a-f]{23} |\d{9,11}\.\d{6} |"
    r"#|\"|\d{1,2}/\d{1,2}/\d{4})"
)
_QUOTE = re.compile(r"[>|\s]{1,8}")
_LONGEST = 4096


def unwrapped(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a paste, each with the lines after it that begin like no line of a log: a mail program wrapped them.

    >>> list(unwrapped("> Nov 24 22:18:08 mail postfix/smtp[7]: B02362:\\n> to=<alice@corp.test>\\n\\nRegards"))
    [(1, '> Nov 24 22:18:08 mail postfix/smtp[7]: B02362: to=<alice@corp.test>'), (4, 'Regards')]
    """
    began, words = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        continues = words and line.strip() and not _BEGINS.match(line)
        if continues and len(words) < _LONGEST:
            words = f"{words.rstrip()} {_QUOTE.sub('', line, count=1) if _QUOTE.match(line) else line}"
            continue
        if words:
            yield began, words
        began, words = number, line if line.strip() else ""
    if words:
        yield began, words
