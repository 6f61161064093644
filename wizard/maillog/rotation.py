"""The order in which rotated files were written, by their names.

AsyncOS keeps `mail.@20140101T000000.s` (saved) and `.c` (current) beside `mail.current`; logrotate on a syslog server
makes `mail.log.2.gz`, `mail.log.1`, `mail.log` or `mail.log-20240101`.
"""

from __future__ import annotations

import re

from wizard.patterns import pattern

_PACKED = pattern(r"\.(?:gz|bz2|xz|zst|zip)$", re.IGNORECASE)
_STAMP = pattern(r"[._@-]*(?<!\d)(\d{4})-?(\d\d)-?(\d\d)(?:[T_-]?(\d\d)[:-]?(\d\d)(?:[:-]?(\d\d))?)?(?!\d)")
_NUMBER = pattern(r"\.(\d{1,6})(?=\.|$)")
_ENDING = pattern(r"\.(?:current|log|txt|text|[sc])$", re.IGNORECASE)


def rotation_key(name: str) -> tuple[str, int, str, int, str]:
    """Sorts names oldest first within a family: those with a date, then the numbered downwards, then the current one.

    >>> sorted(["mail.log", "mail.log.10.gz", "mail.log.2.gz", "mail.log.1"], key=rotation_key)
    ['mail.log.10.gz', 'mail.log.2.gz', 'mail.log.1', 'mail.log']
    >>> sorted(["mail.current", "mail.@20240102T000000.c", "mail.@20231231T235959.s"], key=rotation_key)
    ['mail.@20231231T235959.s', 'mail.@20240102T000000.c', 'mail.current']
    """
    rest = _PACKED.sub("", name)
    date, number = "", 0
    if stamp := _STAMP.search(rest):
        date = "".join(part or "00" for part in stamp.groups())
        rest = rest[: stamp.start()] + rest[stamp.end() :]
    elif numbered := _NUMBER.search(rest):
        number = int(numbered[1])
        rest = rest[: numbered.start()] + rest[numbered.end() :]
    while ending := _ENDING.search(rest):
        rest = rest[: ending.start()]
    rank = 0 if date else 1 if number else 2
    return rest.lower(), rank, date, -number, name
