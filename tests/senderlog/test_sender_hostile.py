"""Logs hold what strangers wrote: no line may crash, stall or deceive the reader."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.senderlog import Attempt, Clock, SenderLog, known_servers, recognise, servers
from wizard.senderlog.model import Line
from wizard.senderlog.syslog import stripped

CLOCK = Clock(datetime(2026, 11, 25))
SEEDS = [
    "Nov 24 22:18:11 mail postfix/smtp[166]: B023621CCCD: to=<alice@corp.test>, relay=gw[192.0.2.1]:25, delay=3, "
    "delays=0.01/0.01/3/0, dsn=4.4.2, status=deferred (host gw[192.0.2.1] said: 451 no (in reply to RCPT TO command))",
    "Nov 24 22:18:11 mail postfix/smtp[166]: connect to gw[192.0.2.1]:25: Connection refused",
    "Nov 24 22:18:11 mail postfix/qmgr[166]: B023621CCCD: from=<bob@partner.test>, size=1, nrcpt=1 (queue active)",
    "2026-11-24 22:18:11 1xVyq0-00003Y-34 == a@b.test R=m T=s defer (110): Connection timed out H=gw [192.0.2.1]: SMTP "
    "error from remote mail server after RCPT TO:<a@b.test>: 451 no",
    "2026-11-24 22:18:11 1xVyq0-00003Y-34 <= bob@partner.test P=local S=345 id=1@p.test for a@b.test",
    "Nov 24 22:18:16 mail sendmail[28]: 6AOMIDiR000287: to=<alice@corp.test>,<b@c.test>, delay=1+00:00:03, "
    "xdelay=00:00:03, mailer=esmtp, relay=gw. [192.0.2.1], dsn=4.4.2, reply=421 x, stat=Deferred: Connection timed out",
    "Nov 24 22:18:16 mail sendmail[28]: 6AOMIDiR000287: timeout waiting for input from gw during client greeting",
    "@400000006a1f2b5c0a1b2c3d starting delivery 9: msg 4711 to remote alice@corp.test",
    "@400000006a1f2b5c0a1b2c3d delivery 9: deferral: Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/",
    "2026-11-24T13:18:08.200Z,Internet,08DA1F2E,2,10.0.0.5:4711,192.0.2.1:25,>,RCPT TO:<alice@corp.test>,",
    "2026-11-24T13:18:08.200Z,Internet,08DA1F2E,2,10.0.0.5:4711,192.0.2.1:25,-,,Local",
    "2026-11-24T13:18:08.1Z,,EX01,192.0.2.1,gw,,Internet,SMTP,DEFER,7,<1@p.test>,,a@b.test;c@d.test,450 x,9,1,,,s,b@p,",
]
JUNK = st.text(alphabet=st.characters(codec=None), max_size=60)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A true line with a piece cut out or junk put in."""
    line = draw(st.sampled_from(SEEDS))
    start = draw(st.integers(0, len(line)))
    end = draw(st.integers(start, min(len(line), start + 30)))
    return line[:start] + draw(JUNK) + line[end:]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(damaged(), JUNK, st.sampled_from(SEEDS)), max_size=8))
def test_no_line_crashes_any_parser(lines: list[str]) -> None:
    for module in known_servers():
        parser = module.Parser("x", CLOCK)
        for number, text in enumerate(lines, start=1):
            module.recognises(stripped(text))
            for event in parser.feed(Line(number, stripped(text))):
                if isinstance(event, Attempt):
                    assert event.evidence
                    assert event.seconds is None or event.seconds >= 0


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_no_paste_crashes(text: str) -> None:
    list(SenderLog.of_paste(text, CLOCK).events())


