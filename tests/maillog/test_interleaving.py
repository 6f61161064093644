"""However the lines of known life-cycles are mixed, cut into files, overlapped turned, the fates are the same."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wizard.facts import Value
from wizard.maillog.asked import Asked, Candidate, read_network
from wizard.maillog.attempts import attempts, copies
from wizard.maillog.files import find_files
from wizard.maillog.fitting import fitting
from wizard.maillog.follow import follow
from wizard.maillog.log import Log
from wizard.maillog.stating import state
from wizard.maillog.surroundings import Surroundings

BEGIN = datetime(2025, 3, 3, 9)
OURS, THEIRS = "198.51.100.24", "203.0.113.9"

OPENED = """\
0 New SMTP ICID {i} interface Data 1 (192.0.2.14) address {ip} reverse dns host mail.partner.example verified no
0 ICID {i} ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 2.0"""
MAIL = f"""{OPENED}
1 Start MID {{m}} ICID {{i}}
1 MID {{m}} ICID {{i}} From: <bob{{n}}@partner.example>
1 MID {{m}} ICID {{i}} RID 0 To: <alice@corp.example>
1 MID {{m}} ICID {{i}} RID 1 To: <carol@corp.example>"""
RECEIVED = f"""{MAIL}
2 MID {{m}} Message-ID '<m{{n}}@partner.example>'
2 MID {{m}} Subject 'MID {{m}} ICID {{i}} Bounced: {{n}}'
3 MID {{m}} ready 2890 bytes from <bob{{n}}@partner.example>
3 ICID {{i}} close"""
CYCLES = (
    f"{OPENED}\n31 ICID {{i}} lost\n31 ICID {{i}} close",
    f"{OPENED}\n2 ICID {{i}} Address: <bob{{n}}@partner.example> sender rejected, envelope sender domain missing\n"
    "3 ICID {i} close",
    f"{MAIL}\n90 ICID {{i}} lost\n90 Message aborted MID {{m}} Receiving aborted\n90 ICID {{i}} close",
    f"{RECEIVED}\n5 Message aborted MID {{m}} Dropped by CASE\n5 Message finished MID {{m}} done",
    f"{RECEIVED}\n6 New SMTP DCID {{d}} interface 192.0.2.20 address 10.0.0.9 port 25\n"
    "6 Delivery start DCID {d} MID {m} to RID [0, 1]\n7 Message done DCID {d} MID {m} to RID [0]\n"
    "7 Bounced: DCID {d} MID {m} to RID 1 - 5.1.0 - Unknown address error ('550', ['5.1.1 no']) []\n"
    "8 Message finished MID {m} done\n12 DCID {d} close",
    f"{RECEIVED}\n5 MID {{m}} was split creating MID {{c}} due to a per-recipient policy sales\n"
    "5 MID {c} ICID 0 From: <bob{n}@partner.example>\n5 MID {c} ICID 0 RID 0 To: <carol@corp.example>\n"
    '6 MID {c} quarantined to "Policy" (content filter:x)\n'
    "7 Delayed: DCID {d} MID {m} to RID 0 - 4.3.2 - Not accepting messages at this time ('421', ['4.3.2 later']) []\n"
    "400 New SMTP DCID {e} interface 192.0.2.20 address 10.0.0.9 port 25\n"
    "400 Delivery start DCID {e} MID {m} to RID [0]\n401 Message done DCID {e} MID {m} to RID [0]",
    f"{RECEIVED}\n5 Start MID {{c}} ICID 0\n5 MID {{c}} was generated based on MID {{m}} by bcc filter 'archive'\n"
    "5 MID {c} ICID 0 From: <bob{n}@partner.example>\n5 MID {c} ICID 0 RID 0 To: <archive@corp.example>\n"
    "6 MID {m} rewritten to MID {e} by LDAP rewrite\n6 Message finished MID {m} done\n"
    "7 ISQ: Tagging MID {e} for quarantine\n8 RPC Delivery start RCID 3 MID {e} to local IronPort Spam Quarantine\n"
    "8 ISQ: Quarantined MID {e}\n9 RPC Message done RCID 3 MID {e}\n9 Message finished MID {e} done",
    f"{RECEIVED}\n6 Delivery start DCID {{d}} MID {{m}} to RID [0, 1]",
    f"{OPENED}",
)

Fate = tuple[int | None, int | None, str | None, str | None, tuple[tuple[str, Value], ...]]
Lines = list[tuple[datetime, str]]


def cycle(number: int, kind: int, after: int, ip: str = OURS) -> Lines:
    """One life-cycle with numbers of its own, beginning so many seconds after the log does."""
    numbers = {"i": 100 + number, "m": 1000 + 10 * number, "c": 1001 + 10 * number, "e": 1002 + 10 * number}
    text = CYCLES[kind].format(**numbers, d=500 + number, n=number, ip=ip)
    rows = (line.partition(" ") for line in text.splitlines())
    return [(BEGIN + timedelta(seconds=after + int(later)), body) for later, _, body in rows]


def mixed(cycles: Sequence[Lines], random: Random) -> Lines:
    """Their lines by time; those of one second in any order, but each life-cycle's in its own."""
    found: Lines = []
    for second in sorted({time for one in cycles for time, _ in one}):
        now = [[body for time, body in one if time == second] for one in cycles]
        turns = [number for number, bodies in enumerate(now) for _ in bodies]
        random.shuffle(turns)
        found += [(second, now[number].pop(0)) for number in turns]
    return found


