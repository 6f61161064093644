"""The program's own words, in both languages: every sentence that is not a rule's stands in a YAML file of this folder.

A file maps each key to its text by language:

    no-such-file:
      en: "There is no file or folder {path}; check the path."
      ja: …
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

Lang = Literal["en", "ja"]

LANGUAGES: tuple[Lang, ...] = ("en", "ja")

FOLDER = Path(__file__).parent

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@cache
def words(file: str, lang: Lang) -> Mapping[str, str]:
    """Return the texts of `wizard/words/FILE.yaml` in one language, by key.

    >>> words("errors", "en")["no-such-file"]
    'There is no file or folder {path}; check the path.'
    """
    return {key: texts[lang] for key, texts in _load(file).items()}


def sentence(file: str, key: str, lang: Lang, /, **values: object) -> str:
    """Return one text with its placeholders filled; a value is never searched for placeholders, and stays as it is.

    Values that come from strangers are to be escaped by the caller, or by whoever shows the sentence.

    >>> sentence("errors", "no-such-file", "en", path="{path}")
    'There is no file or folder {path}; check the path.'
    """
    return PLACEHOLDER.sub(lambda found: str(values[found[1]]), words(file, lang)[key])


@cache
def _load(file: str) -> dict[str, dict[str, str]]:
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # takes every value as text
    table: Any = loader((FOLDER / f"{file}.yaml").read_bytes()).get_single_node()
    return {key.value: {lang.value: text.value for lang, text in texts.value} for key, texts in table.value}
