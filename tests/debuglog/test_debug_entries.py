"""Lines of a debug log: every frame, whatever else stands in the file, and what strangers may write into it."""

from __future__ import annotations

import base64
import time
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.debuglog import read
from wizard.debuglog.shown import command

LATEST = datetime(2026, 11, 25)


def texts(lines: list[str]) -> list[str]:
    log = read(enumerate(lines, start=1), LATEST)
    return [one.text for talk in log.conversations for one in talk.exchanges]


@pytest.mark.parametrize(
    "line",
    [
        "Tue Nov 24 22:18:08 2026 Info: 6216 Sent: '220 gw ESMTP'",
        "Tue Nov 24 22:18:08 2026 Info: 6216 Sent to '203.0.113.7': '220 gw ESMTP\\015\\012'",
        "Tue Nov 24 22:18:08 2026 Debug: ICID 6216 Sent to '203.0.113.7': '220 gw ESMTP\\015\\012'",
        'Tue Nov 24 22:18:08 2026 Info: ICID: 6216 Sent to 203.0.113.7: "220 gw ESMTP\\r\\n"',
        "Tue Nov 24 22:18:08 2026 Info: Sent to '203.0.113.7' (ICID 6216): '220 gw ESMTP\\x0d\\x0a'",
        "Nov 24 22:18:08 esa1 inj_debug: Info: 6216 Sent to '203.0.113.7': '220 gw ESMTP\\015\\012'",
        "<166>Nov 24 23:00:00 relay inj_debug: Tue Nov 24 22:18:08 2026 Info: 6216 Sent: '220 gw ESMTP'",
        "Tue Nov 24 22:18:08 2026 6216 Sent: '220 gw ESMTP' ",
    ],
)
def test_frames(line: str) -> None:
    log = read([(7, line)], LATEST)
    (talk,) = log.conversations
    assert (talk.icid, talk.started, talk.exchanges[0].text) == (
        6216,
        datetime(2026, 11, 24, 22, 18, 8),
        "220 gw ESMTP",
    )
    assert talk.exchanges[0].line == 7
    assert log.not_understood == []


def test_time_zone_is_the_callers() -> None:
    log = read([(1, "Tue Nov 24 22:18:08 2026 Info: 6216 Sent: '220 gw'")], LATEST, timezone.utc)
    assert log.first == datetime(2026, 11, 24, 22, 18, 8, tzinfo=timezone.utc)


def test_entry_over_several_physical_lines() -> None:
    lines = [
        "Tue Nov 24 22:18:08 2026 Info: 6216 Sent: '220 gw'",
        "Tue Nov 24 22:18:08 2026 Info: 6216 Rcvd: 'EHLO x'",
        "Tue Nov 24 22:18:08 2026 Info: 6216 Sent: '250-gw",
        "250-SIZE 10",
        "250 8BITMIME'",
        "Tue Nov 24 22:18:09 2026 Info: 6216 Rcvd: 'QUIT'",
    ]
    assert texts(lines) == ["220 gw", "EHLO x", "250-gw\n250-SIZE 10\n250 8BITMIME", "QUIT"]


def test_what_was_not_understood_is_said() -> None:
    lines = [
        "Tue Nov 24 22:00:00 2026 Info: Begin Logfile",
        "Tue Nov 24 22:00:00 2026 Info: New SMTP ICID 6216 interface Data 1 (192.0.2.1) address 203.0.113.7",
        "6216 Sent: '220 gw'",
        "Tue Nov 24 22:18:08 2026 Info: Sent: '220 gw'",
        "",
        "Tue Nov 24 22:18:08 2026 Info: 6216 Sent: '220 gw never closed",
    ]
    log = read(enumerate(lines, start=1), LATEST)
    assert log.not_understood == [(1, "not-debug"), (2, "not-debug"), (3, "no-time"), (4, "not-debug"), (6, "cut")]
    assert log.not_understood_count == 5
    assert log.conversations[0].exchanges[0].text == "220 gw never closed"


def test_log_of_deliveries_is_said_to_be_the_wrong_one() -> None:
    lines = [
        "Tue Nov 24 22:18:08 2026 Info: 77 Rcvd: '220 mx.partner.test'",
        "Tue Nov 24 22:18:08 2026 Info: 77 Sent: 'EHLO gw.corp.test'",
        "Tue Nov 24 22:18:09 2026 Info: 78 Sent: 'MAIL FROM:<alice@corp.test>'",
        "Tue Nov 24 22:18:09 2026 Info: 78 Rcvd: '250 ok'",
    ]
    log = read(enumerate(lines, start=1), LATEST)
    assert (log.conversations, log.problems) == ([], ["domain-debug-log"])


def test_newest_conversations_are_kept() -> None:
    lines = (f"Tue Nov 24 22:18:08 2026 Info: {number} Sent: '220 gw'" for number in range(1, 1502))
    log = read(enumerate(lines, start=1), LATEST)
    assert (len(log.conversations), log.conversations[0].icid) == (1000, 502)
    assert log.problems == ["too-many-conversations"]


SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40).map(
    lambda text: base64.b64encode(text.encode()).decode()
)
MECHANISMS = st.sampled_from(["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", "NTLM", "SCRAM-SHA-256", "x"])


@settings(max_examples=200, deadline=None)
@given(
    SECRETS,
    SECRETS,
    MECHANISMS,
    st.sampled_from(["AUTH", "auth", " AUTH", "AUTH=", "  Auth"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 40),
)
def test_no_secret_gets_out(
    one: str, two: str, mechanism: str, verb: str, initial: bool, line_ends: bool, split_at: int
) -> None:
    """Whatever the mechanism, spelling, splitting and answers: challenges and answers are masked."""
    end = "\\015\\012" if line_ends else ""
    said = f"{verb} {mechanism} {one}" if initial else f"{verb} {mechanism}"
    cut = min(split_at, len(said)) if line_ends else 0
    steps = [
        ("Rcvd", said[:cut]),
        ("Rcvd", f"{said[cut:]}{end}"),
        ("Sent", f"334 {two}{end}"),
        ("Rcvd", f"{one}{end}"),
        ("Sent", f"334 {two}{end}"),
        ("Rcvd", f"{two}{end}"),
        ("Sent", f"535 5.7.8 authentication failed{end}"),
        ("Rcvd", f"{one}{end}"),
        ("Sent", f"500 what{end}"),
    ]
    lines = [f"Tue Nov 24 22:18:08 2026 Info: 6216 {way}: '{text}'" for way, text in steps if text]
    log = read(enumerate(lines, start=1), LATEST)
    everything = repr(log) + repr([talk.evidence("x", 100) for talk in log.conversations])
    assert one not in everything
    assert two not in everything
    assert "authentication failed" in everything


@pytest.mark.parametrize(
    "line", ["AUTH c2VjcmV0", "AUTH PLAINc2VjcmV0", "AUTH\tLOGIN\tc2VjcmV0", "c2VjcmV0", "USER bob", ""]
)
def test_nothing_unknown_is_shown(line: str) -> None:
    assert "c2VjcmV0" not in command(line, False)[1]
    assert "bob" not in command(line, False)[1]


PIECES = (
    "DATA\\r\\n", "354 go\\r\\n", "BDAT 5 LAST\\r\\nab", ".\\r\\n", "MAIL FROM:<>\\r\\n", "250 ok\\r\\n",
    "RCPT TO:<a@b.test>\\r\\n", "421 x", "220 x\\r\\n", "STARTTLS\\r\\n", "QUIT\\r\\n", "\\026\\003",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=80),
            st.tuples(
                st.sampled_from(["Sent", "Rcvd", "Sent to 'h'", "Received from '192.0.2.1'"]),
                st.one_of(
                    st.text(max_size=60),
                    st.sampled_from(PIECES),
                ),
            ).map(lambda part: f"Tue Nov 24 22:18:08 2026 Info: 7 {part[0]}: '{part[1]}'"),
        ),
        max_size=20,
    )
)
def test_nothing_crashes(lines: list[str]) -> None:
    log = read(enumerate(lines, start=1), LATEST)
    for talk in log.conversations:
        assert talk.seconds >= 0
        talk.evidence("x")


@pytest.mark.parametrize(
    "text",
    [
        "BDAT 1\\r\\nx" * 6000,
        "\\n" * 30000,
        "QUIT\\r\\n" * 8000,
        "x" * 200_000,
        "\\" * 60_000,
        "'" * 60_000,
        "AUTH PLAIN " * 5000,
    ],
)
def test_no_entry_takes_long(text: str) -> None:
    lines = [f"Tue Nov 24 22:18:08 2026 Info: 7 Rcvd: '{text}'"] * 3 + ["Sent: " * 20_000, "Nov 24 " * 20_000]
    started = time.perf_counter()
    read(enumerate(lines, start=1), LATEST)
    assert time.perf_counter() - started < 2.0


def test_message_is_counted_not_kept() -> None:
    head = [
        "Tue Nov 24 22:18:08 2026 Info: 7 Rcvd: 'MAIL FROM:<>\\015\\012'",
        "Tue Nov 24 22:18:08 2026 Info: 7 Sent: '250 ok\\015\\012'",
        "Tue Nov 24 22:18:08 2026 Info: 7 Rcvd: 'DATA\\015\\012'",
        "Tue Nov 24 22:18:08 2026 Info: 7 Sent: '354 go\\015\\012'",
    ]
    body = ("Tue Nov 24 22:18:08 2026 Info: 7 Rcvd: '" + "m" * 998 + "\\015\\012'" for _ in range(20_000))
    log = read(enumerate([*head, *body], start=1), LATEST)
    assert log.conversations[0].body_bytes == 20_000_000
    assert "mmm" not in repr(log)
