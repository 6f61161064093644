"""What facts mean to rules: conditions, `when`, what is derived, what is told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.facts import Value
from wizard.rulebase.conditions import Condition
from wizard.rulebase.derive import Derivation
from wizard.rulebase.load import load

BASE = load(Path(__file__).parent / "small")


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        (Condition("f", "is", ("a", "b")), ["a", "b"], ["c", "none", "unavailable"]),
        (Condition("f", "is", ("a", "unavailable")), ["a", "unavailable"], ["c"]),
        (Condition("f", "not", ("a",)), ["b", "none"], ["a", "unavailable"]),
        (Condition("f", "given"), ["a", 0, ("a",)], ["none", "unavailable"]),
        (Condition("f", "at least", number=20), [20, 20.5], [19.9, 0, "none", "unavailable"]),
        (Condition("f", "under", number=20), [19.9, 0], [20, "none", "unavailable"]),
    ],
)
def test_a_condition_is_yes_no_or_open(condition: Condition, yes: list[Value], no: list[Value]) -> None:
    assert condition.judge({}) is None
    assert all(condition.judge({"f": value}) is True for value in yes)
    assert all(condition.judge({"f": value}) is False for value in no)


def test_a_word_is_not_compared_with_a_number() -> None:
    with pytest.raises(ValueError, match="f must be a number, not 'long'"):
        Condition("f", "under", number=20).judge({"f": "long"})


def test_a_failed_when_makes_every_condition_no() -> None:
    [rejected] = [rule for rule in BASE.rules if rule.finding == "connection-rejected" and rule.index == 1]
    assert rejected.judge({"log.connection": "seen"}) is None
    assert rejected.judge({"log.connection": "none"}) is False
    assert rejected.judge({"log.connection": "unavailable"}) is False
    assert rejected.judge({"log.verdict": "REJECT"}) is None
    assert rejected.judge({"log.connection": "seen", "log.verdict": "REJECT"}) is True


def test_whether_a_fact_applies_is_followed_to_the_end() -> None:
    assert BASE.applies("log.reason", {"log.connection": "none"}) is False
    assert BASE.applies("log.reason", {"log.connection": "seen"}) is None
    assert BASE.applies("log.reason", {"log.connection": "seen", "log.verdict": "REJECT"}) is True
    assert BASE.applies("log.files", {}) is True


def test_numbers_are_told_apart_by_the_thresholds_that_rules_name() -> None:
    assert BASE.thresholds("log.seconds") == (20.0, 300.0)
    assert [BASE.interval("log.seconds", number) for number in (0, 19.9, 20, 299, 300)] == [0, 0, 1, 1, 2]
    assert BASE.domains["log.seconds"] == (0, 1, 2, "none", "unavailable")


@pytest.mark.parametrize(
    ("derivation", "values", "result"),
    [
        (Derivation("any_of", ("a", "b")), (None, "x"), "x"),
        (Derivation("any_of", ("a", "b")), ("none", None), None),
        (Derivation("any_of", ("a", "b")), ("none", "unavailable"), "unavailable"),
        (Derivation("any_of", ("a", "b")), ("none", "none"), "none"),
        (Derivation("equal", ("a", "b")), ("Partner.Example", "partner.example"), "yes"),
        (Derivation("equal", ("a", "b")), (5, 5.0), "yes"),
        (Derivation("equal", ("a", "b")), ("x", None), None),
        (Derivation("equal", ("a", "b")), ("none", None), "no"),
        (Derivation("equal", ("a", "b")), ("x", "unavailable"), "unavailable"),
        (Derivation("longer", ("a", "b")), (21, 20.5), "yes"),
        (Derivation("longer", ("a", "b")), (20, 20), "no"),
        (Derivation("later", ("a", "b")), ("2024-05-01T10:00:01+02:00", "2024-05-01T08:00:00Z"), "yes"),
        (Derivation("later", ("a", "b")), ("2024-05-01T10:00:00", "2024-05-01T10:00:00"), "no"),
        (Derivation("later", ("a", "b")), ("2024-05-01T10:00:00", "2024-05-01T10:00:00+00:00"), "unavailable"),
        (Derivation("later", ("a", "b")), ("yesterday", "2024-05-01T10:00:00"), "unavailable"),
        (Derivation("within", ("a", "b"), 300), ("2024-05-01T10:05:00", "2024-05-01T10:00:00"), "yes"),
        (Derivation("within", ("a", "b"), 300), ("2024-05-01T10:00:00", "2024-05-01T10:05:01"), "no"),
        (Derivation("within", ("a", "b"), 5), (10, 4), "no"),
    ],
)
def test_what_is_derived(derivation: Derivation, values: tuple[Value | None, ...], result: Value | None) -> None:
    assert derivation.compute(values) == result


def test_an_operand_that_does_not_apply_is_none_and_one_that_may_not_is_open() -> None:
    times = {"log.opened": "2024-05-01T10:00:00", "log.lost": "2024-05-01T10:00:01"}
    assert "log.at_once" not in BASE.derive(times)
    assert BASE.derive({**times, "log.connection": "seen"})["log.at_once"] == "yes"
    assert BASE.derive({"log.connection": "none"})["log.at_once"] == "no"
    assert BASE.derive({"sender.given": "192.0.2.1"})["sender.address"] == "192.0.2.1"


def test_details_evidence_and_remedies_hang_on_the_rules_that_fired() -> None:
    finding = BASE.findings["connection-rejected"]
    assert finding.detail_of([0, 1]) == {"reason": "log.reason", "seconds": "log.seconds"}
    assert finding.detail_of([1]) == {"reason": "log.reason"}
    assert finding.shown_facts([1]) == ("log.verdict", "log.reason")
    assert finding.remedies("en", {"log.reason": "list"})["gateway-admin"] == "Take the address off the list."
    assert finding.remedies("en", {"log.reason": "country"})["gateway-admin"].startswith("Look at the verdict")
    assert finding.remedies("ja", {})["user"] == "お待ちください。"


def test_values_are_shown_in_the_words_of_the_vocabulary() -> None:
    assert BASE.shown("log.connection", "seen", "ja") == "接続あり"
    assert BASE.shown("log.verdict", "REJECT", "ja") == "REJECT"
    assert BASE.shown("log.seconds", 20.0, "en") == "20"
    assert BASE.shown("sender.seen", ("192.0.2.1", "192.0.2.2"), "en") == "192.0.2.1, 192.0.2.2"


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        ("log.verdict", "reject", "REJECT"),
        ("log.seconds", "20", 20),
        ("log.seconds", "0.5", 0.5),
        ("log.seconds", "none", "none"),
        ("log.seconds", "unavailable", "unavailable"),
        ("sender.seen", "192.0.2.1, 192.0.2.2", ("192.0.2.1", "192.0.2.2")),
        ("sender.domain", "partner.example", "partner.example"),
    ],
)
def test_a_written_value_is_typed_by_the_vocabulary(fact: str, text: str, value: Value) -> None:
    assert BASE.facts[fact].parse(text) == value


@pytest.mark.parametrize(("fact", "text"), [("log.verdict", "no"), ("log.seconds", "1e9"), ("log.seconds", "-1")])
def test_a_written_value_that_the_vocabulary_does_not_have(fact: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is not"):
        BASE.facts[fact].parse(text)
