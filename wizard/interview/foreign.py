"""A case may come from somebody else: what it names on this machine or network is used only if that was named here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from wizard.case import Step
from wizard.facts import UNAVAILABLE, Fact
from wizard.words import Lang, sentence

REACHING = {
    "log.files": "path",
    "debug_log.files": "path",
    "sender_log.files": "path",
    "gateway.host": "host",
    "dnsbl.zones": "host",
}
"""Facts whose value leads out of the case: what it is, by the fact that has it."""


def named_in(steps: Iterable[Step]) -> set[str]:
    """What a case names: `path …`, `host …`."""
    return {one for step in steps for fact in step.facts for one in _named(fact)}


def described(named: str, lang: Lang) -> str:
    """One of these in words."""
    kind, _, value = named.partition(" ")
    return sentence("interview", f"foreign.{kind}", lang, value=value)


def without(steps: Sequence[Step], names: Collection[str]) -> list[Step]:
    """The steps without the facts that name any of these; what was found by them stays known."""
    kept = [replace(step, facts=tuple(f for f in step.facts if not set(_named(f)) & set(names))) for step in steps]
    return [
        step
        for step, before in zip(kept, steps, strict=True)
        if step.facts or step.rows is not None or not before.facts
    ]


def _named(fact: Fact) -> list[str]:
    kind = REACHING.get(fact.name)
    if kind is None or fact.value == UNAVAILABLE:
        return []
    values = fact.value if isinstance(fact.value, tuple) else (str(fact.value),)
    return [f"{kind} {value}" for value in values]
