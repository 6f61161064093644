"""Any text is read without an error and in time that grows no faster than the text."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.maillog.events.base import Event
from wizard.maillog.events.header import decode_subject
from wizard.maillog.kinds_of_log import recognise
from wizard.maillog.lines import read, read_entry
from wizard.maillog.prefix import begins_entry, split_prefix

SOURCES = Path(__file__).parents[2] / "wizard" / "maillog"


def _samples() -> list[str]:
    """The sample lines of the docstrings, pieced together as they stand there."""
    found = []
    for path in [*SOURCES.glob("*.py"), *SOURCES.glob("events/*.py")]:
        for call in re.findall(r"""(?:>>>|=) read\(((?:.|\n\s*\.\.\. )+?)\)(?:\.\w+)*\n""", path.read_text("utf-8")):
            parts = re.findall(r'"((?:[^"\\]|\\.)*)"', call)
            found.append("".join(parts) or call.strip("'"))
    return sorted({sample for sample in found if sample})


SAMPLES = _samples()
WORDS = sorted(
    {word for sample in SAMPLES for word in sample.split(" ")} | {"", "(", ")", "[", "]", "'", '"', "<", ">"}
)
STRANGE = [
    "\x00",
    "\n",
    "\r",
    "\t",
    "\\",
    "'",
    '"',
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "=",
    "|",
    "\u0661",
    "\u200b",
    "é",
    "🙂",
]


def test_there_are_samples() -> None:
    assert len(SAMPLES) > 80


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=200))
def test_words_in_any_order(text: str) -> None:
    _read_all_ways(text)


def test_mutated_lines() -> None:
    chance = random.Random(7)
    for _ in range(4000):
        _read_all_ways(_mutated(chance.choice(SAMPLES), chance))


def _mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 4)):
        at, end = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
        piece = chance.choice([*STRANGE, text[at:end], chance.choice(SAMPLES), str(chance.randint(0, 10**30))])
        text = text[:at] + piece + text[chance.choice((at, end)) :]
    return text[:3000]


def _read_all_ways(text: str) -> None:
    for entry in (text, f"Wed Nov 19 09:16:38 2014 Info: {text}", f"<166>Mar 17 18:24:37 gw1 mail_logs: Info: {text}"):
        begins_entry(entry.encode("utf-8", "replace"))
        split_prefix(entry)
        prefix, event = read_entry(entry)
        assert event is None or isinstance(event, Event)
        assert "\n" not in prefix.text
    read(text)
    decode_subject(text)
    recognise(text.split("\n"))


REPEATED = [
    "MID 5 ",
    "a ",
    " ",
    "'",
    '"',
    "\\'",
    "<",
    ">",
    "(",
    ")",
    "[",
    "'])",
    "', ",
    "{",
    "}",
    "{'",
    " country ",
    " match ",
    " SBRS ",
]
REPEATED += [
    "=?",
    "=?a?b?c?=",
    " cs1=",
    " interface ",
    " address ",
    " reason: ",
    "> To: <",
    " - ",
    "0",
    "0,",
    "DCID 1 ",
    " to ",
    ", helo: ",
]


@pytest.mark.parametrize("piece", REPEATED)
def test_long_lines_take_no_long_time(piece: str) -> None:
    """64 KiB take some hundredths of a second; what grew with the square of the length would take minutes."""
    long = piece * (65_536 // len(piece))
    heads = [sample[: len(sample) * share // 4] for sample in SAMPLES for share in (2, 3, 4)]
    chance = random.Random(piece)
    for head in chance.sample(heads, 60):
        started = time.perf_counter()
        read(head + long)
        split_prefix(head + long)
        spent = time.perf_counter() - started
        assert spent < 0.25, (head, spent)
    started = time.perf_counter()
    decode_subject(long)
    begins_entry(long.encode())
    assert time.perf_counter() - started < 0.5


def test_a_usual_line_takes_some_microseconds() -> None:
    lines = [f"Wed Nov 19 09:16:38 2014 Info: {sample}" for sample in SAMPLES]
    best = min(_seconds(lines) for _ in range(5))
    assert best / len(lines) < 60e-6  # measured: 8 µs with the prefix; the rest is for slow machines


def _seconds(lines: list[str]) -> float:
    started = time.perf_counter()
    for line in lines:
        read_entry(line)
    return time.perf_counter() - started
