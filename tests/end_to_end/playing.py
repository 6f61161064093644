"""Scenes: a log and what was asked, played through the command line in process, and what the report must then say.

A scene is data (`scenes/*.yaml`). Its log is written in short: `09:00:02 body` is an entry of 3 March 2025 with the
appliance's own prefix, `4 09:00:02 body` one of another day of that month, `+name key=value …` a piece of
`scenes/pieces.yaml` with these values filled in; every other line stands as it is.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from wizard.cli import main

FOLDER = Path(__file__).parent / "scenes"
PIECES: dict[str, Any] = yaml.safe_load((FOLDER / "pieces.yaml").read_text(encoding="utf-8"))
EXPECTED = {
    "exit",  # 0 where nothing is said
    "conclusion",  # "finding confidence", "finding", or null
    "detail",  # of the conclusion; null: the key is not there
    "about",  # of the conclusion
    "with",  # findings beside it
    "without",  # findings that must not be there
    "messages",  # all of them, in their order; recipients as {address: outcome}
    "evidence",  # pieces of text in the conclusion's evidence
    "timeline",  # pieces of text in the timeline
    "facts",  # values of facts
    "next",  # facts asked for next
    "coverage",
    "said",  # on standard error
}
"""What a scene may expect; of tables only the keys that it names."""
_ENTRY = re.compile(r"(?:(\d{1,2}) )?(\d\d:\d\d:\d\d) (?:(Info|Warning|Critical|Debug|Trace): )?(.*)")
_LATER = re.compile(r"\+(\d+) (.*)")


@dataclass(frozen=True)
class Scene:
    """One scene as it stands in its file."""

    topic: str
    name: str
    says: str
    files: dict[str, str]
    ask: str
    expect: dict[str, Any]
    near: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    modified: str | None = None

    def __str__(self) -> str:
        return f"{self.topic}: {self.name}"

    @property
    def fires(self) -> set[str]:
        """The findings that it expects."""
        found = {word.split()[0] for word in self.expect.get("with", [])}
        conclusion = self.expect.get("conclusion")
        return found | ({conclusion.split()[0]} if conclusion else set())


@dataclass
class Played:
    """What came of it."""

    status: int
    report: dict[str, Any] | None
    said: str
    findings: list[dict[str, Any]] = field(default_factory=list)


def scenes() -> Iterator[Scene]:
    """All scenes, file by file."""
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name == "pieces.yaml":
            continue
        for one in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield read(path.stem, one)


def read(topic: str, one: Mapping[str, Any]) -> Scene:
    """A scene from its data; keys that nobody knows are refused."""
    unknown = set(one) - {"name", "says", "log", "files", "ask", "expect", "near", "named", "modified"}
    assert not unknown, f"{topic}: {one['name']}: {unknown}"
    files = one.get("files") or ({"mail.log": one["log"]} if "log" in one else {})
    near = one.get("near", [])
    return Scene(
        topic,
        one["name"],
        one["says"],
        {name: text if isinstance(text, str) else "\n".join(text) for name, text in files.items()},
        one.get("ask", "--sender-ip 198.51.100.24"),
        one["expect"],
        tuple([near] if isinstance(near, str) else near),
        tuple(one.get("named", files)),
        one.get("modified"),
    )


def written(text: str) -> str:
    """A log written in short as the appliance writes it."""
    return "".join(f"{line}\n" for short in text.splitlines() for line in _lines(short))


def _lines(short: str) -> Iterator[str]:
    if short.startswith("+") and short[1:2].isalpha():
        name, *values = shlex.split(short[1:])
        yield from _piece(name, dict(value.split("=", 1) for value in values))
        return
    entry = _ENTRY.fullmatch(short)
    if entry is None:
        yield short
        return
    day, clock, level, body = entry.groups()
    yield stamped(datetime.fromisoformat(f"2025-03-{int(day or 3):02}T{clock}"), body, level or "Info")


def stamped(time: datetime, body: str, level: str = "Info") -> str:
    """An entry with the appliance's own prefix."""
    return f"{time:%a %b} {time.day:2} {time:%H:%M:%S %Y} {level}: {body}"


def _piece(name: str, given: dict[str, str]) -> Iterator[str]:
    values = {**PIECES["values"], **given}
    begin = datetime.fromisoformat(f"2025-03-{int(values['day']):02}T{values['at']}")
    for line in _expanded(name):
        later, body = _LATER.fullmatch(line).groups()  # type: ignore[union-attr]
        time = begin + timedelta(seconds=int(later))
        several = values["to"].split(",") if "{to}" in body else [values["to"]]
        for rid, to in enumerate(several):
            rids = str(list(range(len(values["to"].split(",")))))
            yield stamped(time, body.format(**{**values, "to": to, "rid": rid, "rids": rids}))


