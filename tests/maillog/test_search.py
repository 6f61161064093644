"""Search against a plain loop over the lines, on random logs, cut into blocks at every place."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.maillog.plain import LOGS, NEEDLES, STAMP, Pieces, cut, plain, plain_search
from wizard.maillog import bytescan
from wizard.maillog.search import Entry, Needle, Needles, search

MANY = [Needle(b"absent %d" % n, n % 2 == 0) for n in range(60)]


@pytest.fixture(params=["with libraries", "without"], autouse=True)
def libraries(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setattr(bytescan, "find", bytes.find)
        monkeypatch.setattr(bytescan, "_stringzilla", None)
        monkeypatch.setattr(bytescan, "_ahocorasick", None)


@given(LOGS, NEEDLES, st.integers(1, 400))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_many_needles_find_what_few_do(text: bytes, needles: list[Needle], size: int) -> None:
    assert plain(search(cut(text, size), [*needles, *MANY])) == plain_search(text, needles)


@given(LOGS, NEEDLES, NEEDLES, st.integers(1, 400), st.tuples(st.integers(0, 10), st.booleans()))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_needles_added_on_the_way(
    text: bytes, needles: list[Needle], more: list[Needle], size: int, added: tuple[int, bool]
) -> None:
    """Added at an entry, and looked for far back, they find what they had found from the beginning."""
    moment, many = added
    wanted = Needles([*needles, *MANY] if many else needles)
    found = []
    for entry in search(cut(text, size), wanted):
        found.append(entry)
        if len(found) == moment + 1:
            for needle in more:
                wanted.add(needle, back=1 << 20)
    expected = plain_search(text, needles)
    if len(expected) > moment:
        expected = plain_search(text, [*needles, *more])
    assert sorted(plain(found)) == expected
    assert all(entry.raw.split(b"\n")[0] in text[entry.at :].split(b"\n")[0] for entry in found)


def test_discarded_needles_are_not_found_and_little_is_looked_back() -> None:
    text = b"".join(STAMP + b"MID %d to %d\n" % (n % 5, n) for n in range(40_000))
    wanted = Needles([Needle(b"to 20000")])
    lines = []
    for entry in search(cut(text, 100_000), wanted):
        lines.append(entry.line)
        if entry.line == 20_001:
            wanted.add(Needle(b"MID 3"), back=1000)
        if entry.line == 20_014:
            wanted.discard(Needle(b"MID 3"))
    assert lines == [20_001, 19_979, 19_984, 19_989, 19_994, 19_999, 20_004, 20_009, 20_014]


def test_lines_need_not_be_counted() -> None:
    text = (STAMP + b"ICID 1 close\n") * 3
    assert [(entry.line, entry.at) for entry in search(cut(text, 60), [Needle(b"ICID")], numbered=False)] == [
        (1, 0),
        (1 + len(text) // 3, len(text) // 3),
        (1 + len(text) // 3 * 2, len(text) // 3 * 2),
    ]


@given(LOGS, st.none() | NEEDLES, st.integers(1, 400))
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_search_equals_a_plain_loop(text: bytes, needles: list[Needle] | None, size: int) -> None:
    assert plain(search(cut(text, size), needles)) == plain_search(text, needles)


def test_observe_sees_every_block_with_its_first_line() -> None:
    seen: list[tuple[int, bytes]] = []
    list(search(Pieces(b"a\nb\n", b"c\n", b"d"), [], lambda number, block: seen.append((number, block))))
    assert seen == [(1, b"a\nb\n"), (3, b"c\n"), (4, b"d"), (4, b"")]


def test_a_torn_entry_is_found_by_either_part_and_across_blocks() -> None:
    text = STAMP + b"MID 4 Subject 'one\r\n two three'\r\n" + STAMP + b"ICID 9 close\r\n"
    whole = Entry(1, STAMP + b"MID 4 Subject 'one\n two three'")
    for size in range(1, len(text) + 1):
        assert list(search(cut(text, size), [Needle(b"three"), Needle(b"MID 4")])) == [whole]


def test_boundaries() -> None:
    text = STAMP + b"ICID 1 address 10.1.1.10\n" + STAMP + b"CrtICID 1 110.1.1.1\n" + STAMP + b"x (10.1.1.1)\n"
    assert [entry.line for entry in search(Pieces(text), [Needle(b"10.1.1.1")])] == [3]
    assert [entry.line for entry in search(Pieces(text), [Needle(b"ICID 1")])] == [1]


def test_lines_far_behind_an_entry_stand_alone() -> None:
    text = STAMP + b"ICID 1 close\n" + b"".join(b"more %d\n" % n for n in range(20))
    found = list(search(Pieces(text), None))
    assert [entry.line for entry in found] == [1, *range(10, 22)]
    assert plain(search(Pieces(text), [Needle(b"more 9")])) == [Entry(11, b"more 9")]
