"""Line forms beyond the samples in the docstrings: old and new wording, odd spacing, and what strangers write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from wizard.maillog.events.base import Event, Unknown
from wizard.maillog.events.connection import Disconnected, Opened, ReceivingFailed, UndeterminedAddress, Verdict
from wizard.maillog.events.delivery import (
    Bounced,
    ConnectionError,
    Delayed,
    Delivered,
    DeliveryStarted,
    Pending,
    Response,
)
from wizard.maillog.events.envelope import From, RecipientRejected, To
from wizard.maillog.events.header import MessageId, ScanDomains, Subject, decode_subject
from wizard.maillog.events.message import Dropped, Policy, Ready
from wizard.maillog.events.scanning import CustomLog, Dmarc, Spf
from wizard.maillog.events.system import Housekeeping
from wizard.maillog.kinds_of_log import recognise
from wizard.maillog.lines import read, read_entry

HOSTILE = "MID 5 ICID 6 Bounced: DCID 7 MID 8 to RID 0 - 5.1.0 - x ('550', ['y']) Message done DCID 7 MID 8 to RID [0]"


@pytest.mark.parametrize(
    ("body", "group", "match", "score", "country"),
    [
        (
            "ICID 0 TCPREFUSE SG BLACKLIST match sbrs[-10.0:-0.5] SBRS -9.9",
            "BLACKLIST",
            "sbrs[-10.0:-0.5]",
            "-9.9",
            None,
        ),
        ("ICID 3 ACCEPT SG None SBRS rfc1918", None, None, "rfc1918", None),
        ("ICID 3 ACCEPT SG GOOD match 198.51.100.168/24", "GOOD", "198.51.100.168/24", None, None),
        ("ICID 3 REJECT SG TCP-REFUSE match", "TCP-REFUSE", None, None, None),
        ("ICID 3 REJECT SG None match ALL SBRS not enabled", None, "ALL", "not enabled", None),
        ("ICID 3 ACCEPT SG A match ALL SBRS not enabled country not enabled", "A", "ALL", "not enabled", "not enabled"),
        (
            "ICID 3 ACCEPT SG A match sbrs[none] SBRS None country not applicable",
            "A",
            "sbrs[none]",
            "None",
            "not applicable",
        ),
        ("ICID 3 REJECT SG my group match nx.domain SBRS 1.0", "my group", "nx.domain", "1.0", None),
    ],
)
def test_verdicts(body: str, group: str | None, match: str | None, score: str | None, country: str | None) -> None:
    event = read(body)
    assert isinstance(event, Verdict)
    assert (event.group, event.match, event.score, event.country) == (group, match, score, country)


@pytest.mark.parametrize(
    ("body", "interface", "address", "host", "reverse_dns"),
    [
        ("New SMTP ICID 9 interface private address 192.0.2.9", "private", "192.0.2.9", None, None),
        ("New SMTP ICID 9 interface address 192.0.2.9", "", "192.0.2.9", None, None),
        ("New SMTP ICID 9 interface Data Port (192.0.2.1) address 2001:db8::9 reverse dns host  a.test verified no",
         "Data Port", "2001:db8::9", "a.test", "unverified"),
        ("New smtp ICID 9 interface M (192.0.2.1) address x.x.x.x reverse DNS host unknown verified no",
         "M", "x.x.x.x", None, "unknown"),
        ("New SMTP ICID 9 interface M (192.0.2.1) address *.*.*.* reverse dns host b.test verified yes",
         "M", "*.*.*.*", "b.test", "verified"),
    ],
)  # fmt: skip
def test_openings(body: str, interface: str, address: str, host: str | None, reverse_dns: str | None) -> None:
    event = read(body)
    assert isinstance(event, Opened)
    assert (event.interface, event.address, event.host, event.reverse_dns) == (interface, address, host, reverse_dns)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Message size exceeds limit", "size"),
        ("message header size exceeds limit", "size"),
        ("exceeded allowable connection time", "time"),
        ("Maximum connection time exceeded", "time"),
        ("Exceeded bad SMTP command limit, disconnecting", "bad-commands"),
        ("Timed out waiting for successful message injection", "idle"),
        ("The moon is full", "other"),
    ],
)
def test_reasons_of_failed_receiving(text: str, reason: str) -> None:
    assert read(f"ICID 7 Receiving Failed: {text}") == ReceivingFailed(7, reason, text)


def test_the_total_time_limit_is_no_idleness() -> None:
    line = "ICID 3 disconnected address 192.0.2.9, exceeded allowable connection time"
    assert read(line) == Disconnected(3, "192.0.2.9", "time-exceeded")


@pytest.mark.parametrize(
    ("body", "event"),
    [
        (f"MID 1 Subject '{HOSTILE}'", Subject(1, HOSTILE)),
        (f"MID 1 Subject {HOSTILE}", Subject(1, HOSTILE)),
        (f"MID 1 Message-ID '<{HOSTILE}>'", MessageId(1, f"<{HOSTILE}>")),
        (f"MID 1 Custom Log Entry: {HOSTILE}", CustomLog(1, HOSTILE)),
        (f"MID 1 RID [0] Response '{HOSTILE}'", Response(1, (0,), HOSTILE)),
        (f"Message aborted MID 1 Dropped by filter '{HOSTILE}'", Dropped(1, f"filter '{HOSTILE}'", None)),
        (
            f"MID 1 was dropped by content filter '{HOSTILE} in the outbound table' in the inbound table",
            Dropped(1, f"content filter '{HOSTILE} in the outbound table'", "inbound"),
        ),
        (
            f"MID 1 matched all recipients for per-recipient policy {HOSTILE} in the inbound table",
            Policy(1, HOSTILE, "inbound", True),
        ),
        ('MID 1 ICID 2 To: <"> Rejected by X"@corp.example> Rejected by RAT',
         RecipientRejected(1, 2, '"> Rejected by X"@corp.example', "RAT")),
        ('MID 1 ICID 2 RID 0 To: <"> Rejected by RAT"@corp.example>',
         To(1, 2, 0, '"> Rejected by RAT"@corp.example')),
        ('MID 1 ICID 2 From: <"MID 5 ICID 6 From: "@sender.test>', From(1, 2, '"MID 5 ICID 6 From: "@sender.test')),
        ("MID 1 SPF: mailfrom identity x Pass (v=spf1) y@sender.test Fail (v=spf1)",
         Spf(1, "mailfrom", "x Pass (v=spf1) y@sender.test", "Fail")),
        ("MID 1 DMARC: Message from domain x, DMARC pass (SPF aligned True).test, DMARC fail (SPF aligned False)",
         Dmarc(1, "fail", "Message from domain x, DMARC pass (SPF aligned True).test, DMARC fail (SPF aligned False)")),
        ("MID 1 DMARC: Message from domain x.test, DMARC fail (SPF aligned False), DMARC policy is reject",
         Dmarc(1, "fail", "Message from domain x.test, DMARC fail (SPF aligned False), DMARC policy is reject")),
        ("MID 1 SDR: Domains for which SDR is requested: reverse DNS host: r.test, helo: h.test, env-from: e.test, "
         "header-from: f.test, reply-to: Not Present", ScanDomains(1, "r.test", "h.test", "e.test", "f.test", None)),
    ],
)  # fmt: skip
def test_what_strangers_write_is_not_taken_for_the_lines_own_words(body: str, event: Event) -> None:
    assert read(body) == event


def test_an_alert_that_quotes_lines_is_an_alert() -> None:
    body = (
        f'A Anti-Virus/Critical alert was sent to al@corp.example with subject "Critical <Anti-Virus> gw: {HOSTILE}".'
    )
    assert read(body) == Housekeeping(body)


def test_replies_of_next_hops_keep_their_quotes_and_brackets() -> None:
    said = """('550', ['5.1.1 <al@corp.example>... ("no") such', "5.1.1 user's box ])", '5.1.1 is here']) []"""
    event = read(f"Bounced: DCID 3 MID 4 to RID 0 - 5.1.0 - Unknown address error {said}")
    assert isinstance(event, Bounced)
    assert event.response == """550 5.1.1 <al@corp.example>... ("no") such user's box ]) is here"""


