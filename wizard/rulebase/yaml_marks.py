"""YAML read as words, rows and tables that remember where they stand, so that every complaint names file and line.

Scalars stay strings (YAML would read `no` as False and `20:15` as 1215); duplicate keys, anchors used twice, tags and
empty values are refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from wizard.errors import InputError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KINDS = ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "seq", "map")
_TAGS = frozenset(("!", *(f"tag:yaml.org,2002:{kind}" for kind in _KINDS)))


class Place(NamedTuple):
    """Where in the rule files something stands; `line` is 1-based."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class RuleError(InputError):
    """A rule file that cannot be used: `where` is `file:line` and `what` one sentence saying what is wrong with it."""

    def __init__(self, where: object, what: str) -> None:
        super().__init__("broken-rule", where=str(where), what=what if what.endswith("?") else f"{what}.")


class Word(str):
    """A scalar and its place."""

    __slots__ = ("at",)
    at: Place


class Rows(list["Node"]):
    """A sequence and its place."""

    __slots__ = ("at",)
    at: Place


class Table(dict[Word, "Node"]):
    """A mapping and its place; its keys have theirs."""

    __slots__ = ("at",)
    at: Place

    def value(self, key: str) -> Node:
        """What stands under a key that is known to be there."""
        return self[Word(key)]

    def maybe(self, key: str) -> Node | None:
        """What stands under a key, or None."""
        return self.get(Word(key))


Node = Word | Rows | Table


def read(path: Path) -> Table:
    """The mapping that a rule file holds. Raises RuleError: unreadable, no YAML, not a mapping."""
    node = read_any(path)
    return table(node, "this file")


def read_any(path: Path) -> Node:
    """What a rule file holds, whatever its kind. Raises RuleError."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise RuleError(path, f"this file cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise RuleError(path, f"this file is not UTF-8 text (byte {error.start})") from error
    return parse(text, str(path))


def parse(text: str, file: str) -> Node:
    """What one YAML document holds.

    >>> node = parse("a: [no, 20:15]", "x.yaml")
    >>> node["a"][1], str(node["a"][1].at)
    ('20:15', 'x.yaml:1')
    """
    try:
        return _Reader(_Loader(text), file).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise RuleError(Place(file, line), f"this is not YAML: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise RuleError(Place(file, line), f"this is not YAML: {error.reason}") from error
    except RecursionError as error:
        raise RuleError(Place(file, 1), "this is nested too deeply") from error


class _Reader:
    """Makes our nodes of PyYAML's events: nodes of its own, whose values it tries to recognise, take twice the time."""

    def __init__(self, loader: Any, file: str) -> None:
        self.next = loader.get_event
        self.at = Place(file, 1)
        self.anchors: dict[str, Place] = {}

    def document(self) -> Node:
        """The one node of the one document."""
        self.next()  # the stream's beginning
        if isinstance(self.next(), StreamEndEvent):
            raise RuleError(self.at, "this file is empty")
        node = self.node(self.next())
        self.next()  # the document's end
        behind = self.next()
        if not isinstance(behind, StreamEndEvent):
            raise RuleError(self.place(behind), "this is not YAML: but found another document")
        return node

    def place(self, event: Any) -> Place:
        line = event.start_mark.line + 1
        if line != self.at.line:
            self.at = Place(self.at.file, line)
        return self.at

    def node(self, event: Any) -> Node:
        at = self.place(event)
        if event.anchor is not None:
            self.check_anchor(event, at)
        if event.tag is not None and event.tag not in _TAGS:
            raise RuleError(at, f"the tag {event.tag} is used; write the plain value")
        if isinstance(event, ScalarEvent):
            if not event.value.strip():
                raise RuleError(at, "a value is missing")
            word = Word(event.value)
            word.at = at
            return word
        return self.rows(at) if isinstance(event, SequenceStartEvent) else self.table(at)

    def check_anchor(self, event: Any, at: Place) -> None:
        """An anchor is let be, as long as it is not used."""
        if not isinstance(event, AliasEvent):
            self.anchors[event.anchor] = at
        elif event.anchor in self.anchors:
            what = "this value is used elsewhere by an alias (*name); write it out there"
            raise RuleError(self.anchors[event.anchor], what)
        else:
            raise RuleError(at, "this is not YAML: found undefined alias")

    def rows(self, at: Place) -> Rows:
        found = Rows()
        found.at = at
        while not isinstance(event := self.next(), SequenceEndEvent):
            found.append(self.node(event))
        return found

    def table(self, at: Place) -> Table:
        found = Table()
        found.at = at
        while not isinstance(event := self.next(), MappingEndEvent):
            key = self.node(event)
            if not isinstance(key, Word):
                raise RuleError(at, "a key must be a word")
            if key in found:
                raise RuleError(key.at, f"the key {key} stands twice in the same place")
            value = self.next()
            if isinstance(value, ScalarEvent) and not value.value.strip():
                raise RuleError(key.at, f"{key} has no value (inside braces, a text with a comma must be quoted)")
            found[key] = self.node(value)
        return found


def table(node: Node, name: str) -> Table:
    """`node` if it is a mapping. Raises RuleError naming it as `name`."""
    if isinstance(node, Table):
        return node
    raise RuleError(node.at, f"{name} must be a mapping (key: value)")


def word(node: Node, name: str) -> Word:
    """`node` if it is a single word or text. Raises RuleError naming it as `name`."""
    if isinstance(node, Word):
        return node
    kind = "list" if isinstance(node, Rows) else "mapping"
    raise RuleError(node.at, f"{name} must be a single word or text, not a {kind}")


def rows(node: Node, name: str) -> Rows:
    """`node` if it is a list. Raises RuleError naming it as `name`."""
    if isinstance(node, Rows):
        return node
    raise RuleError(node.at, f"{name} must be a list [a, b]")


def words(node: Node, name: str) -> tuple[Word, ...]:
    """The members of a list of words, without repetition. Raises RuleError."""
    members: list[Word] = []
    for item in rows(node, name):
        member = word(item, f"a member of {name}")
        if member in members:
            raise RuleError(member.at, f"{member} stands twice in {name}")
        members.append(member)
    return tuple(members)


def check_keys(found: Table, name: str, required: Iterable[str] = (), optional: Iterable[str] = ()) -> None:
    """Raises RuleError where a mapping has a key that nobody reads, or lacks one that is needed."""
    required = tuple(required)
    known = (*required, *optional)
    for key in found:
        if key not in known:
            raise RuleError(key.at, f"{name} has the unknown key {key}{suggestion(key, known)}")
    for key_name in required:
        if key_name not in found:
            raise RuleError(found.at, f"{name} has no {key_name}")


def one_of(node: Word, known: Collection[str], kind: str) -> str:
    """`node` as plain text if it is one of `known`. Raises RuleError: an unknown `kind`, with the nearest name."""
    if node in known:
        return str(node)
    raise RuleError(node.at, f"there is no {kind} {node}{suggestion(node, known)}")


def suggestion(name: str, known: Collection[str]) -> str:
    """The half sentence that proposes the nearest known name, else names them all where they are few.

    >>> suggestion("log.verdit", ["log.verdict", "log.reason"])
    '; did you mean log.verdict?'
    >>> suggestion("x", ["yes", "no"])
    ' (known: no, yes)'
    """
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]}?"
    return f" (known: {', '.join(sorted(known))})" if 0 < len(known) <= 12 else ""
