"""The engine: durable_rules agrees with a naive reading of the rules, however it is used."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from random import Random

import pytest
from random_bases import Shape, naive_firing, random_base, random_facts

from wizard import engine as engine_module
from wizard.engine import Engine, EngineFailure
from wizard.errors import InputError
from wizard.rulebase.firing import Fired, best, standing
from wizard.rulebase.load import load
from wizard.words import sentence

SMALL = Path(__file__).parent / "rulebase" / "small"

SHAPES = [
    Shape(),
    Shape(literal=0.3, derived=3),
    Shape(facts=3, findings=70, rules=4, literal=0.1),  # several chunks, many rules at once, the same test many times
    Shape(facts=60, findings=40, derived=8),
    Shape(facts=230, findings=120, words=12),  # more facts than one ruleset may test
]


@pytest.mark.parametrize("number", range(len(SHAPES)))
def test_agrees_with_the_naive_evaluator(number: int) -> None:
    random = Random(number)
    for _ in range(5):
        base = random_base(random, SHAPES[number])
        engine = Engine(base)
        for _ in range(100):
            facts = random_facts(random, base)
            fired = {one.finding: (one.confidence, list(one.rules)) for one in engine.fire(facts)}
            assert fired == naive_firing(base, facts)


def test_the_same_facts_are_inferred_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(load(SMALL))
    first = engine.fire({"log.connection": "seen", "log.verdict": "REJECT", "log.seconds": 25, "log.sender_group": "A"})
    monkeypatch.setattr(engine_module._Host, "infer", lambda *_: pytest.fail("inferred again"))
    assert (
        engine.fire({"log.connection": "seen", "log.verdict": "REJECT", "log.seconds": 21.5, "log.sender_group": "B"})
        == first
    )
    assert first == (Fired("connection-rejected", "certain", (0, 1), "refused-for-now"),)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "REMEMBERED", 10)
    engine = Engine(random_base(Random(3), Shape()))
    random = Random(4)
    for _ in range(50):
        engine.fire(random_facts(random, engine.base))
    assert len(engine._remembered) == 10


def test_starts_no_thread() -> None:
    before = threading.active_count()
    Engine(load(SMALL)).fire({})
    assert threading.active_count() == before


def test_a_value_outside_the_vocabulary_is_refused() -> None:
    engine = Engine(load(SMALL))
    for fact, value in [("log.verdict", "Reject"), ("log.seconds", float("nan")), ("log.seconds", True)]:
        with pytest.raises(ValueError, match=f"{fact} cannot be"):
            engine.fire({"log.connection": "seen", fact: value})


def test_text_of_any_kind_never_reaches_durable_rules() -> None:
    engine = Engine(load(SMALL))
    for text in ("\ud800", "x" * 100_000, '"}]', "$s", "sid"):
        assert engine.fire({"log.connection": "none", "log.sender_group": text})[0].finding == "no-connection"


def test_an_answer_that_is_not_given_is_an_error_and_the_next_one_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(load(SMALL))
    engine.fire({})
    assert engine._host is not None
    monkeypatch.setattr(engine._host._host, "assert_fact", lambda *_: None)
    monkeypatch.setattr(engine._host._host, "retract_fact", lambda *_: None)
    with pytest.raises(EngineFailure):
        engine.fire({"log.connection": "none"})
    assert [one.finding for one in engine.fire({"log.connection": "none"})] == ["no-connection"]


def test_without_durable_rules_the_command_to_build_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable", None)
    with pytest.raises(InputError) as caught:
        Engine(load(SMALL)).fire({})
    assert sentence("errors", caught.value.key, "en", **caught.value.values).endswith(
        "CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject pip install --no-cache-dir durable-rules==2.0.28"
    )


def test_works_where_warnings_are_errors() -> None:
    program = (
        "import sys; from pathlib import Path; from wizard.engine import Engine; from wizard.rulebase.load import load;"
        "print(Engine(load(Path(sys.argv[1]))).fire({'log.connection': 'none'})[0].finding)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(SMALL)], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("no-connection\n", "")


def test_what_stands_and_what_concludes() -> None:
    base = load(SMALL)
    names = ["no-connection", "reverse-dns-missing", "connection-without-mail", "banner-timeout"]
    fired = [Fired(name, "likely", (0,), None) for name in names]
    assert [one.finding for one in standing(base, fired)] == ["banner-timeout", "no-connection", "reverse-dns-missing"]
    assert best(base, fired) == Fired("banner-timeout", "likely", (0,), None)
    assert best(base, fired[1:2]) is None
