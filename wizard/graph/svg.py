"""The picture as SVG: three columns, each fact with lines of its own, so that nothing has to be drawn by others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from wizard.graph.picture import NO_STEP, Picture, step_of, steps_in
from wizard.render.layout import columns
from wizard.words import Lang, words

MARGIN, TOP = 24, 64
LINE, FACT, GAP = 22, 15, 12
LEFT, MIDDLE, RIGHT = (MARGIN, 360), (480, 230), (830, 440)
"""x and width of the columns: sources, facts, findings."""
WIDTH = RIGHT[0] + RIGHT[1] + MARGIN
COLUMNS_PER_PIXEL = 1 / 6
_STYLE = (
    "text{font-family:'DejaVu Sans','Noto Sans CJK JP',sans-serif;font-size:11px;fill:#111}"
    ".fact{font-family:'DejaVu Sans Mono',monospace;font-size:10px}.step{font-weight:bold;fill:#444}"
    ".title{font-size:16px;font-weight:bold}.legend{fill:#444}"
    "rect{stroke-width:1}.free,.outward{fill:#e8f0fe;stroke:#3b6fb6}.user,.others{fill:#fff4d6;stroke:#b7860b}"
    ".facts{fill:#f6f6f6;stroke:#999}.outcome{fill:#fde8e8;stroke:#b23b3b}.cause{fill:#f3e8fd;stroke:#7a3bb2}"
    ".advice{fill:#e6f6ea;stroke:#2f8f4e}path{fill:none;stroke:#777;stroke-opacity:.36}"
    ".needs{stroke:#b7860b;stroke-dasharray:4 3;stroke-opacity:.45}"
    ".off{opacity:.28}.on{stroke:#b23b3b;stroke-opacity:.9;stroke-width:2}.walked{stroke:#000;stroke-width:2.5}"
    ".known{font-weight:bold}.concluded{fill:#b23b3b;stroke:#000;stroke-width:2.5}.concluded+text{fill:#fff;font-weight:bold}"
)


@dataclass(frozen=True)
class _Box:
    """A rectangle with lines of text; `names` are what the lines stand for, one a line."""

    names: tuple[str, ...]
    texts: tuple[str, ...]
    kind: str
    height: int
    heading: str = ""


def svg(picture: Picture, lang: Lang) -> str:
    """The whole image, in one language."""
    return "\n".join(_Drawing(picture, lang).lines()) + "\n"


class _Drawing:
    def __init__(self, picture: Picture, lang: Lang) -> None:
        self.picture = picture
        self.lang = lang
        self.say = words("graph", lang)
        self.steps = words("report", lang)
        self.boxes = (list(self._sources()), list(self._facts()), list(self._findings()))
        self.height = max(map(_height, self.boxes))
        self.places = tuple(self._placed(column) for column in self.boxes)
        self.at = tuple(_lines(column, places) for column, places in zip(self.boxes, self.places, strict=True))

    def lines(self) -> Iterator[str]:
        total = self.height + TOP + MARGIN
        title = escape(self.say["title"])
        yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total}" width="{WIDTH}" role="img">'
        yield f"<title>{title}</title><desc>{escape(self.say['legend'])}</desc><style>{_STYLE}</style>"
        yield f'<rect width="{WIDTH}" height="{total}" fill="#fff"/>'
        yield f'<text class="title" x="{MARGIN}" y="26">{title}</text>'
        yield f'<text class="legend" x="{MARGIN}" y="46">{escape(self.say["legend"])}</text>'
        yield from self._edges()
        for column, (x, width) in enumerate((LEFT, MIDDLE, RIGHT)):
            for box, y in zip(self.boxes[column], self.places[column], strict=True):
                yield from self._box(box, x, y, width)
        yield "</svg>"

    # What stands in the columns

    def _sources(self) -> Iterator[_Box]:
        for step in steps_in(one.step for one in self.picture.sources):
            heading = self._step(step)
            for source in (one for one in self.picture.sources if one.step == step):
                yield _Box((source.name,), (source.title[self.lang],), source.cost, LINE, heading)
                heading = ""

    def _facts(self) -> Iterator[_Box]:
        for group in self.picture.groups:
            yield _Box(group.facts, group.facts, "facts", FACT * len(group.facts) + 6)

    def _findings(self) -> Iterator[_Box]:
        for step in steps_in(map(step_of, self.picture.findings)):
            heading = self._step(step)
            for finding in (one for one in self.picture.findings if step_of(one) == step):
                yield _Box((finding.id,), (finding.id,), finding.role, LINE - 2, heading)
                heading = ""

    def _step(self, step: int) -> str:
        return self.say["no-step"] if step == NO_STEP else f"S{step} {self.steps[f'step.S{step}']}"

    def _placed(self, column: list[_Box]) -> list[float]:
        """The top of each box: what is left of the height is shared out between those that begin something."""
        room = self.height - _height(column)
        beginnings = sum(1 for box in column[1:] if box.heading or box.kind == "facts")
        extra = min(40.0, room / beginnings) if beginnings else 0.0
        y, tops = float(TOP), []
        for number, box in enumerate(column):
            if box.heading:
                y += (GAP + extra if number else 0) + LINE - 6
            elif number:
                y += GAP + extra if box.kind == "facts" else 4
            tops.append(y)
            y += box.height
        return tops

    # How it is drawn

    def _box(self, box: _Box, x: int, y: float, width: int) -> Iterator[str]:
        if box.heading:
            yield f'<text class="step" x="{x}" y="{y - 6:.0f}">{escape(_cut(box.heading, width))}</text>'
        yield f'<rect class="{self._classes(box)}" x="{x}" y="{y:.0f}" width="{width}" height="{box.height}" rx="4"/>'
        fact = box.kind == "facts"
        for number, (name, text) in enumerate(zip(box.names, box.texts, strict=True)):
            line = y + (FACT * number + 13 if fact else box.height / 2 + 4)
            known = " known" if self.picture.walk and name in self.picture.walk.facts else ""
            kind = f' class="fact{known}"' if fact else ""
            shown = f"{self._number(name)}{text}"
            tip = f"<title>{escape(self._tip(name))}</title>"
            yield f'<text{kind} x="{x + 8}" y="{line:.0f}">{escape(_cut(shown, width - 12))}{tip}</text>'

    def _number(self, name: str) -> str:
        walk = self.picture.walk
        if walk is None or name not in walk.sources:
            return ""
        return f"{walk.sources.index(name) + 1}. " + (self.say["failed"] if name in walk.failed else "")

    def _classes(self, box: _Box) -> str:
        walk = self.picture.walk
        if walk is None:
            return box.kind
        if walk.conclusion in box.names:
            return f"{box.kind} concluded"
        taken = set(box.names) & {*walk.sources, *walk.facts, *walk.findings}
        return f"{box.kind} walked" if taken else f"{box.kind} off"

    def _tip(self, name: str) -> str:
        """What a name means, shown where somebody points at it."""
        base = self.picture.base
        if name in base.facts:
            return base.facts[name].label[self.lang]
        return base.findings[name].words[self.lang].title if name in base.findings else name

    def _edges(self) -> Iterator[str]:
        left, middle, right = self.at
        walk = self.picture.walk
        for source, fact in self.picture.gives:
            on = bool(walk and source in walk.sources and source not in walk.failed and fact in walk.facts)
            yield _curve(LEFT[0] + LEFT[1], left[source], MIDDLE[0], middle[fact], "on" if on else "")
        for fact, source in self.picture.needs:
            yield _curve(MIDDLE[0], middle[fact], LEFT[0] + LEFT[1], left[source], "needs")
        for fact, finding in self.picture.tests:
            on = bool(walk and fact in walk.facts and finding in walk.findings)
            yield _curve(MIDDLE[0] + MIDDLE[1], middle[fact], RIGHT[0], right[finding], "on" if on else "")


def _height(column: list[_Box]) -> float:
    headed = sum(GAP + LINE - 6 for box in column if box.heading)
    return sum(box.height + (GAP if box.kind == "facts" else 4) for box in column) + headed


def _lines(column: list[_Box], tops: list[float]) -> dict[str, float]:
    """Name → the height that its line runs at."""
    found: dict[str, float] = {}
    for box, top in zip(column, tops, strict=True):
        for number, name in enumerate(box.names):
            found[name] = top + (FACT * number + 10 if box.kind == "facts" else box.height / 2)
    return found


def _curve(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    middle = (x1 + x2) / 2
    named = f' class="{kind}"' if kind else ""
    return f'<path{named} d="M{x1:.0f} {y1:.0f}C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"/>'


def _cut(text: str, pixels: float) -> str:
    """A text that fits into so many pixels."""
    most = int(pixels * COLUMNS_PER_PIXEL)
    if columns(text) <= most:
        return text
    while columns(text) > most - 1:
        text = text[:-1]
    return f"{text}…"
