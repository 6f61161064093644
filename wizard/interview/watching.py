"""A hand test as it runs: each line of its conversation, and the seconds where nothing comes."""

from __future__ import annotations

from wizard.interview.commentary import Commentary
from wizard.interview.console import Console
from wizard.interview.screen import cut, width
from wizard.smtp.model import Event
from wizard.smtp.transcript import INDENT, render_line, waiting
from wizard.words import Lang


class Watching:
    """Shows it on the console; seconds are counted only where a line can be written anew."""

    def __init__(self, commentary: Commentary, console: Console, lang: Lang) -> None:
        self._commentary = commentary
        self._console = console
        self._lang: Lang = lang
        self._counting = False

    def __call__(self, event: Event) -> None:
        self._commentary.hush()
        if event.line is not None:
            if self._counting:
                self._console.redraw("")
            self._counting = False
            self._console.tell(render_line(event.line, self._lang))
        elif not self._console.plain:
            self._console.redraw(cut(f"{INDENT}{waiting(event, self._lang)}", width() - 1))
            self._counting = True
