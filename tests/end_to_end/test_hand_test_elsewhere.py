"""The hand test by the sender's administrator: the lines to send, what is pasted back, when it is asked for (S11)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from itertools import product
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "smtp"))

from smtp_servers import Server, polite

from wizard.case import OPTIONS, Step
from wizard.data import data_folder
from wizard.diagnosis import conclusion_of, diagnose, state_of
from wizard.engine import Engine
from wizard.facts import Fact
from wizard.gather import gatherers
from wizard.gather.ask_hand_test import letter
from wizard.gather.base import Desk
from wizard.rulebase.cases import load_cases
from wizard.rulebase.firing import best
from wizard.rulebase.load import load
from wizard.rulebase.model import COSTS, Source
from wizard.smtp.model import Target
from wizard.smtp.tables import table
from wizard.words import LANGUAGES, Lang

BASE = load(data_folder("rules"))
REFUSED = """\
2025-03-03T14:02:11+0900
Trying 192.0.2.11...
Connected to gw.corp.test.
Escape character is '^]'.
554-gw.corp.test
554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.
Connection closed by foreign host.
"""
LATE = """\
[  0.01] * connected
[ 31.40] < 220 gw.corp.test ESMTP
[ 31.41] > EHLO partner.test
[ 31.60] < 250 gw.corp.test
[ 31.60] > MAIL FROM:<bob@partner.test>
[ 31.70] < 250 sender ok
[ 31.70] > RCPT TO:<alice@corp.test>
[ 31.90] < 250 recipient ok
"""


class Keyboard:
    """Knows the answers to some sources, and nothing else; keeps what was asked."""

    def __init__(self, **answers: str) -> None:
        self.answers = {name.replace("_", "-"): text for name, text in answers.items()}
        self.asked: list[str] = []
        self.requests: dict[str, str] = {}

    def text(self, source: Source, check: Callable[[str], str | None], **_: object) -> str | None:
        self.asked.append(source.name)
        answer = self.answers.get(source.name)
        assert answer is None or check(answer) is None
        return answer

    def paste(self, source: Source, check: Callable[[str], str | None], *, request: str | None = None) -> str | None:
        self.requests[source.name] = request or ""
        return self.text(source, check)

    def choose(self, source: Source, *_: object, **__: object) -> str | None:
        self.asked.append(source.name)
        return None

    def tell(self, _: str) -> None:
        pass


def led(keyboard: Keyboard, port: int | None = None, **given: str) -> tuple[list[Step], Engine]:
    """A guided case that begins with what is given; without a port nothing is contacted."""
    facts = {"gateway.host": "127.0.0.1", **{name.replace("__", "."): text for name, text in given.items()}}
    if port:
        facts["gateway.port"] = port  # type: ignore[assignment]
    engine = Engine(BASE)
    desk = Desk(BASE, "en", datetime.now(), people=keyboard, may_contact=lambda _: port is not None)
    options = Step(OPTIONS, facts=tuple(Fact(name, value, "option") for name, value in facts.items()))
    allowed = [cost for cost in COSTS if port or cost != "outward"]
    return diagnose([options], engine, gatherers(), desk, allowed), engine


MAIL = {"sender__mailbox": "bob@partner.test", "recipient__mailbox": "alice@corp.test"}


def test_what_is_pasted_back_concludes() -> None:
    keyboard = Keyboard(ask_hand_test=REFUSED)
    steps, engine = led(keyboard, **MAIL)
    state = state_of(steps, engine)
    conclusion = conclusion_of(state, engine)
    assert conclusion.focus is not None
    assert conclusion.focus.outcome is not None
    assert (conclusion.focus.outcome.finding, conclusion.confidence) == ("hand-test-rejected", "likely")
    told = {fact.name: fact for step in steps for fact in step.facts if step.source == "ask-hand-test"}
    assert told["hand_test.origin"].value == "sender-network"
    assert told["hand_test.cause"].value == "reputation"
    assert told["hand_test.started"].value == "2025-03-03T14:02:11+09:00"
    assert {fact.origin for fact in told.values()} == {"answer"}
    assert {piece.source for fact in told.values() for piece in fact.evidence} == {"answer"}


def test_its_late_greeting_counts() -> None:
    steps, engine = led(Keyboard(ask_hand_test=LATE), **MAIL)
    conclusion = conclusion_of(state_of(steps, engine), engine)
    assert conclusion.focus is not None
    assert {one.finding: one.confidence for one in conclusion.focus.fired} == {
        "banner-slow": "likely",
        "hand-test-accepted": "likely",
    }
    assert conclusion.focus.values["hand_test.banner_seconds"] == pytest.approx(31.39)
    assert conclusion.focus.values["hand_test.exceeds"] == ("Nodemailer",)


def test_a_refusal_that_may_be_due_to_this_machine_leads_to_a_test_from_the_senders_network() -> None:
    keyboard = Keyboard(ask_hand_test=LATE)
    with Server(polite(banner=b"554 gw.corp.test\r\n")) as server:
        steps, engine = led(keyboard, server.port, **MAIL)
    assert [step.source for step in steps if step.source in ("probe", "ask-hand-test")] == ["probe", "ask-hand-test"]
    assert len(server.peers) == 1
    conclusion = conclusion_of(state_of(steps, engine), engine)
    assert conclusion.focus is not None
    assert conclusion.focus.outcome is not None
    assert conclusion.focus.outcome.finding == "banner-slow"  # what came from the sender's network counts


def test_a_refusal_that_anybody_would_get_needs_no_second_test() -> None:
    keyboard = Keyboard()
    with Server(polite(RCPT=b"550 #5.1.0 Address rejected.\r\n")) as server:
        led(keyboard, server.port, **MAIL)
    assert "ask-hand-test" not in keyboard.asked


def test_the_gateway_is_asked_for_where_nothing_names_it() -> None:
    keyboard = Keyboard(ask_gateway="gw.corp.test:2525", ask_hand_test=REFUSED)
    engine = Engine(BASE)
    desk = Desk(BASE, "en", datetime.now(), people=keyboard)
    given = [Fact(name.replace("__", "."), value, "option") for name, value in MAIL.items()]
    allowed = [cost for cost in COSTS if cost != "outward"]
    diagnose([Step(OPTIONS, facts=tuple(given))], engine, gatherers(), desk, allowed)
    assert [name for name in keyboard.asked if name in ("ask-gateway", "ask-hand-test")] == [
        "ask-gateway",
        "ask-hand-test",
    ]
    assert "telnet gw.corp.test 2525" in keyboard.requests["ask-hand-test"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_letter_has_the_lines_for_every_shell(lang: Lang) -> None:
    text = letter(Target("gw.corp.test"), "o'hara@partner.test", "alice@corp.test", None, lang)
    for line in (
        {"en": "write rcpt, rset and quit in small\nletters", "ja": "rcpt、rset、quit を小文字で入力"}[lang],
        "telnet gw.corp.test 25",
        "openssl s_client -starttls smtp -crlf -connect gw.corp.test:25 -servername gw.corp.test",
        "time head -n 1 < /dev/tcp/gw.corp.test/25",
        "New-Object Net.Sockets.TcpClient 'gw.corp.test', 25",
        "'MAIL FROM:<o''hara@partner.test>'",
        "    EHLO partner.test\n    MAIL FROM:<o'hara@partner.test>\n    RCPT TO:<alice@corp.test>\n    RSET\n    QUIT",
    ):
        assert line in text


# The log comes first

TESTS = (
    {"hand_test.result": "unreachable", "hand_test.reason": "refused", "hand_test.stage": "connect"},
    {"hand_test.result": "rejected", "hand_test.stage": "rcpt-to", "hand_test.cause": "recipient-unknown"},
    {"hand_test.result": "interrupted", "hand_test.reason": "tls", "hand_test.stage": "starttls"},
    {"hand_test.result": "accepted", "hand_test.stage": "rcpt-to", "hand_test.banner_seconds": 6},
)


ORIGINS = (
    {"hand_test.origin": "here"},
    {"hand_test.origin": "sender-network", "hand_test.by_sender": "yes"},
)
S12 = "remote-delivery-problem"
"""By hand it works from where the sending server stands, and nothing came from that server."""


def test_a_hand_test_never_displaces_what_the_log_shows() -> None:
    engine, tried = Engine(BASE), 0
    for case in load_cases(data_folder("rules"), BASE):
        before = best(BASE, engine.fire(case.facts))
        if not any(name.startswith("log.") for name in case.facts) or "hand_test.result" in case.facts or not before:
            continue
        for test, origin in product(TESTS, ORIGINS):
            after = best(BASE, engine.fire({**case.facts, **test, **origin}))
            assert after is not None
            tried += 1
            if after.finding == S12:
                assert before.finding == S12 or test["hand_test.result"] == "accepted"
                assert "none" in (case.facts.get("log.mail"), case.facts.get("log.mail_from"))
            else:
                assert (after.finding, after.confidence) == (before.finding, before.confidence), (case.name, test)
    assert tried > 500


def test_causes_are_named_as_the_hand_test_names_them() -> None:
    causes = table("replies")["causes"]
    kind = BASE.facts["hand_test.cause"]
    assert set(kind.values) == {*causes, "none"}
    assert {word: dict(texts) for word, texts in kind.words.items()} == causes
