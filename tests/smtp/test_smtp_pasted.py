"""Transcripts that others paste: telnet of Unix and Windows, swaks, openssl, PowerShell, and this program's own."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smtp_servers import Handler, Server, closed_port, polite, says

from wizard.errors import InputError
from wizard.smtp.model import Options, Target
from wizard.smtp.pasted import MAX_TEXT, read_pasted
from wizard.smtp.probe import probe
from wizard.smtp.transcript import render_transcript
from wizard.words import LANGUAGES, Lang

ASKED = Options("mail.partner.example", "bob@partner.example", "alice@corp.example", timeout=1.5)

TELNET = """$ telnet gw.corp.example 25
Trying 192.0.2.1...
Connected to gw.corp.example.
Escape character is '^]'.
"""
CONVERSATION = """220 gw.corp.example ESMTP
EHLO mail.partner.example
250-gw.corp.example
250-8BITMIME
250 SIZE 10485760
MAIL FROM:<bob@partner.example>
250 sender <bob@partner.example> ok
RCPT TO:<alice@corp.example>
250 recipient <alice@corp.example> ok
RSET
250 reset
QUIT
221 gw.corp.example
Connection closed by foreign host.
"""


def without_typed_lines(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("E", "M", "R", "Q", "D")))


def end(text: str) -> tuple[str, str | None, str]:
    test = read_pasted(text)
    assert test.origin == "sender-network"
    return test.result, test.reason, test.stage


@pytest.mark.parametrize("text", [CONVERSATION, without_typed_lines(CONVERSATION)])
def test_a_whole_conversation(text: str) -> None:
    test = read_pasted(TELNET + text)
    assert (test.result, test.stage) == ("accepted", "rcpt-to")
    assert test.target == "gw.corp.example:25"
    assert [(one.address, one.reason) for one in test.tries] == [("192.0.2.1", None)]
    assert [stage.name for stage in test.stages] == ["connect", "banner", "ehlo", "mail-from", "rcpt-to"]
    assert test.offered == ("8BITMIME", "SIZE 10485760")
    assert test.banner is not None
    assert (test.banner.sent, test.banner_seconds, test.started) == ("220 gw.corp.example ESMTP", None, None)


@pytest.mark.parametrize("form", [str, without_typed_lines, lambda text: text.replace("\n", "\r\n"),
                                  lambda text: "".join(f"> {line}\n" for line in text.splitlines())])  # fmt: skip
@pytest.mark.parametrize(
    ("old", "new", "stage"),
    [
        ("220 gw.corp.example ESMTP", "554-esa6\n554 Your access to this mail system has been rejected", "banner"),
        ("250 sender <bob@partner.example> ok", "553 #5.1.8 Domain of sender address does not exist", "mail-from"),
        ("250 recipient <alice@corp.example> ok", "550 #5.1.0 Address rejected.", "rcpt-to"),
        ("250 recipient <alice@corp.example> ok", "452 Too many recipients received this hour", "rcpt-to"),
    ],
)
def test_a_refusal_however_it_was_pasted(form: object, old: str, new: str, stage: str) -> None:
    assert callable(form)
    test = read_pasted(form(TELNET + CONVERSATION.replace(old, new)))
    assert (test.result, test.stage) == ("rejected", stage)
    assert test.reply is not None
    assert test.reply.sent == new.replace("\n", " ")


def test_a_mistyped_command_is_no_refusal() -> None:
    text = CONVERSATION.replace("RCPT TO", "RCTP TO:<alice@corp.example>\n500 #5.5.1 command not recognized\nRCPT TO")
    assert end(text) == ("accepted", None, "rcpt-to")
    text = CONVERSATION.replace("MAIL", "MAIL FROM:bob\n501 #5.5.4 Invalid\nMAIL")
    assert end(text) == ("accepted", None, "rcpt-to")


def test_ehlo_refused_and_helo_taken() -> None:
    text = CONVERSATION.replace("250-gw", "500 #5.5.1 command not recognized\nHELO mail.partner.example\n250-gw")
    assert end(text) == ("accepted", None, "rcpt-to")


def test_a_message_that_was_sent() -> None:
    data = "DATA\n354 go ahead\nSubject: test\n\n250 lines or fewer\n.\n250 ok:  Message 60 accepted\nQUIT"
    test = read_pasted(CONVERSATION.replace("RSET\n250 reset\nQUIT", data.replace("250 lines or fewer\n", "")))
    assert (test.result, test.stage) == ("accepted", "data")
    refused = data.replace("250 lines or fewer\n", "").replace("250 ok:  Message 60 accepted", "554 5.7.1 no")
    assert end(CONVERSATION.replace("RSET\n250 reset\nQUIT", refused)) == ("rejected", None, "data")


def test_a_conversation_that_ends_early() -> None:
    greeting, ehlo, *_ = CONVERSATION.split("MAIL", maxsplit=1)[0].split("EHLO")
    assert end(TELNET + greeting) == ("incomplete", None, "banner")
    assert end(TELNET + greeting + "QUIT\n221 bye\nConnection closed by foreign host.") == (
        "incomplete",
        None,
        "banner",
    )
    assert end(TELNET + f"{greeting}EHLO{ehlo}Connection closed by foreign host.") == (
        "interrupted",
        "closed",
        "mail-from",
    )
    assert end(TELNET + f"{greeting}EHLO{ehlo}MAIL FROM:<bob@partner.example>") == ("interrupted", None, "mail-from")
    assert end(TELNET) == ("unreachable", "no-greeting", "banner")
    assert end(TELNET + "Connection closed by foreign host.") == ("unreachable", "closed", "banner")
    assert end(TELNET + "421 #4.4.5 Too many connections from your host") == ("rejected", None, "banner")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Trying 192.0.2.1...\ntelnet: Unable to connect to remote host: Connection refused", "refused"),
        ("Trying 192.0.2.1...\ntelnet: Unable to connect to remote host: Connection timed out", "filtered"),
        ("Trying 192.0.2.1...\ntelnet: Unable to connect to remote host: No route to host", "unroutable"),
        ("telnet: could not resolve gw/25: Name or service not known", "unresolved"),
        ("Connecting To gw...Could not open connection to the host, on port 25: Connect failed", None),
        ("接続中: gw...ホストへ接続できませんでした。 ポート番号 25: 接続に失敗しました", None),
        ("ComputerName     : gw\nRemotePort       : 25\nTcpTestSucceeded : False", None),
        ('Exception calling ".ctor" with "2" argument(s): "No connection could be made because the target machine '
         'actively refused it 192.0.2.1:25"', "refused"),
        ("対象のコンピューターによって拒否されたため、接続できませんでした。 192.0.2.1:25", "refused"),
        ("bash: connect: Connection refused\nbash: /dev/tcp/192.0.2.1/25: Connection refused", "refused"),
        ("40E7:error:8000006F:system library:BIO_connect:Connection refused:\nconnect:errno=111", "refused"),
        ("=== Trying gw:25...\n*** Error connecting to gw:25:\n*** \tIO::Socket::INET6: connect: Connection timed out",
         "filtered"),
    ],
)  # fmt: skip
def test_no_connection(text: str, reason: str | None) -> None:
    assert end(text) == ("unreachable", reason, "connect")


def test_a_second_address_that_answers() -> None:
    text = "Trying 2001:db8::1...\ntelnet: connect to address 2001:db8::1: Connection refused\n" + TELNET + CONVERSATION
    test = read_pasted(text)
    assert test.result == "accepted"
    assert [(one.address, one.reason) for one in test.tries] == [("2001:db8::1", "refused"), ("192.0.2.1", None)]


def test_windows_connects_and_says_so() -> None:
    test = read_pasted("ComputerName     : gw\nTcpTestSucceeded : True")
    assert (test.result, test.reason) == ("unreachable", "no-greeting")


def test_another_service() -> None:
    test = read_pasted(TELNET + "HTTP/1.1 400 Bad Request\n\nConnection closed by foreign host.")
    assert (test.result, test.reason, test.speaks) == ("unreachable", "not-smtp", "http")


POWERSHELL = """2026-01-02T10:00:00.1234567+09:00
[0,04] * connected
[34{,}10] < 220 gw.corp.example ESMTP
[34{,}11] > EHLO mail.partner.example
[34{,}15] < 250-gw.corp.example
[34{,}15] < 250 8BITMIME
[34{,}16] > MAIL FROM:<bob@partner.example>
[34{,}20] < 250 ok
[34{,}21] > RCPT TO:<alice@corp.example>
[36{,}21] < 550 #5.1.0 Address rejected.
[36{,}22] > RSET
[36{,}22] < 250 ok
"""


@pytest.mark.parametrize("decimal", [".", ","])
def test_the_times_of_the_powershell_lines(decimal: str) -> None:
    test = read_pasted(POWERSHELL.replace("{,}", decimal))
    assert (test.result, test.stage) == ("rejected", "rcpt-to")
    assert test.banner_seconds == pytest.approx(34.06)
    assert test.started == "2026-01-02T10:00:00.123457+09:00"
    assert [(stage.name, stage.seconds) for stage in test.stages][2:] == [
        ("ehlo", pytest.approx(0.04)),
        ("mail-from", pytest.approx(0.04)),
        ("rcpt-to", pytest.approx(2)),
    ]
    assert test.seconds == pytest.approx(36.22)


@pytest.mark.parametrize(
    "stamps",
    [
        ("23:59:50 ", "00:00:22 ", "00:00:23 "),
        ("Jan  2 23:59:50 ", "Jan  3 00:00:22 ", "Jan  3 00:00:23 "),
        ("[10:00:01.5] ", "[10:00:33.5] ", "[10:00:33.6] "),
        ("2026-01-02 10:00:00 ", "2026-01-02 10:00:32 ", "2026-01-02 10:00:33 "),
        ("2026-01-02T10:00:00+0900 ", "2026-01-02T10:00:32+0900 ", "2026-01-02T10:00:33+0900 "),
    ],
)
def test_stamped_lines(stamps: tuple[str, str, str]) -> None:
    text = f"{stamps[0]}Connected to gw.\n{stamps[1]}220 gw ESMTP\n{stamps[2]}QUIT\n"
    assert read_pasted(text).banner_seconds == pytest.approx(32)


def test_swaks_with_encryption() -> None:
    test = read_pasted("""=== Trying gw.corp.example:25...
