"""YAML read as words, rows and tables that remember where they stand, so that every complaint names file and line.

Scalars stay strings (YAML would read `no` as False and `20:15` as 1215); duplicate keys, anchors used twice, tags and
empty values are refused.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

import yaml

from wizard.errors import InputError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KINDS = ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "seq", "map")
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in _KINDS)


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
        document = yaml.compose(text, Loader=_Loader)
        if document is None:
            raise RuleError(Place(file, 1), "this file is empty")
        return _Marker(file).node(document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise RuleError(Place(file, line), f"this is not YAML: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise RuleError(Place(file, line), f"this is not YAML: {error.reason}") from error
    except RecursionError as error:
        raise RuleError(Place(file, 1), "this is nested too deeply") from error


class _Marker:
    """Turns PyYAML's nodes into ours."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.seen: set[int] = set()

    def node(self, node: yaml.Node) -> Node:
        at = Place(self.file, node.start_mark.line + 1)
        if id(node) in self.seen:
            raise RuleError(at, "this value is used elsewhere by an alias (*name); write it out there")
        self.seen.add(id(node))
        if node.tag not in _TAGS:
            raise RuleError(at, f"the tag {node.tag} is used; write the plain value")
        if isinstance(node, yaml.ScalarNode):
            return self.word(node, at)
        if isinstance(node, yaml.SequenceNode):
            rows = Rows(self.node(item) for item in node.value)
            rows.at = at
            return rows
        found = Table()
        found.at = at
        for key_node, value_node in node.value:
            key = self.node(key_node)
            if not isinstance(key, Word):
                raise RuleError(at, "a key must be a word")
            if key in found:
                raise RuleError(key.at, f"the key {key} stands twice in the same place")
            if _is_empty(value_node):
                raise RuleError(key.at, f"{key} has no value (inside braces, a text with a comma must be quoted)")
            found[key] = self.node(value_node)
        return found

    def word(self, node: yaml.ScalarNode, at: Place) -> Word:
        if _is_empty(node):
            raise RuleError(at, "a value is missing")
        word = Word(node.value)
        word.at = at
        return word


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value.strip()


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
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]}?"
    return f" (known: {', '.join(sorted(known))})" if 0 < len(known) <= 12 else ""
