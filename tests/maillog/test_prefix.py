from __future__ import annotations

import pytest

from wizard.maillog.prefix import begins_entry


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
