"""The texts that are ready to send to those who can answer, or to follow on the gateway, filled in for a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module

from wizard.facts import Fact
from wizard.gather import MODULES
from wizard.rulebase.model import Source
from wizard.words import Lang

WITH_TEXT = frozenset({"ask_hand_test", "ask_sender_log", "ask_debug_log"})
"""The gatherers whose modules have a `ready_text`; no other is imported for a report."""


def text_for(source: Source, facts: Mapping[str, Fact], lang: Lang, at: str | None) -> str | None:
    """What the gatherer of a source makes of the case's facts (its `ready_text`), else the source's own text, if any.

    `at`: when the latest fact was learnt (ISO, with offset), so that a case says the same whenever it is shown.
    """
    ready: str | None = None
    if source.gatherer in WITH_TEXT:
        now = datetime.fromisoformat(at) if at else datetime.now().astimezone()
        ready = import_module(f"wizard.gather.{MODULES[source.gatherer]}").ready_text(facts, lang, now)
    own = source.request[lang] if source.request else None
    return (ready or own or "").strip("\n") or None
