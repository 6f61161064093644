"""The picture as a Mermaid flowchart, which many wikis and code hosts draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wizard.graph.picture import NO_STEP, Picture, step_of, steps_in
from wizard.words import Lang, words

_CLASSES = (
    "classDef source fill:#e8f0fe,stroke:#3b6fb6,color:#000",
    "classDef asked fill:#fff4d6,stroke:#b7860b,color:#000",
    "classDef facts fill:#f6f6f6,stroke:#999,color:#000",
    "classDef outcome fill:#fde8e8,stroke:#b23b3b,color:#000",
    "classDef cause fill:#f3e8fd,stroke:#7a3bb2,color:#000",
    "classDef advice fill:#e6f6ea,stroke:#2f8f4e,color:#000",
    "classDef walked stroke:#000,stroke-width:4px",
    "classDef concluded fill:#b23b3b,stroke:#000,stroke-width:4px,color:#fff",
)


def mermaid(picture: Picture, lang: Lang) -> str:
    """The whole flowchart, in one language."""
    return "\n".join(_Chart(picture, lang).lines()) + "\n"


class _Chart:
    def __init__(self, picture: Picture, lang: Lang) -> None:
        self.picture = picture
        self.lang = lang
        self.steps = words("report", lang)
        self.say = words("graph", lang)

    def lines(self) -> Iterator[str]:
        yield "flowchart LR"
        yield from (f"  {line}" for line in _CLASSES)
        yield from self._sources()
        yield from (f'  {group.id}["{_label(group.facts)}"]:::facts' for group in self.picture.groups)
        yield from self._findings()
        yield from self._edges()
        yield from self._walk()

    def _sources(self) -> Iterator[str]:
        sources = self.picture.sources
        for step in steps_in(one.step for one in sources):
            yield f'  subgraph S{step}["{self._step(step)}"]'
            for source in (one for one in sources if one.step == step):
                kind = "asked" if source.cost in ("user", "others") else "source"
                yield f'    {_id(source.name)}["{_text(source.title[self.lang])}"]:::{kind}'
            yield "  end"

    def _findings(self) -> Iterator[str]:
        findings = self.picture.findings
        for step in steps_in(map(step_of, findings)):
            yield f'  subgraph F{step}["{self._step(step)}"]'
            for finding in (one for one in findings if step_of(one) == step):
                yield f'    {_id(finding.id)}(["{_text(finding.id)}"]):::{finding.role}'
            yield "  end"

    def _edges(self) -> Iterator[str]:
        group = self.picture.group_of
        given = dict.fromkeys((source, group[fact].id) for source, fact in self.picture.gives)
        yield from (f"  {_id(source)} --> {name}" for source, name in given)
        tested = dict.fromkeys((group[fact].id, finding) for fact, finding in self.picture.tests)
        yield from (f"  {name} --> {_id(finding)}" for name, finding in tested)
        needed = dict.fromkeys((group[fact].id, source) for fact, source in self.picture.needs)
        yield from (f"  {name} -.-> {_id(source)}" for name, source in needed)

    def _walk(self) -> Iterator[str]:
        walk = self.picture.walk
        if walk is None:
            return
        known = {self.picture.group_of[fact].id for fact in walk.facts if fact in self.picture.group_of}
        walked = [*map(_id, walk.sources), *sorted(known), *map(_id, sorted(walk.findings))]
        if walked:
            yield f"  class {','.join(walked)} walked"
        if walk.conclusion:
            yield f"  class {_id(walk.conclusion)} concluded"

    def _step(self, step: int) -> str:
        return _text(self.say["no-step"] if step == NO_STEP else f"S{step} {self.steps[f'step.S{step}']}")


def _id(name: str) -> str:
    return "n_" + name.replace("-", "_").replace(".", "_")


def _label(lines: Iterable[str]) -> str:
    return "<br/>".join(map(_text, lines))


def _text(text: str) -> str:
    """A text inside quotation marks of a node."""
    return text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;").replace("`", "'")
