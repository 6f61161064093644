"""Recorded conversations in both line forms: the same scenes, told by bytes with line ends or by lines without."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain, zip_longest

import pytest

from wizard.debuglog import Conversation, DebugLog, read

START = datetime(2026, 11, 24, 22, 18, 8)
LATEST = datetime(2026, 11, 25)
Step = tuple[int, str, str]
"""Seconds after the last step, `>` sent by the gateway or `<` received, text."""


def domain_form(icid: int, steps: list[Step], start: datetime = START) -> list[str]:
    """`Info: 6216 Sent: '...'`, a line an entry."""
    lines, time = [], start
    for seconds, way, text in steps:
        time += timedelta(seconds=seconds)
        for line in text.split("\n"):
            lines.append(
                f"{time:%a %b %e %H:%M:%S %Y} Info: {icid} {'Sent' if way == '>' else 'Rcvd'}: '{escaped(line)}'"
            )
    return lines


def injection_form(icid: int, steps: list[Step], start: datetime = START) -> list[str]:
    """`Info: 6216 Sent to '203.0.113.7': '...'`, bytes with their line ends in octal."""
    lines, time = [], start
    for seconds, way, text in steps:
        time += timedelta(seconds=seconds)
        to = "Sent to" if way == ">" else "Received from"
        data = "".join(escaped(line) + "\\015\\012" for line in text.split("\n"))
        lines.append(f"{time:%a %b %e %H:%M:%S %Y} Info: {icid} {to} '203.0.113.7': '{data}'")
    return lines


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


FORMS = [domain_form, injection_form]


def log_of(lines: list[str]) -> DebugLog:
    return read(enumerate(lines, start=1), LATEST)


GREETING: list[Step] = [(0, ">", "220 gw.corp.test ESMTP")]
HELLO: list[Step] = [
    *GREETING,
    (1, "<", "EHLO mail.partner.test"),
    (0, ">", "250-gw.corp.test\n250-8BITMIME\n250 SIZE 1000"),
]
MAIL: list[Step] = [*HELLO, (1, "<", "MAIL FROM:<bob@partner.test> SIZE=50"), (0, ">", "250 sender ok")]
RCPT: list[Step] = [*MAIL, (1, "<", "RCPT TO:<alice@corp.test>"), (0, ">", "250 recipient ok")]
DATA: list[Step] = [*RCPT, (1, "<", "DATA"), (0, ">", "354 go ahead")]
BODY: list[Step] = [*DATA, (1, "<", "Subject: secret plan\n\nIt's all in here\n..and here\n.")]
TAKEN: list[Step] = [*BODY, (2, ">", "250 ok: Message 4711 accepted")]
QUIT: list[Step] = [(0, "<", "QUIT"), (0, ">", "221 gw.corp.test")]

SCENES: list[tuple[str, list[Step], str, str | None, str | None, str | None]] = [
    ("delivered", [*TAKEN, *QUIT], "accepted", None, None, "250 ok: Message 4711 accepted"),
    ("left after the greeting", GREETING, "no-mail", "banner", "sender", None),
    ("left after EHLO", HELLO, "no-mail", "ehlo", "sender", None),
    ("left on purpose", [*HELLO, *QUIT], "no-mail", "ehlo", "sender", None),
    (
        "refused in the greeting",
        [(0, ">", "554 gw.corp.test no")],
        "rejected",
        "banner",
        "gateway",
        "554 gw.corp.test no",
    ),
    ("EHLO unanswered", HELLO[:2], "no-mail", "ehlo", "unknown", None),
    (
        "sender refused",
        [*MAIL[:-1], (0, ">", "550 #5.7.1 no"), *QUIT],
        "rejected",
        "mail-from",
        "gateway",
        "550 #5.7.1 no",
    ),
    (
        "recipient refused",
        [*RCPT[:-1], (0, ">", "550 5.1.1 no"), *QUIT],
        "rejected",
        "rcpt-to",
        "gateway",
        "550 5.1.1 no",
    ),
    ("recipient for later", [*RCPT[:-1], (0, ">", "451 later"), *QUIT], "rejected", "rcpt-to", "gateway", "451 later"),
    ("left after RCPT", RCPT, "interrupted", "rcpt-to", "sender", None),
    ("RCPT unanswered", RCPT[:-1], "interrupted", "rcpt-to", "unknown", None),
    ("idle", [*RCPT, (300, ">", "421 Timed out")], "interrupted", "rcpt-to", "gateway", "421 Timed out"),
    ("body broken off", [*DATA, (1, "<", "Subject: x\n\nHalf of")], "interrupted", "data", "sender", None),
    (
        "body too slow",
        [*DATA, (1, "<", "Half of"), (9, ">", "421 Too slow")],
        "interrupted",
        "data",
        "gateway",
        "421 Too slow",
    ),
    ("end unanswered", BODY, "interrupted", "data", "unknown", None),
    ("content refused", [*BODY, (0, ">", "554 5.7.1 no"), *QUIT], "rejected", "data", "gateway", "554 5.7.1 no"),
    ("unlogged end", [*DATA, (1, "<", "A line"), (1, ">", "250 ok"), *QUIT], "accepted", None, None, "250 ok"),
    (
        "TLS first",
        [*MAIL[:-1], (0, ">", "530 STARTTLS first"), (0, "<", "STARTTLS"), (0, ">", "454 TLS not available"), *QUIT],
        "rejected",
        "mail-from",
        "gateway",
        "530 STARTTLS first",
    ),
    (
        "TLS first, then taken",
        [*MAIL[:-1], (0, ">", "530 STARTTLS first"), (0, "<", "STARTTLS"), (0, ">", "220 go"), *TAKEN[1:], *QUIT],
        "accepted",
        None,
        None,
        "250 ok: Message 4711 accepted",
    ),
    (
        "HELO after all",
        [*GREETING, (0, "<", "EHLO x"), (0, ">", "502 no"), (0, "<", "HELO x"), (0, ">", "250 gw")],
        "no-mail",
        "ehlo",
        "sender",
        None,
    ),
    (
        "AUTH refused",
        [*HELLO, (0, "<", "AUTH PLAIN AGJvYgBzM2NyM3Q="), (0, ">", "535 no"), *QUIT],
        "no-mail",
        "ehlo",
        "gateway",
        "535 no",
    ),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("scene", "steps", "result", "stage", "by", "reply"), SCENES, ids=[scene[0] for scene in SCENES]
)
def test_scene(form, scene, steps, result, stage, by, reply) -> None:  # type: ignore[no-untyped-def]
    later = domain_form(9999, GREETING, START + timedelta(hours=2))
    log = log_of([*form(6216, steps), *later])
    talk = log.conversations[0]
    assert (talk.icid, talk.result, talk.broke_at, talk.broke_by, talk.reply) == (6216, result, stage, by, reply)
    assert talk.seconds == sum(step[0] for step in steps)
    assert talk.ip == (None if form is domain_form else "203.0.113.7")
    assert not talk.still_open
    assert log.not_understood == []
    shown = str(talk)
    for secret in ("secret plan", "here", "Half of", "A line", "AGJvYgBzM2NyM3Q"):
        assert secret not in shown


def test_envelope_and_size() -> None:
    talk = log_of(injection_form(6216, [*TAKEN, *QUIT])).conversations[0]
    assert (talk.sender, talk.recipients) == ("bob@partner.test", ("alice@corp.test",))
    assert talk.body_bytes == len("Subject: secret plan\r\n\r\nIt's all in here\r\n..and here\r\n")


def test_interleaved_conversations_are_told_apart() -> None:
    one = injection_form(6216, [*TAKEN, *QUIT])
    two = injection_form(6217, [*RCPT[:-1], (0, ">", "550 5.1.1 no"), *QUIT])
    three = domain_form(6218, HELLO)
    mixed = [line for line in chain(*zip_longest(one, two, three)) if line]
    found = {talk.icid: talk.result for talk in log_of(mixed).conversations}
    assert found == {6216: "accepted", 6217: "rejected", 6218: "no-mail"}


def test_two_mails_on_one_connection() -> None:
    second: list[Step] = [
        (0, "<", "MAIL FROM:<carol@partner.test>\nRCPT TO:<alice@corp.test>\nRCPT TO:<dave@corp.test>\nDATA"),
        (0, ">", "250 ok\n550 no alice\n250 ok\n354 go"),
        (0, "<", "Hi\n."),
        (0, ">", "250 taken"),
    ]
    talk = log_of(injection_form(6216, [*TAKEN, *second, *QUIT])).conversations[0]
    assert [(mail.sender, mail.recipients, mail.refused, mail.result) for mail in talk.mails] == [
        ("bob@partner.test", ["alice@corp.test"], {}, "accepted"),
        ("carol@partner.test", ["dave@corp.test"], {"alice@corp.test": "550 no alice"}, "accepted"),
    ]


def test_message_in_announced_pieces() -> None:
    steps: list[Step] = [*RCPT, (0, "<", "BDAT 6 LAST\nMAIL F"), (0, ">", "250 taken"), *QUIT]
    talk = log_of(injection_form(6216, steps)).conversations[0]
    assert (talk.result, talk.body_bytes, len(talk.mails)) == ("accepted", 6, 1)
    assert "MAIL F\r" not in str(talk)


def test_typed_by_hand_a_key_at_a_time() -> None:
    lines = injection_form(6216, GREETING)
    for key in ("E", "H", "L", "O", " ", "p", "c", "\\015\\012"):
        lines.append(f"Tue Nov 24 22:18:20 2026 Info: 6216 Received from '203.0.113.7': '{key}'")
    lines.append("Tue Nov 24 22:18:20 2026 Info: 6216 Sent to '203.0.113.7': '250 gw\\015\\012'")
    talk = log_of(lines).conversations[0]
    assert [one.text for one in talk.exchanges] == ["220 gw.corp.test ESMTP", "EHLO pc", "250 gw"]


def test_tls_bytes_end_what_is_known() -> None:
    lines = injection_form(6216, [*HELLO, (0, "<", "STARTTLS"), (0, ">", "220 go")])
    lines.append(r"Tue Nov 24 22:18:20 2026 Info: 6216 Received from '203.0.113.7': '\026\003\001\002\000'")
    lines.append(r"Tue Nov 24 22:18:20 2026 Info: 6216 Sent to '203.0.113.7': '\026\003\003\000z'")
    talk = log_of(lines).conversations[0]
    assert (talk.result, talk.broke_at) == ("encrypted", None)
    assert talk.exchanges[-1].text == "(TLS from here on)"


def test_commands_that_a_firewall_overwrote() -> None:
    steps: list[Step] = [
        *GREETING,
        (0, "<", "XXXXXXXA mail.partner.test"),
        (0, ">", "500 #5.5.1 command not recognized"),
    ]
    talk = log_of(injection_form(6216, steps)).conversations[0]
    assert talk.mangled
    assert (talk.result, talk.broke_at) == ("no-mail", "banner")


def test_log_that_ends_in_the_middle_may_go_on() -> None:
    talk = log_of(injection_form(6216, RCPT)).conversations[0]
    assert (talk.still_open, talk.broke_by) == (True, "unknown")


def test_number_given_again() -> None:
    again = injection_form(6216, [*TAKEN, *QUIT], START + timedelta(hours=1))
    log = log_of([*injection_form(6216, HELLO), *again])
    assert [(talk.result, talk.started.hour) for talk in log.conversations] == [("no-mail", 22), ("accepted", 23)]


def test_evidence_is_masked_and_numbered() -> None:
    steps: list[Step] = [
        *HELLO,
        (0, "<", "AUTH LOGIN"),
        (0, ">", "334 VXNlcm5hbWU6"),
        (0, "<", "Ym9i"),
        (0, ">", "535 no"),
    ]
    talk = log_of(injection_form(6216, steps)).conversations[0]
    proof = talk.evidence("debug.log")
    assert [(one.line, one.text) for one in proof] == [
        (1, "6216 Sent: 220 gw.corp.test ESMTP"),
        (4, "6216 Received: AUTH LOGIN ********"),
        (5, "6216 Sent: 334 ********"),
        (6, "6216 Received: ********"),
        (7, "6216 Sent: 535 no"),
    ]
    assert proof[0].time == "2026-11-24T22:18:08"


def conversation_of(steps: list[Step]) -> Conversation:
    return log_of(injection_form(6216, steps)).conversations[0]


def test_long_conversation_is_kept_in_part() -> None:
    noops: list[Step] = [(0, way, text) for _ in range(1000) for way, text in (("<", "NOOP"), (">", "250 ok"))]
    talk = conversation_of([*HELLO, *noops, *QUIT])
    assert len(talk.exchanges) == 400
    assert talk.left_out == 3 + 2000 + 2 - 400
    assert talk.exchanges[-1].text.startswith("221")
