"""A case: the ordered list of what was given, answered and gathered. Its state is replayed from it.

So undo, resume and "change this answer" are one mechanism: other steps, the same replay. The file is readable JSON,
versioned, written atomically and for its owner only: logs hold other people's mail.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from wizard.errors import InputError
from wizard.facts import Evidence, Fact, Value
from wizard.rows import About, Moment, Row

SCHEMA = "mailwhy-case/1"
OPTIONS = "options"
"""The step that holds what the command line gave."""


@dataclass(frozen=True, slots=True)
class Step:
    """One source tried with these inputs (its needs and uses at that time): what it gave, nothing where it failed.

    Facts of the scope `address` or `attempt` hold for `address` or `attempt` alone, where these are set. `coverage`
    describes the files that a log search read.
    """

    source: str
    inputs: tuple[Value | None, ...] = ()
    facts: tuple[Fact, ...] = ()
    rows: tuple[Row, ...] | None = None
    coverage: Mapping[str, Any] | None = None
    address: str | None = None
    attempt: str | None = None
    at: str = field(default_factory=lambda: datetime.now().astimezone().isoformat(timespec="seconds"))


@dataclass(frozen=True, slots=True)
class State:
    """What the steps amount to: what each told, the rows of the latest search, the sources tried."""

    steps: tuple[Step, ...]
    rows: tuple[Row, ...]
    coverage: Mapping[str, Any] | None
    tried: frozenset[tuple[str, tuple[Value | None, ...]]]

    def facts_of(self, row: Row, scope: Callable[[str], str]) -> dict[str, Fact]:
        """What the case knows that holds for a row, of each fact the latest. `scope` tells a fact's scope."""
        found: dict[str, Fact] = {}
        for step in self.steps:
            for fact in step.facts:
                where = scope(fact.name)
                elsewhere = (where == "address" and step.address not in {None, row.about.ip}) or (
                    where == "attempt" and step.attempt not in {None, row.attempt}
                )
                if not elsewhere:
                    found[fact.name] = fact
        return found

    def has(self, *names: str) -> bool:
        """Whether any step told one of these facts."""
        return any(fact.name in names for step in self.steps for fact in step.facts)


def replay(steps: Iterable[Step]) -> State:
    """The state that steps lead to: of rows and coverage the latest search's."""
    steps = tuple(steps)
    rows: tuple[Row, ...] = ()
    coverage: Mapping[str, Any] | None = None
    for step in steps:
        rows = rows if step.rows is None else step.rows
        coverage = step.coverage or coverage
    return State(steps, rows, coverage, frozenset((step.source, step.inputs) for step in steps))


def save(path: Path, steps: Iterable[Step]) -> None:
    """Write the case file: mode 0600, whole or not at all. Raises InputError where it cannot be written."""
    text = json.dumps({"schema": SCHEMA, "steps": [_plain(step) for step in steps]}, ensure_ascii=False, indent=1)
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise InputError("case-not-written", path=str(path), reason=error.strerror or str(error)) from error


def load(path: Path) -> list[Step]:
    """Read a case file. Raises InputError for one that is missing, damaged or of another version."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError("no-such-case", path=str(path)) from error
    except OSError as error:
        raise InputError("case-not-read", path=str(path), reason=error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise InputError("case-damaged", path=str(path), reason=_short(error)) from error
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        raise InputError("case-of-other-version", path=str(path), found=str(schema), known=SCHEMA)
    try:
        return [_step(step) for step in data["steps"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError("case-damaged", path=str(path), reason=_short(error)) from error


def _short(error: BaseException) -> str:
    return (f"{type(error).__name__}: {error}")[:120]


def _plain(step: Step) -> dict[str, Any]:
    plain = asdict(step)
    if step.rows is not None:
        plain["rows"] = [_plain_row(row) for row in step.rows]
    return plain


def _plain_row(row: Row) -> dict[str, Any]:
    plain = asdict(row)
    plain["ties"] = sorted(row.ties)
    return plain


def _step(plain: Any) -> Step:
    rows = None if plain["rows"] is None else tuple(_row(row) for row in plain["rows"])
    facts = tuple(map(_fact, plain["facts"]))
    inputs = tuple(tuple(one) if isinstance(one, list) else one for one in plain["inputs"])
    about = (plain["address"], plain["attempt"])
    return Step(str(plain["source"]), inputs, facts, rows, plain["coverage"], *about, str(plain["at"]))


def _row(plain: Any) -> Row:
    before = plain["before"]
    return Row(
        attempt=str(plain["attempt"]),
        about=About(**plain["about"]),
        facts={name: _fact(fact) for name, fact in plain["facts"].items()},
        sender=plain["sender"],
        message_id=plain["message_id"],
        began=plain["began"],
        received=plain["received"],
        ties=frozenset(plain["ties"]),
        in_window=bool(plain["in_window"]),
        before=None if before is None else {name: _fact(fact) for name, fact in before.items()},
        timeline=tuple(Moment(**moment) for moment in plain["timeline"]),
    )


def _fact(plain: Any) -> Fact:
    value = plain["value"]
    if not isinstance(value, str | int | float | bool | list):
        raise ValueError(f"{plain['name']} has no value")
    evidence = tuple(Evidence(**one) for one in plain["evidence"])
    return Fact(
        plain["name"], tuple(value) if isinstance(value, list) else value, plain["origin"], plain["at"], evidence
    )
