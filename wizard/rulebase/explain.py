"""One finding in words: when it is found, from what, and what to do then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wizard.facts import UNAVAILABLE
from wizard.rulebase.base import RuleBase
from wizard.rulebase.conditions import NONE, Condition
from wizard.rulebase.model import OTHER, Finding, Rule
from wizard.rulebase.texts import fill, placeholders
from wizard.words import Lang, sentence


def explain(base: RuleBase, finding: str, lang: Lang) -> str:
    """What the rule base holds of a finding, as plain text that is Markdown too. Raises KeyError: no such finding."""
    return "\n".join(_Explained(base, lang).lines(base.findings[finding])).rstrip() + "\n"


class _Explained:
    """The words of one rule base in one language."""

    def __init__(self, base: RuleBase, lang: Lang) -> None:
        self.base = base
        self.lang = lang

    def lines(self, finding: Finding) -> Iterator[str]:
        wording = finding.words[self.lang]
        yield from (f"# {finding.id}: {self._text(wording.title)}", "", self._kind(finding))
        yield from (self._say("cites", cites=", ".join(finding.cites)), "", self._text(wording.explanation), "")
        yield from self._section("rules", self._rules(finding))
        yield from self._section("notes", self._notes(finding))
        yield from self._section("remedies", self._remedies(finding))
        if finding.limits:
            yield from self._section("limits", [self._text(finding.limits[self.lang])])
        yield from self._section("sources", self._sources(finding))

    def _say(self, key: str, **values: object) -> str:
        return sentence("explain", key, self.lang, **values)

    def _text(self, text: str) -> str:
        """A text of the rule base, with what each placeholder stands for."""
        return fill(text, {name: f"‹{self.base.facts[name].label[self.lang]}›" for name in placeholders(text)})

    def _section(self, heading: str, lines: Iterable[str]) -> Iterator[str]:
        text = "\n".join(lines).rstrip()
        if text:
            yield from (f"## {self._say(heading)}", "", text, "")

    def _kind(self, finding: Finding) -> str:
        parts = [self._say(f"role.{finding.role}")]
        if finding.fate:
            parts.append(self._say(f"fate.{finding.fate}"))
        return ": ".join(parts)

    def _rules(self, finding: Finding) -> Iterator[str]:
        for rule in finding.rules:
            fate = self._say("fate", fate=self._say(f"fate.{rule.fate}")) if rule.fate else ""
            yield from (self._say(rule.confidence, fate=fate), "")
            yield from (f"- {self._condition(condition)}" for condition in self._all(rule))
            yield ""
        if finding.instead_of:
            yield from (self._say("instead", findings=", ".join(finding.instead_of)), "")
        beaten_by = sorted(f.id for f in self.base.findings.values() if finding.id in f.instead_of)
        if beaten_by:
            yield from (self._say("beaten", findings=", ".join(beaten_by)), "")

    def _all(self, rule: Rule) -> Iterator[Condition]:
        """The conditions as written, then those that they presuppose of other facts."""
        written = {condition.fact for condition in rule.conditions}
        yield from rule.conditions
        yield from (condition for condition in rule.closed if condition.fact not in written)

    def _condition(self, condition: Condition) -> str:
        kind = self.base.facts[condition.fact]
        return f"{kind.label[self.lang]} (`{condition.fact}`): {self._test(condition)}"

    def _test(self, condition: Condition) -> str:
        if condition.op in ("is", "not"):
            values = self._say("or").join(self._value(condition.fact, word) for word in condition.words)
            return values if condition.op == "is" else self._say("not", values=values)
        if condition.op == "given":
            return self._say("given")
        number = f"{condition.number:g}"
        unit = self.base.facts[condition.fact].type == "seconds"
        return self._say(condition.op, number=self._say("seconds", number=number) if unit else number)

    def _value(self, fact: str, word: str) -> str:
        if word in (NONE, UNAVAILABLE) and word not in self.base.facts[fact].words:
            return self._say(word)
        shown = self.base.shown(fact, word, self.lang)
        return shown if shown == word else f"{shown} (`{word}`)"

    def _notes(self, finding: Finding) -> Iterator[str]:
        for note in finding.notes:
            conditions = self._say("and").join(self._condition(condition) for condition in note.conditions)
            yield "- " + self._say("note", text=self._text(note.text[self.lang]), conditions=conditions)

    def _remedies(self, finding: Finding) -> Iterator[str]:
        for whom, choices in finding.words[self.lang].remedies.items():
            for value, text in choices.items():
                where = f" ({self._choice(finding, value)})" if len(choices) > 1 else ""
                yield f"- {self._say(f'for.{whom}')}{where}: {self._text(text)}"

    def _choice(self, finding: Finding, value: str) -> str:
        if value == OTHER or finding.remedies_by is None:
            return self._say("otherwise")
        label = self.base.facts[finding.remedies_by].label[self.lang]
        return self._say("where", label=label, value=self._value(finding.remedies_by, value))

    def _sources(self, finding: Finding) -> Iterator[str]:
        facts = dict.fromkeys(condition.fact for rule in finding.rules for condition in self._all(rule))
        if finding.remedies_by:
            facts[finding.remedies_by] = None
        for fact in facts:
            yield f"- `{fact}`: {self._source(fact)}"

    def _source(self, fact: str) -> str:
        kind = self.base.facts[fact]
        if kind.derive:
            return self._say("derived", facts=", ".join(f"`{operand}`" for operand in kind.derive.operands))
        sources = (self.base.sources[name] for name in kind.sources)
        return "; ".join(
            self._say("source", title=s.title[self.lang], step=s.step, cost=self._say(f"cost.{s.cost}"))
            for s in sources
        )