=== Connected to gw.corp.example.
<-  220 gw.corp.example ESMTP
 -> EHLO mail.partner.example
<-  250-gw.corp.example
<-  250 STARTTLS
 -> STARTTLS
<-  220 Go ahead with TLS
=== TLS started with cipher TLSv1.2:ECDHE-RSA-AES256-GCM-SHA384:256
=== TLS no local certificate set
=== TLS peer DN="/CN=gw.corp.example"
 ~> EHLO mail.partner.example
<~  250-gw.corp.example
<~  250 SIZE 10485760
 ~> MAIL FROM:<bob@partner.example>
<~  250 ok
 ~> RCPT TO:<alice@corp.example>
<~* 550 #5.7.1 SPF unauthorized mail is prohibited.
 ~> QUIT
<~  221 gw.corp.example
=== Connection closed with remote host.
""")
    assert (test.result, test.stage) == ("rejected", "rcpt-to")
    assert test.tls is not None
    assert (test.tls.protocol, test.tls.cipher) == ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384")
    assert [stage.name for stage in test.stages] == [
        "connect", "banner", "ehlo", "starttls", "ehlo", "mail-from", "rcpt-to",
    ]  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "handler",
    [
        polite(delay=0.2),
        polite(b"554 5.7.1 go away\r\n"),
        polite(RCPT=b"550 #5.1.0 Address rejected.\r\n"),
        says(),
        says(b"HTTP/1.1 400 Bad Request\r\n"),
        says(b"220 gw\r\n"),
        says(b"220 g", then="silence"),
        says(b"220 gw\r\n250 ok\r\n", then="silence"),
        says(b"220 gw\r\nwhat?\r\n"),
    ],
)
def test_what_this_program_prints_reads_back_the_same(handler: Handler, lang: Lang) -> None:
    with Server(handler) as server:
        test = probe(Target("127.0.0.1", server.port), ASKED)
    back = read_pasted(render_transcript(test, lang))
    assert (back.result, back.reason, back.stage) == (test.result, test.reason, test.stage)
    assert (back.reply, back.offered, back.banner, back.speaks) == (test.reply, test.offered, test.banner, test.speaks)
    assert [(one.name, one.ok) for one in back.stages] == [(one.name, one.ok) for one in test.stages]
    if test.banner_seconds is not None:
        assert back.banner_seconds == pytest.approx(test.banner_seconds, abs=0.03)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_refused_connection_reads_back_the_same(lang: Lang) -> None:
    test = probe(Target("127.0.0.1", closed_port()), ASKED)
    back = read_pasted(render_transcript(test, lang))
    assert (back.result, back.reason, back.stage) == ("unreachable", "refused", "connect")


@pytest.mark.parametrize("text", ["", "\n\n", "hello\nwe tried, it works", "Dear Bob,\nsee you at 5"])
def test_what_is_no_transcript(text: str) -> None:
    with pytest.raises(InputError, match="pasted-not-smtp"):
        read_pasted(text)


def test_too_much_text() -> None:
    with pytest.raises(InputError, match="pasted-too-long"):
        read_pasted("x" * (MAX_TEXT + 1))


PIECES = """220 gw|250-a|250 b|550 no|354 go|221 bye|EHLO x|DATA|QUIT|RCPT TO:<a@b>|STARTTLS|Connected to x|Trying ::1
Connection refused|Connection closed by foreign host|[1.0] * connected|[2.0] < 220 x|TLSv1.3, Cipher is X|real 0m1s
Verify return code: 0 (ok)|no peer certificate available|10:00:00 220 x|2026-01-02T10:00:00Z|=== response in 1.0s
2026-01-02 10:00:00 250 x""".replace("\n", "|").split("|")


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=30)), max_size=25))
def test_anything_pasted_is_read_or_refused(lines: list[str]) -> None:
    try:
        test = read_pasted("\n".join(lines))
    except InputError:
        return
    assert test.stages
    assert (test.reply is not None) == (test.result == "rejected")
    render_transcript(test, "en")


def test_hostile_pastes_are_quick() -> None:
    begun = time.monotonic()
    for piece in (
        "[1.0] ",
        "> ",
        "220-x\n",
        "Trying ",
        "10:00:00 ",
        " " * 50 + "\n",
        "telnet a ",
        "TLSv1",
        "=== ",
        "* ",
    ):
        text = (piece * MAX_TEXT)[:MAX_TEXT]
        try:
            read_pasted(text)
        except InputError:
            continue
    assert time.monotonic() - begun < 15
