"""The injection debug log through the command line, in both forms that its lines may have."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from other_sides import ALICE, BOB, WHEN, Exchange, recorded
from sides_played import (  # noqa: F401
    LEFT_AT_ONCE,
    NO_CONNECTION,
    OPENED,
    accepted,
    diagnose,
    entry,
    in_utc,
    opened,
    others,
    sorted_log,
)

GREETED: list[Exchange] = [(0, ">", "220 gw.corp.example ESMTP")]
HELLO: list[Exchange] = [
    *GREETED,
    (1, "<", "EHLO mail.partner.example"),
    (0, ">", "250-gw.corp.example\n250 SIZE 1000"),
]
SECRET: list[Exchange] = [
    *HELLO,
    (0, "<", "AUTH LOGIN"),
    (0, ">", "334 VXNlcm5hbWU6"),
    (0, "<", "Ym9i"),
    (0, ">", "334 UGFzc3dvcmQ6"),
    (0, "<", "aHVudGVyMg=="),
    (0, ">", "235 ok"),
]
ENVELOPE: list[Exchange] = [
    *HELLO,
    (1, "<", f"MAIL FROM:<{BOB}>"),
    (0, ">", "250 sender ok"),
    (1, "<", f"RCPT TO:<{ALICE}>"),
    (0, ">", "250 recipient ok"),
]
BODY: list[Exchange] = [
    *ENVELOPE,
    (1, "<", "DATA"),
    (0, ">", "354 go ahead"),
    (1, "<", "Subject: top secret\n\nhunter2"),
]
FORMS = ("bytes", "lines")


@pytest.mark.parametrize("form", FORMS)
def test_where_the_recorded_conversation_broke(form: str, tmp_path: Path) -> None:
    played = diagnose(tmp_path, LEFT_AT_ONCE, debug_log=recorded(form, 10, HELLO, OPENED))
    assert played.concluded == ("connection-without-mail", "certain")
    assert (played.first["detail"]["stage"], played.first["detail"]["broke_by"]) == ("ehlo", "sender")
    assert played.sources() == {"mail.current", "debug_log.txt"}
    found = played.findings["conversation-recorded"]
    assert found["confidence"] == "certain"
    assert found["detail"] == {"stage": "ehlo", "broke_by": "sender", "seconds": 1}
    assert {piece["line"] for piece in found["evidence"]} <= {1, 2, 3, 4}


@pytest.mark.parametrize("form", FORMS)
def test_secrets_and_bodies_do_not_leave_the_log(form: str, tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    for talk in (SECRET, BODY):
        played = diagnose(tmp_path, LEFT_AT_ONCE, "--case", str(case), debug_log=recorded(form, 10, talk, OPENED))
        everything = json.dumps(played.report) + case.read_text(encoding="utf-8")
        for secret in ("aHVudGVyMg", "hunter2", "top secret", "Ym9i", "VXNlcm5hbWU6"):
            assert secret not in everything
        case.unlink()


@pytest.mark.parametrize("form", FORMS)
def test_a_late_greeting_to_nobody(form: str, tmp_path: Path) -> None:
    late = sorted_log(
        others(), opened(verified="mail.partner.example verified yes"), accepted(), entry(WHEN, "ICID 10 lost")
    )
    assert diagnose(tmp_path, late).concluded[0] == "connection-without-mail"
    played = diagnose(tmp_path, late, debug_log=recorded(form, 10, GREETED, WHEN))
    assert played.concluded == ("banner-timeout", "certain")
    assert played.first["detail"]["seconds"] == 25


@pytest.mark.parametrize("form", FORMS)
def test_a_message_that_broke_off(form: str, tmp_path: Path) -> None:
    gateway = sorted_log(
        others(),
        opened(),
        accepted(),
        entry(OPENED + timedelta(seconds=2), "Start MID 31 ICID 10"),
        entry(OPENED + timedelta(seconds=2), f"MID 31 ICID 10 From: <{BOB}>"),
        entry(OPENED + timedelta(seconds=3), f"MID 31 ICID 10 RID 0 To: <{ALICE}>"),
        entry(WHEN, "MID 31 Receiving aborted"),
        entry(WHEN, "ICID 10 lost"),
    )
    played = diagnose(tmp_path, gateway, debug_log=recorded(form, 10, BODY, OPENED))
    assert played.concluded == ("message-interrupted", "certain")
    assert (played.first["detail"]["stage"], played.first["detail"]["broke_by"]) == ("data", "sender")
    assert "bytes of the message had come" in played.first["explanation"]


@pytest.mark.parametrize("form", FORMS)
def test_the_reply_that_the_mail_log_does_not_have(form: str, tmp_path: Path) -> None:
    talk: list[Exchange] = [
        *HELLO,
        (1, "<", f"MAIL FROM:<{BOB}>"),
        (0, ">", "553 #5.1.8 Domain does not exist"),
    ]
    gateway = sorted_log(
        others(),
        opened(),
        accepted(),
        entry(
            OPENED + timedelta(seconds=2),
            f"ICID 10 Address: <{BOB}> sender rejected, envelope sender domain does not exist",
        ),
        entry(OPENED + timedelta(seconds=3), "ICID 10 close"),
    )
    played = diagnose(tmp_path, gateway, debug_log=recorded(form, 10, talk, OPENED))
    assert played.concluded == ("sender-rejected", "certain")
    assert played.first["detail"]["reply"] == "553 #5.1.8 Domain does not exist"


def test_a_later_test_message_is_no_part_of_this_connection(tmp_path: Path) -> None:
    taken: list[Exchange] = [*BODY, (0, "<", "."), (1, ">", "250 ok: Message 4711 accepted"), (0, "<", "QUIT")]
    played = diagnose(tmp_path, NO_CONNECTION, debug_log=recorded("bytes", 77, taken, WHEN + timedelta(days=1)))
    assert played.concluded == ("no-connection", "likely")
    found = played.findings["conversation-recorded"]
    assert (found["confidence"], found["detail"]["reply"]) == ("likely", "250 ok: Message 4711 accepted")
    assert "another connection" in found["explanation"]


def test_conversations_with_others_say_nothing(tmp_path: Path) -> None:
    talk = recorded("bytes", 77, HELLO, OPENED, ip="203.0.113.77")
    played = diagnose(tmp_path, NO_CONNECTION, debug_log=talk)
    assert played.concluded == ("no-connection", "likely")
    assert "conversation-recorded" not in played.findings


def test_a_firewall_that_changes_commands_is_named(tmp_path: Path) -> None:
    talk: list[Exchange] = [
        *GREETED,
        (1, "<", "XXXX mail.partner.example"),
        (0, ">", "500 #5.5.1 command not recognized"),
    ]
    played = diagnose(tmp_path, LEFT_AT_ONCE, debug_log=recorded("bytes", 10, talk, OPENED))
    assert "inspects SMTP" in played.first["explanation"]
