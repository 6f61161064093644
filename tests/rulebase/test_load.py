"""Loading: each check has a bad rule file that it must refuse, at the line that says so in a comment."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wizard.rulebase.cases import load_cases
from wizard.rulebase.load import load
from wizard.rulebase.yaml_marks import RuleError
from wizard.words import sentence

HERE = Path(__file__).parent
BAD = HERE / "bad"
MARK = "  # refused: "
TAKES_PLACE_OF = {"facts": "facts/x.yaml", "findings": "x.yaml", "order": "order.yaml", "cases": "cases/x.yaml"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small rule base."""
    return Path(shutil.copytree(HERE / "small", tmp_path / "rules"))


@pytest.mark.parametrize("bad", sorted(path.relative_to(BAD).as_posix() for path in BAD.glob("*/*.yaml")))
def test_a_bad_rule_file_is_refused_at_its_line(bad: str, folder: Path) -> None:
    kind, _, _ = bad.partition("/")
    where = folder / TAKES_PLACE_OF[kind]
    shutil.copy(BAD / bad, where)
    [(line, what)] = [
        (number, text.partition(MARK)[2])
        for number, text in enumerate(where.read_text(encoding="utf-8").splitlines(), 1)
        if MARK in text
    ]
    with pytest.raises(RuleError) as caught:
        load_cases(folder, load(folder))
    assert caught.value.values["where"] == f"{where}:{line}"
    assert what in str(caught.value.values["what"])


def test_the_error_is_one_sentence_in_both_languages(folder: Path) -> None:
    (folder / "order.yaml").write_text("- no-conection\n", encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load(folder)
    said = sentence("errors", caught.value.key, "en", **caught.value.values)
    assert said == (
        f"The rule file {folder}/order.yaml:1 cannot be used: "
        "there is no outcome no-conection; did you mean no-connection?"
    )
    assert f"{folder}/order.yaml:1" in sentence("errors", caught.value.key, "ja", **caught.value.values)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("bad.yaml", b"", "this file is empty"),
        ("bad.yaml", b"x: \xff", "this file is not UTF-8 text"),
        ("bad.yaml", b"x: \x00", "this is not YAML"),
        ("bad.yaml", b"[" * 100_000, "nest"),
        ("bad.yaml", b"a: &a [*a]", "alias"),
        ("bad.yaml", b"a: 1\n---\nb: 2\n", "this is not YAML"),
        ("bad.yaml", b"? [a]\n: b\n", "a key must be a word"),
        ("bad.yaml", b"<<: {a: b}\n", "cannot be the identifier"),
    ],
)
def test_whatever_the_bytes_are_it_is_a_rule_error(name: str, content: bytes, what: str, folder: Path) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(RuleError, match=what):
        load(folder)


def test_a_folder_or_file_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="there is no such folder of rules"):
        load(tmp_path / "nowhere")
    (folder / "order.yaml").unlink()
    with pytest.raises(RuleError, match="cannot be read"):
        load(folder)