def test_quotes_that_do_not_pair_are_shown_as_they_are() -> None:
    event = read("Delayed: DCID: 3 Message 4 to 0 - 4.4.0 - Other ('451', ['4.3.0 it's late']) []")
    assert isinstance(event, Delayed)
    assert event.rids == (0,)
    assert event.response is not None
    assert event.response.startswith("451 4.3.0 it")


def test_details_of_connection_errors_may_hold_a_labels_words() -> None:
    event = read(
        "Connection Error: DCID 6 domain: corp.example IP: 192.0.2.31 port: 25 details: 431-host "
        "reason: none interface: x\\nMail system full' interface: 192.0.2.50 reason: unexpected SMTP response"
    )
    assert isinstance(event, ConnectionError)
    assert event.details == "431-host reason: none interface: x\\nMail system full'"
    assert event.reason == "unexpected SMTP response"


def test_old_and_new_wording_are_the_same_event() -> None:
    until = datetime(2005, 7, 20, 10, 15, 41)
    assert read("MID 15 to RID [0] pending till Wed Jul 20 10:15:41 2005 [Default]") == Pending(15, (0,), until)
    assert read("Delivery start DCID 8 MID 6 to [0]") == DeliveryStarted(8, 6, (0,), False)
    assert read("Message done DCID 8 MID 6 to RID [0] (external quarantine) ") == Delivered(8, 6, (0,), True, None)
    assert read("MID 6 ready 53 bytes from bob@sender.test") == Ready(6, 53, "bob@sender.test")
    assert read("MID 6 ICID 5 From: <>") == From(6, 5, "")
    assert read("MID 6 ICID 5 From: < bob@sender.test>") == From(6, 5, "bob@sender.test")


