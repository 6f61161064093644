"""What a report shows, in the order in which a reader needs it, whatever the format: conclusion before statistics."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.render.phrases import Shown


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its values; `left` more are not shown."""

    label: Shown
    values: tuple[Shown, ...]
    left: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the message, how sure that is, and why."""

    title: str
    sure: str
    paragraphs: tuple[str, ...]
    limits: str | None


@dataclass(frozen=True, slots=True)
class Todo:
    """What one reader can do, step by step."""

    reader: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a finding rests on: log lines as `grep -n` prints them, and what else was learnt."""

    lines: tuple[str, ...]
    others: tuple[Pair, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Because:
    """The facts that the rule tested, and the documents it follows."""

    facts: tuple[Pair, ...]
    cites: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """A further finding: of several attempts with the same one, the first, and how many there are."""

    title: str
    confidence: str
    count: int
    paragraphs: tuple[str, ...]
    todo: tuple[Todo, ...]
    where: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One log line of the story."""

    time: str
    text: Shown
    where: Shown


@dataclass(frozen=True, slots=True)
class Story:
    """The log lines of the attempt concluded on, or the transcript of a hand test; `common` is what all of them share:
    the day, the file. `text` and `where` are the headings of what they say and where they stand.
    """

    heading: str
    common: tuple[Pair, ...]
    text: str
    where: str
    moments: tuple[Moment, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is still unknown, why it matters, how to find out, and the lines of a text that is ready to send for it."""

    question: str
    why: str
    how: str | None
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each a list of values; `left` more rows are not shown."""

    headers: tuple[str, ...]
    rows: tuple[tuple[tuple[Shown, ...], ...], ...]
    left: int


@dataclass(frozen=True, slots=True)
class View:
    """The whole report, section by section; an empty one is not shown."""

    answer: Answer | None
    attempt: tuple[Pair, ...]
    asked: tuple[Pair, ...]
    damaged: bool
    todo: tuple[Todo, ...]
    proof: Proof
    detail: tuple[Pair, ...]
    because: Because
    others: tuple[Other, ...]
    others_left: int
    story: Story
    messages: Table
    next: tuple[Question, ...]
    searched: str
    files: Table
    facts: Table
