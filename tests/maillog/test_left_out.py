"""What the technote's three greps find is shown by a trace or left out, and for the reason that is so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.maillog.test_interleaving import CYCLES, OURS, THEIRS, Lines, cycle, mixed, written
from wizard.maillog.asked import Asked, Candidate, Window, read_network
from wizard.maillog.files import find_files
from wizard.maillog.follow import follow
from wizard.maillog.left_out import OTHER_APPLIANCE, OTHER_TIME, left_out
from wizard.maillog.log import Log
from wizard.maillog.traced import traced

ADDRESS = (Candidate(read_network(OURS), "option"),)
OPENED = "New SMTP ICID {} interface Data 1 (192.0.2.14) address {} reverse dns host mx.example verified no"
NOW = datetime(2026, 1, 1)
OF_A_CONNECTION = re.compile(r"Info: (?:New SMTP )?ICID (\d+)")
Place = tuple[str, int]


def trace(paths: Sequence[Path], asked: Asked) -> tuple[set[Place], dict[Place, str]]:
    """The lines shown, and those left out with the reason."""
    files = find_files([str(path) for path in paths])
    log = Log(files, now=NOW)
    found = traced(follow(log, asked, beside=False), asked, lambda _: Window())
    lines = [line for one in found for line in log.lines().some(one.orders)]
    out = left_out(files, asked, lines, Window(), NOW)
    return {(line.source, line.number) for line in lines}, {(line.source, line.number): why for line, why in out}


def three_greps(paths: Sequence[Path], wanted: str) -> set[Place]:
    """S5, S7 and S8 over all files, as an administrator types them."""
    lines = {(path.name, n): one for path in paths for n, one in enumerate(path.read_text("utf-8").splitlines(), 1)}
    found = {place for place, line in lines.items() if wanted in line}
    for kind in ("ICID", "MID"):
        numbers = {number for place in found for number in re.findall(rf"\b{kind} \d+\b", lines[place])}
        word = re.compile("|".join(rf"\b{number}\b" for number in sorted(numbers)) or "(?!)")
        found |= {place for place, line in lines.items() if word.search(line)}
    return found


def put(path: Path, bodies: Sequence[str]) -> Path:
    begin = datetime(2025, 3, 3, 9)
    lines = [(begin + timedelta(seconds=number), body) for number, body in enumerate(bodies)]
    path.write_text("".join(f"{line}\n" for line in written(lines)), encoding="utf-8")
    return path


def reasons(path: Path, others: dict[Place, str]) -> dict[int, str]:
    return {number: why for (source, number), why in others.items() if source == path.name}


def test_another_appliance_uses_the_same_number(tmp_path: Path) -> None:
    first = put(tmp_path / "gw1.log", [OPENED.format(5, OURS), "Start MID 7 ICID 5", "ICID 5 close"])
    second = put(tmp_path / "gw2.log", [OPENED.format(5, THEIRS), "Start MID 8 ICID 5", "ICID 5 close"])
    shown, others = trace([first, second], Asked(candidates=ADDRESS))
    assert shown == {("gw1.log", number) for number in (1, 2, 3)}
    assert reasons(second, others) == dict.fromkeys((1, 2, 3), "other-appliance")


def test_number_0_is_nobodys(tmp_path: Path) -> None:
    log = put(
        tmp_path / "mail.log",
        [
            OPENED.format(5, OURS),
            "Start MID 7 ICID 5",
            "MID 7 ICID 5 From: <bob@partner.example>",
            "ICID 5 close",
            "MID 7 was split creating MID 8 due to a per-recipient policy sales",
            "MID 8 ICID 0 From: <bob@partner.example>",
            "ICID 0 TCPREFUSE SG BLOCKED_LIST match 203.0.113.0/24 SBRS None",
        ],
    )
    shown, others = trace([log], Asked(sender="bob@partner.example"))
    assert {number for _, number in shown} == {1, 2, 3, 4, 5, 6}
    assert reasons(log, others) == {7: "no-number"}


def test_mail_that_the_appliance_made_has_no_connection(tmp_path: Path) -> None:
    """By its `ICID 0`, which split mail of the sender has too, greps find it, and by that its own number."""
    log = put(
        tmp_path / "mail.log",
        [
            OPENED.format(5, OURS),
            "Start MID 7 ICID 5",
            "MID 7 ICID 5 From: <bob@partner.example>",
            "MID 7 was split creating MID 8 due to a per-recipient policy sales",
            "MID 8 ICID 0 From: <bob@partner.example>",
            "Start MID 9 ICID 0",
            "MID 9 ICID 0 From: <reporting@gw1.corp.example>",
            "MID 9 queued for delivery",
            "MID 9 Subject 'ICID 5'",
        ],
    )
    shown, others = trace([log], Asked(sender="bob@partner.example"))
    assert {number for _, number in shown} == {1, 2, 3, 4, 5}
    assert reasons(log, others) == {6: "no-number", 7: "no-number", 8: "not-asked", 9: "text"}


def test_what_a_stranger_wrote_leads_to_nothing(tmp_path: Path) -> None:
    log = put(
        tmp_path / "mail.log",
        [
            OPENED.format(5, OURS),
            "ICID 5 close",
            OPENED.format(6, THEIRS),
            "Start MID 8 ICID 6",
            f"MID 8 Subject 'from {OURS}: see MID 9'",
            "MID 8 ready 100 bytes from <eve@other.example>",
            "Start MID 9 ICID 6",
        ],
    )
    shown, others = trace([log], Asked(candidates=ADDRESS))
    assert {number for _, number in shown} == {1, 2}
    assert reasons(log, others) == {4: "not-asked", 5: "text", 6: "not-asked", 7: "not-asked"}


def test_mail_of_the_sender_that_does_not_fit_the_rest(tmp_path: Path) -> None:
    mail = [
        "Start MID {m} ICID {i}",
        "MID {m} ICID {i} From: <bob@partner.example>",
        "MID {m} ICID {i} RID 0 To: <{to}>",
    ]
    bodies = [
        body.format(i=i, m=m, to=to)
        for i, m, to in ((5, 7, "alice@corp.example"), (6, 8, "carol@corp.example"))
        for body in (OPENED.format(i, OURS), *mail, f"ICID {i} close")
    ]
    log = put(tmp_path / "mail.log", bodies)
    shown, others = trace([log], Asked(candidates=ADDRESS, recipient="alice@corp.example"))
    assert {number for _, number in shown} == {1, 2, 3, 4, 5}
    assert reasons(log, others) == dict.fromkeys((6, 7, 8, 9, 10), "not-fitting")


def lives(random: Random, ip: str, after: int) -> list[Lines]:
    """Some connections with what became of their mail, each with numbers of its own."""
    kinds = [random.randrange(len(CYCLES)) for _ in range(random.randint(1, 4))]
    return [cycle(number, kind, after + random.randint(0, 20), ip) for number, kind in enumerate(kinds)]


@pytest.mark.parametrize("seed", range(40))
def test_strangers_with_the_same_numbers(seed: int, tmp_path: Path) -> None:
    """Another appliance's, and the same one's three hours later: nothing of theirs is shown, all of it is explained."""
    random = Random(seed)
    ours, later, theirs = lives(random, OURS, 0), lives(random, THEIRS, 10_800), lives(random, THEIRS, 0)
    paths = [tmp_path / "gw1.log", tmp_path / "gw2.log"]
    for path, told in zip(paths, ([*ours, *later], theirs), strict=True):
        path.write_text("".join(f"{line}\n" for line in written(mixed(told, random))), encoding="utf-8")
    shown, others = trace(paths, Asked(candidates=ADDRESS))
    first = sum(map(len, ours))
    assert shown <= {("gw1.log", number) for number in range(1, first + 1)}
    assert three_greps(paths, OURS) <= shown | others.keys()
    assert not shown & others.keys()
    used = {str(100 + number) for number in range(len(ours))}
    for path, reason, known in ((paths[0], OTHER_TIME, first), (paths[1], OTHER_APPLIANCE, 0)):
        lines = path.read_text(encoding="utf-8").splitlines()
        connections = {n for n, line in enumerate(lines, 1) if (one := OF_A_CONNECTION.search(line)) and one[1] in used}
        why = reasons(path, others)
        assert {why[n] for n in connections if n > known} <= {reason}
        assert {(path.name, n) for n in connections if n <= known} <= shown
