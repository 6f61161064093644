"""Servers that misbehave: each ends in a result that names the stage, the seconds and how it ended."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from random import Random

import pytest
from smtp_servers import Connection, Handler, Server, closed_port, full_backlog, polite, says, without_end

from wizard.smtp.model import HandTest, Options, Target
from wizard.smtp.probe import probe
from wizard.smtp.transcript import render_transcript

ASKED = Options(helo="mail.partner.example", sender="bob@partner.example", recipient="alice@corp.example", timeout=5)


def ask(handler: Handler, timeout: float = 5) -> HandTest:
    with Server(handler) as server:
        begun = time.monotonic()
        test = probe(Target("127.0.0.1", server.port), replace(ASKED, timeout=timeout))
        assert time.monotonic() - begun < timeout + 1
    return test


def end(test: HandTest) -> tuple[str, str | None, str]:
    return test.result, test.reason, test.stage


@pytest.mark.parametrize("then", ["close", "reset"])
def test_a_server_that_closes_at_once(then: str) -> None:
    test = ask(says(then=then))
    assert end(test) == ("unreachable", "closed", "banner")
    assert [(stage.name, stage.ok) for stage in test.stages] == [("connect", True), ("banner", False)]


def test_a_server_that_stays_silent() -> None:
    test = ask(says(then="silence"), timeout=1.2)
    assert end(test) == ("unreachable", "no-greeting", "banner")
    assert test.banner_seconds is None
    assert test.waited == pytest.approx(1.2, abs=0.5)


def test_a_greeting_that_drips_is_waited_for_and_one_that_never_ends_is_not() -> None:
    whole = ask(says(*(bytes([byte]) for byte in b"220 gw ESMTP\r\n"), pause=0.05))
    assert whole.banner_seconds == pytest.approx(0.7, abs=0.3)
    assert end(whole) == ("interrupted", "closed", "ehlo")
    test = ask(without_end(b"2", pause=0.1), timeout=1)
    assert end(test)[2] == "banner"
    assert test.result == "unreachable"
    slow = ask(says(b"220 g", *[b"g"] * 30, pause=0.1), timeout=1)
    assert end(slow) == ("unreachable", "no-greeting", "banner")
    assert slow.transcript[-2].text.startswith("220 gggg")
    assert slow.transcript[-2].detail == "unfinished"


def test_a_greeting_without_end_is_cut_off() -> None:
    lines = ask(without_end(b"220-" + b"x" * 70 + b"\r\n"))
    assert end(lines) == ("unreachable", "not-smtp", "banner")
    assert "128 lines" in lines.problem
    one_line = ask(without_end(b"220 " + b"x" * 1000))
    assert end(one_line) == ("unreachable", "not-smtp", "banner")
    assert len(one_line.transcript) < 10
    assert max(len(line.text) for line in one_line.transcript) <= 512


def test_a_line_beyond_the_limit_of_the_rfc_is_still_read() -> None:
    test = ask(polite(b"220 " + b"x" * 3000 + b"\r\n"))
    assert test.result == "accepted"


@pytest.mark.parametrize(
    ("greeting", "speaks"),
    [
        (bytes(range(128, 256)) * 8, None),
        (b"\0\0\0\0", None),
        (b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>", "http"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "ssh"),
        (b"* OK IMAP4rev1 ready\r\n", "imap"),
        (b"+OK POP3 ready\r\n", "pop3"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "tls"),
        (b"\r\n220 late\r\n", None),
        (b"354 go ahead\r\n", None),
        (b"220", None),
    ],
)
def test_what_is_no_smtp_greeting(greeting: bytes, speaks: str | None) -> None:
    test = ask(says(greeting))
    assert test.result == "unreachable"
    assert test.reason == ("closed" if greeting == b"220" else "not-smtp")
    assert (test.stage, test.speaks) == ("banner", speaks)
    shown = [line for line in test.transcript if line.direction == "received"]
    assert shown


def test_an_http_server_that_waits_for_the_request() -> None:
    test = ask(says(then="silence"), timeout=0.5)
    assert end(test) == ("unreachable", "no-greeting", "banner")


def test_an_early_421_is_a_rejection() -> None:
    test = ask(says(b"421 #4.4.5 Too many connections from your host\r\n"))
    assert end(test) == ("rejected", None, "banner")
    assert test.reply is not None
    assert (test.reply.code, test.reply.enhanced) == (421, "4.4.5")


def test_a_421_before_any_command_is_read_as_the_answer_to_it() -> None:
    test = ask(says(b"220 gw ESMTP\r\n", b"421 Exceeded allowable connection time, disconnecting.\r\n"))
    assert end(test) == ("rejected", None, "ehlo")


@pytest.mark.parametrize(
    ("replies", "stage"),
    [(1, "ehlo"), (2, "mail-from"), (3, "rcpt-to")],
)
@pytest.mark.parametrize("then", ["close", "reset", "silence", "garbage"])
def test_the_peer_leaves_at_each_stage(replies: int, stage: str, then: str) -> None:
    def handle(connection: Connection) -> None:
        connection.send(b"220 gw ESMTP\r\n")
        for _ in range(replies - 1):
            connection.read()
            connection.send(b"250 ok\r\n")
        connection.read()
        if then == "silence":
            connection.silence()
        elif then == "garbage":
            connection.send(b"what?\r\n")
        elif then == "reset":
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    test = ask(handle, timeout=0.8 if then == "silence" else 5)
    reason = {"silence": "timeout", "garbage": "garbled"}.get(then, "closed")
    assert end(test) == ("interrupted", reason, stage)
    assert test.stages[-1].ok is False
    assert test.waited is not None


def test_a_reply_that_breaks_off_in_its_middle() -> None:
    test = ask(says(b"220 gw ESMTP\r\n250-gw\r\n250-SI"))
    assert end(test) == ("interrupted", "closed", "ehlo")
    assert [line.text for line in test.transcript if line.direction == "received"][-1] == "250-SI"


def test_a_quit_that_is_not_answered_changes_nothing() -> None:
    test = ask(polite(QUIT=b""), timeout=1)
    assert test.result == "accepted"


def test_a_closed_port_is_refused() -> None:
    test = probe(Target("127.0.0.1", closed_port()), ASKED)
    assert end(test) == ("unreachable", "refused", "connect")
    assert test.tries[0].reason == "refused"
    assert test.seconds == pytest.approx(0, abs=0.5)


def test_no_answer_at_all_is_filtered_and_ends_by_the_deadline() -> None:
    with full_backlog() as port:
        begun = time.monotonic()
        short = probe(Target("127.0.0.1", port), Options(timeout=0.8))
        assert time.monotonic() - begun < 2
        limited = probe(Target("127.0.0.1", port), Options(timeout=9, connect_timeout=0.5))
    assert end(short) == ("unreachable", "filtered", "connect")
    assert short.waited == pytest.approx(0.8, abs=0.5)
    assert end(limited) == ("unreachable", "filtered", "connect")
    assert limited.seconds == pytest.approx(0.5, abs=0.5)


def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", missing)
    test = probe(Target("gw.corp.example"), Options(timeout=5))
    assert end(test) == ("unreachable", "unresolved", "connect")
    assert test.problem == "Name or service not known"
    assert test.tries == ()


def test_a_resolver_that_does_not_answer_ends_by_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: time.sleep(4) or [])
    begun = time.monotonic()
    test = probe(Target("gw.corp.example"), Options(timeout=0.5))
    assert time.monotonic() - begun < 2
    assert end(test) == ("unreachable", "unresolved", "connect")


def test_the_most_telling_address_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(says(then="close")) as server:
        places = [("127.0.0.1", server.port), ("127.0.0.2", server.port)]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", place) for place in places])
        test = probe(Target("gw.corp.example", server.port), Options(timeout=5, pause=0))
    assert end(test) == ("unreachable", "closed", "banner")
    assert [one.reason for one in test.tries] == [None, "refused"]


def test_any_bytes_at_any_stage_end_in_a_result() -> None:
    random = Random(7)
    pieces = [
        b"220 ",
        b"250 ",
        b"250-",
        b"354 ",
        b"421 ",
        b"550 ",
        b"STARTTLS",
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"\xff\xfe",
    ]

    def handle(connection: Connection) -> None:
        connection.send(b"220 gw\r\n" if random.random() < 0.8 else b"")
        for _ in range(random.randrange(8)):
            connection.send(b"".join(random.choice(pieces) for _ in range(random.randrange(1, 6))))
            if random.random() < 0.5:
                connection.read()

    options = replace(ASKED, timeout=0.15, send_test=True)
    ends = set()
    with Server(handle) as server:
        for _ in range(100):
            test = probe(Target("127.0.0.1", server.port), options)
            ends.add(end(test)[:2])
            assert test.stages[-1].name == test.stage
            assert (test.reply is not None) == (test.result == "rejected")
            render_transcript(test, "en")
    assert len(ends) >= 5
