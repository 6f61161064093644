"""What a report shows, in the order in which a reader needs it, whatever the format: conclusion before statistics."""

from __future__ import annotations

from typing import NamedTuple

from wizard.render.phrases import Shown


class Pair(NamedTuple):
    """A label and its values; `left` more are not shown."""

    label: Shown
    values: tuple[Shown, ...]
    left: int = 0


class Answer(NamedTuple):
    """What became of the message, how sure that is, and why."""

    title: str
    sure: str
    paragraphs: tuple[str, ...]
    limits: str | None


class Todo(NamedTuple):
    """What one reader can do, step by step."""

    reader: str
    steps: tuple[str, ...]


class Proof(NamedTuple):
    """What a finding rests on: log lines as `grep -n` prints them, and what else was learnt."""

    lines: tuple[str, ...]
    others: tuple[Pair, ...]
    left: int


class Because(NamedTuple):
    """The facts that the rule tested, and the documents it follows."""

    facts: tuple[Pair, ...]
    cites: tuple[Shown, ...]


class Other(NamedTuple):
    """A further finding: of several attempts with the same one, the first, and how many there are."""

    title: str
    confidence: str
    attempts: int
    paragraphs: tuple[str, ...]
    todo: tuple[Todo, ...]
    where: tuple[Shown, ...]


class Moment(NamedTuple):
    """One log line of the story."""

    time: str
    text: Shown
    where: Shown


class Story(NamedTuple):
    """The log lines of the attempt concluded on, or the transcript of a hand test; `common` is what all of them share:
    the day, the file. `text` and `where` are the headings of what they say and where they stand.
    """

    heading: str
    common: tuple[Pair, ...]
    text: str
    where: str
    moments: tuple[Moment, ...]
    left: int


class Question(NamedTuple):
    """What is still unknown, why it matters, how to find out, and the lines of a text that is ready to send for it."""

    question: str
    why: str
    how: str | None
    text: tuple[str, ...] = ()


class Table(NamedTuple):
    """Rows of cells, each a list of values; `left` more rows are not shown."""

    headers: tuple[str, ...]
    rows: tuple[tuple[tuple[Shown, ...], ...], ...]
    left: int


class View(NamedTuple):
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
