"""The hand test through the command line and the loop: what it concludes, what it leaves to the log, what it sends."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest
from asking import Told, connection, delivered, lost, run, write

sys.path.append(str(Path(__file__).parents[1] / "smtp"))

from smtp_servers import Handler, Server, closed_port, full_backlog, polite, says

from wizard.cli import main
from wizard.data import data_folder
from wizard.words import Lang

SCHEMA = json.loads((data_folder("reports") / "schema" / "mailwhy-1.json").read_text(encoding="utf-8"))
ENVELOPE = ("--sender", "bob@partner.test", "--recipient", "alice@corp.test")
ADDRESS = "198.51.100.24"
SLOW = 5.1


def probe(server: Server | int, *arguments: str, form: str = "json") -> Told:
    port = server if isinstance(server, int) else server.port
    helo = () if "--helo" in arguments else ("--helo", "mail.partner.test")
    told = run("probe", f"127.0.0.1:{port}", "--timeout", "8", "--format", form, *helo, *arguments)
    return checked(told) if form == "json" and told.status == 0 else told


def auto(server: Server | int, *arguments: str) -> Told:
    port = server if isinstance(server, int) else server.port
    return checked(run("diagnose", "--auto", "--format", "json", "--gateway", f"127.0.0.1:{port}", *arguments))


def checked(told: Told) -> Told:
    assert told.status == 0, told.said
    jsonschema.validate(told.report, SCHEMA)
    return told


def answered(told: Told, finding: str) -> list[str]:
    return [piece["text"] for piece in told.findings[finding]["evidence"] if piece["source"] == "probe"]


# The command alone


def test_every_stage_with_its_seconds_and_the_whole_transcript() -> None:
    with Server(polite()) as server:
        told = probe(server, *ENVELOPE)
    assert told.conclusion == ("hand-test-accepted", "possible")
    assert told.findings["hand-test-accepted"]["detail"] == {"stage": "rcpt-to"}
    assert [re.sub(r"[0-9.]+ s", "N s", text) for text in answered(told, "hand-test-accepted")[1:]] == [
        "the connection: N s, done",
        "the greeting: N s, 220 gw.corp.example ESMTP",
        "EHLO: N s, 250-gw.corp.example 250-8BITMIME 250 SIZE 10485760",
        "MAIL FROM: N s, 250 ok",
        "RCPT TO: N s, 250 ok",
    ]
    assert [(one["source"], one["line"]) for one in told.report["timeline"]] == [
        ("probe", number) for number in range(1, 17)
    ]
    assert re.fullmatch(r"[0-9.]+ > RCPT TO:<alice@corp.test>", told.report["timeline"][10]["text"])
    assert told.report["next"] == []
    assert told.facts["hand_test.origin"] == "here"
    assert told.facts["hand_test.address"] == "127.0.0.1"
    assert {fact["from"] for name, fact in told.report["facts"].items() if name.startswith("hand_test")} == {"probe"}
    assert server.lines == [
        "EHLO mail.partner.test",
        "MAIL FROM:<bob@partner.test>",
        "RCPT TO:<alice@corp.test>",
        "RSET",
        "QUIT",
    ]


@pytest.mark.parametrize(
    ("handler", "stage", "reason", "confidence"),
    [
        (polite(banner=b"554 gw.corp.example\r\n"), "banner", "host-access", "possible"),
        (
            polite(banner=b"421 #4.4.5 Too many connections from your host\r\n"),
            "banner",
            "connection-limit",
            "possible",
        ),
        (polite(EHLO=b"501 no\r\n", HELO=b"501 no\r\n"), "ehlo", "command", "possible"),
        (polite(MAIL=b"530 #5.7.0 Must issue a STARTTLS command first\r\n"), "mail-from", "tls-required", "likely"),
        (polite(MAIL=b"550 #5.7.1 SPF unauthorized mail is prohibited.\r\n"), "mail-from", "spf", "possible"),
        (polite(RCPT=b"550 #5.1.0 Address rejected.\r\n"), "rcpt-to", "recipient-table", "likely"),
        (polite(RCPT=b"452 Too many recipients received this hour\r\n"), "rcpt-to", "recipient-limit", "possible"),
        (polite(RCPT=b"550 my own words\r\n"), "rcpt-to", None, "possible"),
    ],
)
def test_a_refusal_at_any_stage(handler: Handler, stage: str, reason: str | None, confidence: str) -> None:
    with Server(handler) as server:
        told = probe(server, *ENVELOPE)
    assert told.conclusion == ("hand-test-rejected", confidence)
    detail = told.findings["hand-test-rejected"]["detail"]
    assert (detail["stage"], detail.get("reason")) == (stage, reason)
    assert detail["reply"][:3].isdigit()
    assert {one["for"] for one in told.findings["hand-test-rejected"]["remedies"]} >= {"gateway-admin", "user"}
    assert any(detail["reply"] in text for text in answered(told, "hand-test-rejected"))


def test_without_sender_and_recipient_it_ends_after_the_greetings() -> None:
    with Server(polite()) as server:
        told = probe(server)
    assert told.conclusion == ("hand-test-accepted", "possible")
    assert "No recipient was tried" in told.findings["hand-test-accepted"]["explanation"]
    assert server.lines == ["EHLO mail.partner.test", "QUIT"]


def test_a_message_is_sent_only_when_asked_for() -> None:
    with Server(polite()) as server:
        told = probe(server, *ENVELOPE, "--send-test")
    assert told.findings["hand-test-accepted"]["detail"] == {"stage": "data"}
    assert told.facts["hand_test.message_id"] in "\n".join(server.lines)
    assert server.lines.count("DATA") == 1


def test_a_late_greeting_concludes_before_the_acceptance() -> None:
    with Server(polite(delay=SLOW)) as server:
        told = probe(server, *ENVELOPE)
    assert told.conclusion == ("banner-slow", "likely")
    detail = told.findings["banner-slow"]["detail"]
    assert detail == {"seconds": pytest.approx(SLOW, abs=0.5)}
    assert "hand-test-accepted" in told.findings
    assert told.facts["hand_test.exceeds"] == "none"
    assert "300 seconds" in told.findings["banner-slow"]["explanation"]


def test_an_address_where_nothing_listens() -> None:
    told = probe(closed_port())
    assert told.conclusion == ("gateway-unreachable", "likely")
    assert told.findings["gateway-unreachable"]["detail"] == {"stage": "connect", "reason": "refused", "seconds": 0}
    assert told.report["findings"][0]["about"]["host"].startswith("127.0.0.1:")


def test_a_dead_address_ends_by_its_deadline() -> None:
    with full_backlog() as port:
        told = probe(port, "--timeout", "1.5")
    assert told.seconds < 3
    assert told.conclusion == ("gateway-unreachable", "possible")
    detail = told.findings["gateway-unreachable"]["detail"]
    assert detail == {"stage": "connect", "reason": "filtered", "seconds": pytest.approx(1.5, abs=0.5)}
    assert "port 25" in told.findings["gateway-unreachable"]["explanation"]


@pytest.mark.parametrize(
    ("handler", "reason"),
    [(says(then="silence"), "no-greeting"), (says(then="close"), "closed"), (says(b"HTTP/1.1 400 no\r\n"), "not-smtp")],
)
def test_connected_but_no_greeting(handler: Handler, reason: str) -> None:
    with Server(handler) as server:
        told = probe(server, "--timeout", "1.2")
    assert told.conclusion == ("gateway-unreachable", "likely")
    detail = told.findings["gateway-unreachable"]["detail"]
    assert (detail["stage"], detail["reason"]) == ("banner", reason)


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (says(b"220 gw ESMTP\r\n", then="silence"), "timeout"),
        (says(b"220 gw ESMTP\r\n", then="close"), "closed"),
        (says(b"220 gw ESMTP\r\n\x00\x01binary\r\n" + b"\xff" * 40 + b"\r\n"), "garbled"),
    ],
)
def test_broken_off_after_the_greeting_without_a_refusal(handler: Handler, reason: str) -> None:
    with Server(handler) as server:
        told = probe(server, "--timeout", "1.2")
    assert told.conclusion == ("hand-test-interrupted", "likely")
    detail = told.findings["hand-test-interrupted"]["detail"]
    assert (detail["stage"], detail["reason"]) == ("ehlo", reason)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ["The gateway refused the test by hand", "The test, line by line", "It means: the recipient is not"]),
        ("ja", ["ゲートウェイが手動テストを拒否しました", "テストの記録", "意味: 受信者が受け付けられない"]),
    ],
)
def test_the_report_in_words(lang: Lang, said: Sequence[str]) -> None:
    with Server(polite(RCPT=b"550 #5.1.0 \x1b[31mAddress rejected.\r\n")) as server:
        told = probe(server, *ENVELOPE, "--lang", lang, form="text")
    with Server(polite(RCPT=b"550 #5.1.0 Address rejected.\r\n")) as server:
        told_plainly = probe(server, *ENVELOPE, "--lang", lang, form="markdown")
    assert "\x1b" not in told.out
    assert "\\x1b[31m" in told.out
    flat = "".join(told_plainly.out.split())
    assert [one for one in said if "".join(one.split()) not in flat] == []
    assert "> RCPT TO:<alice@corp.test>" in told_plainly.out
    assert told.said == ""


def test_what_a_junior_sees_while_waiting() -> None:
    pexpect = pytest.importorskip("pexpect")
    with Server(polite(delay=2.3)) as server:
        command = ["-m", "wizard", "probe", f"127.0.0.1:{server.port}", "--timeout", "8", "--lang", "en"]
        terminal = pexpect.spawn(sys.executable, command, encoding="utf-8", timeout=15, dimensions=(50, 100))
        terminal.expect_exact(f"* connected to 127.0.0.1:{server.port}")
        terminal.expect_exact("… waiting for the greeting: 1 s (up to 8 s)")
        terminal.expect_exact("… waiting for the greeting: 2 s (up to 8 s)")
        terminal.expect_exact("\r\x1b[K    2.3")
        terminal.expect_exact("< 220 gw.corp.example ESMTP")
        terminal.expect_exact("> QUIT")
        terminal.expect_exact("The gateway accepted the test by hand")
        terminal.expect(pexpect.EOF)
    assert "> QUIT" not in terminal.before  # the transcript is not shown twice


def test_every_mail_host_of_a_domain_one_after_the_other(dns_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from wizard.gather.base import Desk
    from wizard.resolve.addressing import Server as NameServer
    from wizard.resolve.resolver import Resolver

    monkeypatch.setattr(Desk, "resolver", lambda _: Resolver([NameServer("127.0.0.1", dns_port)]))
    with Server(polite()) as good, Server(polite(banner=b"554 no\r\n"), "127.0.0.2", good.port) as bad:
        places = {"mx1.partner.test": "127.0.0.1", "mx2.partner.test": "127.0.0.2"}
        monkeypatch.setattr("socket.getaddrinfo", lambda host, port, **_: [(2, 1, 6, "", (places[host], port))])
        told = checked(run("probe", f"partner.test:{good.port}", "--mx", "--helo", "x.test", "--format", "json"))
        none = run("probe", "nullmx.test", "--mx", "--lang", "en")
    assert told.conclusion == ("hand-test-rejected", "possible")
    assert [(one["id"], one["about"]["host"].partition(":")[0]) for one in told.report["findings"]] == [
        ("hand-test-rejected", "mx2.partner.test"),
        ("hand-test-accepted", "mx1.partner.test"),
    ]
    assert bad.times[0] - good.times[0] > 4  # a pause, so that nobody is blocked for it
    assert (none.status, "a null MX" in none.said) == (2, True)


# What is asked wrongly


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("probe",), "the following arguments are required: HOST[:PORT]; see `mailwhy probe --help`."),
        (
            ("probe", "gw.corp.test:0"),
            "gw.corp.test:0 names no port between 1 and 65535; write HOST:PORT, or HOST alone",
        ),
        (("probe", "gw corp"), "gw corp is no host to test; write a host name or an address"),
        (("probe", "gw.test", "--helo", "x\r\nRSET"), "x\\r\\nRSET is no name to greet a mail server with;"),
        (("probe", "gw.test", "--from-address", "here"), "here is no IP address; name an address of this machine"),
        (("probe", "gw.test", "--timeout", "soon"), "--timeout soon is not a number of seconds above 0;"),
        (("probe", "gw.test", "--timeout", "0"), "--timeout 0 is not a number of seconds above 0;"),
        (("probe", "gw.test", "--recipient", "a@b.test"), "A recipient can only be tried after a sender;"),
        (
            ("probe", "gw.test", "--sender", "a@b.test", "--recipient", "x@y.test>\r\nDATA"),
            "x@y.test>\\r\\nDATA is no mail address that may be sent to a server;",
        ),
        (("probe", "gw.test", "--send-test"), "A test message needs a sender and a recipient;"),
        (("probe", "127.0.0.1:1", "--from-address", "::1"), "127.0.0.1:1 has no address of the kind of ::1;"),
        (("diagnose", "--auto", "--gateway", "gw corp"), "gw corp is no host to test;"),
        (("diagnose", "--auto", "--sender", "b.test", "--helo", "x.test"), "--helo is for the test by hand;"),
        (("diagnose", "--auto", "--gateway", "gw.test", "--send-test", "--sender", "b.test"), "A test message needs"),
        (("diagnose", "--auto", "--gateway", "gw.test", "--offline"), "There is nothing to search for;"),
        (("report", "case.json", "--gateway", "gw.test"), "unrecognized arguments: --gateway gw.test"),
        (("demo", "--helo", "x.test"), "unrecognized arguments: --helo x.test"),
    ],
)
def test_one_sentence_for_each_mistake(arguments: Sequence[str], said: str) -> None:
    told = run(*arguments, "--lang", "en")
    assert (told.status, told.out) == (2, "")
    assert told.said.startswith(f"mailwhy: {said}")
    assert told.said.count("\n") == 1


@pytest.mark.parametrize(("command", "own"), [("probe", "--mx"), ("diagnose", "--gateway HOST[:PORT]")])
@pytest.mark.parametrize("width", ["40", "80"])
def test_help(
    command: str, own: str, width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    with pytest.raises(SystemExit):
        main([command, "--help", "--lang", "en"])
    shown = capsys.readouterr().out
    for option in (own, "--helo NAME", "--from-address IP", "--timeout SECONDS", "--send-test", f"mailwhy {command}"):
        assert option in shown


# In the loop


def test_without_a_log_the_test_concludes() -> None:
    with Server(polite(RCPT=b"550 5.1.1 unknown user\r\n")) as server:
        told = auto(server, *ENVELOPE, "--helo", "mail.partner.test", "--resolver", "127.0.0.1:9")
    assert told.conclusion == ("hand-test-rejected", "likely")
    assert told.findings["hand-test-rejected"]["detail"]["reason"] == "recipient-unknown"
    assert len(server.peers) == 1
    assert any(step["fact"] == "log.files" for step in told.report["next"])


def test_of_a_domain_the_postmaster_is_named_as_sender() -> None:
    with Server(polite()) as server:
        auto(server, "--sender", "partner.test", "--recipient", "alice@corp.test", "--resolver", "127.0.0.1:9")
    assert server.lines[1:3] == ["MAIL FROM:<postmaster@partner.test>", "RCPT TO:<alice@corp.test>"]


def test_offline_tests_nothing(tmp_path: Path) -> None:
    log = write(tmp_path / "mail.log", lost(7, ADDRESS))
    with Server(polite()) as server:
        told = auto(server, "--offline", "--log", str(log), "--sender-ip", ADDRESS)
    assert told.conclusion == ("connection-without-mail", "certain")
    assert server.peers == []


def test_mail_that_arrived_needs_no_test(tmp_path: Path) -> None:
    log = write(tmp_path / "mail.log", delivered(7, ADDRESS, "bob@partner.test"))
    with Server(polite()) as server:
        told = auto(server, "--log", str(log), *ENVELOPE, "--sender-ip", ADDRESS, "--resolver", "127.0.0.1:9")
    assert told.conclusion is not None
    assert told.conclusion[0] == "message-delivered"
    assert server.peers == []


def test_beside_what_the_log_shows_it_explains(tmp_path: Path) -> None:
    lines = [connection(7, ADDRESS, verified="no", host="unknown"), *lost(7, ADDRESS, verified="no")[1:]]
    log = write(tmp_path / "mail.log", lines)
    with Server(polite()) as server:
        told = auto(server, "--log", str(log), "--sender-ip", ADDRESS, "--resolver", "127.0.0.1:9")
    assert told.conclusion == ("banner-timeout", "likely")
    assert told.findings["hand-test-accepted"]["confidence"] == "possible"
    assert "the greeting is not late now" in told.findings["banner-timeout"]["explanation"]
    assert len(server.peers) == 1


def test_where_nobody_connected_the_log_is_believed_first(tmp_path: Path) -> None:
    log = write(tmp_path / "mail.log", lost(7, "203.0.113.9"))
    told = auto(closed_port(), "--log", str(log), "--sender-ip", ADDRESS, "--answer", "log.appliances=all")
    assert told.conclusion is not None
    assert told.conclusion[0] == "no-connection"
    assert told.findings["gateway-unreachable"]["detail"]["reason"] == "refused"


def test_whether_reverse_dns_explains_a_late_greeting(dns_port: int) -> None:
    resolver = ("--resolver", f"127.0.0.1:{dns_port}")
    with Server(polite(delay=SLOW)) as server:
        silent = auto(server, "--sender-ip", "198.18.1.24", *resolver)
        holds = auto(server, "--sender-ip", "192.0.2.5", *resolver)
    assert silent.conclusion == holds.conclusion == ("banner-slow", "likely")
    assert silent.findings["banner-slow"]["detail"]["reason"] == "reverse-dns"
    assert holds.findings["banner-slow"]["detail"]["reason"] == "gateway"
    assert "reverse-dns-timeout" in silent.findings
    sources = {piece["source"] for piece in silent.findings["banner-slow"]["evidence"]}
    assert sources == {"probe", "dns"}
