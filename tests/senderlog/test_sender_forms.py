"""The same words in the frames that syslog daemons, journals, grep and mail programs put around them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from wizard.senderlog import Attempt, Clock, SenderLog

TOKYO = ZoneInfo("Asia/Tokyo")
CLOCK = Clock(datetime(2026, 11, 25), TOKYO)
WORDS = (
    "B023621CCCD: to=<alice@corp.test>, relay=gw.corp.test[192.0.2.1]:25, delay=3, delays=0.01/0.01/3/0, dsn=4.4.2, "
    "status=deferred (conversation with gw.corp.test[192.0.2.1] timed out while receiving the initial server greeting)"
)
AT = datetime(2026, 11, 24, 22, 18, 11, tzinfo=TOKYO)

FORMS = [
    f"Nov 24 22:18:11 mail postfix/smtp[166]: {WORDS}",
    f"Nov 24 22:18:11 192.0.2.9 postfix/smtp[166]: {WORDS}",
    f"Nov 24 22:18:11 postfix/smtp[166]: {WORDS}",
    f"<22>Nov 24 22:18:11 mail postfix/smtp[166]: {WORDS}",
    f"<22>1 2026-11-24T13:18:11Z mail postfix/smtp 166 - - {WORDS}",
    f"2026-11-24T22:18:11.120000+09:00 mail postfix/smtp[166]: {WORDS}",
    f"2026-11-24T22:18:11+0900 mail postfix/smtp[166]: {WORDS}",
    f"2026-11-24 22:18:11 mail postfix/smtp[166]: {WORDS}",
    f"2026 Nov 24 22:18:11 mail postfix/smtp[166]: {WORDS}",
    f"Nov 24 2026 22:18:11 mail postfix/smtp[166]: {WORDS}",
    f"Nov 24 22:18:11.345 mail postfix/smtp[166]: {WORDS}",
    f"Nov 24 22:18:11 mail postfix/lan/smtp[166]: {WORDS}",
    f"Nov 24 22:18:11 mail mta-out/smtp[166]: {WORDS}",
    f"mail.log.1:Nov 24 22:18:11 mail postfix/smtp[166]: {WORDS}",
    f"/var/log/mail.log:8812:Nov 24 22:18:11 mail postfix/smtp[166]: {WORDS}",
    f"> Nov 24 22:18:11 mail postfix/smtp[166]: {WORDS}",
    f"\ufeffNov 24 22:18:11 mail postfix/smtp[166]: {WORDS}\r\n",
]


def attempts(log: SenderLog) -> list[Attempt]:
    return [event for event in log.events() if isinstance(event, Attempt)]


@pytest.mark.parametrize("line", FORMS)
def test_frame(line: str) -> None:
    log = SenderLog([(7, line)], "mail.log", CLOCK)
    assert log.server == "postfix"
    (attempt,) = attempts(log)
    assert attempt.result == "greeting-timeout"
    assert attempt.time.replace(microsecond=0) == AT
    assert attempt.evidence[0].line == 7


def test_single_digit_day() -> None:
    line = FORMS[0].replace("Nov 24", "Nov  4")
    assert attempts(SenderLog([(1, line)], "a", CLOCK))[0].time.day == 4


@pytest.mark.parametrize(
    ("latest", "line", "year"),
    [
        (datetime(2027, 1, 3), "Dec 31 23:59:59", 2026),
        (datetime(2027, 1, 3), "Jan  3 09:00:00", 2027),
        (datetime(2027, 1, 3, 12), "Jan  4 06:00:00", 2027),
        (datetime(2027, 1, 3), "Jan  6 06:00:00", 2026),
        (datetime(2027, 3, 1), "Feb 29 06:00:00", 2024),
    ],
)
def test_year_is_the_latest_that_is_not_ahead(latest: datetime, line: str, year: int) -> None:
    read = Clock(latest).read(f"{line} mail x[1]: y")
    assert read is not None
    assert read[0].year == year


def test_unknown_zone_stays_naive_and_a_logged_one_wins() -> None:
    unknown = Clock(datetime(2026, 11, 25))
    assert attempts(SenderLog([(1, FORMS[0])], "a", unknown))[0].time.tzinfo is None
    logged = attempts(SenderLog([(1, FORMS[5])], "a", Clock(datetime(2026, 11, 25), timezone.utc)))[0].time
    assert logged.utcoffset() == timedelta(hours=9)


EXIM = [
    "2026-11-24 22:18:08 1xVyq0-00003Y-34 <= bob@partner.test H=pc [10.0.0.7] P=esmtp S=345 id=1@partner.test",
    "2026-11-24 22:18:11 1xVyq0-00003Y-34 == alice@corp.test R=mx T=smtp defer (110): Connection timed out "
    "H=gw.corp.test [192.0.2.1]:25: SMTP timeout after initial connection",
]


@pytest.mark.parametrize(
    "reframe",
    [
        lambda line: line,
        lambda line: line.replace("22:18:08 ", "22:18:08.123 [77] ").replace("22:18:11 ", "22:18:11.123 [77] "),
        lambda line: line.replace("22:18:08 ", "22:18:08 +0900 ").replace("22:18:11 ", "22:18:11 +0900 "),
        lambda line: line.replace("1xVyq0-00003Y-34", "1xVyq0-00000003YzA-1a2b"),
        lambda line: f"Nov 24 22:18:11 mail exim[77]: {line}",
        lambda line: f"Nov 24 22:18:11 mail exim[77]: {line[20:]}",
        lambda line: f"mainlog:{line}",
    ],
)
def test_exim_forms(reframe) -> None:  # type: ignore[no-untyped-def]
    log = SenderLog(enumerate(map(reframe, EXIM), start=1), "mainlog", CLOCK)
    assert log.server == "exim"
    (attempt,) = attempts(log)
    assert (attempt.result, attempt.sender, attempt.host) == ("greeting-timeout", "bob@partner.test", "gw.corp.test")
    assert attempt.time.replace(microsecond=0) == AT


@pytest.mark.parametrize(
    ("text", "result", "stage"),
    [
        (
            "SMTP timeout while connected to gw.corp.test [192.0.2.1] after initial connection",
            "greeting-timeout",
            "banner",
        ),
        (
            "Remote host gw [192.0.2.1] closed connection in response to pipelined MAIL FROM:<bob@partner.test>",
            "connection-lost",
            "mail-from",
        ),
        (
            "SMTP error from remote mailer after RCPT TO:<alice@corp.test>: host gw.corp.test [192.0.2.1]: 550 no",
            "rejected",
            "rcpt-to",
        ),
        ("SMTP timeout after end of data (812 bytes written)", "connection-lost", "data"),
        ("Network is unreachable", "other", "connect"),
        ("a TLS session is required, but the server did not offer TLS support", "tls-failed", "starttls"),
    ],
)
def test_exim_words_of_other_versions(text: str, result: str, stage: str) -> None:
    line = f"2026-11-24 22:18:11 1xVyq0-00003Y-34 == alice@corp.test R=mx T=smtp defer (-1) H=gw [192.0.2.1]: {text}"
    (attempt,) = attempts(SenderLog([(1, line)], "mainlog", CLOCK))
    assert (attempt.result, attempt.stage) == (result, stage)


def test_local_and_rewritten_recipients() -> None:
    lines = [
        "2026-11-24 22:18:11 1xVyq0-00003Y-34 => alice <info@corp.test> R=local_user T=mail_spool DT=1m2.5s",
        "2026-11-24 22:18:11 1xVyq0-00003Y-34 -> carol@corp.test <info@corp.test> R=mx T=smtp "
        'H=gw.corp.test [2001:db8::1] X=TLS1.3 CV=yes C="250 ok"',
    ]
    local, remote = attempts(SenderLog(enumerate(lines, start=1), "mainlog", CLOCK))
    assert (local.recipient, local.host, local.seconds) == ("info@corp.test", None, 62.5)
    assert (remote.recipient, remote.original_recipient, remote.ip) == (
        "carol@corp.test",
        "info@corp.test",
        "2001:db8::1",
    )


@pytest.mark.parametrize(
    ("words", "result", "tried", "via"),
    [
        (
            "relay=local, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (delivered to mailbox)",
            "delivered",
            True,
            "local",
        ),
        (
            "relay=none, delay=9, delays=9/0/0/0, dsn=4.4.2, status=deferred (delivery temporarily suspended: "
            "conversation with gw.corp.test[192.0.2.1] timed out while receiving the initial server greeting)",
            "greeting-timeout",
            False,
            "error",
        ),
        (
            "relay=none, delay=1, delays=1/0/0/0, dsn=5.4.4, status=bounced (Host or domain name not found. "
            "Name service error for name=corp.test type=MX: Host not found)",
            "other",
            True,
            "smtp",
        ),
        (
            "relay=none, delay=0, status=deferred (connect to gw.corp.test[192.0.2.1]:25: Connection refused)",
            "connection-refused",
            True,
            "smtp",
        ),
    ],
)
def test_postfix_beside_smtp(words: str, result: str, tried: bool, via: str) -> None:
    line = (
        f"Nov 24 22:18:11 mail postfix/{via}[166]: B023621CCCD: to=<alice@corp.test>, orig_to=<info@corp.test>, {words}"
    )
    (attempt,) = attempts(SenderLog([(1, line)], "mail.log", CLOCK))
    assert (attempt.result, attempt.tried, attempt.via) == (result, tried, via)
    assert attempt.original_recipient == "info@corp.test"


def test_paste_that_a_mail_program_wrapped_and_quoted() -> None:
    text = (
        "Hi, this is what our log has:\n\n"
        "> Nov 24 22:18:11 mail postfix/smtp[166]: B023621CCCD:\n"
        "> to=<alice@corp.test>, relay=gw.corp.test[192.0.2.1]:25, delay=3,\n"
        "> delays=0.01/0.01/3/0, dsn=4.4.2, status=deferred (conversation with\n"
        "> gw.corp.test[192.0.2.1] timed out while receiving the initial server greeting)\n"
        "\nRegards, Bob\n"
    )
    log = SenderLog.of_paste(text, CLOCK)
    (attempt,) = attempts(log)
    assert (attempt.result, attempt.seconds, attempt.evidence[0].line) == ("greeting-timeout", 3.0, 3)


@pytest.mark.parametrize("text", ["", "\n\n", "dear all,\nplease see attached\n", "{}", "\x00\xff\x00"])
def test_what_is_no_log(text: str) -> None:
    log = SenderLog.of_paste(text, CLOCK)
    assert log.server is None
    assert list(log.events()) == []
