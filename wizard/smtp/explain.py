"""A server's reply in words: its class, its code, its enhanced code."""

from __future__ import annotations

from typing import Literal

from wizard.smtp.tables import table


def explain(code: int, enhanced: str | None, lang: Literal["en", "ja"]) -> str:
    """Return one line on what the codes mean; the server's own text says more where there is one.

    >>> explain(550, "5.1.1", "en")
    '550 refused for good; the sending server gives up: 5.1.1 no such mailbox'
    >>> explain(354, None, "en")
    '354 go on: the server waits for the message, ended by a line with a single dot'
    """
    texts = table("codes")
    words = texts["classes"].get(str(code)[0], {}).get(lang, "")
    more = texts["codes"].get(str(code), {}).get(lang, "")
    if enhanced and enhanced[2:] in texts["enhanced"]:
        more = f"{enhanced} {texts['enhanced'][enhanced[2:]][lang]}"
    return f"{code} {words}: {more}" if more else f"{code} {words}".strip()
