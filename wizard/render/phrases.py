"""How single values of a report are said in one language: times, durations, names of facts, findings and details."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from wizard.render.escape import Verbatim, plain
from wizard.words import Lang, sentence, words

if TYPE_CHECKING:
    from wizard.render.contract import Plain

Shown = str | Verbatim
"""Prose (the program's or a rule's own words), or a value to be shown as it was written."""


class Labels(NamedTuple):
    """The rules' own names of things in the report's language; what has none is shown by its identifier.

    `facts`: by fact name, a noun phrase. `values`: by fact name and value. `findings`: by identifier, a short title.
    `details`: by finding and key of its detail, the facts that may stand there.
    """

    facts: Mapping[str, str] = MappingProxyType({})
    values: Mapping[tuple[str, str], str] = MappingProxyType({})
    findings: Mapping[str, str] = MappingProxyType({})
    details: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType({})


class Phrases(NamedTuple):
    """One language's words for one report."""

    lang: Lang
    labels: Labels
    offset: str | None = None
    """The time zone, where all times of the report are in one: then only the first times name it."""

    def say(self, key: str, **values: object) -> str:
        """Return a text of `wizard/words/report.yaml`, strangers' values in it made plain."""
        return sentence("report", key, self.lang, **{name: plain(value) for name, value in values.items()})

    def known(self, key: str) -> str | None:
        """Return a text of `wizard/words/report.yaml`, or None where there is none."""
        return words("report", self.lang).get(key)

    def finding(self, identifier: str) -> Shown:
        """Return what a finding is called."""
        return self.labels.findings.get(identifier) or Verbatim(identifier)

    def fact(self, name: str) -> Shown:
        """Return what a fact is called."""
        return self.labels.facts.get(name) or Verbatim(name)

    def fact_values(self, name: str, value: Plain) -> tuple[Shown, ...]:
        """Return how a fact's value is said; a list is several."""
        return tuple(self._fact_value(name, one) for one in listed(value))

    def _fact_value(self, name: str, value: str | int | float | bool) -> Shown:
        if value == "unavailable":
            return self.say("value.unavailable")
        told = self.labels.values.get((name, str(value)))
        return told or (self.say("value.none") if value == "none" else self._value(value))

    def detail(self, key: str) -> str:
        """Return what a detail is called; one without words of its own by its key.

        >>> Phrases("en", Labels()).detail("next_hop")
        'next hop'
        """
        return self.known(f"detail.{key}") or key.replace("_", " ")

    def detail_values(self, key: str, value: Plain, finding: str = "") -> tuple[Shown, ...]:
        """Return how a detail's value is said; a list is several. `finding` is whose detail it is.

        >>> Phrases("en", Labels()).detail_values("stage", "mail-from")
        ('`MAIL FROM`',)
        """
        return tuple(self._detail_value(key, one, finding) for one in listed(value))

    def _detail_value(self, key: str, value: str | int | float | bool, finding: str) -> Shown:
        if key == "cause":
            return self.finding(str(value))
        if key == "seconds" and isinstance(value, (int, float)):
            return self.duration(value)
        of_facts = (self.labels.values.get((fact, str(value))) for fact in self.labels.details.get((finding, key), ()))
        return self.known(f"{key}.{value}") or next(filter(None, of_facts), None) or self._value(value)

    def _value(self, value: str | int | float | bool) -> Shown:
        if isinstance(value, bool):
            return self.say("value.yes" if value else "value.no")
        return Verbatim(value) if isinstance(value, str) else f"{value:.15g}"

    def moment(self, time: str | None) -> str:
        """Return an ISO time as people write it, without the time zone where that is the same in the whole report.

        >>> Phrases("en", Labels(), "+09:00").moment("2025-03-03T14:02:11+09:00")
        '2025-03-03 14:02:11'
        """
        return moment(time).removesuffix(self.offset or "").rstrip()

    def duration(self, seconds: float) -> str:
        """Return a duration in its two largest units.

        >>> Phrases("en", Labels()).duration(200), Phrases("ja", Labels()).duration(34.5)
        ('3 min 20 s', '34.5 秒')
        """
        if seconds < 120:
            return self.say("seconds", seconds=f"{seconds:g}")
        minutes, rest = divmod(round(seconds), 60)
        if minutes < 120:
            return self.say("minutes", minutes=minutes, seconds=rest)
        hours, minutes = divmod(minutes, 60)
        if hours < 48:
            return self.say("hours", hours=hours, minutes=minutes)
        days, hours = divmod(hours, 24)
        return self.say("days", days=days, hours=hours)

    def problem(self, problem: str) -> str:
        """Return a problem of a log file in words.

        >>> Phrases("en", Labels()).problem("truncated gzip stream")
        'the compressed file breaks off'
        >>> Phrases("en", Labels()).problem("prose")
        'no log of the gateway'
        """
        return self.known(f"problem.{problem}") or words("evidence", self.lang).get(f"kind.{problem}") or problem

    def cite(self, cited: str) -> Shown:
        """Return a source: a step of the technote in words, any other as it is."""
        step = self.known(f"step.{cited}")
        return self.say("cite.step", step=cited, words=step) if step else cited


def listed(value: Plain) -> tuple[str | int | float | bool, ...]:
    """Return the values of a list, or the one value that is none."""
    return (value,) if isinstance(value, (str, int, float, bool)) else tuple(value)


def offset(times: Iterable[str | None]) -> str | None:
    """Return the offset from UTC that all the ISO times share, or None.

    >>> offset(["2025-03-03T14:02:11+09:00", None, "2025-03-04T14:02:11+09:00"])
    '+09:00'
    """
    found = {time[19:] for time in times if time}
    return found.pop() or None if len(found) == 1 else None


def moment(time: str | None) -> str:
    """Return an ISO time as people write it.

    >>> moment("2025-03-03T14:02:11+09:00")
    '2025-03-03 14:02:11 +09:00'
    """
    if time is None:
        return ""
    day, _, clock = time.partition("T")
    return f"{day} {clock[:8]} {clock[8:]}".strip()
