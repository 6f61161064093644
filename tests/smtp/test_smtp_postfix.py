"""The probe against a real server, Postfix, whose greeting is late because the reverse zone never answers (S13)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import postfix_lab
import pytest
from postfix_lab import CLIENT, ELSEWHERE, FILTERED, NOBODY, Lab

from wizard.smtp.model import Options

REASON = postfix_lab.missing()
pytestmark = pytest.mark.skipif(REASON is not None, reason=REASON or "")

DELAY = 2.0  # time-out × attempts
ASKED = Options("mail.partner.example", "bob@partner.example", "alice@corp.example", timeout=20)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with postfix_lab.postfix_lab(resolver_timeout=1, resolver_attempts=2) as lab:
        yield lab


@pytest.mark.skipif(not shutil.which("tcpdump"), reason="the program tcpdump is missing: tests/servers/install-smtp")
def test_the_measured_delay_is_that_of_a_packet_capture(lab: Lab) -> None:
    with lab.capture() as packets:
        test = lab.probe(options=ASKED)
    opened = next(time for time, _, flags, _ in packets if flags == "S")
    greeted = next(time for time, from_gateway, _, size in packets if from_gateway and size)
    assert test["result"] == "accepted"
    assert test["banner_seconds"] == pytest.approx(greeted - opened, abs=0.5)
    assert test["banner_seconds"] == pytest.approx(DELAY, abs=0.5)
    reverse = ".".join(reversed(CLIENT.split("."))) + ".in-addr.arpa"
    asked = [time for time, name in lab.queries() if name == reverse and opened <= time <= greeted]
    assert len(asked) == 2  # it is the reverse zone that the server waited for
    assert test["banner_seconds"] == pytest.approx(greeted - asked[0], abs=0.5)


def test_every_stage_is_accepted_over_starttls_and_no_message_is_left(lab: Lab) -> None:
    before = lab.log().count("client=")
    test = lab.probe(options=ASKED)
    names = [stage["name"] for stage in test["stages"]]
    assert names == ["connect", "banner", "ehlo", "starttls", "ehlo", "mail-from", "rcpt-to"]
    assert test["tls"]["protocol"] == "TLSv1.3"
    assert test["tls"]["verified"] is False
    assert test["tls"]["problem"] == "unable to get local issuer certificate"
    assert test["tls"]["certificate"]["subject"] == "O=Corp, Ltd, CN=gw.corp.example"
    assert "PIPELINING" in test["offered"]
    assert lab.log().count("message-id=") == 0
    assert lab.log().count("client=") == before + 1  # Postfix names the client with the first accepted recipient
    assert "ehlo=2 starttls=1 mail=1 rcpt=1 rset=1 quit=1" in lab.log()


def test_a_refused_recipient(lab: Lab) -> None:
    test = lab.probe(options=replace(ASKED, recipient="nobody@corp.example"))
    assert (test["result"], test["stage"]) == ("rejected", "rcpt-to")
    assert test["reply"]["code"] == 550
    assert test["reply"]["enhanced"] == "5.1.1"
    assert "ehlo=2 starttls=1 mail=1 rcpt=0/1 rset=1 quit=1" in lab.log()


def test_one_marked_message_when_asked_for(lab: Lab) -> None:
    test = lab.probe(options=replace(ASKED, send_test=True))
    assert (test["result"], test["stage"]) == ("accepted", "data")
    assert lab.log().count(f"message-id={test['message_id']}") == 1
    assert lab.log().count("message-id=") == 1


def test_addresses_that_do_not_answer_are_told_apart(lab: Lab) -> None:
    filtered = lab.probe(FILTERED, Options(timeout=1.5))
    assert (filtered["result"], filtered["reason"]) == ("unreachable", "filtered")
    assert filtered["seconds"] == pytest.approx(1.5, abs=0.4)
    no_route = lab.probe(ELSEWHERE, Options(timeout=5))
    assert (no_route["result"], no_route["reason"]) == ("unreachable", "unroutable")
    no_host = lab.probe(NOBODY, Options(timeout=8))
    assert (no_host["result"], no_host["reason"]) == ("unreachable", "unroutable")
    assert no_host["problem"] == "No route to host"