LONG = 200_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * LONG,
        " " * LONG,
        "[" * LONG,
        "<" * LONG,
        ", " * LONG,
        "Nov 24 22:18:11 mail postfix/smtp[1]: B023621CCCD: to=<" + "a" * LONG,
        "Nov 24 22:18:11 mail postfix/smtp[1]: B023621CCCD: host " + "a[" * LONG + " said: ",
        "Nov 24 22:18:11 mail postfix/smtp[1]: B023621CCCD: connect to " + ": " * LONG,
        "Nov 24 22:18:11 " + "a " * LONG,
        "2026-11-24 22:18:11 1xVyq0-00003Y-34 == a H=" + "a [" * LONG,
        "2026-11-24 22:18:11 1xVyq0-00003Y-34 == a SMTP error from remote mail server after " + "x: host " * LONG,
        '2026-11-24 22:18:11 1xVyq0-00003Y-34 => a C="' + "\\" * LONG,
        "Nov 24 22:18:11 mail sendmail[1]: 6AOMIDiR000287: to=" + ", to=" * LONG,
        "Nov 24 22:18:11 mail sendmail[1]: 6AOMIDiR000287: to=a, stat=" + ", stat=" * LONG,
        "@400000006a1f2b5c0a1b2c3d delivery 9: deferral: Connected_to_" + "a_(" * LONG,
        "2026-11-24T13:18:08.2Z," + "," * LONG,
        '2026-11-24T13:18:08.2Z,"' + '"' * LONG,
        "#Fields: " + "a," * LONG,
    ],
)
def test_no_line_takes_long(text: str) -> None:
    started = time.perf_counter()
    line = Line(1, stripped(text))
    for module in known_servers():
        module.recognises(line.text)
        list(module.Parser("x", CLOCK).feed(line))
    list(SenderLog.of_paste(text, CLOCK).events())
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(
    ("line", "result"),
    [
        (
            "Nov 24 22:18:16 mail sendmail[28]: 6AOMIDiR000287: to=<a@b.test>, delay=00:00:03, relay=gw [192.0.2.1], "
            "dsn=5.1.1, reply=550 no, stat=Sent (250 ok), stat=User unknown",
            "rejected",
        ),
        (
            "Nov 24 22:18:11 mail postfix/smtp[166]: B023621CCCD: to=<a@b.test>, relay=gw[192.0.2.1]:25, delay=3, "
            "status=deferred (host gw[192.0.2.1] said: 451 x, status=sent (250 ok) (in reply to RCPT TO command))",
            "deferred",
        ),
        (
            "2026-11-24 22:18:11 1xVyq0-00003Y-34 ** a@b.test R=m T=s H=gw [192.0.2.1]: SMTP error from remote mail "
            "server after RCPT TO:<a@b.test>: 550 SMTP timeout after initial connection",
            "rejected",
        ),
        (
            "2026-11-24 22:18:11 1xVyq0-00003Y-34 == a@b.test R=m T=s defer (-44) H=gw [192.0.2.1]: SMTP error from "
            "remote mail server after RCPT TO:<a@b.test>: 451 Connection refused",
            "deferred",
        ),
    ],
)
def test_reply_cannot_pose_as_another_outcome(line: str, result: str) -> None:
    (attempt,) = [event for event in SenderLog([(1, line)], "x", CLOCK).events() if isinstance(event, Attempt)]
    assert attempt.result == result


def test_adding_a_server_is_adding_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "courier_like.py").write_text(
        "from wizard.senderlog.model import Moment\n"
        "NAME = 'courier-like'\n"
        "def recognises(text): return 'courieresmtp: ' in text\n"
        "class Parser:\n"
        "    def __init__(self, source, clock): self.clock = clock\n"
        "    def feed(self, line):\n"
        "        yield Moment(self.clock.read(line.text)[0])\n"
    )
    monkeypatch.setattr(servers, "__path__", [*servers.__path__, str(tmp_path)])
    recognise.known_servers.cache_clear()
    try:
        log = SenderLog([(1, "Nov 24 22:18:11 mail courieresmtp: id=0001,to=<a@b.test>")], "x", CLOCK)
        assert log.server == "courier-like"
        assert len(list(log.events())) == 1
    finally:
        recognise.known_servers.cache_clear()


def test_recognised_among_other_programs_lines() -> None:
    noise = [f"Nov 24 22:18:11 mail dovecot: imap-login: Login: user=<u{number}>" for number in range(3000)]
    log = SenderLog(enumerate([*noise, SEEDS[0]], start=1), "x", CLOCK)
    assert log.server == "postfix"
    assert [type(event).__name__ for event in log.events()] == ["Attempt", "Moment"]
    assert log.lines == 3001
