"""Every text of the program stands in both languages, with the same placeholders, once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from wizard.words import FOLDER, LANGUAGES, PLACEHOLDER, sentence, words

FILES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def entries(file: str) -> list[tuple[str, dict[str, object]]]:
    """The keys and texts in the file's own order, duplicates included (YAML's loaders drop them silently)."""
    node = yaml.compose(Path(FOLDER, f"{file}.yaml").read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode)
    build = yaml.SafeLoader("")
    return [(key.value, build.construct_document(value)) for key, value in node.value]


@pytest.mark.parametrize("file", FILES)
def test_each_key_stands_once_in_both_languages_with_equal_placeholders(file: str) -> None:
    found = entries(file)
    repeated = [key for key, count in Counter(key for key, _ in found).items() if count > 1]
    assert not repeated
    for key, texts in found:
        assert set(texts) == set(LANGUAGES), key
        assert all(isinstance(text, str) and text.strip() for text in texts.values()), key
        english, japanese = (sorted(PLACEHOLDER.findall(str(texts[lang]))) for lang in LANGUAGES)
        assert english == japanese, key


def test_a_value_is_never_searched_for_placeholders() -> None:
    said = sentence("errors", "no-such-file", "en", path="{path}{0}{path.__class__}")
    assert said == "There is no file or folder {path}{0}{path.__class__}; check the path."


def test_a_missing_value_is_an_error_and_not_an_odd_sentence() -> None:
    with pytest.raises(KeyError):
        sentence("errors", "no-such-file", "en")


def test_the_files_are_read_once() -> None:
    assert words("errors", "ja") is words("errors", "ja")
