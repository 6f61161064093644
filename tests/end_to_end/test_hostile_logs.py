"""Logs that nobody wrote: mutated, cut and mixed lines end to end. No crash, no hang, always an answer."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest
from playing import run, scenes, written

ASKED = (
    ["--sender-ip", "198.51.100.24"],
    ["--sender-ip", "0.0.0.0/0"],
    ["--sender", "partner.example"],
    ["--recipient", "alice@corp.example"],
    ["--message-id", "m1@partner.example"],
    ["--subject", "e"],
    ["--since", "2025-03-03", "--until", "2025-03-04T12:00+09:00"],
    ["--sender", "bob@partner.example", "--recipient", "corp.example", "--since", "2025-03-03 08:00"],
)
LINES = sorted({line for scene in scenes() for text in scene.files.values() for line in written(text).splitlines()})
ODD = (
    "\x00",
    "\ufeff",
    "\x1b[2J",
    "'",
    '"',
    "<",
    ">",
    "[",
    "]",
    "(",
    "\\r\\n",
    "9" * 30,
    " MID 5 ",
    " ICID 10 ",
    "\u202e",
    "=?",
)


def mutated(line: str, random: Random) -> str:
    """A line with something taken away, put in, swapped or repeated."""
    at, to = sorted(random.randrange(len(line) + 1) for _ in range(2))
    kind = random.randrange(7)
    if kind == 0:
        return line[:at] + line[to:]
    if kind == 1:
        return line[:at] + random.choice(ODD) + line[at:]
    if kind == 2:
        return line[:to] + line[at:]
    if kind == 3:
        return line[:at] + random.choice(LINES)[to:]
    if kind == 4:
        return line[:at] + "\n" + line[at:]
    if kind == 5:
        return "".join(random.choice("0123456789") if c.isdigit() and random.random() < 0.3 else c for c in line)
    return line


@pytest.mark.parametrize("seed", range(40))
def test_mutated_lines(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    few = random.sample(LINES, 12)
    for number in range(random.randint(1, 3)):
        lines = [mutated(random.choice(few if random.random() < 0.7 else LINES), random) for _ in range(120)]
        if random.random() < 0.5:
            lines.sort()
        text = "\n".join(lines).encode("utf-8", "surrogateescape")
        if random.random() < 0.2:
            text = bytes(b if random.random() > 0.01 else random.randrange(256) for b in text)
        (tmp_path / f"{number}.log").write_bytes(text)
    begin = time.monotonic()
    for asked in random.sample(ASKED, 4):
        assert run(["--log", str(tmp_path), *asked]).status in {0, 2, 3}
    assert time.monotonic() - begin < 30


def one(body: str, second: int = 0) -> str:
    return f"Mon Mar  3 09:{second // 60 % 60:02}:{second % 60:02} 2025 Info: {body}\n"


RECEIVED = written("+received")
ERROR = (
    "domain: corp.example IP: 10.0.0.9 port: 25 details: [Errno 0] Error interface: 192.0.2.20 reason: network error"
)
OPENING = "New SMTP ICID 10 interface D (192.0.2.14) address 198.51.100.24 reverse dns host unknown verified no"
HARVEST = (
    "LDAP: Potential Directory Harvest Attack from host=('198.51.100.24', 'h'), dhap_limit=25, sender_group=A, "
    "listener=B, reverse_dns=('h', 1), sender=bob@partner.example, rcpt=alice@corp.example"
)
DELAY = "MID 5 to RID 0 - 4.3.2 - Not accepting ('421', ['4.3.2 later']) []"
HOSTILE = {
    "a chain of rewrites": [f"MID {n} rewritten to {n + 1} by antispam" for n in range(5, 3000)],
    "a circle of rewrites": [f"MID {5 + n % 7} rewritten to {5 + (n + 1) % 7} by antispam" for n in range(700)],
    "a message that is its own child": ["MID 5 rewritten to 5 by antispam", "MID 5 was split creating MID 5"],
    "splits without end": [f"MID 5 was split creating MID {n} due to a policy x" for n in range(6, 1500)],
    "copies of copies": [f"MID {n + 1} was generated based on MID {n} by bcc filter 'x'" for n in range(5, 2000)],
    "recipients without end": [f"MID 5 ICID 10 RID {n} To: <a{n}@corp.example>" for n in range(1, 1500)],
    "delays without end": [f"Delayed: DCID {n} {DELAY}" for n in range(10, 1500)],
    "connection errors without end": [f"Connection Error: DCID {n} {ERROR}" for n in range(10, 1500)],
    "refusals without end": ["ICID 0 TCPREFUSE SG BL match 198.51.100.0/24 SBRS None"] * 1500,
    "commands without end": [f"ICID 10 Unknown command: {n}" for n in range(3000)],
    "openings without end": [OPENING] * 1500,
    "harvests without end": [HARVEST] * 1000,
    "a line of a megabyte": ["MID 5 Subject '" + "(" * 1_000_000 + "'"],
    "a line of brackets": ["Bounced: DCID 8 MID 5 to RID 0 - 5.1.0 - x ('550', [" + "'[\"" * 100_000],
    "a tower of continuations": ["MID 5 Subject 'a\n" + "b\n" * 50_000],
    "numbers beyond all": ["Start MID 99999999999999999999 ICID 18446744073709551616"],
    "a zone beyond all": ["Time offset from UTC: -999999 seconds"],
}
STAMPED = {
    "days that are none": "Fri Feb 30 25:61:61 2025 Info: ICID 10 close\n" * 50,
    "years far away": "Mon Mar  3 09:00:00 9999 Info: ICID 10 close\nMon Mar  3 09:00:00 0001 Info: ICID 10 lost\n"
    "Mon Mar  3 09:00:00 0001 Info: Time offset from UTC: 43200 seconds\n",
    "zones beyond all": "2025-03-03T09:00:00+99:99 gw1 mail_logs: Info: ICID 10 close\n",
}
HOSTILE_TEXTS = {name: "".join(map(one, bodies, range(9000))) for name, bodies in HOSTILE.items()} | STAMPED


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_hostile_logs(name: str, tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_text(RECEIVED + HOSTILE_TEXTS[name], encoding="utf-8")
    begin = time.monotonic()
    for asked in (ASKED[0], ASKED[2], ASKED[3], ASKED[6]):
        assert run(["--log", str(tmp_path / "mail.log"), *asked]).status in {0, 2, 3}
    assert time.monotonic() - begin < 40