@pytest.mark.parametrize(
    ("body", "icid", "mid", "dcid"),
    [
        ("MID 7 ICID 8 frobnicated", 8, 7, None),
        ("ICID 8 frobnicated MID 9", 8, None, None),
        ("DCID 9 frobnicated", None, None, 9),
        ("Message mangled MID 7 by elves", None, 7, None),
        ("LDAP: Group query corp.group_1 MID 7 RID 0 address al@corp.example", None, 7, None),
        ("RPC Message eaten RCID 3 MID 7", None, None, None),
    ],
)
def test_unknown_forms_keep_their_numbers(body: str, icid: int | None, mid: int | None, dcid: int | None) -> None:
    event = read(body)
    if icid is mid is dcid is None:
        assert event is None or event == Unknown(None, 7, None, body)
    else:
        assert event == Unknown(icid, mid, dcid, body)


@pytest.mark.parametrize("body", ["", " ", "Dear all,", "the message MID 5 was lost", "'MID 5 close'", "XMID 5 close"])
def test_prose_says_nothing(body: str) -> None:
    assert read(body) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("=?ISO-2022-JP?B?GyRCJDMkcxsoQg==?= =?ISO-2022-JP?B?GyRCJEskQSRPGyhC?=", "こんにちは"),
        ("=?utf-8?B?44GT44KT44GrgA==?=", "こんに\ufffd"),
        ("=?utf-8?B?44GT44I=?= =?utf-8?B?kw==?=", "こん"),  # a character cut in two
        ("=?utf-8?Q?a?=\\r\\n =?utf-8?Q?_b?= c", "a b c"),
        ("=?zip?Q?x?= =?punycode?Q?y?= =?utf-8?B?A?=", "=?zip?Q?x?= =?punycode?Q?y?= =?utf-8?B?A?="),
        ("plain\\r\\n\\ttext", "plain text"),
        ("", ""),
        ("=?" * 50, "=?" * 50),
    ],
)
def test_subjects_are_decoded(text: str, plain: str) -> None:
    assert decode_subject(text) == plain


WRAPPED = "Wed Nov 19 09:16:38 2014 Info: "


