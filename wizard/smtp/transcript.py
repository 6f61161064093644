"""The hand test as text for a terminal: line by line while it runs, with a counter, and a summary at its end.

What the server wrote is a stranger's: nothing in it may act on the terminal.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TextIO

from wizard.smtp.clients import impatient
from wizard.smtp.explain import explain
from wizard.smtp.model import Event, HandTest, Line
from wizard.smtp.replies import cause_label, find_cause
from wizard.smtp.wire import REPLY_LINE, make_reply
from wizard.words import LANGUAGES, PLACEHOLDER, Lang, sentence, words

MARKS = {"sent": ">", "received": "<", "note": "*"}
INDENT = " " * 11
WIDEST = 400
ERASE_LINE = "\r\x1b[K"


def shown(text: str) -> str:
    r"""Return a stranger's text with everything unprintable spelt out, cut where it is very long.

    >>> shown("220 \x1b[2J\x00 gw")
    '220 \\x1b[2J\\x00 gw'
    """
    cut = text if len(text) <= WIDEST else f"{text[:WIDEST]}… (+{len(text) - WIDEST})"
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in cut)


def render_line(line: Line, lang: Lang) -> str:
    """Return one line of the transcript: its seconds, who spoke, the text; a refusal is followed by its explanation."""
    begin = f"{line.offset:8.2f} " if line.offset is not None else " " * 9
    if line.direction == "note":
        return f"{begin}{MARKS['note']} {shown(sentence('smtp', f'note.{line.text}', lang, detail=line.detail))}"
    text = f"{begin}{MARKS[line.direction]} {shown(line.text)}"
    if line.detail == "unfinished":
        return f"{text} {sentence('smtp', 'unfinished', lang)}"
    if line.direction == "received" and line.text[:1] in ("4", "5") and line.text[3:4] != "-":
        found = REPLY_LINE.match(line.text)
        if found:
            return f"{text}\n{INDENT}= {explain(int(found[1]), make_reply((line.text,)).enhanced, lang)}"
    return text


def render_transcript(test: HandTest, lang: Lang) -> str:
    """Return the whole transcript."""
    return "\n".join(render_line(line, lang) for line in test.transcript)


def noted(text: str) -> str | None:
    """Return the key of the note that a rendered line shows, in whichever language.

    >>> noted("* the server closed the connection")
    'ended-closed'
    """
    bare = text.removeprefix(f"{MARKS['note']} ").strip()
    return next((key for pattern, key in _notes() if pattern.fullmatch(bare)), None)


def is_unfinished(text: str) -> bool:
    """Say whether a rendered line shows the beginning of a line that never ended."""
    return text.endswith(tuple(sentence("smtp", "unfinished", lang) for lang in LANGUAGES))


@cache
def _notes() -> list[tuple[re.Pattern[str], str]]:
    """Return what each note looks like, those without words of their own left out."""
    known = []
    for lang in LANGUAGES:
        for key, text in words("smtp", lang).items():
            parts = PLACEHOLDER.split(text)[::2]
            if key.startswith("note.") and any(parts):
                pattern = ".{0,500}".join(re.escape(part) for part in parts)
                known.append((re.compile(pattern), key.removeprefix("note.")))
    return known


def summary(test: HandTest, lang: Lang) -> list[str]:
    """Return what came out, in a sentence or a few."""
    said = []
    if test.banner_seconds is not None:
        said.append(sentence("smtp", "greeting", lang, seconds=f"{test.banner_seconds:.1f}"))
        names = ", ".join(client.name for client in impatient(test.banner_seconds))
        if names:
            said.append(sentence("smtp", "greeting.impatient", lang, names=names))
    result = "accepted-message" if test.result == "accepted" and test.message_id else test.result
    values = {
        "stage": sentence("smtp", f"stage.{test.stage}", lang),
        "reply": shown(test.reply.sent) if test.reply else "",
        "waited": f"{test.waited or 0:.1f}",
        "target": test.target,
        "message_id": test.message_id,
    }
    said.append(sentence("smtp", f"result.{result}", lang, **values))
    if test.reason:
        said.append(shown(sentence("smtp", f"note.ended-{test.reason}", lang, detail=test.problem)))
    if test.speaks:
        said.append(sentence("smtp", "speaks", lang, name=test.speaks.upper()))
    cause = find_cause(test.reply.sent, test.stage) if test.reply else None
    if cause:
        said.append(
            sentence("smtp", f"cause.{'sure' if cause.sure else 'likely'}", lang, cause=cause_label(cause.word, lang))
        )
    return said


def waiting(event: Event, lang: Lang) -> str:
    """Return what is waited for, how long already, and how long at most."""
    return sentence("smtp", f"wait.{event.stage}", lang, waited=int(event.waited), limit=round(event.limit))


class Display:
    """A watcher that writes each line to a terminal as it comes, and counts the seconds where nothing comes.

    `counter` is for terminals only: it writes over itself.
    """

    def __init__(self, out: TextIO, lang: Lang, *, counter: bool) -> None:
        self._out = out
        self._lang: Lang = lang
        self._counter = counter
        self._counting = False

    def __call__(self, event: Event) -> None:
        if event.line is not None:
            self.clear()
            self._out.write(render_line(event.line, self._lang) + "\n")
        elif self._counter:
            self._out.write(f"{ERASE_LINE}{INDENT}{waiting(event, self._lang)}")
            self._counting = True
        self._out.flush()

    def clear(self) -> None:
        """Take the counter away, as before a line and at the end."""
        if self._counting:
            self._out.write(ERASE_LINE)
            self._counting = False
