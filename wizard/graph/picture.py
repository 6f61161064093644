"""What the picture holds: sources, the facts that rules test or sources need, in groups, findings, and their links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from wizard.rulebase.base import RuleBase
from wizard.rulebase.model import Finding, Source

NO_STEP = 99
"""Where findings stand that cite none of the technote's steps."""


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that come from the same sources at the same stage."""

    id: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Walk:
    """The way that a case took: sources in the order in which they were first tried, those that gave nothing, what is
    known, what was found, what concludes.
    """

    sources: tuple[str, ...] = ()
    failed: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    findings: frozenset[str] = frozenset()
    conclusion: str | None = None


@dataclass(frozen=True)
class Picture:
    """The rule base as a picture; with a walk, the way that a case took through it."""

    base: RuleBase
    walk: Walk | None = field(default=None)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """In the technote's order, then by cost as the planner has it."""
        return tuple(sorted(self.base.sources.values(), key=lambda one: (one.step, one.name)))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """By the first of the technote's steps that they cite, then in catalogue order."""
        found = self.base.findings.values()
        return tuple(sorted(found, key=lambda one: (step_of(one), self.base.rank(one.id))))

    @cached_property
    def tests(self) -> tuple[tuple[str, str], ...]:
        """Pairs of fact and finding: what the finding's rules, or the choice of its remedies, ask for."""
        pairs: dict[tuple[str, str], None] = {}
        for finding in self.findings:
            asked = [condition.fact for rule in finding.rules for condition in rule.conditions]
            for fact in (*asked, *([finding.remedies_by] if finding.remedies_by else [])):
                pairs[fact, finding.id] = None
        return tuple(pairs)

    @cached_property
    def needs(self) -> tuple[tuple[str, str], ...]:
        """Pairs of fact and source: what must be known before the source can be tried."""
        return tuple((need, source.name) for source in self.sources for need in source.needs)

    @cached_property
    def gives(self) -> tuple[tuple[str, str], ...]:
        """Pairs of source and fact, of the facts shown; a derived fact comes from the sources of its operands."""
        return tuple((source, fact) for fact in self._shown for source in self._sources_of(fact))

    @cached_property
    def _shown(self) -> tuple[str, ...]:
        wanted = {fact for fact, _ in (*self.tests, *self.needs)}
        return tuple(name for name in self.base.facts if name in wanted)

    def _sources_of(self, fact: str) -> tuple[str, ...]:
        kind = self.base.facts[fact]
        if kind.derive is None:
            return kind.sources
        return tuple(dict.fromkeys(source for operand in kind.derive.operands for source in self._sources_of(operand)))

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """In the order of their first source."""
        members: dict[tuple[tuple[str, ...], str | None], list[str]] = {}
        for fact in self._shown:
            members.setdefault((self._sources_of(fact), self._stage(fact)), []).append(fact)
        places = {source.name: place for place, source in enumerate(self.sources)}
        ordered = sorted(members.items(), key=lambda one: min((places[name] for name in one[0][0]), default=0))
        return tuple(Group(f"g{number}", tuple(facts)) for number, (_, facts) in enumerate(ordered))

    def _stage(self, fact: str) -> str | None:
        """The fact that this one hangs on, where several do: a fact alone stands beside what it hangs on."""
        when = self.base.facts[fact].when
        if not when:
            return None
        parent = when[0].fact
        siblings = [one for one in self._shown if self._parent(one) == parent]
        same = self._sources_of(fact) == self._sources_of(parent)
        return parent if len(siblings) > 1 or not same else self._stage(parent)

    def _parent(self, fact: str) -> str | None:
        when = self.base.facts[fact].when
        return when[0].fact if when else None

    @cached_property
    def group_of(self) -> dict[str, Group]:
        """Fact → its group."""
        return {fact: group for group in self.groups for fact in group.facts}


def step_of(finding: Finding) -> int:
    """The first of the technote's steps that a finding cites."""
    return min(map(_number, filter(_is_step, finding.cites)), default=NO_STEP)


def steps_in(items: Iterable[int]) -> list[int]:
    """Steps that occur, in order, each once."""
    return sorted(set(items))


def _is_step(cite: str) -> bool:
    return cite[:1] == "S" and cite[1:].isdigit()


def _number(cite: str) -> int:
    return int(cite[1:])
