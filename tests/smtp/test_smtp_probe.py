"""The probe against servers that behave, on loopback: every stage, what reaches the server, and how it is timed."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from smtp_servers import Server, polite

from wizard.errors import InputError
from wizard.smtp.model import Event, HandTest, Options, Target
from wizard.smtp.probe import default_helo, probe, probe_each

ASKED = Options(helo="mail.partner.example", sender="bob@partner.example", recipient="alice@corp.example", timeout=5)


def ask(server: Server, options: Options = ASKED, host: str = "127.0.0.1") -> HandTest:
    return probe(Target(host, server.port), options)


def test_every_stage_is_accepted_and_no_message_is_sent() -> None:
    with Server(polite()) as server:
        test = ask(server)
    assert (test.result, test.stage, test.reason, test.reply) == ("accepted", "rcpt-to", None, None)
    assert [stage.name for stage in test.stages] == ["connect", "banner", "ehlo", "mail-from", "rcpt-to"]
    assert all(stage.ok for stage in test.stages)
    assert test.offered == ("8BITMIME", "SIZE 10485760")
    assert server.lines == [
        "EHLO mail.partner.example",
        "MAIL FROM:<bob@partner.example>",
        "RCPT TO:<alice@corp.example>",
        "RSET",
        "QUIT",
    ]
    assert [(one.address, one.port, one.reason) for one in test.tries] == [("127.0.0.1", server.port, None)]
    assert test.target == f"127.0.0.1:{server.port}"
    assert test.origin == "here"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", test.started or "")
    assert test.message_id is None


def test_the_greeting_is_waited_for_and_timed() -> None:
    events: list[Event] = []
    with Server(polite(delay=2.2)) as server:
        test = probe(Target("127.0.0.1", server.port), ASKED, events.append)
    assert test.result == "accepted"
    assert test.banner_seconds == pytest.approx(2.2, abs=0.4)
    ticks = [event for event in events if event.kind == "tick"]
    assert [event.stage for event in ticks] == ["banner", "banner"]
    assert [round(event.waited) for event in ticks] == [1, 2]
    assert ticks[0].limit == pytest.approx(5, abs=0.4)
    assert [event.line for event in events if event.kind == "line"] == list(test.transcript)


def test_the_transcript_has_direction_and_offset() -> None:
    with Server(polite(delay=0.3)) as server:
        test = ask(server)
    spoken = [line for line in test.transcript if line.direction != "note"]
    assert [(line.direction, line.text) for line in spoken][:3] == [
        ("received", "220 gw.corp.example ESMTP"),
        ("sent", "EHLO mail.partner.example"),
        ("received", "250-gw.corp.example"),
    ]
    offsets = [line.offset for line in spoken if line.offset is not None]
    assert offsets == sorted(offsets)
    assert offsets[0] == pytest.approx(0.3, abs=0.2)


@pytest.mark.parametrize(
    ("host", "address", "helo"),
    [
        ("pc.partner.example", "192.0.2.7", "pc.partner.example"),
        ("pc", "192.0.2.7", "[192.0.2.7]"),
        ("pc_1.partner.example", "2001:db8::7", "[IPv6:2001:db8::7]"),
    ],
)
def test_the_name_to_greet_with(host: str, address: str, helo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: host)
    assert default_helo(address) == helo


def test_without_a_recipient_nothing_is_concluded() -> None:
    with Server(polite()) as server:
        bare = ask(server, Options(timeout=5))
        half = ask(server, Options(sender="", timeout=5))
    assert (bare.result, bare.stage) == ("incomplete", "ehlo")
    assert (half.result, half.stage) == ("incomplete", "mail-from")
    assert server.lines[1:2] == ["QUIT"]
    assert server.lines[-3:] == ["MAIL FROM:<>", "RSET", "QUIT"]


def test_a_test_message_is_marked_and_sent_only_when_asked_for() -> None:
    with Server(polite()) as server:
        first = ask(server, replace(ASKED, send_test=True))
        second = ask(server, replace(ASKED, send_test=True))
    assert (first.result, first.stage) == ("accepted", "data")
    assert first.stages[-1].reply is not None
    assert first.stages[-1].reply.sent == "250 ok:  Message 60 accepted"
    assert first.message_id != second.message_id
    text = "\n".join(server.lines)
    assert f"Message-ID: {first.message_id}" in text
    assert "\nX-Mailwhy-Test: " in text
    assert "\nSubject: Test message of mailwhy, please ignore (" in text
    assert text.count("\nDATA\n") == 2
    assert "RSET" not in text


def test_a_message_refused_after_data_is_a_rejection_at_data() -> None:
    options = replace(ASKED, send_test=True)
    with Server(polite(DOT=b"554 5.7.1 no\r\n")) as server:
        late = ask(server, options)
    with Server(polite(DATA=b"451 later\r\n")) as server:
        early = ask(server, options)
    assert (late.result, late.stage, late.reply and late.reply.code) == ("rejected", "data", 554)
    assert (early.result, early.stage, early.message_id) == ("rejected", "data", None)


def test_a_refused_recipient_is_a_rejection_with_its_reply() -> None:
    with Server(polite(RCPT=b"550 #5.1.0 Address rejected.\r\n")) as server:
        test = ask(server)
    assert (test.result, test.stage) == ("rejected", "rcpt-to")
    assert test.reply is not None
    assert (test.reply.code, test.reply.enhanced) == (550, "5.1.0")
    assert test.reply.sent == "550 #5.1.0 Address rejected."
    assert server.lines[-2:] == ["RSET", "QUIT"]


def test_a_refused_sender_ends_before_the_recipient() -> None:
    with Server(polite(MAIL=b"553 #5.1.8 Domain of sender address <bob@partner.example> does not exist\r\n")) as server:
        test = ask(server)
    assert (test.result, test.stage) == ("rejected", "mail-from")
    assert not any(line.startswith("RCPT") for line in server.lines)


def test_ehlo_refused_falls_back_to_helo() -> None:
    with Server(polite(EHLO=b"500 #5.5.1 command not recognized\r\n")) as server:
        test = ask(server)
    assert test.result == "accepted"
    assert test.offered == ()
    assert server.lines[:2] == ["EHLO mail.partner.example", "HELO mail.partner.example"]


def test_ehlo_and_helo_refused_is_a_rejection() -> None:
    with Server(polite(EHLO=b"550 no\r\n", HELO=b"550 5.7.1 no\r\n")) as server:
        test = ask(server)
    assert (test.result, test.stage, test.reply and test.reply.enhanced) == ("rejected", "ehlo", "5.7.1")


def test_a_554_greeting_is_a_rejection_and_is_answered_with_quit() -> None:
    greeting = b"554-esa6.corp.example\r\n554 Your access to this mail system has been rejected\r\n"
    with Server(polite(greeting)) as server:
        test = ask(server)
    assert (test.result, test.stage) == ("rejected", "banner")
    assert test.reply is not None
    assert test.reply.sent == "554-esa6.corp.example 554 Your access to this mail system has been rejected"
    assert server.lines == ["QUIT"]


def test_a_greeting_of_many_lines_is_read_to_its_end() -> None:
    with Server(polite(b"220-hello\r\n220-please do not send spam\r\n220 gw.corp.example ESMTP\r\n")) as server:
        test = ask(server)
    assert test.result == "accepted"
    assert test.banner is not None
    assert test.banner.texts == ("hello", "please do not send spam", "gw.corp.example ESMTP")


def test_ipv6() -> None:
    with Server(polite(), "::1") as server:
        test = ask(server, Options(timeout=5), "::1")
    assert test.target == f"[::1]:{server.port}"
    assert test.result == "incomplete"


def test_it_connects_from_the_address_given() -> None:
    with Server(polite()) as server:
        assert ask(server, Options(bind="127.0.0.9", timeout=5)).result == "incomplete"
        with pytest.raises(InputError, match="probe-bind-family"):
            ask(server, Options(bind="::1", timeout=5))
        with pytest.raises(InputError, match="probe-bind-failed"):
            ask(server, Options(bind="192.0.2.77", timeout=5))
    assert server.peers == ["127.0.0.9"]


def test_a_name_is_resolved_and_its_addresses_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(polite()) as server:
        places = [("127.0.0.2", server.port), ("127.0.0.1", server.port)]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", place) for place in places])
        begun = time.monotonic()
        test = probe(Target("gw.corp.example", server.port), Options(timeout=5, pause=0.5))
    assert test.result == "incomplete"
    assert [(one.address, one.reason) for one in test.tries] == [("127.0.0.2", "refused"), ("127.0.0.1", None)]
    assert time.monotonic() - begun > 0.5
    assert [line.detail for line in test.transcript if line.text == "pause"] == ["0.5"]


def test_several_hosts_are_tested_one_at_a_time_with_a_pause() -> None:
    with Server(polite()) as first, Server(polite()) as second:
        targets = [Target("127.0.0.1", server.port) for server in (first, second, first)]
        tests = list(probe_each(targets, Options(timeout=5, pause=0.4)))
    assert [test.result for test in tests] == ["incomplete"] * 3
    assert second.times[0] - first.times[0] >= 0.4
    assert first.times[1] - second.times[0] >= 0.4
    assert (first.most, second.most) == (1, 1)


def test_an_address_outside_ascii_needs_smtputf8() -> None:
    options = Options(sender="bob@partner.example", recipient="アリス@corp.example", timeout=5)
    with Server(polite(offers=(b"SMTPUTF8",))) as server:
        assert ask(server, options).result == "accepted"
    assert "MAIL FROM:<bob@partner.example> SMTPUTF8" in server.lines
    with Server(polite()) as server:
        test = ask(server, options)
    assert (test.result, test.reason, test.stage) == ("interrupted", "no-smtputf8", "mail-from")
    assert server.lines[-1] == "QUIT"
    assert not any(line.startswith("MAIL") for line in server.lines)


@pytest.mark.parametrize(
    "options",
    [
        Options(helo="mail.partner.example\r\nMAIL FROM:<x@x.example>"),
        Options(helo="-bad-.example"),
        Options(sender="bob@partner.example>\r\nDATA"),
        Options(sender="bob@partner.example", recipient="alice\0@corp.example"),
        Options(sender="bob@partner.example", recipient="a" * 65 + "@corp.example"),
        Options(bind="localhost"),
        Options(sender="", recipient="alice@corp.example", send_test=True),
        Options(timeout=0),
    ],
)
def test_what_is_malformed_is_refused_before_anything_is_sent(options: Options) -> None:
    with Server(polite()) as server:
        with pytest.raises(InputError):
            ask(server, options)
        time.sleep(0.05)
    assert server.peers == []


def test_a_watcher_that_raises_ends_the_test_and_closes_the_connection() -> None:
    class Enough(Exception):
        pass

    def watch(event: Event) -> None:
        if event.kind == "tick":
            raise Enough

    with Server(polite(delay=1.3)) as server:
        with pytest.raises(Enough):
            probe(Target("127.0.0.1", server.port), ASKED, watch)
        time.sleep(0.6)
        assert server.open == 0
