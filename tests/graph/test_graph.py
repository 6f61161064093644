"""The picture of the rule base: complete, in the technote's order, harmless whatever the texts hold, and up to date."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from wizard.case import Step
from wizard.cli import main
from wizard.data import data_folder
from wizard.engine import Engine
from wizard.facts import Fact
from wizard.graph.mermaid import mermaid
from wizard.graph.picture import Picture, Walk, step_of
from wizard.graph.svg import svg
from wizard.graph.walked import walked
from wizard.rows import About, Row
from wizard.rulebase.base import RuleBase
from wizard.rulebase.load import load
from wizard.words import LANGUAGES, Lang

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from draw_graph import stale

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def base() -> RuleBase:
    return load(data_folder("rules"))


def test_the_picture_in_the_docs_is_up_to_date() -> None:
    assert [path.name for path in stale()] == [], "run `make graph`"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_source_and_finding_is_in_it_in_the_technotes_order(base: RuleBase, lang: Lang) -> None:
    picture = Picture(base)
    assert {one.name for one in picture.sources} == set(base.sources)
    assert [one.step for one in picture.sources] == sorted(one.step for one in base.sources.values())
    assert list(map(step_of, picture.findings)) == sorted(map(step_of, base.findings.values()))
    chart, image = mermaid(picture, lang), svg(picture, lang)
    for finding in base.findings:
        assert f"[{finding!r}]".replace("'", '"') in chart
        assert f">{finding}<" in image
    tested = {condition.fact for rule in base.rules for condition in rule.conditions}
    assert tested <= set(picture.group_of)
    assert all(f">{fact}<" in image for fact in tested)


def test_mermaid_draws_it_where_limits_are_usual(base: RuleBase) -> None:
    """GitHub's and GitLab's Mermaid refuse more than 50,000 characters or 500 edges."""
    for lang in LANGUAGES:
        chart = mermaid(Picture(base), lang)
        assert len(chart) < 50_000
        assert sum("->" in line for line in chart.splitlines()) < 500


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_image_is_well_formed_and_nothing_overlaps(base: RuleBase, lang: Lang) -> None:
    root = ElementTree.fromstring(svg(Picture(base), lang))
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    boxes = [one.attrib for one in root.iter(f"{SVG}rect") if "class" in one.attrib]
    for x in {box["x"] for box in boxes}:
        column = sorted((float(b["y"]), float(b["y"]) + float(b["height"])) for b in boxes if b["x"] == x)
        assert all(end <= start for (_, end), (start, _) in pairwise(column))
        assert column[-1][1] <= height
    assert all(float(box["x"]) + float(box["width"]) <= width for box in boxes)


def test_texts_cannot_break_out(base: RuleBase) -> None:
    name = next(iter(base.sources))
    evil = dict.fromkeys(LANGUAGES, '</text><script>"]; click x `')
    hostile = replace(base, sources={**base.sources, name: base.sources[name]._replace(title=evil)})
    image, chart = svg(Picture(hostile), "en"), mermaid(Picture(hostile), "en")
    assert "<script" not in image
    ElementTree.fromstring(image)
    assert 'script>"' not in chart
    assert "`" not in chart


def test_the_way_of_a_case_is_highlighted(base: RuleBase) -> None:
    facts = {"log.connection": "seen", "log.verdict": "REJECT", "log.reason": "list"}
    row = Row("x", About(ip="192.0.2.1"), {name: Fact(name, value, "logs") for name, value in facts.items()})
    steps = [
        Step("ask-appliances", facts=(Fact("log.appliances", "all", "answer"),)),
        Step("ask-tracking"),
        Step("logs", rows=(row,)),
    ]
    walk = walked(steps, Engine(base))
    assert walk.sources == ("ask-appliances", "ask-tracking", "logs")
    assert walk.failed == {"ask-tracking"}
    assert walk.conclusion == "connection-rejected"
    assert {"log.verdict", "log.appliances"} <= walk.facts
    image = svg(Picture(base, walk), "en")
    assert 'class="outcome concluded"' in image
    assert ">2. (nothing) " in image
    chart = mermaid(Picture(base, walk), "en")
    assert "class n_connection_rejected concluded" in chart


def test_without_a_walk_nothing_is_dimmed(base: RuleBase) -> None:
    assert ' off"' not in svg(Picture(base), "en")
    assert ' off"' in svg(Picture(base, Walk()), "en")


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "rules.svg"
    assert main(["rules", "graph", "--format", "svg", "--output", str(target), "--lang", "ja"]) == 0
    assert "テクニカルノート" in target.read_text(encoding="utf-8")
    assert main(["rules", "graph"]) == 0
    assert capsys.readouterr().out.startswith("flowchart LR\n")
    assert main(["rules", "graph", "--case", str(tmp_path / "none.json")]) == 2
    assert main(["rules", "graph", "--output", str(tmp_path / "no" / "x.svg")]) == 2
