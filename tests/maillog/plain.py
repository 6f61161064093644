"""A plain search, one line after the other, and random logs to hold the fast one against it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hypothesis import strategies as st

from wizard.maillog.entries import MORE_BYTES, MORE_LINES
from wizard.maillog.prefix import begins_entry
from wizard.maillog.search import Entry, Needle

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