def _docstring_lines() -> Iterator[str]:
    """The sample lines that stand on one line of a docstring."""
    for path in sorted(Path("wizard/maillog/events").glob("*.py")):
        for line in path.read_text().splitlines():
            sample = line.strip().removeprefix('>>> read("').removeprefix(">>> read('")
            if sample != line.strip() and sample.endswith((")", "'")) and '")' in sample:
                body = sample[: sample.rindex('")')]
                if not isinstance(read(body), Unknown | UndeterminedAddress):
                    yield body


def _is_told_in_full(event: Event | None) -> bool:
    return event is not None and not isinstance(event, Unknown)


@pytest.mark.parametrize("body", sorted(set(_docstring_lines())))
def test_hard_wraps_at_blanks_are_undone(body: str) -> None:
    whole = read(body)
    assert _is_told_in_full(whole)
    for at in [i for i, c in enumerate(body) if c == " " and i > 35]:
        for wrapped in (f"{body[:at]}\n{body[at + 1 :]}", f"{body[: at + 1]}\n{body[at + 1 :]}"):
            event = read_entry(WRAPPED + wrapped)[1]
            assert type(event) is type(whole), wrapped
            assert event is not None
            for field in type(event).fields:
                if field not in {"text", "by", "reason", "detail", "country"}:
                    assert getattr(event, field) == getattr(whole, field), wrapped


@pytest.mark.parametrize(
    "body",
    [
        "MID 6 ICID 5 To: <alice@corp.example> Rejected by Injection Control",
        "MID 6 ICID 5 To: <alice@corp.example> Rejected by SMTP Call-Ahead",
        "ICID 5 disconnected address 198.51.100.24, exceeded allowable connection time",
        'MID 6 enqueued for transfer to centralized quarantine "Policy"',
        "ICID 5 disconnected address 198.51.100.24. Maximum connection time exceeded.",
    ],
)
def test_hard_wraps_in_the_reason_are_undone(body: str) -> None:
    for at in [i for i, c in enumerate(body) if c == " " and i > 35]:
        assert read_entry(f"{WRAPPED}{body[:at]}\n{body[at + 1 :]}")[1] == read(body), body[:at]


@pytest.mark.parametrize(
    "body",
    [
        "New SMTP DCID 30 interface 192.0.2.10 address 192.0.2.31 port 25",
        "MID 6 ICID 5 RID 0 To: <alice.longname@department.corp.example>",
        "MID 6 Message-ID '<abcdefghijklmnopqrstuvwxyz@mail.sender.test>'",
        "Delivery start DCID 8888888888888 MID 6666666666666666 to RID [0, 1, 2]",
    ],
)
def test_hard_wraps_in_words_are_undone(body: str) -> None:
    whole = read(body)
    for at in range(40, len(body) - 1):
        if " " not in body[at - 1 : at + 1]:
            assert read_entry(f"{WRAPPED}{body[:at]}\n{body[at:]}")[1] == whole, body[:at]


@pytest.mark.parametrize("after", ["And so on.", "This is what the log says.", "12", "x", "", "Note", "'quoted'"])
@pytest.mark.parametrize(
    "body",
    [
        "ICID 5 close",
        "Start MID 6 ICID 5",
        "MID 6 ICID 5 From: <bob@sender.test>",
        "MID 6 ICID 5 RID 0 To: bob@department.of.a.long.name.sender.test",
        "MID 6 Subject 'That report that you have been waiting for so long'",
        "New SMTP ICID 5 interface Data 1 (192.0.2.14) address 198.51.100.9 reverse dns host a.test verified yes",
        "New SMTP DCID 30 interface 192.0.2.10 address 192.0.2.31",
        "MID 6 queued for delivery",
        "MID 6 Custom Log Entry: something that is long enough to be wrapped",
        "Message finished MID 6 done",
    ],
)
def test_lines_of_others_after_an_entry_are_not_part_of_it(body: str, after: str) -> None:
    prefix, event = read_entry(f"{WRAPPED}{body}\n{after}")
    assert event == read(body)
    assert prefix.text == WRAPPED + body


