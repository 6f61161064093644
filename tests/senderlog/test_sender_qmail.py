"""qmail, which does not run here: lines in the shapes of its documentation, every result."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tests.senderlog.documented import attempts


def qmail(words: str, seconds: int) -> list[str]:
    begun, ended = 0x6A1F2B5C, 0x6A1F2B5C + seconds
    return [
        f"@40000000{begun:08x}0a1b2c3d new msg 4711",
        f"@40000000{begun:08x}0a1b2c3d info msg 4711: bytes 512 from <bob@partner.test> qp 77 uid 501",
        f"@40000000{begun:08x}0a1b2c3d starting delivery 9: msg 4711 to remote alice@corp.test",
        f"@40000000{ended:08x}0a1b2c3d delivery 9: {words}",
    ]


QMAIL = [
    ("deferral: Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/", 1200, "connection-lost", None, None, True),
    (
        "deferral: Connected_to_192.0.2.1_but_connection_died._Possible_duplicate!_(#4.4.2)/",
        1,
        "connection-lost",
        None,
        None,
        False,
    ),
    (
        "deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
        60,
        "connect-timeout",
        "connect",
        None,
        True,
    ),
    ("deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/", 0, "other", "connect", None, False),
    (
        "deferral: Connected_to_192.0.2.1_but_greeting_failed./Remote_host_said:_421_4.3.2_too_many/",
        0,
        "deferred",
        "banner",
        "421 4.3.2 too many",
        False,
    ),
    (
        "deferral: Connected_to_192.0.2.1_but_sender_was_rejected./Remote_host_said:_451_4.7.1_later/",
        0,
        "deferred",
        "mail-from",
        "451 4.7.1 later",
        False,
    ),
    (
        "failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such/Giving_up_on_192.0.2.1./",
        0,
        "rejected",
        "rcpt-to",
        "550 5.1.1 no such",
        False,
    ),
    (
        "failure: 192.0.2.1_failed_after_I_sent_the_message./Remote_host_said:_554_5.7.1_content/",
        0,
        "rejected",
        "data",
        "554 5.7.1 content",
        False,
    ),
    ("deferral: TLS_connect_failed:_timed_out;_connected_to_192.0.2.1./", 0, "tls-failed", "starttls", None, False),
    ("success: 192.0.2.1_accepted_message./Remote_host_said:_250_ok_4711/", 0, "delivered", None, "250 ok 4711", False),
    ("deferral: CNAME_lookup_failed_temporarily._(#4.4.3)/", 0, "other", None, None, False),
]


@pytest.mark.parametrize(("words", "seconds", "result", "stage", "reply", "silent"), QMAIL)
def test_qmail(words: str, seconds: int, result: str, stage: str | None, reply: str | None, silent: bool) -> None:
    server, (attempt,) = attempts(qmail(words, seconds))
    assert server == "qmail"
    assert (attempt.result, attempt.stage, attempt.reply, attempt.silent) == (result, stage, reply, silent)
    assert (attempt.sender, attempt.recipient, attempt.queue_id) == ("bob@partner.test", "alice@corp.test", "4711")
    assert attempt.seconds == seconds
    assert attempt.time.tzinfo is timezone.utc


def test_qmail_through_splogger() -> None:
    lines = [
        "Nov 24 22:18:08 mail qmail: 1795526288.100000 info msg 4711: bytes 5 from <bob@partner.test> qp 7 uid 5",
        "Nov 24 22:18:08 mail qmail: 1795526288.200000 starting delivery 9: msg 4711 to remote alice@corp.test",
        "Nov 24 22:18:09 mail qmail: 1795526289.200000 delivery 9: success: "
        "192.0.2.1_accepted_message./Remote_host_said:_250_ok/",
    ]
    server, (attempt,) = attempts(lines)
    assert (server, attempt.result, attempt.ip, attempt.seconds) == ("qmail", "delivered", "192.0.2.1", 1.0)
    assert attempt.time == datetime(2026, 11, 24, 13, 18, 9, 200000, timezone.utc)


def test_qmail_local_delivery_names_no_host() -> None:
    lines = [
        "@400000006a1f2b5c0a1b2c3d starting delivery 9: msg 4711 to local alice@corp.test",
        "@400000006a1f2b5c0a1b2c3d delivery 9: success: did_1+0+0/",
    ]
    _, (attempt,) = attempts(lines)
    assert (attempt.result, attempt.host, attempt.ip, attempt.via) == ("delivered", None, None, "local")


def test_qmail_delivery_begun_before_the_log_is_left_out() -> None:
    server, found = attempts(["@400000006a1f2b5c0a1b2c3d delivery 9: success: did_1+0+0/"])
    assert (server, found) == ("qmail", [])
