"""Messages made up at random from what a gateway can do with one, and each recipient's fate as the maker knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest
from playing import run, stamped

DEPTH = 4


@dataclass
class Gateway:
    """It writes its log while it handles a message; `fates` are those of the recipients as the sender gave them."""

    random: Random
    lines: list[str] = field(default_factory=list)
    fates: dict[str, str] = field(default_factory=dict)
    time: datetime = datetime(2025, 3, 3, 9)
    mids: Iterator[int] = field(default_factory=lambda: count(1001))
    dcids: Iterator[int] = field(default_factory=lambda: count(501))

    def say(self, body: str) -> None:
        self.time += timedelta(seconds=self.random.choice((0, 0, 1, 20)))
        self.lines.append(stamped(self.time, body))

    def receive(self, recipients: list[str]) -> None:
        self.say(
            "New SMTP ICID 10 interface Data 1 (192.0.2.14) address 198.51.100.24 reverse dns host unknown verified no"
        )
        self.say("ICID 10 ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 2.0")
        mid = next(self.mids)
        self.say(f"Start MID {mid} ICID 10")
        self.say(f"MID {mid} ICID 10 From: <bob@partner.example>")
        taken = []
        for name in recipients:
            if self.random.random() < 0.15:
                self.say(f"MID {mid} ICID 10 To: <{name}> Rejected by {self.random.choice(('RAT', 'LDAPACCEPT'))}")
                self.fates[name] = "recipient-rejected" if "by RAT" in self.lines[-1] else "recipient-unknown"
            else:
                self.say(f"MID {mid} ICID 10 RID {len(taken)} To: <{name}>")
                taken.append(name)
        if not taken:
            self.say(f"Message aborted MID {mid} Receiving aborted by sender")
        else:
            self.say(f"MID {mid} ready 2890 bytes from <bob@partner.example>")
        self.say("ICID 10 close")
        if taken:
            self.handle(mid, {name: name for name in taken}, DEPTH)

    def handle(self, mid: int, carried: dict[str, str], depth: int) -> None:
        """`carried`: recipients as given by the sender, and as this message has them, in the order of their RIDs."""
        ways: list[Callable[[int, dict[str, str], int], None]] = [self.drop, self.bounce, self.deliver, self.deliver]
        ways += [self.split, self.rewrite, self.copy, self.hold, self.spam, self.directory] if depth else []
        self.random.choice(ways)(mid, carried, depth - 1)

    def fate(self, carried: dict[str, str], word: str) -> None:
        self.fates.update(dict.fromkeys(carried, word))

    def finish(self, mid: int) -> None:
        self.say(f"Message finished MID {mid} done")

    def envelope(self, mid: int, carried: dict[str, str]) -> None:
        self.say(f"MID {mid} ICID 0 From: <bob@partner.example>")
        for rid, name in enumerate(carried.values()):
            self.say(f"MID {mid} ICID 0 RID {rid} To: <{name}>")

    def drop(self, mid: int, carried: dict[str, str], depth: int) -> None:
        del depth
        self.say(f"Message aborted MID {mid} Dropped by {self.random.choice(('CASE', 'amp', 'antivirus'))}")
        self.finish(mid)
        self.fate(carried, "message-dropped")

    def bounce(self, mid: int, carried: dict[str, str], depth: int) -> None:
        del depth
        self.say(f"MID {mid} was bounced by content filter 'no' in the inbound table")
        self.bounce_message(mid)
        self.finish(mid)
        self.fate(carried, "message-bounced-by-policy")

    def bounce_message(self, mid: int) -> None:
        new, dcid = next(self.mids), next(self.dcids)
        self.say(f"Start MID {new} ICID 0")
        self.say(f"MID {new} was generated for bounce of MID {mid}")
        self.say(f"MID {new} ICID 0 From: <>")
        self.say(f"MID {new} ICID 0 RID 0 To: <bob@partner.example>")
        self.say(f"Delivery start DCID {dcid} MID {new} to RID [0]")
        self.say(f"Message done DCID {dcid} MID {new} to RID [0]")
        self.finish(new)

    def split(self, mid: int, carried: dict[str, str], depth: int) -> None:
        moved = {given: now for given, now in carried.items() if self.random.random() < 0.5}
        rest = {given: now for given, now in carried.items() if given not in moved}
        if not moved:
            self.handle(mid, carried, depth)
            return
        new = next(self.mids)
        said = [
            lambda: self.say(f"MID {mid} was split creating MID {new} due to a per-recipient policy sales"),
            lambda: self.envelope(new, moved),
        ]
        self.random.shuffle(said)
        for one in said:
            one()
        self.handle(new, moved, depth)
        if rest:
            self.deliver(mid, carried, depth, only=rest)
        else:
            self.finish(mid)

    def rewrite(self, mid: int, carried: dict[str, str], depth: int) -> None:
        new = next(self.mids)
        if self.random.random() < 0.4:
            changed = {given: f"x{new}.{now}" for given, now in carried.items()}
            for rid, now in enumerate(carried.values()):
                self.say(f"LDAP: Reroute query corp.route MID {mid} RID {rid} address {now} to [('x{new}.{now}', '')]")
            self.say(f"MID {mid} rewritten to MID {new} by LDAP rewrite")
            self.envelope(new, changed)
            carried = changed
        else:
            self.say(f"MID {mid} rewritten to {new} by add-footer filter 'Footer'")
        self.finish(mid)
        self.handle(new, carried, depth)

    def copy(self, mid: int, carried: dict[str, str], depth: int) -> None:
        new, dcid = next(self.mids), next(self.dcids)
        self.say(f"Start MID {new} ICID 0")
        self.say(f"MID {new} was generated based on MID {mid} by bcc filter 'archive'")
        self.envelope(new, {"archive": "archive@store.example"})
        if self.random.random() < 0.5:
            self.say(f"Message done DCID {dcid} MID {new} to RID [0]")
        else:
            self.say(f"Message aborted MID {new} Dropped by CASE")
        self.finish(new)
        self.handle(mid, carried, depth)

    def hold(self, mid: int, carried: dict[str, str], depth: int) -> None:
        held = self.random.sample(["Policy", "Virus", "Outbreak"], self.random.randint(1, 3))
        for name in held:
            self.say(f'MID {mid} quarantined to "{name}" (content filter:x)')
        way = self.random.choice(("stays", "deleted", "one released", "all released", "all released"))
        if way == "stays":
            self.fate(carried, "message-quarantined")
        elif way == "deleted":
            self.say(f'MID {mid} deleted from quarantine "{held[0]}" (expired)')
            self.say(f"MID {mid} deleted from all quarantines")
            self.finish(mid)
            self.fate(carried, "message-deleted-from-quarantine")
        elif way == "one released":
            self.say(f'MID {mid} released from quarantine "{held[-1]}" (manual)')
            self.fate(carried, "message-quarantined")
        else:
            for name in held:
                self.say(f'MID {mid} released from quarantine "{name}" (manual) t=190')
            self.say(f"MID {mid} released from all quarantines")
            self.rewrite(mid, carried, depth) if self.random.random() < 0.5 else self.handle(mid, carried, depth)

    def spam(self, mid: int, carried: dict[str, str], depth: int) -> None:
        self.say(f"ISQ: Tagging MID {mid} for quarantine")
        if self.random.random() < 0.3:
            self.handle(mid, carried, depth)
            return
        if self.random.random() < 0.5:
            self.say(f"RPC Delivery start RCID 3 MID {mid} to local IronPort Spam Quarantine")
            self.say(f"ISQ: Quarantined MID {mid}")
            self.say(f"RPC Message done RCID 3 MID {mid}")
        else:
            dcid, rids = next(self.dcids), list(range(len(carried)))
            self.say(f"New SMTP DCID {dcid} interface 192.0.2.20 address 10.0.0.7 port 6025")
            self.say(f"Delivery start DCID {dcid} MID {mid} to RID {rids} to offbox IronPort Spam Quarantine")
            self.say(f"Message done DCID {dcid} MID {mid} to RID {rids} (external quarantine) ")
        self.finish(mid)
        self.fate(carried, "message-quarantined")

    def directory(self, mid: int, carried: dict[str, str], depth: int) -> None:
        given, now = next(iter(carried.items()))
        self.say(f"LDAP: {self.random.choice(('Drop', 'Bounce'))} query corp.accept MID {mid} RID 0 address {now}")
        self.fate({given: now}, "recipient-unknown")
        rest = {name: address for name, address in carried.items() if name != given}
        self.deliver(mid, carried, depth, only=rest)

    def deliver(self, mid: int, carried: dict[str, str], depth: int, *, only: dict[str, str] | None = None) -> None:
        del depth
        left = carried if only is None else only
        self.say(f"MID {mid} queued for delivery")
        for rid, given in enumerate(carried):
            if given in left:
                self.hand_on(mid, rid, given)
        if all(self.fates[given] in {"message-delivered", "delivery-bounced"} for given in left):
            self.finish(mid)

    def hand_on(self, mid: int, rid: int, given: str) -> None:
        dcid, way = (
            next(self.dcids),
            self.random.choice(("done", "done", "bounced", "delayed", "late", "waits", "begun")),
        )
        if way == "waits":
            self.fates[given] = "message-queued"
            return
        self.say(f"New SMTP DCID {dcid} interface 192.0.2.20 address 10.0.0.9 port 25")
        self.say(f"Delivery start DCID {dcid} MID {mid} to RID [{rid}]")
        if way == "begun":
            self.fates[given] = "message-queued"
            return
        if way in {"delayed", "late"}:
            self.say(f"Delayed: DCID {dcid} MID {mid} to RID {rid} - 4.3.2 - Not now ('421', ['4.3.2 later']) []")
            self.say(f"Message {mid} to RID [{rid}] pending till Mon Mar  3 20:01:23 2025")
        if way in {"done", "late"}:
            self.say(f"Message done DCID {dcid} MID {mid} to RID [{rid}]")
            self.say(f"MID {mid} RID [{rid}] Response '2.0.0 Ok'")
        if way == "bounced":
            self.say(f"Bounced: DCID {dcid} MID {mid} to RID {rid} - 5.1.0 - Unknown address error ('550', ['no']) []")
            self.bounce_message(mid)
        self.say(f"DCID {dcid} close")
        words = {"done": "message-delivered", "late": "message-delivered", "bounced": "delivery-bounced"}
        self.fates[given] = words.get(way, "delivery-delayed")


@pytest.mark.parametrize("seed", range(120))
def test_fates_are_those_of_the_model(seed: int, tmp_path: Path) -> None:
    gateway = Gateway(Random(seed))
    gateway.receive([f"r{n}@corp.example" for n in range(gateway.random.randint(1, 4))])
    (tmp_path / "mail.log").write_text("\n".join(gateway.lines), encoding="utf-8")
    report = run(["--log", str(tmp_path / "mail.log"), "--sender-ip", "198.51.100.24"]).report
    assert report is not None
    assert len(report["messages"]) == 1
    told = {one["address"]: one["outcome"] for one in report["messages"][0]["recipients"]}
    assert told == gateway.fates, "\n".join(gateway.lines)
