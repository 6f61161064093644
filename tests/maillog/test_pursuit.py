"""What a log was followed for before is not searched for again, and nothing is missed by that."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.maillog.test_follow import life, plans, small, told
from tests.maillog.test_interleaving import OURS, THEIRS, mixed, written
from wizard.maillog.asked import Asked, Candidate, read_network
from wizard.maillog.files import find_files
from wizard.maillog.follow import follow
from wizard.maillog.log import Log

SENDER = Asked(sender="partner.example")
OF_ADDRESSES = Asked(tuple(Candidate(read_network(one), "earlier-mail") for one in (OURS, THEIRS)), "partner.example")


class Counted:
    """How many bytes of the log each search read."""

    def __init__(self, log: Log) -> None:
        self.read: list[int] = []
        log.watch(self._watch)

    def _watch(self, reached: int, size: int, found: int) -> None:
        del size, found
        if not self.read or reached < self.read[-1]:
            self.read.append(0)
        self.read[-1] = reached


def put(folder: Path, count: int, refused: int = 0) -> Path:
    """A log of as many mails, by turns from one address and from another; the first ones of both are no mail."""
    lives = [life(0 if n < refused else 7, 600 * n, OURS if n % 2 else THEIRS, n) for n in range(count)]
    path = folder / "mail.log"
    path.write_text("".join(f"{line}\n" for line in written(mixed(lives, Random(1)))), encoding="utf-8")
    return path


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    plans,
    st.randoms(use_true_random=False),
    st.integers(0, 3),
    st.sampled_from((200, 1000, 100_000)),
    st.sampled_from((500, 3000, 100_000)),
    st.booleans(),
)
def test_after_the_senders_mail_its_addresses(
    plan: list[tuple[int, int, str, int]], random: Random, leads: int, block: int, back: int, one_file: bool
) -> None:
    lives = [life(kind, after + 20_000 * number, ip, number) for number, (kind, after, ip, _) in enumerate(plan)]
    lines = written(mixed(lives, random))
    places = [] if one_file else sorted(random.sample(range(1, len(lines)), min(3, len(lines) - 1)))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for number, (i, j) in enumerate(pairwise([0, *places, len(lines)])):
            text = "".join(f"{line}\n" for line in lines[i:j])
            (Path(folder) / f"{number}.log").write_text(text, encoding="utf-8")
        small(stack, block, back)
        log = Log(find_files([folder]))
        of_sender = told(follow(log, SENDER, leads=leads), SENDER)
        of_addresses = told(follow(log, OF_ADDRESSES), OF_ADDRESSES)
        assert of_sender == told(follow(Log(find_files([folder])), SENDER), SENDER)
        assert of_addresses == told(follow(Log(find_files([folder])), OF_ADDRESSES), OF_ADDRESSES)


def read_for_addresses(path: Path, leads: int) -> list[int]:
    """What the searches for the addresses read, after one for the sender that led to so many of them."""
    with ExitStack() as stack:
        small(stack, 1000, 2000)
        log = Log(find_files([str(path)]))
        follow(log, SENDER, leads=leads)
        counted = Counted(log)
        follow(log, OF_ADDRESSES)
    return counted.read


def test_of_an_address_that_was_led_to_only_the_beginning_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, 40, refused=4)
    (read,) = read_for_addresses(path, leads=2)
    assert read < path.stat().st_size / 2


def test_more_addresses_than_may_be_led_to_are_read_for_in_full(tmp_path: Path) -> None:
    path = put(tmp_path, 40)
    assert read_for_addresses(path, leads=1)[0] == path.stat().st_size


def test_the_same_question_reads_nothing(tmp_path: Path) -> None:
    path = put(tmp_path, 10)
    for asked in (SENDER, OF_ADDRESSES, Asked(recipient="alice@corp.example"), Asked(subject="bounced")):
        log = Log(find_files([str(path)]))
        first = follow(log, asked)
        counted = Counted(log)
        assert told(follow(log, asked), asked) == told(first, asked)
        assert counted.read == []


def test_another_subject_is_another_question(tmp_path: Path) -> None:
    path = put(tmp_path, 10)
    log = Log(find_files([str(path)]))
    follow(log, Asked(subject="of nothing"))
    asked = Asked(subject="bounced: 3")
    assert told(follow(log, asked), asked)
