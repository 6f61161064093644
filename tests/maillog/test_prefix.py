from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.maillog.prefix import begins_entry, split_prefix


@pytest.mark.parametrize(
    "line",
    [
        b"Wed Nov 19 09:16:38 2014 Info: ICID 5 close",
        b"Mon Mar 5 14:21:04 2018 Info: ICID 5 close",
        b"Mon Mar  5 14:21:04 2018 Info: ICID 5 close",
        b"<166>Mar 17 18:24:37 mail_logs: Info: ICID 5 close",
        b"<94>Nov 24 14:22:57 gw1.example mail_logs: Info: ICID 5 close",
        b"<111> Aug 10 10:00:24 gw1 ESA: Mon Aug 10 09:52:59 2020 Info: ICID 5 close",
        b"<166>1 2024-06-01T12:00:00Z gw1 mail_logs - - - Info: ICID 5 close",
        b"Oct 19 06:33:29 2011 gw1.example syslog_mail: Info: ICID 5 close",
        b"Jun 26 10:42:23 gw1.example mail_logs: Info: ICID 5 close",
        b"Aug 18 11:08:32 mail_logs_1: Info: ICID 5 close",
        b"2019 Sep 28 16:13:51 gw1 mail [info] mail_logs:nopid Info: ICID 5 close",
        b"2024-06-01T12:00:00.123+09:00 gw1 mail_logs: Info: ICID 5 close",
        b"2024-06-01 12:00:00,123 Info: ICID 5 close",
        b"13 Aug 2016 07:28:48 (GMT -04:00) Start message 60 on incoming connection (ICID 50).",
        b"Tue Aug 13 15:15:49 2019: CEF:0|Cisco|...",
        b"Info: ICID 5 close",
        b"ICID 5 close",
        b'MID 482 quarantined to "Policy"',
        b"Message done DCID 5 MID 6 to RID [0]",
        b"sophos  antivirus - MID 68434874 - Result 'CLEAN' ()",
    ],
)
def test_begins(line: bytes) -> None:
    assert begins_entry(line)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b" Wed Nov 19 09:16:38 2014 Info: a folded header, written by the sender",
        b"address 198.51.100.9 reverse dns host mail.example verified yes",
        b"Mon Mar 31 20:01:23 2003",
        b"Mon Mar 31 20:01:23 2003 [Default]",
        b"MID 4 to RID [0]",
        b"ICID 5 From: <a@sender.test>",
        b"ICID 5",
        b"2317877 to local IronPort Spam Quarantine",
        b"rror interface: 192.0.2.50 reason: network error",
        b"SBRS 0.0",
        b"'<abc@mail.example>'",
        b"\xff\xfe\x00",
    ],
)
def test_goes_on(line: bytes) -> None:
    assert not begins_entry(line)


