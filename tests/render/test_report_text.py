"""Whole reports as their readers get them, in every format and both languages.

The expected texts stand in `expected/`; `python tests/render/test_report_text.py` writes them anew, to be read before
they are committed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import example_reports
import pytest
from example_reports import HOSTILE, LABELS, hostile, japanese, rejected, unsettled
from markdown_it import MarkdownIt

from wizard.render import FORMATS, render
from wizard.render.contract import Report
from wizard.render.escape import HIDDEN
from wizard.render.layout import WIDTH, columns
from wizard.words import LANGUAGES, Lang, words

EXPECTED = Path(__file__).parent / "expected"

WHOLE = {
    ("rejected.en.md", "markdown", "en"): rejected(),
    ("rejected.ja.md", "markdown", "ja"): japanese(rejected()),
    ("rejected.en.txt", "text", "en"): rejected(),
    ("rejected.ja.txt", "text", "ja"): japanese(rejected()),
    ("unsettled.en.md", "markdown", "en"): unsettled(),
    ("unsettled.en.txt", "text", "en"): unsettled(),
}


def rendered(report: Report, format: str, lang: Lang) -> str:
    return render(report, format, lang, LABELS[lang])


@pytest.mark.parametrize(("name", "format", "lang"), WHOLE)
def test_a_whole_report(name: str, format: str, lang: Lang) -> None:
    assert rendered(WHOLE[name, format, lang], format, lang) == (EXPECTED / name).read_text(encoding="utf-8")


def headings(source: str) -> list[str]:
    """The headings of a Markdown text, whose every link, picture or bit of HTML fails."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    for token in [*tokens, *(child for block in tokens for child in block.children or [])]:
        assert not token.type.startswith(("html", "link", "image", "s_", "em_", "hr")), token
        assert token.type not in ("code_block", "softbreak", "hardbreak"), token
    return [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_hostile_text_becomes_markup(lang: Lang) -> None:
    own = {text for key, text in words("report", lang).items() if key.startswith(("title", "heading.", "for."))}
    strange = [heading for heading in headings(rendered(hostile(), "markdown", lang)) if heading not in own]
    # Only the titles of the two further findings, whole: what a stranger's value may fill.
    assert len(strange) == 2
    assert all(heading.startswith("&lt;script>") for heading in strange)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_text_adds_no_table_row_and_no_fence(lang: Lang) -> None:
    def shape(report: Report) -> list[str]:
        tokens = MarkdownIt("commonmark").enable(["table"]).parse(rendered(report, "markdown", lang))
        return [
            token.type for token in tokens if token.type in ("fence", "tr_open", "td_open", "th_open", "table_open")
        ]

    assert shape(hostile()) == shape(hostile("harmless"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("format", ["markdown", "text"])
@pytest.mark.parametrize("make", ["rejected", "unsettled", "hostile"])
def test_nothing_acts_and_every_text_is_said(make: str, format: str, lang: Lang) -> None:
    text = rendered(getattr(example_reports, make)(), format, lang)
    assert not HIDDEN.search(text.replace("\n", ""))
    assert "None" not in text
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_keeps_to_its_width_but_for_log_lines_and_long_words(lang: Lang) -> None:
    for line in rendered(japanese(rejected()) if lang == "ja" else rejected(), "text", lang).splitlines():
        assert columns(line) <= WIDTH or "ICID" in line, line


def test_long_lists_are_cut_and_say_so() -> None:
    report = rejected()
    report["timeline"] = [*report["timeline"]] * 1_000
    report["messages"] = [*report["messages"]] * 1_000
    report["findings"] = [
        {
            **report["findings"][0],
            "evidence": [{**report["findings"][0]["evidence"][0], "line": n} for n in range(1, 900)],
        }  # type: ignore[typeddict-item]
    ] + [{**report["findings"][1], "id": f"finding-{number}"} for number in range(1_000)]
    report["findings"][0]["detail"] = {"names": [f"mx{number}.example" for number in range(1_000)]}
    report["facts"] = {f"fact.n{n}": {"value": n, "from": "logs", "at": None} for n in range(1_000)}
    report["coverage"]["files"] = [*report["coverage"]["files"]] * 1_000
    for format in ("markdown", "text"):
        text = rendered(report, format, "en")
        assert len(text.splitlines()) < 600
        assert text.count("Left out here") == 6
        assert "(+995)" in text


def test_an_attempt_is_marked_as_the_one_explained() -> None:
    table = rendered(rejected(), "markdown", "en").split("All attempts")[1].split("## ")[0]
    marked = [line for line in table.splitlines() if "explained above" in line]
    assert len(marked) == 1
    assert "60140291" in marked[0]


def test_texts_to_send_stand_under_one_heading() -> None:
    report = unsettled()
    step = report["next"][0]
    report["next"] = [{**step, "text": "first letter"}, {**step, "text": "second letter"}]
    for format in ("markdown", "text"):
        told = rendered(report, format, "en")
        assert told.count("Ready to send or to follow") == 1
        assert told.index("first letter") < told.index("second letter")


def test_that_there_is_something_to_search_for_is_no_news() -> None:
    report = unsettled()
    report["facts"]["search.key"] = {"value": "given", "from": "answer", "at": None}
    for format in ("markdown", "text"):
        assert "search.key" not in rendered(report, format, "en")


def test_what_has_no_words_is_shown_by_its_name() -> None:
    report = rejected()
    report["findings"][0]["detail"] = {"odd_thing": "x", "stage": "nowhere", "flag": True}  # type: ignore[index]
    text = render(report, "text", "en")
    assert "- odd thing: x\n- Stage of the conversation: nowhere\n- flag: yes\n" in text
    assert "- log.verdict: REJECT\n" in text


def test_a_report_of_minutes_over_several_zones_names_them() -> None:
    report = rejected()
    moments: Any = report["timeline"]
    moments[2]["time"] = "2025-03-03T05:02:33+00:00"
    text = rendered(report, "text", "en")
    assert "14:02:11 +09:00  New SMTP" in text
    assert "05:02:33 +00:00  ICID" in text


def test_json_needs_no_template_engine() -> None:
    program = (
        "import sys; from example_reports import rejected; from wizard.render import render; "
        "render(rejected(), 'json', 'en'); sys.exit('jinja2' in sys.modules or 'yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parent, check=False).returncode == 0


def test_the_formats_offered_are_those_that_work() -> None:
    assert FORMATS == ("markdown", "text", "json")
    for format in FORMATS:
        assert rendered(hostile(HOSTILE), format, "en")


if __name__ == "__main__":
    for (name, format, lang), report in WHOLE.items():
        (EXPECTED / name).write_text(rendered(report, format, lang), encoding="utf-8")
