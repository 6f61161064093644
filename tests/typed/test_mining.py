"""What pasted texts tell of the mail."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.typed.mining import Mined, mine, without_other_hosts

NOW = datetime(2026, 3, 10, 15, 20, tzinfo=timezone(timedelta(hours=9)))

POSTFIX = """\
Return-Path: <>
From: MAILER-DAEMON@mail.partner.example (Mail Delivery System)
To: bob@partner.example
Subject: Undelivered Mail Returned to Sender
Date: Tue, 3 Mar 2026 14:02:15 +0100 (CET)
Message-Id: <20260303130215.ABC@mail.partner.example>
Content-Type: multipart/report; report-type=delivery-status

This is the mail system at host mail.partner.example.

<alice@corp.example>: host gw.corp.example[192.0.2.25] refused to talk to me:
    554-gw.corp.example 554 Your access to this mail system has been rejected
    due to the sending MTA's poor reputation. [203.0.113.7]

Reporting-MTA: dns; mail.partner.example
Arrival-Date: Tue, 3 Mar 2026 14:02:11 +0100 (CET)

Final-Recipient: rfc822; alice@corp.example
Action: failed
Remote-MTA: dns; gw.corp.example [192.0.2.26]

Received: from [10.0.0.5] (unknown) by mail.partner.example
From: Bob <bob@partner.example>
To: Alice <a.smith@corp.example>
Message-ID: <orig.1@partner.example>
Subject: offer
Date: Tue, 3 Mar 2026 14:02:10 +0100
"""


def of(text: str, lang: str = "en") -> tuple[str | None, str | None, str | None, str | None, str | None]:
    found = mine(text, NOW, lang)
    sent = found.sent.since.isoformat(sep=" ") if found.sent else None
    return found.sender, found.recipient, found.message_id, found.subject, sent


def test_a_bounce_message_is_mined_for_the_mail_it_is_about() -> None:
    assert of(POSTFIX) == (
        "bob@partner.example",
        "alice@corp.example",
        "orig.1@partner.example",
        None,
        "2026-03-03 14:02:10",
    )


def test_a_bounce_without_the_original_header() -> None:
    assert of(POSTFIX.partition("Received:")[0]) == (
        "bob@partner.example",
        "alice@corp.example",
        None,
        None,
        "2026-03-03 14:02:11",
    )


def test_the_receiving_side_s_addresses_are_not_the_sender_s() -> None:
    left = without_other_hosts(POSTFIX)
    assert "203.0.113.7" in left
    assert "192.0.2.25" not in left
    assert "192.0.2.26" not in left


def test_an_exchange_notice() -> None:
    text = """\
Delivery has failed to these recipients or groups:

alice@corp.example
Your message wasn't delivered.

Original message headers:

From: Bob <bob@partner.example>
To: "Alice" <alice@corp.example>
Subject: =?UTF-8?B?44GK6KaL56mN?= for
 you
Message-ID: <AM1@AM1.partner.example>
Date: Tue, 3 Mar 2026 13:02:10 +0000
"""
    assert of(text)[:3] == ("bob@partner.example", "alice@corp.example", "AM1@AM1.partner.example")


def test_the_header_of_a_sent_mail() -> None:
    text = "From: bob@partner.example\nTo: alice@corp.example\nSubject: =?UTF-8?B?44GK6KaL56mN?=\n"
    assert of(text) == ("bob@partner.example", "alice@corp.example", None, "お見積", None)


def test_a_forwarded_mail_in_either_language() -> None:
    english = "From: Bob <bob@partner.example>\nSent: Tuesday, March 3, 2026 2:02 PM\nTo: Alice\nSubject: offer"
    assert of(english) == ("bob@partner.example", None, None, "offer", "2026-03-03 14:02:00")
    japanese = (
        "差出人: ボブ <bob@partner.example>\n送信日時: 2026年3月3日 14:02\n宛先: alice@corp.example\n件名: お見積り"
    )
    assert of(japanese, "ja") == (
        "bob@partner.example",
        "alice@corp.example",
        None,
        "お見積り",
        "2026-03-03 14:02:00",
    )


def test_a_sentence() -> None:
    assert of("Bob at partner.example wrote yesterday at two") == (
        "partner.example",
        None,
        None,
        None,
        "2026-03-09 14:00:00",
    )
    assert of("bob@partner.example to alice@corp.example, Mar 3 2pm") == (
        "bob@partner.example",
        "alice@corp.example",
        None,
        None,
        "2026-03-03 14:00:00",
    )
    assert of("partner.exampleのBobさんが昨日14時に送ったそうです", "ja") == (
        "partner.example",
        None,
        None,
        None,
        "2026-03-09 14:00:00",
    )


@pytest.mark.parametrize(
    ("text", "lang", "sender", "recipient"),
    [
        ("alice@corp.example got no mail from bob@partner.example", "en", "bob@partner.example", "alice@corp.example"),
        ("Bob at partner.example wrote to alice@corp.example", "en", "partner.example", "alice@corp.example"),
        ("from <bob@partner.example> for alice@corp.example", "en", "bob@partner.example", "alice@corp.example"),
        ("mail for alice@corp.example from partner.example.", "en", "partner.example", "alice@corp.example"),
        ("something to alice@corp.example is missing", "en", None, "alice@corp.example"),
        ("昨日14時に partner.example から alice@corp.example へ", "ja", "partner.example", "alice@corp.example"),
        ("alice@corp.example宛、bob@partner.exampleより", "ja", "bob@partner.example", "alice@corp.example"),
        ("bob@partner.exampleさんがalice@corp.exampleさんに送信", "ja", "bob@partner.example", "alice@corp.example"),
        ("bob@partner.example alice@corp.example", "en", "bob@partner.example", "alice@corp.example"),
    ],
)
def test_who_is_the_sender_in_a_sentence(text: str, lang: str, sender: str | None, recipient: str) -> None:
    found = mine(text, NOW, lang)
    assert (found.sender, found.recipient) == (sender, recipient)


def test_a_text_that_tells_nothing() -> None:
    assert not mine("We have not received it.", NOW).anything
    assert mine("", NOW) == Mined()


_LINES = st.lists(st.sampled_from(POSTFIX.splitlines()) | st.text(max_size=40), max_size=30).map("\n".join)


@given(_LINES)
def test_anything_is_mined_without_harm(text: str) -> None:
    mine(text, NOW)
    without_other_hosts(text)


def test_long_texts_take_no_time() -> None:
    begin = datetime.now()
    for text in ("a@" * 200_000, "From: " * 100_000, "\n" * 500_000, "昨日" * 50_000, "[" * 500_000, "<" * 300_000):
        mine(text, NOW)
        without_other_hosts(text)
    assert datetime.now() - begin < timedelta(seconds=10)