def written(lines: Lines, form: str = "{time:%a %b} {time.day:2} {time:%H:%M:%S %Y} Info: {body}") -> list[str]:
    return [form.format(time=time, body=body) for time, body in lines]


def cut(lines: list[str], random: Random, *, overlap: bool, turn: bool) -> list[str]:
    """Into files, named in any order: some begin with the end of the one before, some run from the newest line on."""
    places = sorted(random.sample(range(1, len(lines)), min(random.randint(1, 4), len(lines) - 1)))
    parts = [lines[i:j] for i, j in zip([0, *places], [*places, len(lines)], strict=True)]
    if overlap:
        parts = [
            (before[-random.randint(0, 8) :] if before and random.random() < 0.7 else []) + part
            for before, part in zip([[], *parts], parts, strict=False)
        ]
    if turn:
        parts = [part[::-1] if len({line[:24] for line in part}) > 1 else part for part in parts]
    random.shuffle(parts)
    return ["".join(f"{line}\n" for line in part) for part in parts]


def fates(files: Sequence[str], asked: Asked) -> list[Fate]:
    """What the lines of some files, each one text, say of every attempt that fits."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(files):
            (Path(folder) / f"{number}.log").write_text(text, encoding="utf-8")
        records = follow(Log(find_files([folder])), asked)
        around = Surroundings(records)
        found = fitting([*attempts(records), *(copies(records) if asked.recipient else ())], asked)
        for one in found:
            state(one, around)
        return sorted(
            (
                one.connection.number if one.connection else None,
                one.message.number if one.message else None,
                one.sender,
                one.recipient,
                tuple(sorted((name, fact.value) for name, fact in {**(one.before or {}), **one.facts}.items())),
            )
            for one in found
        )


ADDRESS = Asked(candidates=(Candidate(read_network(OURS), "option"),))
CASES = (
    ADDRESS,
    Asked(recipient="carol@corp.example"),
    Asked(sender="partner.example"),
    Asked(recipient="archive@corp.example"),
    Asked(),
)

cycles_of = st.lists(st.tuples(st.integers(0, len(CYCLES) - 1), st.integers(0, 20)), min_size=1, max_size=6)
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def made(plan: list[tuple[int, int]]) -> list[Lines]:
    return [cycle(number, kind, after) for number, (kind, after) in enumerate(plan)]


def alone(cycles: list[Lines], asked: Asked) -> list[Fate]:
    """What each life-cycle comes to if it is all there is."""
    return sorted(fate for one in cycles for fate in fates(["\n".join(written(one))], asked))


@few
@given(cycles_of, st.randoms(use_true_random=False), st.sampled_from(CASES))
def test_interleaved_in_one_file(plan: list[tuple[int, int]], random: Random, asked: Asked) -> None:
    cycles = made(plan)
    assert fates(["\n".join(written(mixed(cycles, random)))], asked) == alone(cycles, asked)


@few
@given(st.integers(0, len(CYCLES) - 1), st.randoms(use_true_random=False), st.sampled_from(CASES))
def test_lines_of_one_second_in_any_order(kind: int, random: Random, asked: Asked) -> None:
    """Syslog keeps no order within a second: a verdict before its opening, a rewrite after the new number's lines."""
    lines = cycle(1, kind, 0)
    random.shuffle(lines)
    lines.sort(key=lambda line: line[0])
    assert fates(["\n".join(written(lines))], asked) == alone([cycle(1, kind, 0)], asked)


