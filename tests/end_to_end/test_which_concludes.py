"""Attempts made up at random, and which of them is meant as the specification's words alone say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from playing import run, written

BEGIN = datetime(2025, 3, 3, 9)
ADDRESSES = ("198.51.100.24", "198.51.100.25")
SENDERS = ("bob@partner.example", "eve@partner.example")
RECIPIENTS = ("alice@corp.example", "carol@corp.example")
IDS = ("a@partner.example", "b@partner.example", "c@partner.example")

ENDS = {
    "banner-timeout": ("+opened {values} host=unknown verified=no", "31 ICID {icid} lost"),
    "connection-without-mail": ("+opened {values}", "2 ICID {icid} close"),
    "connection-rejected": ("+opened {values} verdict=REJECT sg=BLOCKED_LIST match=ALL", "2 ICID {icid} close"),
    "message-interrupted": ("+mail {values}", "30 Message aborted MID {mid} Receiving aborted", "30 ICID {icid} close"),
    "message-queued": ("+queued {values}",),
    "message-dropped": ("+received {values}", "5 Message aborted MID {mid} Dropped by CASE"),
    "message-quarantined": ("+received {values}", '5 MID {mid} quarantined to "Policy" (content filter:x)'),
    "message-delivered": ("+delivered {values} dcid={dcid}",),
}
BEFORE_THE_ENVELOPE = {"banner-timeout", "connection-without-mail", "connection-rejected"}
LASTING = {"connection-rejected", "message-dropped", "message-quarantined"}
DATA_ENDS, DONE = timedelta(seconds=2), timedelta(seconds=6)


@dataclass(frozen=True)
class Tried:
    """One attempt: what came of it, and what it was about."""

    number: int
    end: str
    began: datetime
    address: str
    sender: str
    recipient: str
    id: str

    @property
    def log(self) -> str:
        numbers = {"icid": 100 + self.number, "mid": 500 + self.number, "dcid": 900 + self.number}
        values = (
            f"at={self.began:%H:%M:%S} day={self.began.day} icid={numbers['icid']} mid={numbers['mid']} "
            f"ip={self.address} from={self.sender} to={self.recipient} id={self.id}"
        )
        first, *later = (line.format(values=values, **numbers) for line in ENDS[self.end])
        rest = (line.partition(" ") for line in later)
        return "\n".join(
            [first, *(f"{(self.began + timedelta(seconds=int(s))):%d %H:%M:%S} {body}" for s, _, body in rest)]
        )

    @property
    def arrived(self) -> bool:
        return self.end == "message-delivered"

    @property
    def is_mail(self) -> bool:
        return self.end not in BEFORE_THE_ENVELOPE

    def made_good_by(self, other: Tried) -> bool:
        if not other.arrived or not self.began < other.began + DATA_ENDS <= self.began + timedelta(days=5):
            return False
        if self.end in LASTING:
            return self.is_mail and (self.id, self.recipient) == (other.id, other.recipient)
        if self.is_mail:
            return (self.sender, self.recipient) == (other.sender, other.recipient)
        return self.address == other.address


def fits(one: Tried, asked: dict[str, str]) -> bool:
    known = {"sender": one.sender, "recipient": one.recipient} if one.is_mail else {}
    return all(known.get(name, value) == value for name, value in asked.items())


def meant(tried: list[Tried], asked: dict[str, str]) -> tuple[str, int, bool, tuple[str, float] | None]:
    """What concludes, of which attempt, whether other mail makes it less than certain, and what made it late."""
    superseding: dict[Tried, list[Tried]] = {}
    for failure in (one for one in tried if not one.arrived):
        good = sorted((one for one in tried if failure.made_good_by(one)), key=lambda one: one.began)
        if good:
            superseding.setdefault(good[0], []).append(failure)
    superseded = {failure for failures in superseding.values() for failure in failures}
    left = [one for one in tried if one not in superseded]
    if any(one.is_mail for one in left):
        left = [one for one in left if one.end != "connection-without-mail"]
    failures = [one for one in left if not one.arrived]
    latest = max(failures or left, key=lambda one: (one.began, one.number))
    others = any(one.arrived for one in tried) and bool(failures)
    tied = latest.is_mail and bool(asked)
    late = superseding.get(latest, [])
    first = min(late, key=lambda one: (one.began, one.number), default=None)
    seconds = (latest.began + DONE - first.began).total_seconds() if first else 0.0
    return latest.end, latest.number, others and not tied, (first.end, seconds) if first and seconds >= 300 else None


def made_up(random: Random) -> list[Tried]:
    count = random.randint(1, 6)
    span = random.choice((600, 7200, 86_400 * 9))
    begins = sorted(random.sample(range(0, span, 60), count))
    return [
        Tried(
            number,
            random.choice([*ENDS, "message-delivered"]),
            BEGIN + timedelta(seconds=second),
            *(random.choice(values) for values in (ADDRESSES, SENDERS, RECIPIENTS, IDS)),
        )
        for number, second in enumerate(begins)
    ]


@pytest.mark.parametrize("seed", range(80))
def test_the_attempt_that_is_meant(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    tried = made_up(random)
    asked = {"sender": SENDERS[0], "recipient": RECIPIENTS[0]}
    asked = {name: value for name, value in asked.items() if random.random() < 0.4}
    fitting = [one for one in tried if fits(one, asked)]
    if not fitting:
        return
    (tmp_path / "mail.log").write_text(written("\n".join(one.log for one in tried)), encoding="utf-8")
    options = [part for name, value in asked.items() for part in (f"--{name}", value)]
    report = run(["--log", str(tmp_path / "mail.log"), "--sender-ip", "198.51.100.24/31", *options]).report
    assert report is not None
    end, number, unsure, late = meant(fitting, asked)
    about = report["findings"][0]["about"]
    conclusion, story = report["conclusion"], "\n".join(f"{one}" for one in fitting)
    assert (conclusion["id"], about["icid"]) == (end, 100 + number), story
    assert conclusion["confidence"] == ("likely" if unsure or end == "banner-timeout" else "certain"), story
    told = next((one["detail"] for one in report["findings"] if one["id"] == "delivered-late"), None)
    assert (told and (told["cause"], told["seconds"])) == late, story
    assert len(report["messages"]) == len(fitting), story
