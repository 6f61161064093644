"""One pass that follows finds what searching until nothing new is linked finds, however little it looks back."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.maillog.test_interleaving import CYCLES, OPENED, OURS, RECEIVED, THEIRS, mixed, written
from wizard.maillog.asked import Asked, Candidate, read_network
from wizard.maillog.attempts import attempts
from wizard.maillog.blocks import Plain
from wizard.maillog.family import Family
from wizard.maillog.files import find_files
from wizard.maillog.fitting import fitting
from wizard.maillog.follow import follow, follow_by_rounds
from wizard.maillog.log import Log
from wizard.maillog.records import Records
from wizard.maillog.saying import says

BEGIN = datetime(2025, 3, 3, 9)
MUCH = 100_000
MORE = (
    f'{RECEIVED}\n5 MID {{m}} quarantined to "Policy" (content filter:x)\n5 Message finished MID {{m}} done\n'
    '9000 MID {m} released from quarantine "Policy" (manual) t=8995\n'
    "9000 MID {m} released from all quarantines t=8995\n"
    "9000 MID {m} rewritten to {c} by Policy Quarantine\n9000 Message finished MID {m} done\n"
    "9001 Delivery start DCID {d} MID {c} to RID [0, 1]\n9002 Message done DCID {d} MID {c} to RID [0, 1]\n"
    "9002 Message finished MID {c} done",
    f"{RECEIVED}\n3 MID {{m}} IncomingRelay(relay): Header Received found, IP 198.51.100.24 being used, SBRS 2.0\n"
    "5 Message aborted MID {m} Dropped by CASE\n5 Message finished MID {m} done",
    f"{OPENED}\n900 ICID {{i}} lost\n900 ICID {{i}} close",
    f"{RECEIVED}\n700 Message aborted MID {{m}} Dropped by amp\n700 Message finished MID {{m}} done",
    "0 New SMTP DCID {d} interface 192.0.2.20 address 10.0.0.9 port 25\n"
    + "\n".join(f"{at} {line.partition(' ')[2]}" for at, line in enumerate(RECEIVED.splitlines(), 500))
    + "\n520 Delivery start DCID {d} MID {m} to RID [0, 1]\n521 Message done DCID {d} MID {m} to RID [0, 1]\n"
    "521 Message finished MID {m} done\n530 DCID {d} close",
)
ALL = (*CYCLES, *MORE)
ASKED = (
    Asked(candidates=(Candidate(read_network(OURS), "option"),)),
    Asked(recipient="carol@corp.example"),
    Asked(sender="partner.example"),
    Asked(message_id="m1@partner.example"),
    Asked(recipient="archive@corp.example"),
)

plans = st.lists(
    st.tuples(st.integers(0, len(ALL) - 1), st.integers(0, 900), st.sampled_from((OURS, THEIRS)), st.integers(0, 4)),
    min_size=1,
    max_size=7,
)


def life(kind: int, after: int, ip: str, number: int) -> list[tuple[datetime, str]]:
    """One life-cycle; those of one number have all their counters in common, as after a reboot."""
    numbers = {"i": 100 + number, "m": 1000 + 10 * number, "c": 1001 + 10 * number, "e": 1002 + 10 * number}
    text = ALL[kind].format(**numbers, d=500 + number, n=number, ip=ip)
    rows = (line.partition(" ") for line in text.splitlines())
    return [(BEGIN + timedelta(seconds=after + int(later)), body) for later, _, body in rows]


def family(asked: Asked) -> Family:
    return Family(lambda line: line.event is not None and says(line.event, asked))


def told(records: Records, asked: Asked) -> set[tuple[str, int]]:
    """The lines of everything tied to the question."""
    return {(line.source, line.number) for one in family(asked).records(records) for line in one.lines}


def both(folder: str, asked: Asked) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    found = []
    for way in (follow, follow_by_rounds):
        records = way(Log(find_files([folder])), asked)
        fit = fitting(attempts(records), asked)
        ours = told(records, asked) & {(line.source, line.number) for one in fit for line in one.lines}
        found.append(ours | told(records, asked))
    return found[0], found[1]


def small(stack: ExitStack, block: int, back: int) -> None:
    """Blocks of so many bytes; no further back than that is looked."""
    stack.enter_context(patch.object(Plain.__init__, "__defaults__", (block,)))
    for name, value in (
        ("trail.BACK", back),
        ("trail.LOOK_BACK", 2 * back),
        ("search.LOOK_BACK", 2 * back),
        ("trail.LINGER", back),
        ("trail.TELLING", 1000),
    ):
        stack.enter_context(patch(f"wizard.maillog.{name}", value))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    plans,
    st.randoms(use_true_random=False),
    st.sampled_from(ASKED),
    st.sampled_from((200, 1000, 100_000)),
    st.sampled_from((500, 3000, MUCH)),
    st.booleans(),
)
def test_one_pass_finds_what_many_find(
    plan: list[tuple[int, int, str, int]], random: Random, asked: Asked, block: int, back: int, one_file: bool
) -> None:
    seen: dict[int, int] = {}
    lives = []
    for order, (kind, after, ip, number) in enumerate(plan):
        if back < MUCH:  # no appliance counts from the start again within so few lines
            number = order
        lives.append(life(kind, seen.get(number, 0) + after, ip, number))
        seen[number] = seen.get(number, 0) + after + 20_000
    lines = written(mixed(lives, random))
    places = [] if one_file else sorted(random.sample(range(1, len(lines)), min(3, len(lines) - 1)))
    files = ["".join(f"{line}\n" for line in lines[i:j]) for i, j in pairwise([0, *places, len(lines)])]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for number, text in enumerate(files):
            (Path(folder) / f"{number}.log").write_text(text, encoding="utf-8")
        small(stack, block, back)
        one, many = both(folder, asked)
    assert one == many


@pytest.mark.parametrize("host", ["gw1", "gw2"])
def test_numbers_of_two_appliances_are_not_mixed(tmp_path: Path, host: str) -> None:
    form = "{time:%b} {time.day:2} {time:%H:%M:%S} " + "{host}" + " mail_logs: Info: {body}"
    lives = {one: life(3, 0, OURS if one == host else THEIRS, 1) for one in ("gw1", "gw2")}
    lines = [
        form.format(time=time, body=body, host=one)
        for pair in zip(*lives.values(), strict=True)
        for one, (time, body) in zip(lives, pair, strict=True)
    ]
    (tmp_path / "mail.log").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    records = follow(Log(find_files([str(tmp_path)])), ASKED[0])
    assert {one.appliance.host for one in family(ASKED[0]).records(records)} == {host}