@few
@given(cycles_of, st.randoms(use_true_random=False), st.sampled_from(CASES), st.booleans(), st.booleans())
def test_cut_into_files(plan: list[tuple[int, int]], random: Random, asked: Asked, overlap: bool, turn: bool) -> None:
    cycles = made(plan)
    files = cut(written(mixed(cycles, random)), random, overlap=overlap, turn=turn)
    assert fates(files, asked) == alone(cycles, asked)


@few
@given(cycles_of, cycles_of, st.randoms(use_true_random=False))
def test_two_appliances_with_the_same_numbers(
    plan: list[tuple[int, int]], other: list[tuple[int, int]], random: Random
) -> None:
    """Of the second appliance, whose numbers are the same, another address is the sender's."""
    ours = made(plan)
    theirs = [cycle(number, kind, after, THEIRS) for number, (kind, after) in enumerate(other)]
    forms = [f"{{time:%b}} {{time.day:2}} {{time:%H:%M:%S %Y}} gw{n} mail_logs: Info: {{body}}" for n in (1, 2)]
    first, second = mixed(ours, random), mixed(theirs, random)
    both = [
        (time, line)
        for lines, form in ((first, forms[0]), (second, forms[1]))
        for (time, _), line in zip(lines, written(lines, form), strict=True)
    ]
    both.sort(key=lambda one: one[0])
    assert fates(["\n".join(line for _, line in both)], ADDRESS) == alone(ours, ADDRESS)


@few
@given(cycles_of, cycles_of, st.randoms(use_true_random=False))
def test_counters_that_start_again(plan: list[tuple[int, int]], later: list[tuple[int, int]], random: Random) -> None:
    before = [cycle(number, kind, after, THEIRS) for number, (kind, after) in enumerate(plan)]
    after = [[(time + timedelta(hours=3), body) for time, body in one] for one in made(later)]
    lines = mixed(before, random) + mixed(after, random)
    assert fates(["\n".join(written(lines))], ADDRESS) == alone(after, ADDRESS)


@pytest.mark.parametrize(
    "form",
    [
        "Info: {body}",
        "{body}",
        "<166>{time:%b %d %H:%M:%S} mail_logs: Info: {body}",
        "<94>{time:%b %d %H:%M:%S} gw1.corp.example mail_logs: Info: {body}",
        "{time:%b %d %H:%M:%S %Y} gw1.corp.example syslog_mail: Info: {body}",
        "{time:%b} {time.day} {time:%H:%M:%S %Y} gw1 syslog_mail: Info: {body}",
        "{time:%b %d %H:%M:%S} gw1.corp.example Info: {body}",
        "{time:%Y %b %d %H:%M:%S} gw1 mail [info] splunk_maillogs:nopid Info: {body}",
        "{time:%b %d %H:%M:%S} relay Original Address=192.0.2.194 {time:%b %d %H:%M:%S} Syslog-Test: Info: {body}",
        "<111> {time:%b %d %H:%M:%S} gw1 ESA: {time:%a %b %d %H:%M:%S %Y} Info: {body}",
        "{time:%b %d %H:%M:%S} relay ESA: {time:%a %b %d %H:%M:%S %Y} 192.0.2.165 testmaillog: Info: {body}",
        "{time:%Y-%m-%dT%H:%M:%S}+09:00 gw1 mail_logs: Info: {body}",
        "{time:%a %b %d %H:%M:%S %Y} Info: {body} ",
    ],
)
def test_every_form_of_prefix(form: str) -> None:
    """A log says the same however it is prefixed; without times it says nothing of seconds."""
    timeless = {"log.seconds", "log.opened"}
    for kind in range(len(CYCLES)):
        one = cycle(1, kind, 0)
        found = fates(["\n".join(written(one, form))], Asked(sender="partner.example"))
        expected = fates(["\n".join(written(one))], Asked(sender="partner.example"))
        assert _without(found, timeless) == _without(expected, timeless)


def _without(found: list[Fate], names: set[str]) -> list[Fate]:
    return [(*fate[:4], tuple(one for one in fate[4] if one[0] not in names)) for fate in found]
