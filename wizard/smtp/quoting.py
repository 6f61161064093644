"""Arguments for somebody else's shell: each checked by `grammar` before, and quoted here for that shell alone."""

from __future__ import annotations

import re
import shlex

POWERSHELL_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")  # PowerShell ends a string at any of them

CMD_PLAIN = re.compile(r"[A-Za-z0-9._:\-]+")


def for_sh(word: str) -> str:
    """Quote for a POSIX shell.

    >>> for_sh("gw.corp.example"), for_sh("it's")
    ('gw.corp.example', '\\'it\\'"\\'"\\'s\\'')
    """
    return shlex.quote(word)


def for_powershell(word: str) -> str:
    """Quote for PowerShell.

    >>> for_powershell("MAIL FROM:<o'hara@partner.example>")
    "'MAIL FROM:<o''hara@partner.example>'"
    """
    return "'" + POWERSHELL_QUOTES.sub(lambda found: found[0] * 2, word) + "'"


def for_cmd(word: str) -> str:
    """Return a word that cmd takes as it is; it has no quoting to rely on, so nothing else is let through.

    >>> for_cmd("2001:db8::1")
    '2001:db8::1'
    """
    if not CMD_PLAIN.fullmatch(word):
        raise ValueError(f"not for cmd: {word!r}")
    return word
