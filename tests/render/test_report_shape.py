"""The report's types, its JSON Schema and its JSON say the same."""

from __future__ import annotations

import json
import typing

import example_reports
import jsonschema
import pytest

from wizard.data import data_folder
from wizard.render import contract, render
from wizard.render.contract import Report
from wizard.render.escape import HIDDEN
from wizard.words import LANGUAGES, words

SCHEMA = json.loads((data_folder("reports") / "schema" / "mailwhy-1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

SHAPES = {
    "conclusion": contract.ConclusionJson,
    "finding": contract.FindingJson,
    "about": contract.AboutJson,
    "log_evidence": contract.LogEvidenceJson,
    "other_evidence": contract.OtherEvidenceJson,
    "remedy": contract.RemedyJson,
    "fact": contract.FactJson,
    "message": contract.MessageJson,
    "recipient": contract.RecipientJson,
    "moment": contract.MomentJson,
    "next": contract.NextJson,
    "coverage": contract.CoverageJson,
    "file": contract.FileJson,
}


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("part", "shape"), [(SCHEMA, Report), *((SCHEMA["$defs"][name], SHAPES[name]) for name in SHAPES)]
)
def test_types_and_schema_have_the_same_keys_in_the_same_order(part: dict, shape: type) -> None:
    assert list(part["properties"]) == list(shape.__annotations__)
    assert set(part["required"]) == shape.__required_keys__
    assert part["additionalProperties"] is False


def test_every_closed_object_of_the_schema_has_a_type() -> None:
    closed = {name for name, part in SCHEMA["$defs"].items() if part.get("additionalProperties") is False}
    assert closed == set(SHAPES)


@pytest.mark.parametrize(
    ("name", "words_of"),
    [("confidence", contract.Confidence), ("remedy.for", contract.Reader), ("fact.from", contract.Origin)],
)
def test_types_and_schema_have_the_same_words(name: str, words_of: object) -> None:
    part, _, key = name.partition(".")
    schema = SCHEMA["$defs"][part]
    assert tuple((schema["properties"][key] if key else schema)["enum"]) == typing.get_args(words_of)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_detail_of_the_contract_has_a_label(lang: typing.Literal["en", "ja"]) -> None:
    detail = SCHEMA["$defs"]["detail"]["properties"]
    texts = words("report", lang)
    assert not [key for key in detail if f"detail.{key}" not in texts]
    for key in ("stage", "source"):
        assert not [word for word in detail[key]["enum"] if f"{key}.{word}" not in texts]


@pytest.mark.parametrize("make", ["rejected", "unsettled", "hostile"])
def test_the_examples_keep_to_the_schema(make: str) -> None:
    VALIDATOR.validate(json.loads(render(getattr(example_reports, make)(), "json", "en")))


def broken(change: typing.Callable[[dict], object]) -> dict:
    report: dict = json.loads(render(example_reports.rejected(), "json", "en"))
    change(report)
    return report


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.update(extra=1),
        lambda report: report.pop("next"),
        lambda report: report["conclusion"].update(confidence="sure"),
        lambda report: report["conclusion"].update(id="Connection Rejected"),
        lambda report: report["findings"][0]["detail"].update(seconds="21"),
        lambda report: report["findings"][0]["detail"].update(stage="HELO"),
        lambda report: report["findings"][0]["detail"].update(names="a"),
        lambda report: report["findings"][0]["detail"].update(odd={}),
        lambda report: report["findings"][0]["evidence"][0].pop("line"),
        lambda report: report["findings"][0]["evidence"][0].update(line=0),
        lambda report: report["findings"][0]["remedies"][0].update({"for": "boss"}),
        lambda report: report["messages"][0].update(icid=0),
        lambda report: report["messages"][0].update(time="yesterday"),
        lambda report: report["facts"].update({"log.x": {"value": None, "from": "logs", "at": None}}),
    ],
)
def test_the_schema_refuses_what_the_contract_does_not_hold(change: typing.Callable[[dict], object]) -> None:
    assert not VALIDATOR.is_valid(broken(change))


def test_json_is_the_report_in_the_order_of_the_contract() -> None:
    report = example_reports.rejected()
    shuffled = typing.cast(Report, dict(reversed(report.items())))
    shuffled["findings"] = [typing.cast(typing.Any, dict(reversed(one.items()))) for one in report["findings"]]
    text = render(shuffled, "json", "en")
    assert text.endswith("}\n")
    read = json.loads(text)
    assert VALIDATOR.is_valid(read)
    told, said = report["findings"][0], read["findings"][0]
    assert said["explanation"] == f"{told['explanation']}\n{told['limits']}"
    assert {**read, "findings": 0, "next": 0} == {**report, "findings": 0, "next": 0}
    assert list(read) == list(Report.__annotations__)
    assert list(read["findings"][0]) == list(contract.FindingJson.__annotations__)
    assert list(read["findings"][0]["evidence"][0]) == list(contract.LogEvidenceJson.__annotations__)
    assert list(read["facts"]) == sorted(read["facts"])


def test_json_holds_hostile_text_unchanged_and_acts_on_no_terminal() -> None:
    text = render(example_reports.hostile(), "json", "ja")
    assert not HIDDEN.search(text.replace("\n", ""))
    text.encode("utf-8")
    read = json.loads(text)
    assert read["findings"][0]["title"] == example_reports.HOSTILE.replace("\udc80", "\ufffd")
    VALIDATOR.validate(read)
