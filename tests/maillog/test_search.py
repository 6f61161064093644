"""Search against a plain loop over the lines, on random logs, cut into blocks at every place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wizard.maillog import bytescan
from wizard.maillog.entries import MORE_BYTES, MORE_LINES
from wizard.maillog.prefix import begins_entry
from wizard.maillog.search import Entry, Needle, Needles, search

STAMP = b"Wed Nov 19 09:16:38 2014 Info: "


class Pieces:
    def __init__(self, *blocks: bytes) -> None:
        self.given = blocks

    def blocks(self) -> Iterator[bytes]:
        return iter(self.given)


def plain_entries(text: bytes) -> list[tuple[int, bytes]]:
    """Entries as the definition has them, one line after the other."""
    entries: list[tuple[int, list[bytes], bool]] = []
    for number, line in enumerate(split(text), 1):
        begins = begins_entry(line.rstrip(b"\r\n"))
        above = entries[-1] if entries else None
        if (
            above
            and not begins
            and above[2]
            and len(above[1]) <= MORE_LINES
            and sum(map(len, above[1])) + len(line) <= MORE_BYTES
        ):
            above[1].append(line)
        else:
            entries.append((number, [line], begins))
    return [(number, b"".join(lines)) for number, lines, _ in entries]


def split(text: bytes) -> list[bytes]:
    return re.findall(rb"[^\n]*\n|[^\n]+\Z", text)


def holds(line: bytes, needle: Needle) -> bool:
    text, line = (needle.text.lower(), line.lower()) if needle.ignore_case else (needle.text, line)
    for at in range(len(line) - len(text) + 1):
        if line[at : at + len(text)] == text:
            before, behind = line[at - 1 : at] if at else b"", line[at + len(text) : at + len(text) + 1]
            if not (text[:1].isalnum() and before.isalnum()) and not (text[-1:].isdigit() and behind.isdigit()):
                return True
    return False


def plain_search(text: bytes, needles: list[Needle] | None) -> list[Entry]:
    found = []
    for number, entry in plain_entries(text):
        if needles is None or any(holds(line, needle) for line in split(entry) for needle in needles):
            lines = [line.rstrip(b"\n").removesuffix(b"\r") for line in split(entry)]
            while lines and not lines[-1].strip():
                lines.pop()
            if lines:
                found.append(Entry(number, b"\n".join(lines)))
    return found


def plain(entries: Iterable[Entry]) -> list[Entry]:
    return [Entry(entry.line, entry.raw) for entry in entries]


def cut(text: bytes, size: int) -> Pieces:
    blocks = []
    while text:
        end = text.find(b"\n", size - 1) + 1 or len(text)
        blocks.append(text[:end])
        text = text[end:]
    return Pieces(*blocks)


BODIES = st.sampled_from(
    [
        b"ICID 5 close",
        b"ICID 55 lost",
        b"New SMTP ICID 5 interface Data 1 (192.0.2.1) address 10.1.1.1 reverse dns host a.example verified yes",
        b"New SMTP ICID 15 interface Data 1 (192.0.2.1) address 10.1.1.10 reverse dns host a.example verified yes",
        b"MID 6 ICID 5 From: <Bob@Example.COM>",
        b"MID 6 Subject 'MID 5 and 10.1.1.1'",
        b"",
        b"to RID [0] MID 6 ",
        b"x" * 40,
    ]
)
LINES = st.tuples(st.sampled_from([STAMP, STAMP, STAMP, b"Info: ", b"", b" "]), BODIES).map(b"".join)
LOGS = st.tuples(st.lists(LINES, max_size=40), st.sampled_from([b"\n", b"\r\n"]), st.booleans()).map(
    lambda log: log[1].join(log[0]) + (log[1] if log[2] else b"")
)
NEEDLES = st.lists(
    st.builds(
        Needle,
        st.sampled_from([b"10.1.1.1", b"ICID 5", b"MID 6", b"example.com", b"<", b"x", b"lost", b"yes", b"absent"]),
        st.booleans(),
    ),
    max_size=4,
)


MANY = [Needle(b"absent %d" % n, n % 2 == 0) for n in range(60)]


@pytest.fixture(params=["with libraries", "without"], autouse=True)
def libraries(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setattr(bytescan, "find", bytes.find)
        monkeypatch.setattr(bytescan, "count", bytes.count)
        monkeypatch.setattr(bytescan, "lower", bytes.lower)
        monkeypatch.setattr(bytescan, "occurrences", lambda _: None)


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
        (0, 0),
        (0, len(text) // 3),
        (0, len(text) // 3 * 2),
    ]


@given(LOGS, st.none() | NEEDLES, st.integers(1, 400))
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_search_equals_a_plain_loop(text: bytes, needles: list[Needle] | None, size: int) -> None:
    assert plain(search(cut(text, size), needles)) == plain_search(text, needles)


def test_observe_sees_every_block_with_its_first_line() -> None:
    seen: list[tuple[int, bytes]] = []
    list(search(Pieces(b"a\nb\n", b"c\n", b"d"), [], lambda number, block: seen.append((number, block))))
    assert seen == [(1, b"a\nb\n"), (3, b"c\n"), (4, b"d")]


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