FORMS = {
    "Mon Mar 5 14:21:04 2018 Info: ICID 5 close": ("2018-03-05T14:21:04", None, None, "Info"),
    "Mon Mar  5 14:21:04 2018 Warning:  ICID 5 close  ": ("2018-03-05T14:21:04", None, None, "Warning"),
    "Info: ICID 5 close": (None, None, None, "Info"),
    "ICID 5 close": (None, None, None, None),
    "<166>Mar 17 18:24:37 mail_logs: Info: ICID 5 close": ("03-17T18:24:37", None, "mail_logs", "Info"),
    "<94>Nov 24 14:22:57 gw1.example mail_logs: Info: ICID 5 close": (
        "11-24T14:22:57",
        "gw1.example",
        "mail_logs",
        "Info",
    ),
    "Oct 19 06:33:29 2011 gw1.example smail: Info: ICID 5 close": (
        "2011-10-19T06:33:29",
        "gw1.example",
        "smail",
        "Info",
    ),
    "Jun 26 10:42:23 gw1.example smail[12]: Info: ICID 5 close": ("06-26T10:42:23", "gw1.example", "smail", "Info"),
    "Aug 18 11:08:32 smail: Info: ICID 5 close": ("08-18T11:08:32", None, "smail", "Info"),
    "Nov 24 00:06:25 gw1.example Info: ICID 5 close": ("11-24T00:06:25", "gw1.example", None, "Info"),
    "2019 Sep 28 16:13:51 gw_1 mail [info] smail:nopid Info: ICID 5 close": (
        "2019-09-28T16:13:51",
        "gw_1",
        "smail",
        "Info",
    ),
    "Oct 20 16:11:05 192.0.2.1 Original Address=192.0.2.9 Oct 20 16:11:05 Syslog-Test: Info: ICID 5 close": (
        "10-20T16:11:05",
        "192.0.2.9",
        "Syslog-Test",
        "Info",
    ),
    "<111> Aug 10 10:00:24 gw1 ESA: Mon Aug 10 09:52:59 2020 Info: ICID 5 close": (
        "2020-08-10T09:52:59",
        "gw1",
        None,
        "Info",
    ),
    "Aug 10 10:00:24 relay ESA: Mon Aug 10 09:12:39 2020 192.0.2.5 smail: Info: ICID 5 close": (
        "2020-08-10T09:12:39",
        "192.0.2.5",
        "smail",
        "Info",
    ),
    "2024-06-01T12:00:00+09:00 gw1 smail: Info: ICID 5 close": ("2024-06-01T12:00:00", "gw1", "smail", "Info"),
    "<166>1 2024-06-01T12:00:00Z gw1 smail - - - Info: ICID 5 close": ("2024-06-01T12:00:00", "gw1", "smail", "Info"),
    "2025-01-01 00:00:02 Mail.Info 192.0.2.5 Dec 31 23:59:59 smail: Info: ICID 5 close": (
        "2024-12-31T23:59:59",
        "192.0.2.5",
        "smail",
        "Info",
    ),
    "13 Aug 2016 07:28:48 (GMT -04:00) ICID 5 close": ("2016-08-13T07:28:48", None, None, None),
    "Wed Nov 19 09:16:38 2014 ICID 5 close": ("2014-11-19T09:16:38", None, None, None),
    "Jun 26 10:42:23 gw1 smail: ICID 5 close": ("06-26T10:42:23", "gw1", "smail", None),
    "Jun 26 10:42:23 2001:db8::1 smail: Info: ICID 5 close": ("06-26T10:42:23", "2001:db8::1", "smail", "Info"),
    "mail.current:Mon Mar  5 14:21:04 2018 Info: ICID 5 close": ("2018-03-05T14:21:04", None, None, "Info"),
    "C:\\logs\\mail.s:12:Mon Mar 5 14:21:04 2018 Info: ICID 5 close": ("2018-03-05T14:21:04", None, None, "Info"),
    "Sat Feb 30 10:42:23 2024 Info: ICID 5 close": (None, None, None, "Info"),
}


@pytest.mark.parametrize("text", FORMS)
def test_forms(text: str) -> None:
    prefix = split_prefix(text)
    time = None
    if prefix.stamp:
        time = prefix.stamp.time.isoformat() if prefix.stamp.has_year else prefix.stamp.time.isoformat()[5:]
    assert (time, prefix.host, prefix.tag, prefix.level) == FORMS[text]
    assert prefix.body == "ICID 5 close"
    assert prefix.text == text
    assert begins_entry(text.encode())


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Tue Aug 13 15:15:49 2019: CEF:0|Cisco|x", "CEF:0|Cisco|x"),
        ("<166>Mar 17 18:24:37 consolidated_event: CEF:0|Cisco|x", "CEF:0|Cisco|x"),
        ("13 Aug 2016 07:28:48 (GMT -04:00) Start message 60 on …", "Start message 60 on …"),
        ("Wed Nov 19 09:16:38 2014 Info: MID 5 Subject 'Info: ICID 6 close'", "MID 5 Subject 'Info: ICID 6 close'"),
        ("Wed Nov 19 09:16:38 2014 a stranger wrote Info: ICID 6 close", "a stranger wrote Info: ICID 6 close"),
        ("Wed Nov 19 09:16:38 2014 tag: 'x' Info: ICID 6 close", "tag: 'x' Info: ICID 6 close"),
        ("nothing known", "nothing known"),
        ("", ""),
    ],
)
def test_bodies(text: str, body: str) -> None:
    assert split_prefix(text).body == body


def test_the_offset_is_told_where_the_stamp_has_one() -> None:
    def minutes(text: str) -> int | None:
        stamp = split_prefix(text).stamp
        assert stamp
        return stamp.offset_minutes

    assert minutes("13 Aug 2016 07:28:48 (GMT -04:00) x") == -240
    assert minutes("13 Aug 2016 07:28:48 (GMT) x") == 0
    assert minutes("2024-06-01T12:00:00+0930 gw1 smail: Info: x") == 570
    assert minutes("Wed Nov 19 09:16:38 2014 Info: x") is None


@given(st.text(alphabet=st.sampled_from(list("MarSat 0123456789:<>[](){}-T.Z'\"=\n\u0660\ufeffInfo")), max_size=200))
def test_total(text: str) -> None:
    split_prefix(text)
    begins_entry(text.encode())
