"""Exchange, which does not run here: lines in the shapes of its documentation, every result."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tests.senderlog.documented import NOW, attempts
from wizard.senderlog import Clock, SenderLog

HEADER = [
    "#Software: Microsoft Exchange Server",
    "#Version: 15.0.0.0",
    "#Log-type: SMTP Send Protocol Log",
    "#Date: 2026-11-24T13:00:00.000Z",
    "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context",
]
CONNECT = [("*", "", "attempting to connect"), ("+", "", "")]
GREETED = [*CONNECT, ("<", "220 gw.corp.test ESMTP", "")]
HELLO = [*GREETED, (">", "EHLO ex01.partner.test", ""), ("<", "250  gw.corp.test Hello SIZE 8BITMIME STARTTLS", "")]
MAIL = [
    *HELLO,
    ("*", "", "sending message with RecordId 77 and InternetMessageId <1@partner.test>"),
    (">", "MAIL FROM:<bob@partner.test> SIZE=500", ""),
    ("<", "250 ok", ""),
]
RCPT = [*MAIL, (">", "RCPT TO:<alice@corp.test>", ""), ("<", "250 ok", "")]
QUIT = [(">", "QUIT", ""), ("<", "221 bye", ""), ("-", "", "Local")]


def exchange(events: list[tuple[str, str, str]], pause: int = 0) -> list[str]:
    """Lines a second apart; `pause` seconds before the last."""
    lines = list(HEADER)
    for number, (event, data, context) in enumerate(events):
        second = number + (pause if number == len(events) - 1 else 0)
        local = "10.0.0.5:4711" if number else ""
        lines.append(
            f"2026-11-24T13:{second // 60:02}:{second % 60:02}.000Z,Internet,08DA13335961996,{number},{local},"
            f'192.0.2.1:25,{event},"{data}",{context}'
        )
    return lines


EXCHANGE = [
    ([*CONNECT, ("-", "", "Local")], "greeting-timeout", "banner", None, None, True),
    ([*CONNECT, ("-", "", "Remote")], "connection-lost", "banner", None, None, False),
    ([*CONNECT, ("-", "", "Remote(ConnectionReset)")], "connection-lost", "banner", None, None, False),
    (
        [CONNECT[0], ("*", "", "SocketTimedout: Socket error code 10060")],
        "connect-timeout",
        "connect",
        None,
        None,
        True,
    ),
    (
        [CONNECT[0], ("*", "", '"Failed to connect. Winsock error code: 10061, Win32 error code: 10061"')],
        "connection-refused",
        "connect",
        None,
        None,
        False,
    ),
    (
        [CONNECT[0], ("*", "", '"Failed to connect. Winsock error code: 10051, Win32 error code: 10051"')],
        "other",
        "connect",
        None,
        None,
        False,
    ),
    (
        [*CONNECT, ("<", "421 4.3.2 too many sessions", ""), *QUIT],
        "deferred",
        "banner",
        "421 4.3.2 too many sessions",
        None,
        False,
    ),
    (
        [*CONNECT, ("<", "554 access rejected", ""), ("-", "", "Remote")],
        "rejected",
        "banner",
        "554 access rejected",
        None,
        False,
    ),
    (
        [
            *HELLO,
            (">", "STARTTLS", ""),
            ("<", "220 go", ""),
            ("*", "", "TLS negotiation failed with error UnknownCredentials"),
            ("-", "", "Local"),
        ],
        "tls-failed",
        "starttls",
        None,
        None,
        False,
    ),
    (
        [*HELLO, (">", "STARTTLS", ""), ("<", "454 4.7.0 TLS not available", ""), ("-", "", "Local")],
        "tls-failed",
        "starttls",
        "454 4.7.0 TLS not available",
        None,
        False,
    ),
    (
        [*MAIL[:-1], ("<", "550 5.7.1 SPF unauthorized", ""), *QUIT],
        "rejected",
        "mail-from",
        "550 5.7.1 SPF unauthorized",
        None,
        False,
    ),
    (
        [*RCPT[:-1], ("<", "451 4.7.1 later", ""), *QUIT],
        "deferred",
        "rcpt-to",
        "451 4.7.1 later",
        "alice@corp.test",
        False,
    ),
    (
        [*RCPT[:-1], ("<", "550 5.1.1 no such", ""), *QUIT],
        "rejected",
        "rcpt-to",
        "550 5.1.1 no such",
        "alice@corp.test",
        False,
    ),
    ([*RCPT[:-1], ("-", "", "Remote")], "connection-lost", "rcpt-to", None, "alice@corp.test", False),
    ([*RCPT[:-1], ("-", "", "Local")], "connection-lost", "rcpt-to", None, "alice@corp.test", True),
    (
        [*RCPT, (">", "DATA", ""), ("<", "354 go", ""), ("-", "", "Remote(SocketError)")],
        "connection-lost",
        "data",
        None,
        "alice@corp.test",
        False,
    ),
    (
        [*RCPT, (">", "BDAT 500 LAST", ""), ("<", "554 5.7.1 content", ""), *QUIT],
        "rejected",
        "data",
        "554 5.7.1 content",
        "alice@corp.test",
        False,
    ),
    (
        [*RCPT, (">", "DATA", ""), ("<", "354 go", ""), ("<", "250 ok 4711", ""), *QUIT],
        "delivered",
        "data",
        "250 ok 4711",
        "alice@corp.test",
        False,
    ),
]


@pytest.mark.parametrize(("events", "result", "stage", "reply", "recipient", "silent"), EXCHANGE)
def test_exchange_send_log(
    events: list[tuple[str, str, str]],
    result: str,
    stage: str,
    reply: str | None,
    recipient: str | None,
    silent: bool,
) -> None:
    server, (attempt,) = attempts(exchange(events, pause=300))
    assert server == "exchange"
    assert (attempt.result, attempt.stage, attempt.reply, attempt.silent) == (result, stage, reply, silent)
    assert (attempt.recipient, attempt.ip, attempt.port) == (recipient, "192.0.2.1", 25)
    assert attempt.time.utcoffset() is not None
    if recipient:
        assert (attempt.sender, attempt.message_id) == ("bob@partner.test", "<1@partner.test>")


def test_exchange_session_with_two_mails() -> None:
    data = [(">", "DATA", ""), ("<", "354 go", ""), ("<", "250 ok", "")]
    second = [
        ("*", "", "sending message with RecordId 78 and InternetMessageId <2@partner.test>"),
        (">", "MAIL FROM:<carol@partner.test>", ""),
        (">", "RCPT TO:<alice@corp.test>", ""),
        (">", "RCPT TO:<dave@corp.test>", ""),
        ("<", "250 ok", ""),
        ("<", "550 5.1.1 no such", ""),
        ("<", "250 ok", ""),
    ]
    _, found = attempts(exchange([*RCPT, *data, *second, *data, *QUIT]))
    assert [(one.sender, one.recipient, one.message_id, one.result) for one in found] == [
        ("bob@partner.test", "alice@corp.test", "<1@partner.test>", "delivered"),
        ("carol@partner.test", "alice@corp.test", "<2@partner.test>", "rejected"),
        ("carol@partner.test", "dave@corp.test", "<2@partner.test>", "delivered"),
    ]


def test_exchange_login_is_masked_in_the_evidence() -> None:
    """A server that logs in, and is turned away, may have logged its password."""
    login = [(">", "AUTH LOGIN", ""), ("<", "334 UGFzc3dvcmQ6", ""), (">", "aHVudGVyMg==", ""), ("-", "", "Remote")]
    for events in ([*HELLO, *login], [*HELLO, (">", "AUTH PLAIN AGJvYgBodW50ZXIy", ""), ("-", "", "Remote")]):
        _, (attempt,) = attempts(exchange(events))
        shown = " ".join(piece.text for piece in attempt.evidence)
        assert "********" in shown
        assert not any(secret in shown for secret in ("aHVudGVyMg", "AGJvYg", "UGFzc3dvcmQ6"))


def test_exchange_quiet_session_is_no_attempt() -> None:
    assert attempts(exchange([*HELLO, *QUIT]))[1] == []


def test_exchange_receive_log_is_said_to_be_the_wrong_one() -> None:
    lines = [line.replace("SMTP Send", "SMTP Receive") for line in exchange([*RCPT, *QUIT])]
    log = SenderLog(enumerate(lines, start=1), "RECV.LOG", NOW)
    assert [type(event).__name__ for event in log.events()] == ["Problem"]


def tracking(
    event: str, recipients: str, status: str, source: str = "SMTP", context: str = "", server: str = ""
) -> list[str]:
    return [
        "#Software: Microsoft Exchange Server",
        "#Log-type: Message Tracking Log",
        "#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,"
        "event-id,internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,"
        "recipient-count,related-recipient-address,reference,message-subject,sender-address,return-path,message-info",
        f'2026-11-24T13:18:08.100Z,,EX01,{server},"{context}",Internet,{source},{event},77,<1@partner.test>,n77,'
        f'{recipients},"{status}",500,1,,,order 0815,bob@partner.test,bob@partner.test,',
    ]


LED = "[{LED=451 4.4.397 Error communicating with target host. -> %s};{MSG=};{FQDN=gw.corp.test};{IP=192.0.2.1};{LRT=}]"
TRACKING = [
    ("SENDEXTERNAL", "250 2.0.0 ok 4711", "delivered", "250 2.0.0 ok 4711"),
    ("DEFER", LED % "421 4.2.1 Unable to connect -> SocketTimedout: Socket error code 10060", "connect-timeout", None),
    (
        "DEFER",
        LED % "421 4.2.1 Unable to connect -> SocketConnectionRefused: Socket error code 10061",
        "connection-refused",
        None,
    ),
    ("DEFER", LED % "421 4.2.1 Unable to connect", "other", None),
    ("DEFER", LED % "421 4.4.1 Connection timed out", "connection-lost", None),
    ("DEFER", LED % "421 4.4.2 Connection dropped due to ConnectionReset", "connection-lost", None),
    ("DEFER", "451 4.4.0 Primary target IP address responded with: ''454 4.7.5 TLS''", "tls-failed", None),
    (
        "DEFER",
        "451 4.7.1 Unable to perform DMARC verification.",
        "deferred",
        "451 4.7.1 Unable to perform DMARC verification.",
    ),
    ("FAIL", "550 5.1.1 Unknown address", "rejected", "550 5.1.1 Unknown address"),
]


@pytest.mark.parametrize(("event", "status", "result", "reply"), TRACKING)
def test_exchange_tracking(event: str, status: str, result: str, reply: str | None) -> None:
    server = "192.0.2.1,gw.corp.test" if event.startswith("SEND") else ","
    name, (attempt,) = attempts(tracking(event, "alice@corp.test", status, server=server))
    assert name == "exchange"
    assert (attempt.result, attempt.reply) == (result, reply)
    assert (attempt.sender, attempt.recipient, attempt.message_id) == (
        "bob@partner.test",
        "alice@corp.test",
        "<1@partner.test>",
    )
    if "{IP=" in status or event.startswith("SEND"):
        assert (attempt.host, attempt.ip) == ("gw.corp.test", "192.0.2.1")


def test_exchange_tracking_exported_by_powershell() -> None:
    lines = [
        '"PSComputerName","Timestamp","ClientIp","ServerIp","ServerHostname","SourceContext","Source","EventId",'
        '"MessageId","Recipients","RecipientStatus","Sender"',
        '"ex01","11/24/2026 1:18:08 PM","","192.0.2.1","gw.corp.test","","SMTP","SENDEXTERNAL","<1@partner.test>",'
        '"alice@corp.test","250 ok","bob@partner.test"',
        '"ex01","11/24/2026 1:19:08 PM","","","","","SMTP","FAIL","<2@partner.test>",'
        '"System.String[]","550 no","bob@partner.test"',
    ]
    server, (sent, failed) = attempts(lines)
    assert server == "exchange"
    assert (sent.result, sent.recipient, sent.time) == (
        "delivered",
        "alice@corp.test",
        datetime(2026, 11, 24, 13, 18, 8),
    )
    assert (failed.result, failed.recipient) == ("rejected", None)


@pytest.mark.parametrize(
    "date",
    ["2026-11-24T13:18:08.1000000Z", "11/24/2026 1:18:08 PM", "2026/11/24 13:18:08", "24.11.2026 13:18:08"],
)
def test_exchange_tracking_exported_in_any_culture(date: str) -> None:
    lines = [
        '"Source","EventId","ServerIp","Sender","Timestamp","Recipients","RecipientStatus"',
        f'"SMTP","SENDEXTERNAL","192.0.2.1","bob@partner.test","{date}","alice@corp.test","250 ok"',
    ]
    _, (attempt,) = attempts(lines, Clock(datetime(2026, 11, 25), timezone.utc))
    assert attempt.time.replace(microsecond=0) == datetime(2026, 11, 24, 13, 18, 8, tzinfo=timezone.utc)


def test_exchange_that_did_not_try_speaks_for_itself_only() -> None:
    _, (attempt,) = attempts(
        tracking("FAIL", "alice@corp.test", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "ROUTING", server=",")
    )
    assert (attempt.result, attempt.reply, attempt.tried) == ("other", None, False)