def _expanded(name: str) -> Iterator[str]:
    for line in PIECES[name].splitlines():
        if line[1:2].isalpha():
            yield from _expanded(line[1:])
        else:
            yield line


def play(scene: Scene, folder: Path) -> Played:
    """Write the scene's files, ask, and read the report."""
    for name, text in scene.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(text), encoding="utf-8")
        if scene.modified:
            moment = datetime.fromisoformat(scene.modified).timestamp()
            os.utime(path, (moment, moment))
    logs = [argument for name in scene.named for argument in ("--log", str(folder / name))]
    return run([*logs, *shlex.split(scene.ask)])


def run(arguments: list[str]) -> Played:
    """`mailwhy diagnose --auto --offline --format json` with these arguments.."""
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        status = main(["diagnose", "--auto", "--offline", "--format", "json", *arguments])
    report = json.loads(out.getvalue()) if out.getvalue() else None
    return Played(status, report, said.getvalue(), report["findings"] if report else [])


def wrong(scene: Scene, played: Played) -> list[str]:
    """What the report says otherwise than the scene expects, in words; nothing if all is well."""
    expect = scene.expect
    assert not set(expect) - EXPECTED, f"{scene}: {set(expect) - EXPECTED}"
    found = list(_compared("exit", expect.get("exit", 0), played.status))
    for text in [expect["said"]] if isinstance(expect.get("said"), str) else expect.get("said", []):
        if text not in played.said:
            found.append(f"said {played.said!r} without {text!r}")
    if played.report is None:
        return found + ([f"no report: {played.said}"] if "conclusion" in expect else [])
    return found + list(_report(scene, played.report))


def _report(scene: Scene, report: dict[str, Any]) -> Iterator[str]:
    expect, findings = scene.expect, report["findings"]
    if "conclusion" in expect:
        yield from _concluded(expect["conclusion"], report["conclusion"], findings)
    first = findings[0] if findings else {"detail": {}, "about": None, "evidence": []}
    yield from _subset("detail", expect.get("detail", {}), first["detail"])
    if "about" in expect:
        yield from _subset("about", expect["about"], first["about"] or {})
    named = [f"{one['id']} {one['confidence']}" for one in findings]
    for wanted in expect.get("with", []):
        if wanted not in named and wanted not in {one.split()[0] for one in named}:
            yield f"no {wanted} among {named}"
    for wanted in (*expect.get("without", []), *scene.near):
        if any(one.split()[0] == wanted for one in named):
            yield f"{wanted} among {named}"
    if "messages" in expect:
        yield from _messages(expect["messages"], report["messages"])
    texts = [piece["text"] for piece in first["evidence"]]
    for text in expect.get("evidence", []):
        if not any(text in one for one in texts):
            yield f"no {text!r} in the evidence {texts}"
    for text in expect.get("timeline", []):
        if not any(text in one["text"] for one in report["timeline"]):
            yield f"no {text!r} in the timeline {[one['text'] for one in report['timeline']]}"
    asked = [step["fact"] for step in report["next"]]
    for fact in expect.get("next", []):
        if fact not in asked:
            yield f"next asks for {asked}, not {fact}"
    yield from _subset("coverage", expect.get("coverage", {}), report["coverage"])
    values = {name: fact["value"] for name, fact in report["facts"].items()}
    yield from _subset("facts", expect.get("facts", {}), values)


def _concluded(wanted: str | None, conclusion: dict[str, str] | None, findings: list[dict[str, Any]]) -> Iterator[str]:
    text = f"{conclusion['id']} {conclusion['confidence']}" if conclusion else None
    if wanted != text and not (text and wanted == text.split()[0]):
        yield f"concluded {text}, not {wanted}; findings {[one['id'] for one in findings]}"
    if conclusion and (findings[0]["id"], findings[0]["confidence"]) != (conclusion["id"], conclusion["confidence"]):
        yield f"the first finding is {findings[0]['id']} {findings[0]['confidence']}"


def _messages(wanted: list[dict[str, Any]], messages: list[dict[str, Any]]) -> Iterator[str]:
    if len(wanted) != len(messages):
        yield f"{len(messages)} messages, not {len(wanted)}: {[(m['icid'], m['mid'], m['outcome']) for m in messages]}"
    for number, (one, message) in enumerate(zip(wanted, messages, strict=False)):
        recipients = {r["address"]: r["outcome"] for r in message["recipients"]}
        yield from _subset(f"messages[{number}]", one, {**message, "recipients": recipients})


def _subset(where: str, wanted: Any, got: Any) -> Iterator[str]:
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key, value in wanted.items():
            yield from _subset(f"{where}.{key}", value, got.get(key))
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for number, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from _subset(f"{where}[{number}]", one, other)
    else:
        yield from _compared(where, wanted, got)


def _compared(where: str, wanted: Any, got: Any) -> Iterator[str]:
    if wanted != got:
        yield f"{where}: {got!r}, not {wanted!r}"
