"""All places of many texts in one pass, against looking for each by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.maillog import bytescan
from wizard.maillog.bytescan import Places

LETTERS = st.sampled_from([b"a", b"A", b"b", b"1", b".", b"\0", b"\1", b"\xe4"])
WORDS = st.lists(LETTERS, min_size=1, max_size=7).map(b"".join)
TEXTS = st.lists(st.tuples(WORDS, st.booleans()), max_size=70)


def plainly(texts: list[tuple[bytes, bool]], block: bytes, begin: int, end: int) -> list[tuple[int, int]]:
    return sorted(
        (at, index)
        for index, (text, folded) in enumerate(texts)
        for at in range(begin, end - len(text) + 1)
        if (block[at : at + len(text)].lower() if folded else block[at : at + len(text)]) == text
    )


@pytest.mark.skipif(bytescan.optional("ahocorasick_rs") is None, reason="no library for many texts")
@given(TEXTS, st.lists(WORDS, max_size=40).map(b"".join), st.integers(0, 30), st.integers(0, 30))
def test_places_are_those_of_each_text_alone(
    texts: list[tuple[bytes, bool]], block: bytes, begin: int, short: int
) -> None:
    texts = [(text.lower() if folded else text, folded) for text, folded in texts]
    begin, end = min(begin, len(block)), max(min(begin, len(block)), len(block) - short)
    assert Places(texts)(block, begin, end) == plainly(texts, block, begin, end)


def test_more_texts_than_fit_in_one_pass() -> None:
    texts = [(b"203.0.113.%d" % n, False) for n in range(200)] + [(b"partner%d.example" % n, True) for n in range(9)]
    block = b" ".join(text.upper() if folded else text for text, folded in texts) * 3
    assert Places(texts)(block, 0, len(block)) == plainly(texts, block, 0, len(block))