def test_wrapped_lists_of_recipients_are_whole() -> None:
    body = "MID 58 was split creating MID 60 due to a SL/BL configuration for following recipients: al@corp.example"
    assert read_entry(f"{WRAPPED}{body},\nbo@corp.example")[1] == read(f"{body}, bo@corp.example")
    assert read_entry(f"{WRAPPED}{body}\n, bo@corp.example")[1] == read(f"{body}, bo@corp.example")
    assert read_entry(f"{WRAPPED}{body}\nAfter that, nothing came.")[1] == read(body)


def test_an_entry_ends_at_an_empty_line() -> None:
    assert read_entry(f"{WRAPPED}MID 6 ICID 5 RID 0 To:\n\n<bob@sender.test>")[1] == Unknown(
        5, 6, None, "MID 6 ICID 5 RID 0 To:"
    )


def test_tracking_details_may_have_their_time_on_a_line_of_its_own() -> None:
    for between in ("\n", "\t", " "):
        body = "Message 60 enqueued on incoming connection (ICID 50) from bob@sender.test."
        prefix, event = read_entry(f"13 Aug 2016 07:28:48 (GMT -04:00){between}{body}")
        assert event == From(60, 50, "bob@sender.test")
        assert prefix.stamp
        assert prefix.stamp.offset_minutes == -240


STAMP = "Mon Aug 10 09:52:59 2020 "


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("mail", [STAMP + "Info: Begin Logfile", STAMP + "Info: MID 6 queued for delivery"]),
        ("mail", ["Info: New SMTP DCID 30 interface 192.0.2.10 address 192.0.2.31"]),
        ("tracking", ["13 Aug 2016 07:28:48 (GMT -04:00) Start message 60 on incoming connection (ICID 50)."]),
        ("consolidated", ["<166>Mar 17 18:24:37 c: CEF:0|Cisco|C1|1|E|C|5|ESAMID=1 ESAICID=2 act=DELIVERED"]),
        ("bounce", [STAMP + "Info: Bounced: 123:0 From:<bob@sender.test> To:<al@corp.example>"]),
        ("domain-debug", [STAMP + "Info: 1025 Rcvd: '250 OK'"]),
        ("injection-debug", [STAMP + "Info: 1025 Sent to '192.0.2.9': '220 gw1 ESMTP\\015\\012'"]),
        (
            "delivery",
            ['<success del_time="Fri Jan 09 15:34:20.234 2004" mid="45949">', '<rcpt rid="0" to="a@b.test" />'],
        ),
        ("gui", [STAMP + "Info: req:192.0.2.9 user:- id:J0P 200 GET /login HTTP/1.1 curl"]),
        ("audit", [STAMP + "Info: The user admin successfully logged on from 192.0.2.9 using an HTTPS connection."]),
        ("antispam", [STAMP + "Info: case antispam - engine (20078) : case-daemon: server pid: 20078"]),
        ("antivirus", [STAMP + "Warning: sophos antivirus - The Anti-Virus database on this system is expired."]),
        (
            "amp",
            [STAMP + "Info:  File reputation query initiating. File Name = 'a.pdf', MID = 85, File Size = 189 bytes"],
        ),
        ("system", [STAMP + "Info: PID 2585: User admin commit changes", STAMP + "Info: System is coming up."]),
        ("status", [STAMP + "Info: Status: CPULd 3 DskIO 0 CrtMID 414695 CrtICID 644374 CrtDCID 76943"]),
        ("updater", [STAMP + "Info: case waiting for new updates"]),
        ("warning-level", [STAMP + "Warning: Something is not as it was", STAMP + "Critical: Nor is this"]),
        ("header-only", [STAMP + "Info: Begin Logfile", STAMP + "Info: Version: 14.0.0-698 SN: 42-AB"]),
        ("other-log", ["Jun  5 10:00:00 mx1 sshd[12]: Accepted publickey for root"]),
        ("prose", ["Hello,", "in this case, nothing arrived.", "Mon, 3 June"]),
        ("binary", ["\x00\x01\x02\x03PK"]),
        ("image", ["\ufffdPNG\r", "\x1a"]),
        ("empty", ["", "  "]),
    ],
)
def test_kinds_of_log(kind: str, lines: list[str]) -> None:
    assert recognise(lines) == kind
