"""A case as a file: readable JSON, versioned, written atomically and for its owner only: logs hold other people's mail.

The format's history: `mailwhy-case/1` had the steps alone; `mailwhy-case/2` has an `id`, when the case was `begun`, and
how it stands (`state`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from wizard.case import Step
from wizard.casefile.reading import Damaged, one_of, read_step, table, text
from wizard.errors import InputError
from wizard.facts import Fact
from wizard.rows import Row

SCHEMA = "mailwhy-case/2"
OPEN, WAITING, CONCLUDED = "open", "waiting", "concluded"
STATES = (OPEN, WAITING, CONCLUDED)
LARGEST = 1 << 30


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Head:
    """What a case file says of the case as a whole. `state`: `open`, `waiting` for somebody's answer, `concluded`."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    begun: str = field(default_factory=_now)
    state: str = OPEN


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as it was read."""

    head: Head
    steps: list[Step]


class Keeper:
    """Writes one case file again and again; steps written before are not put into JSON anew."""

    def __init__(self, path: Path, head: Head) -> None:
        self.path = path
        self.head = head
        self._written: dict[int, tuple[Step, str]] = {}
        self._left = _held(path)

    def __call__(self, steps: Sequence[Step], state: str | None = None) -> None:
        """Write the file, whole or not at all. Raises InputError where it cannot be written, or where somebody else has
        written it since: their answers are not to be lost.
        """
        if _held(self.path) not in (None, self._left):
            raise InputError("case-changed", path=str(self.path))
        self.head = replace(self.head, state=state or self.head.state)
        self._written = {id(step): self._written.get(id(step)) or (step, _json(_plain(step))) for step in steps}
        steps_text = ",\n".join(self._written[id(step)][1] for step in steps)
        head = {"schema": SCHEMA, **asdict(self.head)}
        begin = _json(head).rstrip("}").rstrip()
        content = f'{begin},\n "steps": [\n{steps_text}\n ]\n}}\n'.encode(errors="backslashreplace")
        _write(self.path, content)
        self._left = _digest(content)


def _held(path: Path) -> str | None:
    """What a file holds, in short; None where there is none."""
    try:
        return _digest(path.read_bytes())
    except OSError:
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def load(path: Path) -> CaseFile:
    """Read a case file of this or an earlier version. Raises InputError for one that is missing or damaged."""
    data = _read(path)
    schema = _schema(data)
    while schema in MIGRATIONS:
        data = MIGRATIONS[schema](data)
        schema = _schema(data)
    if schema != SCHEMA:
        raise InputError("case-of-other-version", path=str(path), found=str(schema)[:60], known=SCHEMA)
    try:
        head = Head(text(data, "id"), text(data, "begun"), one_of(data, "state", STATES))
        return CaseFile(head, [read_step(table(step)) for step in data["steps"]])
    except (KeyError, TypeError, ValueError, AttributeError, Damaged) as error:
        raise InputError("case-damaged", path=str(path), reason=_short(error)) from error


def _schema(data: object) -> str | None:
    found = data.get("schema") if isinstance(data, dict) else None
    return found if isinstance(found, str) else None


def _from_1(data: dict[str, Any]) -> dict[str, Any]:
    head = Head()
    return {
        "schema": "mailwhy-case/2",
        "id": head.id,
        "begun": _begun(data) or head.begun,
        "state": OPEN,
        **_rest(data),
    }


def _begun(data: dict[str, Any]) -> str | None:
    steps = data.get("steps")
    first = steps[0] if isinstance(steps, list) and steps else None
    at = first.get("at") if isinstance(first, dict) else None
    return at if isinstance(at, str) else None


def _rest(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "schema"}


MIGRATIONS: dict[str | None, Callable[[dict[str, Any]], dict[str, Any]]] = {"mailwhy-case/1": _from_1}
"""Version → what makes the next one of it."""


def _read(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError("case-damaged", path=str(path), reason=f"more than {LARGEST} bytes")
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError("no-such-case", path=str(path)) from error
    except OSError as error:
        raise InputError("case-not-read", path=str(path), reason=error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise InputError("case-damaged", path=str(path), reason=_short(error)) from error


def _short(error: BaseException) -> str:
    """Where a file is damaged, or in what."""
    if isinstance(error, json.JSONDecodeError):
        return f"JSON, line {error.lineno}"
    said = str(error)[:100]
    return said if isinstance(error, Damaged) else f"{type(error).__name__} {said}"


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1)


def _plain(step: Step) -> dict[str, Any]:
    return {
        **_fields(step),
        "facts": [_plain_fact(fact) for fact in step.facts],
        "rows": None if step.rows is None else [_plain_row(row) for row in step.rows],
    }


def _plain_row(row: Row) -> dict[str, Any]:
    return {
        **_fields(row),
        "about": row.about._asdict(),
        "facts": _plain_facts(row.facts),
        "ties": sorted(row.ties),
        "before": None if row.before is None else _plain_facts(row.before),
        "timeline": [moment._asdict() for moment in row.timeline],
    }


def _fields(one: Step | Row) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _plain_facts(facts: Mapping[str, Fact]) -> dict[str, dict[str, Any]]:
    return {name: _plain_fact(fact) for name, fact in facts.items()}


def _plain_fact(fact: Fact) -> dict[str, Any]:
    return {**fact._asdict(), "evidence": [piece._asdict() for piece in fact.evidence]}


def _write(path: Path, content: bytes) -> None:
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise InputError("case-not-written", path=str(path), reason=error.strerror or str(error)) from error
