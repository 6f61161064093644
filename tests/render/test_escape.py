"""Strangers' text stays text: nothing in it becomes markup, nothing acts on a terminal, nothing is hidden or lost."""

from __future__ import annotations

import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from wizard.render.escape import (
    HIDDEN,
    Verbatim,
    markdown,
    markdown_block,
    markdown_cell,
    markdown_code,
    plain,
    terminal,
    text,
    visible,
)

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

# fmt: off
FRAGMENTS = [
    "`", "``", "```", "~~~", "~", "*", "**", "_", "a", "|", "\\", "\\|", "<", ">", "<b>", "</b>", "<!--", "-->", "&lt;",
    "&#60;", "&", "[", "](", ")", "![", "(", "'", '"', "#", "# ", "-", "- ", "---", "+", "1.", "1. ", "1)", "=",
    "===", ":-", "!", "$", ".", ":", "@", "a@b", "http://x", "https:", "//", "www.", "evil.example", "日本", "。",
    " ", "  ", "    ", "\t", "\n", "\n\n", "\r", "\u2028", "\x1b[31m", "\x00", "\u202e", "\u200b", "\x9b", "\udc80",
]
# fmt: on

NASTY = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join)

LINKS = ("@", "://", "www.", "evil.example")


def inline(source: str) -> list[Token]:
    """The tokens of what must be one plain paragraph."""
    tokens = RENDERER.parse(source)
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"]), source
    return (tokens[1].children or []) if tokens else []


def said(tokens: list[Token]) -> str:
    """What a reader sees; anything but text and code fails, and so does text that some renderer would link."""
    for token in tokens:
        assert token.type in ("text", "code_inline"), token
        if token.type == "text":
            assert not any(mark in token.content.lower() for mark in LINKS), token
    return "".join(token.content for token in tokens)


@given(NASTY)
def test_prose_stays_prose(stranger: str) -> None:
    shown = said(inline(markdown(stranger)))
    # Spaces part code from code, backticks mark it: neither is told from the stranger's own here.
    assert shown.replace(" ", "").replace("`", "").replace('""', "") == visible(stranger.strip(" ")).replace(
        " ", ""
    ).replace("`", "").replace('""', "")


@given(NASTY)
def test_a_stranger_s_value_is_shown_whole_as_code(stranger: str) -> None:
    tokens = inline(f"x {markdown_code(stranger)} y")
    if stranger.strip(" "):
        assert [token.type for token in tokens] == ["text", "code_inline", "text"]
        assert tokens[1].content == visible(stranger)


@given(NASTY, st.booleans())
def test_a_cell_stays_one_cell(stranger: str, verbatim: bool) -> None:
    cell = markdown_cell(Verbatim(stranger) if verbatim else stranger)
    tokens = RENDERER.parse(f"| a | b |\n| --- | --- |\n| {cell} | end |\n")
    cells = [token for before, token in pairwise(tokens) if before.type == "td_open"]
    assert [token.type for token in tokens[:2]] == ["table_open", "thead_open"]
    assert len(cells) == 2
    assert cells[1].content == "end"
    said(cells[0].children or [])


@given(st.lists(NASTY, min_size=1, max_size=4))
def test_no_line_leaves_its_block(lines: list[str]) -> None:
    tokens = RENDERER.parse(markdown_block(lines) + "\n\nafter\n")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content.split("\n")[:-1] == [visible(line) for line in lines]


@given(st.text() | NASTY)
def test_nothing_acts_on_a_terminal(stranger: str) -> None:
    for shown in (terminal(stranger), plain(stranger), text(stranger, '"', '"')):
        assert not HIDDEN.search(shown)
        shown.encode("utf-8")
    assert "`" not in plain(stranger)


def test_what_acts_unseen_is_spelt_out_and_letters_are_not() -> None:
    signs_that_show = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category in ("Cc", "Cf", "Cs", "Zl", "Zp") and code not in signs_that_show:
            assert HIDDEN.match(chr(code)), hex(code)
        elif category in ("Lu", "Ll", "Nd", "Ps", "Pe", "Po", "Sm", "Sc", "Zs"):
            assert not HIDDEN.match(chr(code)), hex(code)


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("Mail Policies > HAT Overview, then 21.5 s", "Mail Policies > HAT Overview, then 21.5 s"),
        ("the group `BLOCKED_LIST` and sender_group", "the group `BLOCKED_LIST` and sender_group"),
        ("R&D at AT&T; e.g. this, i.e. that", "R&D at AT&amp;T; e.g. this, i.e. that"),
        ("Look at mx1.corp.example.", "Look at `mx1.corp.example`."),
        ("送信者 bob@corp.example に", "送信者 `bob@corp.example` に"),
        ("1. not a list", "1\\. not a list"),
        ("an odd ` one", "an odd &#96; one"),
    ],
)
def test_prose_stays_readable_as_it_is(prose: str, expected: str) -> None:
    assert markdown(prose) == expected


def test_long_text_is_cut_with_a_mark() -> None:
    assert markdown_code("x" * 100_000) == "`" + "x" * 500 + "[…+99500]`"
    assert len(plain("\x1b" * 100_000)) < 1_000
    assert len(markdown("`" * 1_000_000)) < 20_000
