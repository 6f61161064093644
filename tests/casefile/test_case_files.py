"""Case files: whole or not at all, for their owner only, read with suspicion, brought up to date."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.case import Step
from wizard.casefile.file import SCHEMA, Head, Keeper, load
from wizard.casefile.fitting import fitting
from wizard.data import data_folder
from wizard.errors import InputError
from wizard.facts import Evidence, Fact
from wizard.rows import About, Moment, Row
from wizard.rulebase.base import RuleBase
from wizard.rulebase.load import load as load_rules

EVIDENCE = (Evidence("mail.current", "ICID 7 \x1b[31m\udce4 日本語", 12, "2025-03-04T09:02:40+09:00"),)
ROW = Row(
    attempt="x mail.current:1 ",
    about=About("gw1", "198.51.100.24", 7, None, "a@corp.example"),
    facts={"log.verdict": Fact("log.verdict", "REJECT", "logs", "2025-03-04T09:02:40+09:00", EVIDENCE)},
    began="2025-03-04T09:02:40+09:00",
    ties=frozenset({"address"}),
    before={"log.seconds": Fact("log.seconds", 0.5, "logs")},
    timeline=(Moment("2025-03-04T09:02:40+09:00", 7, None, None, "close", "mail.current", 3),),
)
FILE = {"path": "mail.current", "lines": 12, "bytes": 900, "from": None, "to": None, "problems": ["binary"]}
COVERAGE = {"from": "2025-03-04T09:02:40+09:00", "to": None, "files": [FILE]}
STEPS = [
    Step("options", facts=(Fact("sender.address", ("198.51.100.24",), "option"),)),
    Step(
        "logs",
        ("mail.current", None, ("198.51.100.24",)),
        rows=(ROW,),
        coverage=COVERAGE,
    ),
    Step("ask-appliances"),
]


@pytest.fixture(scope="module")
def base() -> RuleBase:
    return load_rules(data_folder("rules"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "case.json"


def plain(steps: list[Step]) -> list[dict[str, Any]]:
    from wizard.casefile.file import _plain

    return [_plain(step) for step in steps]


def test_what_is_written_is_read_again(path: Path) -> None:
    keep = Keeper(path, Head())
    keep(STEPS)
    keep([*STEPS, Step("dns")], "concluded")
    case = load(path)
    assert case.head.id == keep.head.id
    assert case.head.state == "concluded"
    assert plain(case.steps[:3]) == plain(STEPS)
    assert [step.source for step in case.steps] == ["options", "logs", "ask-appliances", "dns"]


def test_the_file_is_for_its_owner_and_readable_json(path: Path) -> None:
    Keeper(path, Head())(STEPS)
    assert path.stat().st_mode & 0o777 == 0o600
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["schema"] == SCHEMA
    assert "日本語" in path.read_text(encoding="utf-8")
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_former_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Keeper(path, Head())
    keep(STEPS)
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError) as raised:
        keep([*STEPS, Step("dns")])
    assert raised.value.key == "case-not-written"
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        Keeper(tmp_path / "no" / "case.json", Head())(STEPS)
    assert raised.value.key == "case-not-written"


def test_what_another_run_has_written_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    ours, theirs = Keeper(path, Head()), Keeper(path, Head())
    ours(STEPS)
    ours(STEPS, "waiting")
    with pytest.raises(InputError) as raised:
        theirs([])
    assert raised.value.key == "case-changed"
    assert len(load(path).steps) == len(STEPS)
    path.unlink()
    ours(STEPS)
    assert load(path).head.state == "waiting"


def test_a_case_of_the_first_version_is_migrated(path: Path) -> None:
    Keeper(path, Head())(STEPS)
    data = json.loads(path.read_text(encoding="utf-8"))
    first = {"schema": "mailwhy-case/1", "steps": data["steps"]}
    for step in first["steps"]:
        for row in step["rows"] or []:
            del row["came_from"]
    path.write_text(json.dumps(first), encoding="utf-8")
    case = load(path)
    assert case.head.begun == STEPS[0].at
    assert case.head.state == "open"
    assert plain(case.steps) == plain(STEPS)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "case-damaged"),
        ("{", "case-damaged"),
        ("[]", "case-of-other-version"),
        ("null", "case-of-other-version"),
        ('{"schema": "mailwhy-case/99"}', "case-of-other-version"),
        ('{"schema": ["mailwhy-case/2"]}', "case-of-other-version"),
        ('{"schema": "mailwhy-case/2"}', "case-damaged"),
        ('{"schema": "mailwhy-case/1", "steps": 7}', "case-damaged"),
        ("[" * 100_000, "case-damaged"),
        ("\x00\xff", "case-damaged"),
    ],
)
def test_what_is_no_case_is_one_error(path: Path, text: str, key: str) -> None:
    path.write_text(text, encoding="latin-1")
    with pytest.raises(InputError) as raised:
        load(path)
    assert raised.value.key == key


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_any_damage_is_an_error_or_a_case_that_can_be_judged(
    base: RuleBase, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    from wizard.diagnosis import conclusion_of, state_of
    from wizard.engine import Engine
    from wizard.report import build

    path = tmp_path_factory.mktemp("case") / "case.json"
    Keeper(path, Head())(STEPS)
    content = json.loads(path.read_text(encoding="utf-8"))
    spot = content
    for _ in range(data.draw(st.integers(1, 6))):
        keys = list(spot) if isinstance(spot, dict) else range(len(spot)) if isinstance(spot, list) else ()
        if not keys:
            break
        key = data.draw(st.sampled_from(list(keys)))
        if data.draw(st.booleans()) or not isinstance(spot[key], (dict, list)):
            spot[key] = data.draw(_JSON)
            break
        spot = spot[key]
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        steps = fitting(load(path).steps, base)
    except InputError:
        return
    engine = Engine(base)
    state = state_of(steps, engine)
    build(state, conclusion_of(state, engine), engine, "en")


def test_what_the_vocabulary_does_not_have_is_left_out(base: RuleBase) -> None:
    unknown = Step("options", facts=(Fact("no.such", "x", "option"), Fact("sender.mailbox", "a.example", "option")))
    impossible = Step("logs", rows=(Row("x", About(), {"log.verdict": Fact("log.verdict", "MAYBE", "logs")}),))
    listed = Step("options", facts=(Fact("log.verdict", ("REJECT",), "option"),))
    steps = fitting([unknown, impossible, listed], base)
    assert [[fact.name for fact in step.facts] for step in steps] == [["sender.mailbox"]]


def test_many_steps_are_written_quickly(path: Path) -> None:
    import time

    rows = tuple(ROW for _ in range(3_000))
    keep = Keeper(path, Head())
    big = Step("logs", rows=rows)
    keep([big])
    begin = time.monotonic()
    for number in range(5):
        keep([big, *(Step(f"s{n}") for n in range(number))])
    assert time.monotonic() - begin < 3
